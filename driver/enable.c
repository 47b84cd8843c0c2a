// SPDX-License-Identifier: GPL-2.0-only
/*
 * Turning the machine into the root cell, and back.
 *
 * CPUs go in and out one at a time, each by a work item of its own, so that no
 * interrupt is being handled there. CPU hotplug is held off meanwhile.
 */
#include <linux/cpu.h>
#include <linux/io.h>
#include <linux/module.h>
#include <bulkhead/image.h>
#include "arch.h"
#include "bulkhead.h"
#include "hypercall.h"
#include "timing.h"

struct call {
	struct work_struct work;
	long (*function)(void *data);
	void *data;
	long result;
};

static void run_call(struct work_struct *work)
{
	struct call *call = container_of(work, struct call, work);

	call->result = call->function(call->data);
}

/* Runs a function on an online CPU, in process context, however busy the CPU is. */
static long on_cpu(unsigned int cpu, long (*function)(void *data), void *data)
{
	struct call call = { .function = function, .data = data };

	INIT_WORK_ONSTACK(&call.work, run_call);
	queue_work_on(cpu, system_highpri_wq, &call.work);
	flush_work(&call.work);
	destroy_work_on_stack(&call.work);
	return call.result;
}

static long examine_this_cpu(void *id)
{
	*(u64 *)id = bh_arch_this_cpu_id();
	return bh_arch_check();
}

/* Gives a CPU of Linux its index in the system config. */
static int place_cpu(unsigned int cpu, u64 id)
{
	int index = bh_cpu_index(id);

	if (index < 0)
		return bh_refuse(-ENXIO, "CPU %u (%#llx) is not in the system config: add it there",
				 cpu, id);
	bh.linux_cpu[index] = cpu;
	return 0;
}

static int examine_cpu(unsigned int cpu)
{
	u64 id;
	int err;

	if (!cpu_online(cpu)) {
		if (bh_arch_offline_cpu_id(cpu, &id))
			return bh_refuse(
				-ENXIO,
				"the hardware identifier of CPU %u is not known: bring it online first",
				cpu);
		return place_cpu(cpu, id);
	}
	err = on_cpu(cpu, examine_this_cpu, &id);
	if (err)
		return bh_refuse(err, "%s", bh_arch_reason(err));
	return place_cpu(cpu, id);
}

static int examine_cpus(void)
{
	unsigned int cpu;
	int err = 0;
	int i;

	for (i = 0; i < BH_MAX_CPUS; i++)
		bh.linux_cpu[i] = -1;
	cpus_read_lock();
	for_each_present_cpu(cpu)
	{
		err = examine_cpu(cpu);
		if (err)
			break;
	}
	cpus_read_unlock();
	return err;
}

struct entering {
	phys_addr_t entry;
	unsigned long argument;
};

static long enter_this_cpu(void *data)
{
	struct entering *entering = data;

	return bh_timed_enter(entering->entry, entering->argument);
}

static long prepare_leaving(void *unused)
{
	return bh_hypercall_slices(BH_HC_DISABLE_PREPARE, 0, false);
}

static long leave_this_cpu(void *unused)
{
	return bh_timed_hypercall(BH_HC_DISABLE, 0, 0, 0, 0);
}

/*
 * Takes the CPUs in bh.inside out of the hypervisor. CPU hotplug is held off.
 * Return: 0, or the result of the call that failed. bh.inside says who is left.
 */
static long leave(void)
{
	unsigned int cpu = cpumask_first(&bh.inside);
	long result;

	if (cpu >= nr_cpu_ids)
		return 0;
	result = on_cpu(cpu, prepare_leaving, NULL);
	if (result)
		return result;
	for_each_cpu(cpu, &bh.inside)
	{
		result = on_cpu(cpu, leave_this_cpu, NULL);
		if (result) {
			pr_crit("bulkhead: CPU %u does not leave the hypervisor (%ld): reboot\n",
				cpu, result);
			return result;
		}
		cpumask_clear_cpu(cpu, &bh.inside);
	}
	return 0;
}

/* CPU hotplug is held off. Return: as bh_arch_enter(). */
static long enter(phys_addr_t entry)
{
	struct entering entering = { entry, BH_ENTER_FIRST };
	unsigned int cpu;
	long result;

	cpumask_clear(&bh.inside);
	for_each_online_cpu(cpu)
	{
		result = on_cpu(cpu, enter_this_cpu, &entering);
		if (result)
			return result;
		cpumask_set_cpu(cpu, &bh.inside);
		entering.argument = BH_ENTER_NEXT;
	}
	return 0;
}

const void *bh_map(long phys, long bytes)
{
	if (phys < 0 || bytes <= 0 || phys < bh.phys || bytes > bh.size ||
	    phys - bh.phys > bh.size - bytes)
		return NULL;
	return memremap(phys, bytes, MEMREMAP_WB);
}

static void unmap_views(void)
{
	bh_ring_unmap(&bh.console);
	if (bh.cpu_status)
		memunmap((void *)bh.cpu_status);
	bh.cpu_status = NULL;
}

static long info(enum bh_info what)
{
	return bh_hypercall(BH_HC_INFO, what, 0, 0, 0);
}

/* bh_view is held for writing. */
static int map_views(void)
{
	long stride = info(BH_INFO_CPU_STATUS_STRIDE);

	if (stride < (long)sizeof(struct bh_cpu_status) || stride > 16 * BH_PAGE_SIZE)
		return bh_refuse(-EREMOTEIO, "the hypervisor does not show its CPUs (%ld)", stride);
	bh.cpu_stride = stride;
	bh.cpu_status = bh_map(info(BH_INFO_CPU_STATUS_PHYS), stride * bh.blob.config->cpus.count);
	if (!bh.cpu_status)
		return -ENOMEM;
	bh_ring_map(&bh.console, info(BH_INFO_CONSOLE_PHYS), info(BH_INFO_CONSOLE_BYTES));
	return 0;
}

/* CPU hotplug is held off, and the image is in its place. */
static int take_over(struct bh_ioc_head *head, phys_addr_t entry)
{
	long result = enter(entry);
	int err = 0;

	down_write(&bh_view);
	if (result)
		err = bh_refused(head, result, bh.blob.config->name, "enable");
	else
		err = map_views();
	if (err) {
		unmap_views();
		bh.broken = leave() != 0;
	}
	bh.enabled = !err;
	up_write(&bh_view);
	return err;
}

static int enable_cpus(struct bh_ioc_head *head, struct device *dev)
{
	phys_addr_t entry;
	int err = examine_cpus();

	if (!err)
		err = bh_image_place(dev, &entry);
	if (err)
		return err;
	cpus_read_lock();
	err = take_over(head, entry);
	cpus_read_unlock();
	if (err && !bh.broken)
		bh_image_remove();
	return err;
}

int bh_enable(struct bh_ioc_config *request, struct device *dev)
{
	int err;

	if (bh.enabled)
		return bh_refuse(-EBUSY, "the hypervisor is enabled already");
	err = bh_blob_get(&bh.blob, request, BH_CONFIG_SYSTEM);
	if (err)
		return err;
	/* Given back by disable, never if that fails. */
	__module_get(THIS_MODULE);
	err = enable_cpus(&request->head, dev);
	if (err) {
		if (!bh.broken) {
			bh_blob_put(&bh.blob);
			module_put(THIS_MODULE);
		}
		return err;
	}
	err = bh_cell_add_root();
	if (err) {
		bh_disable(&request->head);
		return err;
	}
	pr_info("bulkhead: hypervisor %s enabled, this is the root cell of %s\n", bh.version,
		bh.blob.config->name);
	return 0;
}

static long disable_cpus(void)
{
	long result;

	cpus_read_lock();
	down_write(&bh_view);
	cpumask_copy(&bh.inside, cpu_online_mask);
	result = leave();
	bh.broken = result && !cpumask_equal(&bh.inside, cpu_online_mask);
	if (!result || bh.broken) {
		if (bh.root)
			bh_cell_unmap(bh.root);
		unmap_views();
		bh.enabled = false;
	}
	up_write(&bh_view);
	cpus_read_unlock();
	return result;
}

int bh_disable(struct bh_ioc_head *head)
{
	long result;

	result = list_empty(&bh.cells) ? disable_cpus() : -BH_E_CELLS;
	if (result)
		return bh_refused(head, result, bh.blob.config->name, "disable");
	if (bh.root)
		bh_cell_remove(bh.root);
	bh.root = NULL;
	bh_image_remove();
	bh_blob_put(&bh.blob);
	module_put(THIS_MODULE);
	pr_info("bulkhead: hypervisor disabled\n");
	return 0;
}
