// SPDX-License-Identifier: GPL-2.0-only
/*
 * CPUs of cells: offline in Linux, and kept so, for as long as the cell exists.
 */
#include <linux/cpu.h>
#include <linux/cpuhotplug.h>
#include "bulkhead.h"
#include "hypercall.h"

/* CPUs that belong to cells. Bits change under bh_lock, the hotplug code reads them. */
static struct cpumask held;
static int hotplug_state;

/*
 * Before a CPU is started. The hypervisor would refuse to start it, too, but
 * Linux would wait for the CPU and complain.
 */
static int refuse_held(unsigned int cpu)
{
	return cpumask_test_cpu(cpu, &held) ? -EBUSY : 0;
}

int bh_cpus_init(void)
{
	hotplug_state = cpuhp_setup_state_nocalls(CPUHP_BP_PREPARE_DYN, "bulkhead:prepare",
						  refuse_held, NULL);
	return hotplug_state < 0 ? hotplug_state : 0;
}

void bh_cpus_exit(void)
{
	cpuhp_remove_state_nocalls(hotplug_state);
}

void bh_cpus_hold(struct bh_cell *cell)
{
	const u64 *cpus = bh_blob_cpus(&cell->blob);
	u32 i;

	for (i = 0; i < cell->blob.config->cpus.count; i++) {
		int index = bh_cpu_index(cpus[i]);
		int cpu = index < 0 ? -1 : bh.linux_cpu[index];

		/* A CPU of another cell stays that cell's. */
		if (cpu >= 0 && !cpumask_test_and_set_cpu(cpu, &held))
			cpumask_set_cpu(cpu, &cell->cpus);
	}
}

/* Has this CPU been offline since before the hypervisor was enabled? Then it is not there yet. */
static bool is_outside(unsigned int cpu)
{
	unsigned int i;

	for (i = 0; i < bh.blob.config->cpus.count; i++)
		if (bh.linux_cpu[i] == (int)cpu)
			return bh_hypercall(BH_HC_CPU_INFO, i, BH_CPU_INFO_STATE, 0, 0) ==
			       BH_CPU_OUTSIDE;
	return false;
}

/* Coming online is how a CPU gets into the hypervisor. */
static int bring_in(unsigned int cpu)
{
	int err;

	cpumask_clear_cpu(cpu, &held);
	err = add_cpu(cpu);
	cpumask_set_cpu(cpu, &held);
	return err;
}

static int take_offline(struct bh_cell *cell, unsigned int cpu)
{
	bool restore = cpu_online(cpu);
	int err = restore || !is_outside(cpu) ? 0 : bring_in(cpu);

	if (err)
		return bh_refuse(-EBUSY, "%s: CPU %u does not come online (%d), as it has to once",
				 cell->name, cpu, err);
	err = cpu_online(cpu) ? remove_cpu(cpu) : 0;
	if (err)
		return bh_refuse(-EBUSY, "%s: Linux cannot take CPU %u offline (%d)", cell->name,
				 cpu, err);
	if (restore)
		cpumask_set_cpu(cpu, &cell->restore);
	return 0;
}

int bh_cpus_offline(struct bh_cell *cell)
{
	unsigned int cpu;
	int err = bh_irqs_save(&cell->irqs, &cell->cpus);

	for_each_cpu(cpu, &cell->cpus)
	{
		if (!err)
			err = take_offline(cell, cpu);
	}
	return err;
}

void bh_cpus_give_back(struct bh_cell *cell, bool online)
{
	unsigned int cpu;
	int err;

	cpumask_andnot(&held, &held, &cell->cpus);
	cpumask_clear(&cell->cpus);
	if (online) {
		for_each_cpu(cpu, &cell->restore)
		{
			err = add_cpu(cpu);
			if (err)
				pr_err("bulkhead: %s: CPU %u does not come online again (%d)\n",
				       cell->name, cpu, err);
		}
	}
	cpumask_clear(&cell->restore);
	bh_irqs_restore(&cell->irqs, online);
}
