/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The life of a cell, from top to bottom: create, load, start, shut down or
 * fail, destroy. Management calls come from the root cell and hold control_lock;
 * a cell ends by itself under state_lock alone, so that it never waits for the
 * root cell.
 */
#include <bulkhead/hypercall.h>
#include "arch.h"
#include "config_rules.h"
#include "console.h"
#include "control.h"
#include "memory.h"
#include "pool.h"
#include "string.h"
#include "transfer.h"
#include "unit.h"
#include "work.h"

struct cell cells[BH_MAX_CELLS];
struct cpu cpus[BH_MAX_CPUS];
u32 cpu_count;
const struct bh_config *system_config;
struct spinlock control_lock;

/* Guards changes of a cell's state; held for short sections. */
static struct spinlock state_lock;

#define STATUS_PAGES (1 + CELL_CONSOLE_PAGES)

void cell_set_state(struct cell *cell, u32 state)
{
	WRITE_ONCE(cell->state, state);
	if (cell->status)
		WRITE_ONCE(cell->status->state, state);
}

/* ---- create ---- */

struct cpu *cpu_by_id(u64 hw_id)
{
	for (u32 i = 0; i < cpu_count; i++)
		if (cpus[i].status->hw_id == hw_id)
			return &cpus[i];
	return NULL;
}

static u64 cpu_mask_of(const struct bh_config *config)
{
	u64 mask = 0;

	for (u32 i = 0; i < config->cpus.count; i++) {
		const struct cpu *cpu = cpu_by_id(config_cpus(config)[i]);

		if (cpu)
			mask |= BIT(cpu->index);
	}
	return mask;
}

static u64 memory_bytes(const struct bh_config *config)
{
	u64 sum = 0;

	for (u32 i = 0; i < config->memory.count; i++)
		if (!(config_memory(config)[i].flags & BH_MEM_IO))
			sum += config_memory(config)[i].size;
	return sum;
}

/* Pages that the root cell may look at: state, and the console behind it. */
static int create_status(struct cell *cell)
{
	u64 phys;

	cell->status = pool_alloc(STATUS_PAGES, 1);
	if (!cell->status)
		return -BH_E_NOMEM;
	cell->status->id = cell->id;
	memcpy(cell->status->name, cell->config->name, BH_NAME_SIZE);
	cell->status->cpu_mask = cell->cpus;
	cell->status->memory_bytes = memory_bytes(cell->config);
	cell->console = (struct bh_console *)((u8 *)cell->status + PAGE_SIZE);
	console_init_ring(cell->console, CELL_CONSOLE_PAGES);
	phys = virt_to_phys(cell->status);
	return pt_map(&root_cell->stage2, phys, phys, STATUS_PAGES * PAGE_SIZE, BH_MEM_READ);
}

static int create_comm(struct cell *cell)
{
	const struct bh_memory *region = config_memory(cell->config);

	for (u32 i = 0; i < cell->config->memory.count; i++) {
		if (!(region[i].flags & BH_MEM_COMM))
			continue;
		/* The rules allow one. */
		cell->comm = pool_alloc(1, 1);
		return cell->comm ? 0 : -BH_E_NOMEM;
	}
	return 0;
}

static void fill_comm(struct cell *cell)
{
	struct bh_comm *comm = cell->comm;
	const struct bh_platform *platform = config_platform(system_config);

	memset(comm, 0, PAGE_SIZE);
	memcpy(comm->magic, BH_COMM_MAGIC, sizeof(comm->magic));
	comm->version = BH_ABI_VERSION;
	comm->cell = cell->id;
	comm->cpu_count = cell->config->cpus.count;
	memcpy(comm->cpus, config_cpus(cell->config), comm->cpu_count * sizeof(u64));
	comm->console = cell->config->console;
	memcpy(comm->platform, platform,
	       MIN(system_config->platform.count, BH_COMM_PLATFORM) * sizeof(*platform));
	memcpy(comm->name, cell->config->name, BH_NAME_SIZE);
	memcpy(comm->cmdline, cell->config->cmdline, BH_CMDLINE_SIZE);
	/* The cell may read it before it has its caches on. */
	clean(virt_to_phys(comm), PAGE_SIZE);
}

/* Everything that belongs to the slot but the memory regions. */
static void release(struct cell *cell)
{
	u64 phys = cell->status ? virt_to_phys(cell->status) : 0;

	for_each_unit(unit, cell_destroy)
		unit->cell_destroy(cell);
	arch_cell_destroy(cell);
	if (cell->status)
		pt_unmap(&root_cell->stage2, phys, STATUS_PAGES * PAGE_SIZE);
	pool_free(cell->status, STATUS_PAGES);
	pool_free(cell->comm, 1);
	pool_free(cell->config, cell->config_pages);
	memset(cell, 0, sizeof(*cell));
}

static int populate(struct cell *cell)
{
	int err = create_status(cell);

	if (!err)
		err = create_comm(cell);
	if (!err)
		err = arch_cell_create(cell);
	for_each_unit(unit, cell_create)
		if (!err)
			err = unit->cell_create(cell);
	return err;
}

/* Pages that the pool has given since there were @before in use are the cell's. */
static void account(struct cell *cell, size_t before)
{
	cell->status->pool_pages += (u32)(pool_used() - before);
}

int cell_init_root(void)
{
	struct cell *cell = root_cell;
	int err;

	cell->config = (struct bh_config *)system_config;
	cell->stage2.owner = cell;
	cell->cpus = cpu_mask_of(system_config);
	err = arch_cell_create(cell);
	for (u32 i = 0; i < system_config->memory.count && !err; i++) {
		const struct bh_memory *region = &config_memory(system_config)[i];

		err = pt_map(&cell->stage2, region->virt, region->phys, region->size,
			     region->flags);
	}
	if (!err)
		err = create_status(cell);
	for_each_unit(unit, cell_create)
		if (!err)
			err = unit->cell_create(cell);
	if (err)
		return err;
	account(cell, 0);
	cell_set_state(cell, BH_CELL_RUNNING);
	return 0;
}

bool note_rule(void *context, const struct bh_rule_hit *hit)
{
	*(int *)context = -(int)(BH_E_RULE + hit->rule);
	return false;
}

static int check_rules(const struct bh_config *config, u64 size)
{
	const struct bh_config *others[BH_MAX_CELLS];
	unsigned int count = 0;
	int err = -BH_E_INVAL;

	for_each_cell(cell)
		if (cell != root_cell)
			others[count++] = cell->config;
	if (!config_check_format(&arch_config_limits, config, size, BH_CONFIG_CELL, note_rule,
				 &err))
		return err;
	if (!config_check_cell(&arch_config_limits, system_config, others, count, config, note_rule,
			       &err))
		return err;
	return 0;
}

/* The CPUs must have been turned off by the root cell, and be waiting here. */
static int check_cpus(u64 mask)
{
	unsigned int cpu;

	for_each_bit(cpu, mask)
		if (cpus[cpu].cell != root_cell || READ_ONCE(cpus[cpu].request) ||
		    READ_ONCE(cpus[cpu].status->state) != BH_CPU_PARKED)
			return -BH_E_CPU;
	return 0;
}

static void assign_cpus(u64 mask, struct cell *cell)
{
	unsigned int cpu;

	for_each_bit(cpu, mask) {
		struct bh_cpu_status *status = cpus[cpu].status;

		memset(status->exits, 0, sizeof(status->exits));
		memset(&status->crash, 0, sizeof(status->crash));
		status->cell = cell->id;
		status->state = BH_CPU_PARKED;
		cpus[cpu].cell = cell;
	}
	if (cell == root_cell)
		cell->status->cpu_mask |= mask;
	else
		root_cell->status->cpu_mask &= ~mask;
}

/* Under the lock of those who start CPUs: none is started once it has been found parked. */
static int claim_cpus(struct cell *cell)
{
	int err;

	spin_lock(&state_lock);
	err = check_cpus(cell->cpus);
	if (!err)
		assign_cpus(cell->cpus, cell);
	spin_unlock(&state_lock);
	return err;
}

static struct cell *free_slot(void)
{
	for (u32 id = 1; id < BH_MAX_CELLS; id++)
		if (cells[id].state == BH_CELL_NONE)
			return &cells[id];
	return NULL;
}

/* Fill a slot with a config that has passed the rules. */
static int create_from(struct cell *cell, struct bh_config *config, u32 pages)
{
	size_t before = pool_used() - pages;
	int err;

	cell->id = (u32)(cell - cells);
	cell->config = config;
	cell->config_pages = pages;
	cell->stage2.owner = cell;
	cell->cpus = cpu_mask_of(config);
	/* Looked at first, before the root cell loses anything; and claimed last. */
	err = check_cpus(cell->cpus);
	if (!err)
		err = populate(cell);
	if (!err)
		err = claim_cpus(cell);
	if (err) {
		release(cell);
		return err;
	}
	account(cell, before);
	cell_set_state(cell, BH_CELL_CREATING);
	return (int)cell->id;
}

int cell_create(u64 phys, u64 size)
{
	u32 pages = (u32)((size + PAGE_MASK) / PAGE_SIZE);
	struct bh_config *config;
	struct cell *cell = free_slot();
	int err;

	if (cells_locked())
		return -BH_E_LOCKED;
	if (size < sizeof(*config) || size > BH_CONFIG_MAX_SIZE || phys + size < phys)
		return -BH_E_INVAL;
	if (!cell)
		return -BH_E_EXIST;
	config = pool_alloc(pages, 1);
	if (!config)
		return -BH_E_NOMEM;
	err = transfer_in(config, phys, size);
	if (!err)
		err = check_rules(config, size);
	if (err) {
		pool_free(config, pages);
		return err;
	}
	return create_from(cell, config, pages);
}

int cell_step(struct cell *cell)
{
	size_t before = pool_used();
	int err;

	if (cell->state != BH_CELL_CREATING)
		return -BH_E_STATE;
	err = work_run(cell, work_create);
	account(cell, before);
	if (!err) {
		cell_set_state(cell, BH_CELL_CREATED);
		printk("bulkhead: cell %s created, id %u\n", cell->config->name, cell->id);
	}
	return err;
}

/* ---- load ---- */

int cell_set_loadable(struct cell *cell)
{
	int err;

	if (cells_locked())
		return -BH_E_LOCKED;
	/* With a load half done, the root cell has lost part of what it shall get. */
	if (cell->state == BH_CELL_CREATED && !cell->work_plan)
		return 0;
	if (cell->state != BH_CELL_SHUT_DOWN && cell->state != BH_CELL_FAILED &&
	    cell->state != BH_CELL_LOADED && cell->state != BH_CELL_CREATED)
		return -BH_E_STATE;
	err = work_run(cell, work_set_loadable);
	if (!err)
		cell_set_state(cell, BH_CELL_CREATED);
	return err;
}

int cell_load_done(struct cell *cell)
{
	int err;

	if (cell->state == BH_CELL_LOADED && !cell->work_plan)
		return 0;
	if (cell->state != BH_CELL_CREATED && cell->state != BH_CELL_LOADED)
		return -BH_E_STATE;
	err = work_run(cell, work_load_done);
	if (!err)
		cell_set_state(cell, BH_CELL_LOADED);
	return err;
}

/* ---- start ---- */

static void request_start(struct cpu *cpu, u64 entry, u64 argument)
{
	cpu->entry = entry;
	cpu->entry_arg = argument;
	smp_wmb();
	WRITE_ONCE(cpu->request, CPU_REQUEST_START);
	arch_kick(cpu);
}

bool cpu_start(struct cpu *cpu, const struct cell *cell, u64 entry, u64 argument)
{
	bool idle;

	spin_lock(&state_lock);
	idle = !READ_ONCE(cpu->request) && READ_ONCE(cpu->status->state) == BH_CPU_PARKED &&
	       cpu->cell == cell && cell_runs(cell);
	if (idle)
		request_start(cpu, entry, argument);
	spin_unlock(&state_lock);
	return idle;
}

int cell_start(struct cell *cell)
{
	const struct bh_config *config = cell->config;

	if (cells_locked())
		return -BH_E_LOCKED;
	/* While it is made loadable again, the root cell has part of its memory. */
	if (cell->state != BH_CELL_LOADED || cell->work_plan)
		return -BH_E_STATE;
	cell->failed = 0;
	assign_cpus(cell->cpus, cell);
	if (cell->comm)
		fill_comm(cell);
	pt_restore(&cell->stage2);
	for_each_unit(unit, cell_reset)
		unit->cell_reset(cell);
	cell_set_state(cell, BH_CELL_RUNNING);
	/* It is there: the cell was created with it. */
	cpu_start(cpu_by_id(config_cpus(config)[0]), cell, config->entry, config->entry_arg);
	printk("bulkhead: cell %s started\n", config->name);
	return 0;
}

/* ---- running ---- */

bool cells_locked(void)
{
	bool locked = false;

	for_each_cell(cell) {
		cell_refresh_state(cell);
		locked |= cell->state == BH_CELL_RUNNING_LOCKED;
	}
	return locked;
}

void cell_refresh_state(struct cell *cell)
{
	spin_lock(&state_lock);
	if (cell_runs(cell) && cell->comm && cell->config->flags & BH_CELL_LOCKABLE)
		cell_set_state(cell, READ_ONCE(cell->comm->state) == BH_COMM_LOCKED
					     ? BH_CELL_RUNNING_LOCKED
					     : BH_CELL_RUNNING);
	spin_unlock(&state_lock);
}

/* ---- shut down, or fail ---- */

static bool cpu_is_idle(const struct cpu *cpu)
{
	/* The request is cleared by the CPU itself, after its state has been set. */
	bool starting = READ_ONCE(cpu->request) & CPU_REQUEST_START;

	smp_rmb();
	return !starting && READ_ONCE(cpu->status->state) != BH_CPU_RUNNING;
}

/* With state_lock: if all CPUs wait, the cell is at its end. */
static void end_if_idle(struct cell *cell)
{
	unsigned int cpu;

	for_each_bit(cpu, cell->cpus)
		if (!cpu_is_idle(&cpus[cpu]))
			return;
	cell_set_state(cell, cell->failed ? BH_CELL_FAILED : BH_CELL_SHUT_DOWN);
	printk("bulkhead: cell %s %s\n", cell->config->name, cell->failed ? "failed" : "shut down");
}

/* With state_lock: call all CPUs of a running cell back. Bounded: they are not waited for. */
static void stop(struct cell *cell)
{
	unsigned int cpu;

	cell_set_state(cell, BH_CELL_STOPPING);
	/*
	 * A CPU that waits has nothing to be called back from, and would keep the request. One
	 * that is about to start keeps its START, and finds the rest at its first fetch.
	 */
	for_each_bit(cpu, cell->cpus)
		if (!cpu_is_idle(&cpus[cpu]))
			__atomic_fetch_or(&cpus[cpu].request, CPU_REQUEST_PARK, __ATOMIC_RELEASE);
	smp_mb();
	pt_revoke(&cell->stage2);
	for_each_bit(cpu, cell->cpus)
		if (cpus[cpu].status->state == BH_CPU_RUNNING)
			arch_kick(&cpus[cpu]);
	end_if_idle(cell);
}

void cell_end(struct cell *cell)
{
	spin_lock(&state_lock);
	if (cell_runs(cell))
		stop(cell);
	spin_unlock(&state_lock);
}

void cell_fail(struct cpu *cpu)
{
	struct cell *cell = cpu->cell;

	spin_lock(&state_lock);
	if (cell_runs(cell)) {
		cell->failed = 1;
		cell->status->failed_cpu = cpu->index;
		stop(cell);
	}
	spin_unlock(&state_lock);
}

void cell_cpu_parked(struct cpu *cpu, bool failed)
{
	struct cell *cell = cpu->cell;

	spin_lock(&state_lock);
	WRITE_ONCE(cpu->request, 0);
	cpu_set_state(cpu, failed ? BH_CPU_FAILED : BH_CPU_PARKED);
	if (cell != root_cell && (cell_runs(cell) || cell->state == BH_CELL_STOPPING))
		end_if_idle(cell);
	spin_unlock(&state_lock);
}

/* The answer to a request through the comm page: 0 to stop the cell, or why not. */
static int ask(struct cell *cell)
{
	struct bh_comm *comm = cell->comm;

	if (!comm || READ_ONCE(comm->state) == BH_COMM_SHUT_DOWN)
		return 0;
	if (READ_ONCE(comm->message) != BH_COMM_MSG_SHUTDOWN) {
		WRITE_ONCE(comm->reply, BH_COMM_REPLY_NONE);
		smp_wmb();
		WRITE_ONCE(comm->message, BH_COMM_MSG_SHUTDOWN);
		return -BH_E_AGAIN;
	}
	switch (READ_ONCE(comm->reply)) {
	case BH_COMM_REPLY_DONE:
		return 0;
	case BH_COMM_REPLY_DENIED:
		WRITE_ONCE(comm->message, BH_COMM_MSG_NONE);
		return -BH_E_DENIED;
	default:
		return -BH_E_AGAIN;
	}
}

static int shutdown_running(struct cell *cell, u32 mode)
{
	int err = 0;

	if (mode == BH_SHUTDOWN_CANCEL) {
		if (cell->comm)
			WRITE_ONCE(cell->comm->message, BH_COMM_MSG_NONE);
		return 0;
	}
	if (mode == BH_SHUTDOWN_ASK && !(cell->config->flags & BH_CELL_PASSIVE))
		err = ask(cell);
	else if (cell->state == BH_CELL_RUNNING_LOCKED)
		err = -BH_E_LOCKED;
	if (err)
		return err;
	cell_end(cell);
	return cell->state == BH_CELL_STOPPING ? -BH_E_AGAIN : 0;
}

int cell_shutdown(struct cell *cell, u32 mode)
{
	if (mode > BH_SHUTDOWN_CANCEL)
		return -BH_E_INVAL;
	cell_refresh_state(cell);
	switch (READ_ONCE(cell->state)) {
	case BH_CELL_RUNNING:
	case BH_CELL_RUNNING_LOCKED:
		return shutdown_running(cell, mode);
	case BH_CELL_STOPPING:
		return -BH_E_AGAIN;
	default:
		return 0;
	}
}

void cells_stop_all(void)
{
	for_each_cell(cell)
		if (cell != root_cell)
			cell_end(cell);
}

/* ---- destroy ---- */

int cell_destroy(struct cell *cell)
{
	int err;

	if (cell_runs(cell) || cell->state == BH_CELL_STOPPING)
		return -BH_E_STATE;
	if (cell->state != BH_CELL_DESTROYING && cells_locked())
		return -BH_E_LOCKED;
	cell_set_state(cell, BH_CELL_DESTROYING);
	err = work_run(cell, work_destroy);
	if (err)
		return err;
	printk("bulkhead: cell %s destroyed\n", cell->config->name);
	assign_cpus(cell->cpus, root_cell);
	release(cell);
	return 0;
}
