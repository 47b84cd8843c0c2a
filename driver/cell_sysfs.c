// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is shown of a cell: /sys/class/misc/bulkhead/cells/NAME/.
 */
#include <linux/slab.h>
#include <linux/sysfs.h>
#include "bulkhead.h"
#include "compat.h"
#include "hypercall.h"

#define WATCH_PERIOD_MS 100

static struct bh_cell *to_cell(struct kobject *kobj)
{
	return container_of(kobj, struct bh_cell, kobj);
}

static ssize_t id_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%u\n", to_cell(kobj)->id);
}

static ssize_t name_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%s\n", to_cell(kobj)->name);
}

/* Whether a cell has locked the partitioning is looked at when the hypervisor is asked. */
static bool may_lock(const struct bh_cell *cell, u32 state)
{
	return (state == BH_CELL_RUNNING || state == BH_CELL_RUNNING_LOCKED) && cell->blob.config &&
	       cell->blob.config->flags & BH_CELL_LOCKABLE;
}

/* bh_view is held. A cell without its page is being destroyed. */
static u32 cell_state(const struct bh_cell *cell)
{
	u32 state = cell->status ? READ_ONCE(cell->status->state) : BH_CELL_DESTROYING;
	long asked;

	if (!may_lock(cell, state))
		return state;
	asked = bh_hypercall(BH_HC_CELL_INFO, cell->id, BH_CELL_INFO_STATE, 0, 0);
	return asked < 0 ? state : asked;
}

static ssize_t state_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	u32 state;

	down_read(&bh_view);
	state = cell_state(to_cell(kobj));
	up_read(&bh_view);
	return sysfs_emit(buf, "%s\n", bh_state_name(state));
}

/* Copies the status page. Return: false if it is gone. */
static bool get_status(struct kobject *kobj, struct bh_cell_status *status)
{
	const struct bh_cell *cell = to_cell(kobj);
	bool there;

	down_read(&bh_view);
	there = cell->status;
	if (there)
		*status = *cell->status;
	up_read(&bh_view);
	return there;
}

#define STATUS_ATTR(field, format)                                                                 \
	static ssize_t field##_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)  \
	{                                                                                          \
		struct bh_cell_status status;                                                      \
                                                                                                   \
		if (!get_status(kobj, &status))                                                    \
			return -ENODEV;                                                            \
		return sysfs_emit(buf, format "\n", status.field);                                 \
	}                                                                                          \
	static struct kobj_attribute field##_attribute = __ATTR_RO(field)

STATUS_ATTR(memory_bytes, "%llu");
STATUS_ATTR(pool_pages, "%u");
STATUS_ATTR(failed_cpu, "%u");

/*
 * Indices of a cell's CPUs. bh_view is held. The CPUs know best whose they are: those of the
 * root cell come and go.
 */
static u64 cell_cpus(const struct bh_cell *cell)
{
	u64 mask = 0;
	u32 i;

	if (!cell->status || !bh.cpu_status)
		return 0;
	for (i = 0; i < bh.blob.config->cpus.count; i++)
		if (READ_ONCE(bh_cpu_status(i)->cell) == cell->id)
			mask |= BIT_ULL(i);
	return mask;
}

static ssize_t cpus_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	const struct bh_cell *cell = to_cell(kobj);
	struct cpumask cpus;
	unsigned int i;
	bool there;
	u64 mask;

	down_read(&bh_view);
	there = cell->status;
	mask = cell_cpus(cell);
	up_read(&bh_view);
	if (!there)
		return -ENODEV;
	cpumask_clear(&cpus);
	for (i = 0; i < BH_MAX_CPUS; i++)
		if (mask & BIT_ULL(i) && bh.linux_cpu[i] >= 0)
			cpumask_set_cpu(bh.linux_cpu[i], &cpus);
	return sysfs_emit(buf, "%*pbl\n", cpumask_pr_args(&cpus));
}

static ssize_t console_tail_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	ssize_t result;

	down_read(&bh_view);
	result = bh_ring_show_tail(&to_cell(kobj)->console, buf);
	up_read(&bh_view);
	return result;
}

static ssize_t read_console(struct file *file, struct kobject *kobj, bh_bin_attribute *attr,
			    char *buf, loff_t offset, size_t count)
{
	ssize_t result;

	down_read(&bh_view);
	result = bh_ring_read(&to_cell(kobj)->console, buf, offset, count);
	up_read(&bh_view);
	return result;
}
BH_BIN_ATTR(console, 0400, read_console);

static ssize_t read_console_stream(struct file *file, struct kobject *kobj, bh_bin_attribute *attr,
				   char *buf, loff_t offset, size_t count)
{
	ssize_t result;

	down_read(&bh_view);
	result = bh_ring_stream(&to_cell(kobj)->console, buf, offset, count);
	up_read(&bh_view);
	return result;
}
BH_BIN_ATTR(console_stream, 0400, read_console_stream);

/* The part of one record that a reader wants, of records that lie end to end in the file. */
struct reader {
	char *buf;
	loff_t offset;
	size_t count;
	size_t done;
};

/* Return: false when the reader has what it wants. */
static bool hand_out(struct reader *reader, loff_t at, const void *record, size_t bytes)
{
	loff_t wanted = reader->offset + reader->done;
	size_t part;

	if (wanted < at + (loff_t)bytes) {
		part = min_t(size_t, reader->count - reader->done, at + bytes - wanted);
		memcpy(reader->buf + reader->done, record + (wanted - at), part);
		reader->done += part;
	}
	return reader->done < reader->count;
}

/* Index of the CPU that follows in a mask, BH_MAX_CPUS if none does. */
static unsigned int next_cpu(u64 mask, unsigned int from)
{
	if (from >= BH_MAX_CPUS)
		return BH_MAX_CPUS;
	mask &= GENMASK_ULL(63, from);
	return mask ? __ffs64(mask) : BH_MAX_CPUS;
}

/* All lines are of one length, so that counters may change between two reads of one file. */
#define EXIT_LINE "cpu%-4d %-10s %20llu\n"
#define EXIT_LINE_BYTES 40

static loff_t hand_out_exits(struct reader *reader, loff_t at, unsigned int index)
{
	const struct bh_cpu_status *status = bh_cpu_status(index);
	char line[EXIT_LINE_BYTES + 1];
	unsigned int reason;

	for (reason = 0; reason < BH_EXIT_COUNT; reason++) {
		if (!bh_exit_name(reason))
			continue;
		snprintf(line, sizeof(line), EXIT_LINE, bh.linux_cpu[index], bh_exit_name(reason),
			 READ_ONCE(status->exits[reason]));
		hand_out(reader, at, line, EXIT_LINE_BYTES);
		at += EXIT_LINE_BYTES;
	}
	return at;
}

static loff_t hand_out_status(struct reader *reader, loff_t at, unsigned int index)
{
	hand_out(reader, at, bh_cpu_status(index), sizeof(struct bh_cpu_status));
	return at + sizeof(struct bh_cpu_status);
}

/* Hands out what @hand_out_one makes of each CPU of a cell. */
static ssize_t read_cpus(struct kobject *kobj, struct reader *reader, bool known_only,
			 loff_t (*hand_out_one)(struct reader *reader, loff_t at,
						unsigned int index))
{
	const struct bh_cell *cell = to_cell(kobj);
	ssize_t result = -ENODEV;
	unsigned int index;
	loff_t at = 0;

	down_read(&bh_view);
	if (cell->status && bh.cpu_status) {
		u64 mask = cell_cpus(cell);

		for (index = next_cpu(mask, 0); index < bh.blob.config->cpus.count;
		     index = next_cpu(mask, index + 1))
			if (!known_only || bh.linux_cpu[index] >= 0)
				at = hand_out_one(reader, at, index);
		result = reader->done;
	}
	up_read(&bh_view);
	return result;
}

static ssize_t read_exits(struct file *file, struct kobject *kobj, bh_bin_attribute *attr,
			  char *buf, loff_t offset, size_t count)
{
	struct reader reader = { buf, offset, count };

	return read_cpus(kobj, &reader, true, hand_out_exits);
}
BH_BIN_ATTR(exits, 0444, read_exits);

static ssize_t read_crash(struct file *file, struct kobject *kobj, bh_bin_attribute *attr,
			  char *buf, loff_t offset, size_t count)
{
	struct reader reader = { buf, offset, count };

	return read_cpus(kobj, &reader, false, hand_out_status);
}
BH_BIN_ATTR(crash, 0400, read_crash);

/* A config does not change, and the root cell's lives longer than its directory. */
static ssize_t read_config(struct file *file, struct kobject *kobj, bh_bin_attribute *attr,
			   char *buf, loff_t offset, size_t count)
{
	const struct bh_cell *cell = to_cell(kobj);
	const struct bh_config *config = cell->id ? cell->blob.config : bh.blob.config;

	return memory_read_from_buffer(buf, count, &offset, config, config->total_size);
}
BH_BIN_ATTR(config, 0400, read_config);

static struct kobj_attribute id_attribute = __ATTR_RO(id);
static struct kobj_attribute name_attribute = __ATTR_RO(name);
static struct kobj_attribute state_attribute = __ATTR_RO(state);
static struct kobj_attribute cpus_attribute = __ATTR_RO(cpus);
static struct kobj_attribute console_tail_attribute = __ATTR_RO(console_tail);

static struct attribute *attributes[] = {
	&id_attribute.attr,	    &name_attribute.attr,	  &state_attribute.attr,
	&cpus_attribute.attr,	    &memory_bytes_attribute.attr, &pool_pages_attribute.attr,
	&failed_cpu_attribute.attr, &console_tail_attribute.attr, NULL,
};

static bh_bin_attribute *BH_BIN_CONST bin_attributes[] = {
	&bin_attr_console, &bin_attr_console_stream, &bin_attr_exits,
	&bin_attr_crash,   &bin_attr_config,	     NULL,
};

static const struct attribute_group group = {
	.attrs = attributes,
	.BH_BIN_ATTRS = bin_attributes,
};

static const struct attribute_group *groups[] = { &group, NULL };

static void release(struct kobject *kobj)
{
	struct bh_cell *cell = to_cell(kobj);

	bh_blob_put(&cell->blob);
	kfree(cell);
}

static const struct kobj_type cell_type = {
	.release = release,
	.sysfs_ops = &kobj_sysfs_ops,
	.default_groups = groups,
};

/* What failed a cell, in one line of the kernel log. */
static void report_failure(const struct bh_cell *cell, const struct bh_cpu_status *status, int cpu)
{
	pr_notice("bulkhead: cell %s failed: CPU %d: %s, address %#llx, pc %#llx\n", cell->name,
		  cpu, bh_crash_name(status->crash.cause), status->crash.address, status->crash.pc);
}

/* Tells of changes of a cell's state, which happen without Linux. */
static void watch(struct work_struct *work)
{
	struct bh_cell *cell = container_of(to_delayed_work(work), struct bh_cell, watch);
	struct bh_cpu_status status = {};
	u32 failed = BH_MAX_CPUS;
	u32 state;

	down_read(&bh_view);
	state = cell_state(cell);
	if (state == BH_CELL_FAILED && bh.cpu_status)
		failed = cell->status->failed_cpu;
	if (failed < bh.blob.config->cpus.count)
		status = *bh_cpu_status(failed);
	up_read(&bh_view);
	if (state != cell->seen) {
		cell->seen = state;
		sysfs_notify(&cell->kobj, NULL, "state");
		kobject_uevent(&cell->kobj, KOBJ_CHANGE);
		if (failed < BH_MAX_CPUS)
			report_failure(cell, &status, bh.linux_cpu[failed]);
	}
	queue_delayed_work(system_wq, &cell->watch, msecs_to_jiffies(WATCH_PERIOD_MS));
}

void bh_cell_init(struct bh_cell *cell)
{
	INIT_LIST_HEAD(&cell->node);
	INIT_DELAYED_WORK(&cell->watch, watch);
	cell->kobj.kset = bh_cells_kset;
	kobject_init(&cell->kobj, &cell_type);
}

int bh_cell_show(struct bh_cell *cell)
{
	int err = kobject_add(&cell->kobj, NULL, "%s", cell->name);

	if (err)
		return bh_refuse(err, "%s: its directory in sysfs cannot be made (%d)", cell->name,
				 err);
	kobject_uevent(&cell->kobj, KOBJ_ADD);
	/* The root cell's state does not change by itself. */
	if (cell->id)
		queue_delayed_work(system_wq, &cell->watch, 0);
	return 0;
}

void bh_cell_hide(struct bh_cell *cell)
{
	cancel_delayed_work_sync(&cell->watch);
	if (cell->kobj.state_in_sysfs)
		kobject_del(&cell->kobj);
}
