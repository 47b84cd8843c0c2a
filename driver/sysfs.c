// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is shown of the machine: /sys/class/misc/bulkhead/.
 */
#include <linux/device.h>
#include <linux/sysfs.h>
#include "bulkhead.h"
#include "compat.h"
#include "hypercall.h"
#include "timing.h"

struct kset *bh_cells_kset;

const char *bh_state_name(u32 state)
{
	static const char *const names[] = BH_CELL_STATE_NAMES;

	return state < ARRAY_SIZE(names) ? names[state] : "unknown";
}

const char *bh_exit_name(unsigned int reason)
{
	static const char *const names[BH_EXIT_COUNT] = BH_EXIT_NAMES;

	return names[reason];
}

const char *bh_crash_name(u32 cause)
{
	static const char *const names[] = BH_CRASH_CAUSE_NAMES;

	return cause < ARRAY_SIZE(names) ? names[cause] : "unknown";
}

static const char *cpu_state_name(u32 state)
{
	static const char *const names[BH_CPU_STATES] = { "outside", "running", "parked",
							  "failed" };

	return state < BH_CPU_STATES ? names[state] : "unknown";
}

const struct bh_cpu_status *bh_cpu_status(unsigned int index)
{
	return bh.cpu_status + index * bh.cpu_stride;
}

static ssize_t state_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	if (READ_ONCE(bh.broken))
		return sysfs_emit(buf, "broken\n");
	return sysfs_emit(buf, "%s\n", READ_ONCE(bh.enabled) ? "enabled" : "disabled");
}
static DEVICE_ATTR_RO(state);

static ssize_t version_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	ssize_t result = -ENODEV;

	down_read(&bh_view);
	if (bh.enabled)
		result = sysfs_emit(buf, "%s\n", bh.version);
	up_read(&bh_view);
	return result;
}
static DEVICE_ATTR_RO(version);

static ssize_t show_info(enum bh_info what, char *buf)
{
	ssize_t result = -ENODEV;
	long value;

	down_read(&bh_view);
	if (bh.enabled) {
		value = bh_hypercall(BH_HC_INFO, what, 0, 0, 0);
		result = value < 0 ? -EREMOTEIO : sysfs_emit(buf, "%ld\n", value);
	}
	up_read(&bh_view);
	return result;
}

static ssize_t pool_pages_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return show_info(BH_INFO_POOL_PAGES, buf);
}
static DEVICE_ATTR_RO(pool_pages);

static ssize_t pool_used_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return show_info(BH_INFO_POOL_USED, buf);
}
static DEVICE_ATTR_RO(pool_used);

static ssize_t hypercall_times_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return bh_timing_show(buf);
}

static ssize_t hypercall_times_store(struct device *dev, struct device_attribute *attr,
				     const char *buf, size_t count)
{
	bh_timing_reset();
	return count;
}
static DEVICE_ATTR_ADMIN_RW(hypercall_times);

/* bh_view is held. A cell that is being created or destroyed may have no name yet or any more. */
static const char *cell_name(u32 id)
{
	const struct bh_cell *cell;

	if (id == 0)
		return bh.blob.config->name;
	list_for_each_entry(cell, &bh.cells, node) if (cell->id == id) return cell->name;
	return "-";
}

static int emit_cpu(char *buf, int at, unsigned int index)
{
	const struct bh_cpu_status *status = bh_cpu_status(index);
	int cpu = bh.linux_cpu[index];
	char number[12] = "-";

	if (cpu >= 0)
		snprintf(number, sizeof(number), "%d", cpu);
	return sysfs_emit_at(buf, at, "%u %s %llx %s %u %s\n", index, number, status->hw_id,
			     cpu_state_name(status->state), status->cell, cell_name(status->cell));
}

static ssize_t cpus_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	unsigned int i;
	int at = 0;

	down_read(&bh_view);
	if (!bh.enabled)
		at = -ENODEV;
	else
		for (i = 0; i < bh.blob.config->cpus.count; i++)
			at += emit_cpu(buf, at, i);
	up_read(&bh_view);
	return at;
}
static DEVICE_ATTR_RO(cpus);

static ssize_t console_tail_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	ssize_t result;

	down_read(&bh_view);
	result = bh_ring_show_tail(&bh.console, buf);
	up_read(&bh_view);
	return result;
}
static DEVICE_ATTR_RO(console_tail);

static ssize_t read_console(struct file *file, struct kobject *kobj, bh_bin_attribute *attr,
			    char *buf, loff_t offset, size_t count)
{
	ssize_t result;

	down_read(&bh_view);
	result = bh_ring_read(&bh.console, buf, offset, count);
	up_read(&bh_view);
	return result;
}
BH_BIN_ATTR(console, 0400, read_console);

static ssize_t read_console_stream(struct file *file, struct kobject *kobj, bh_bin_attribute *attr,
				   char *buf, loff_t offset, size_t count)
{
	ssize_t result;

	down_read(&bh_view);
	result = bh_ring_stream(&bh.console, buf, offset, count);
	up_read(&bh_view);
	return result;
}
BH_BIN_ATTR(console_stream, 0400, read_console_stream);

static struct attribute *attributes[] = {
	&dev_attr_state.attr,	     &dev_attr_version.attr,
	&dev_attr_pool_pages.attr,   &dev_attr_pool_used.attr,
	&dev_attr_cpus.attr,	     &dev_attr_hypercall_times.attr,
	&dev_attr_console_tail.attr, NULL,
};

static bh_bin_attribute *BH_BIN_CONST bin_attributes[] = {
	&bin_attr_console,
	&bin_attr_console_stream,
	NULL,
};

static const struct attribute_group group = {
	.attrs = attributes,
	.BH_BIN_ATTRS = bin_attributes,
};

const struct attribute_group *bh_groups[] = { &group, NULL };
