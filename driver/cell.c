// SPDX-License-Identifier: GPL-2.0-only
/*
 * The life of cells, as Linux sees it.
 */
#include <linux/delay.h>
#include <linux/io.h>
#include <linux/jiffies.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include "bulkhead.h"
#include "hypercall.h"

#define SHUTDOWN_TIMEOUT_MS 5000
/* Stopping a cell is a matter of microseconds; this is for a broken machine. */
#define FORCE_TIMEOUT_MS 10000

static long cell_info(u32 id, enum bh_cell_info what)
{
	return bh_hypercall(BH_HC_CELL_INFO, id, what, 0, 0);
}

struct bh_cell *bh_cell_find(struct bh_ioc_head *head)
{
	struct bh_cell *cell;

	list_for_each_entry(cell, &bh.cells, node) if (cell->id == head->cell) return cell;
	head->error = head->cell ? -BH_E_NOENT : -BH_E_INVAL;
	return NULL;
}

static struct bh_cell *cell_alloc(void)
{
	struct bh_cell *cell = kzalloc(sizeof(*cell), GFP_KERNEL);

	if (cell)
		bh_cell_init(cell);
	return cell;
}

/* Maps a cell's pages and makes it visible. */
static int cell_add(struct bh_cell *cell)
{
	down_write(&bh_view);
	cell->status = bh_map(cell_info(cell->id, BH_CELL_INFO_STATUS_PHYS), BH_PAGE_SIZE);
	if (cell->status)
		bh_ring_map(&cell->console, cell_info(cell->id, BH_CELL_INFO_CONSOLE_PHYS),
			    cell_info(cell->id, BH_CELL_INFO_CONSOLE_BYTES));
	up_write(&bh_view);
	if (!cell->status)
		return bh_refuse(-ENOMEM, "%s: its status page cannot be mapped", cell->name);
	return bh_cell_show(cell);
}

void bh_cell_unmap(struct bh_cell *cell)
{
	bh_ring_unmap(&cell->console);
	if (cell->status)
		memunmap((void *)cell->status);
	cell->status = NULL;
}

void bh_cell_remove(struct bh_cell *cell)
{
	bh_cell_hide(cell);
	down_write(&bh_view);
	bh_cell_unmap(cell);
	up_write(&bh_view);
	kobject_put(&cell->kobj);
}

int bh_cell_add_root(void)
{
	struct bh_cell *cell = cell_alloc();
	int err;

	if (!cell)
		return -ENOMEM;
	memcpy(cell->name, bh.blob.config->name, sizeof(cell->name));
	err = cell_add(cell);
	if (err) {
		bh_cell_remove(cell);
		return err;
	}
	bh.root = cell;
	return 0;
}

/* Gives back what a cell had that the hypervisor does not know (any more), and frees it. */
static void cell_release(struct bh_cell *cell, bool online)
{
	bh_cpus_give_back(cell, online);
	bh_memory_release(cell);
	bh_cell_remove(cell);
}

/*
 * Has a cell destroyed by the hypervisor. Its pages are not touched after the
 * first slice: with the last they are the hypervisor's again.
 */
static long cell_end(struct bh_cell *cell)
{
	long result;

	down_write(&bh_view);
	result = bh_hypercall(BH_HC_CELL_DESTROY, cell->id, 0, 0, 0);
	if (result == 0 || result == -BH_E_AGAIN)
		bh_cell_unmap(cell);
	up_write(&bh_view);
	if (result == -BH_E_AGAIN)
		result = bh_hypercall_slices(BH_HC_CELL_DESTROY, cell->id, false);
	return result;
}

static int cell_destroy(struct bh_cell *cell, struct bh_ioc_head *head, bool online)
{
	long result = cell_end(cell);

	if (result)
		return bh_refused(head, result, cell->name, "destroy");
	down_write(&bh_view);
	list_del(&cell->node);
	up_write(&bh_view);
	cell_release(cell, online);
	return 0;
}

/*
 * Has the hypervisor create a cell. It is asked with the CPUs still online
 * first: then a bad config is refused before a CPU is troubled for it.
 */
static int cell_reserve(struct bh_cell *cell, struct bh_ioc_head *head)
{
	struct bh_config *config = cell->blob.config;
	u64 phys = virt_to_phys(config);
	long result;
	int err;

	bh_cpus_hold(cell);
	result = bh_hypercall(BH_HC_CELL_CREATE, phys, config->total_size, 0, 0);
	if (result == -BH_E_CPU) {
		err = bh_cpus_offline(cell);
		if (err)
			return err;
		result = bh_hypercall(BH_HC_CELL_CREATE, phys, config->total_size, 0, 0);
	}
	if (result <= 0)
		return bh_refused(head, result < 0 ? result : -BH_E_INVAL, cell->name, "create");
	cell->id = result;
	down_write(&bh_view);
	list_add_tail(&cell->node, &bh.cells);
	up_write(&bh_view);
	return 0;
}

static int cell_complete(struct bh_cell *cell, struct bh_ioc_head *head)
{
	int err = cell_add(cell);
	long result;

	if (err)
		return err;
	result = bh_hypercall_slices(BH_HC_CELL_STEP, cell->id, true);
	if (result == -BH_E_AGAIN && fatal_signal_pending(current))
		return -EINTR;
	return result ? bh_refused(head, result, cell->name, "create") : 0;
}

int bh_cell_create(struct bh_ioc_config *request)
{
	struct bh_cell *cell = cell_alloc();
	int err;

	if (!cell)
		return -ENOMEM;
	err = bh_blob_get(&cell->blob, request, BH_CONFIG_CELL);
	if (err) {
		kobject_put(&cell->kobj);
		return err;
	}
	memcpy(cell->name, cell->blob.config->name, sizeof(cell->name));
	err = bh_memory_claim(cell);
	if (!err)
		err = cell_reserve(cell, &request->head);
	if (err) {
		cell_release(cell, true);
		return err;
	}
	err = cell_complete(cell, &request->head);
	if (err)
		cell_destroy(cell, NULL, true);
	else
		request->head.cell = cell->id;
	return err;
}

int bh_cell_start(struct bh_ioc_head *head)
{
	struct bh_cell *cell = bh_cell_find(head);
	long result = 0;

	if (!cell)
		return -EREMOTEIO;
	if (bh_cell_is_empty(cell))
		return bh_refuse(-ENODATA, "%s: start: nothing was loaded into it", cell->name);
	/* LOADED already if a start failed after this. */
	if (cell_info(cell->id, BH_CELL_INFO_STATE) != BH_CELL_LOADED)
		result = bh_hypercall_slices(BH_HC_CELL_LOAD_DONE, cell->id, false);
	if (!result)
		result = bh_hypercall(BH_HC_CELL_START, cell->id, 0, 0, 0);
	mod_delayed_work(system_wq, &cell->watch, 0);
	return result ? bh_refused(head, result, cell->name, "start") : 0;
}

/* Return: the hypervisor's last answer; -BH_E_AGAIN when there was none in time. */
static long cell_stop(const struct bh_cell *cell, enum bh_shutdown_mode mode, u32 timeout_ms)
{
	unsigned long end = jiffies + msecs_to_jiffies(timeout_ms);
	bool late = false;
	long result;

	for (;;) {
		result = bh_hypercall(BH_HC_CELL_SHUTDOWN, cell->id, mode, 0, 0);
		if (result != -BH_E_AGAIN || late)
			return result;
		if (mode == BH_SHUTDOWN_ASK && signal_pending(current))
			return result;
		usleep_range(100, 500);
		late = time_after(jiffies, end);
	}
}

int bh_cell_shutdown(struct bh_ioc_shutdown *request)
{
	struct bh_cell *cell = bh_cell_find(&request->head);
	bool force = request->head.flags & BH_IOC_SHUTDOWN_FORCE;
	u32 timeout_ms = request->timeout_ms ?: SHUTDOWN_TIMEOUT_MS;
	long result;

	if (request->reserved)
		return -EINVAL;
	if (!cell)
		return -EREMOTEIO;
	if (force)
		result = cell_stop(cell, BH_SHUTDOWN_FORCE, FORCE_TIMEOUT_MS);
	else
		result = cell_stop(cell, BH_SHUTDOWN_ASK, timeout_ms);
	mod_delayed_work(system_wq, &cell->watch, 0);
	if (!result)
		return 0;
	if (result == -BH_E_AGAIN && !force) {
		/* What is under way already when it is cancelled comes to its end. */
		bh_hypercall(BH_HC_CELL_SHUTDOWN, cell->id, BH_SHUTDOWN_CANCEL, 0, 0);
		if (cell_info(cell->id, BH_CELL_INFO_STATE) == BH_CELL_SHUT_DOWN)
			return 0;
	}
	request->head.error = result;
	if (result == -BH_E_DENIED)
		return bh_refuse(-EPERM, "%s refuses to shut down, and runs on", cell->name);
	if (result != -BH_E_AGAIN)
		return bh_refused(&request->head, result, cell->name, "shut down");
	if (signal_pending(current))
		return -EINTR;
	return bh_refuse(-ETIMEDOUT, "%s does not answer, and runs on: force it to shut down",
			 cell->name);
}

int bh_cell_destroy(struct bh_ioc_head *head)
{
	struct bh_cell *cell = bh_cell_find(head);

	return cell ? cell_destroy(cell, head, true) : -EREMOTEIO;
}

int bh_cell_raise_irq(struct bh_ioc_irq *request)
{
	struct bh_cell *cell = bh_cell_find(&request->head);
	long result;

	if (request->reserved)
		return -EINVAL;
	if (!cell)
		return -EREMOTEIO;
	result = bh_hypercall(BH_HC_CELL_RAISE_IRQ, cell->id, request->irq, 0, 0);
	return result ? bh_refused(&request->head, result, cell->name, "raise interrupt") : 0;
}

void bh_cells_end(void)
{
	struct bh_cell *cell, *next;
	long result;

	list_for_each_entry_safe(cell, next, &bh.cells, node)
	{
		result = cell_stop(cell, BH_SHUTDOWN_FORCE, FORCE_TIMEOUT_MS);
		if (result)
			bh_refused(NULL, result, cell->name, "shut down");
		/* Linux goes down: it has no more use for the CPUs. */
		cell_destroy(cell, NULL, false);
	}
}
