// SPDX-License-Identifier: GPL-2.0-only
/*
 * Interrupts that are bound to CPUs which go to a cell.
 *
 * Linux moves such an interrupt to any other CPU, and forgets the binding.
 */
#include <linux/interrupt.h>
#include <linux/irq.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include "bulkhead.h"
#include "compat.h"

struct bh_irq_binding {
	unsigned int irq;
	struct cpumask mask;
};

/* The CPUs an interrupt is bound to, if they are all among those given. RCU read lock held. */
static const struct cpumask *binding(unsigned int irq, const struct cpumask *cpus)
{
	struct irq_data *data = irq_get_irq_data(irq);
	const struct cpumask *mask;

	/* Managed interrupts look after themselves, per-CPU ones go with the CPU. */
	if (!data || irqd_affinity_is_managed(data) || irqd_is_per_cpu(data))
		return NULL;
	mask = irq_data_get_affinity_mask(data);
	return !cpumask_empty(mask) && cpumask_subset(mask, cpus) ? mask : NULL;
}

static unsigned int count_bindings(const struct cpumask *cpus)
{
	unsigned int count = 0;
	unsigned int irq;

	rcu_read_lock();
	for (irq = 0; irq < bh_irq_limit(); irq++)
		if (binding(irq, cpus))
			count++;
	rcu_read_unlock();
	return count;
}

int bh_irqs_save(struct bh_irqs *irqs, const struct cpumask *cpus)
{
	unsigned int limit = count_bindings(cpus);
	const struct cpumask *mask;
	unsigned int irq;

	if (!limit)
		return 0;
	irqs->entry = kcalloc(limit, sizeof(*irqs->entry), GFP_KERNEL);
	if (!irqs->entry)
		return -ENOMEM;
	rcu_read_lock();
	for (irq = 0; irq < bh_irq_limit() && irqs->count < limit; irq++) {
		mask = binding(irq, cpus);
		if (!mask)
			continue;
		irqs->entry[irqs->count].irq = irq;
		cpumask_copy(&irqs->entry[irqs->count].mask, mask);
		irqs->count++;
	}
	rcu_read_unlock();
	return 0;
}

void bh_irqs_restore(struct bh_irqs *irqs, bool bind)
{
	unsigned int i;

	/* An interrupt that is gone, or bound otherwise by its driver, is left alone. */
	for (i = 0; bind && i < irqs->count; i++)
		irq_set_affinity(irqs->entry[i].irq, &irqs->entry[i].mask);
	kfree(irqs->entry);
	irqs->entry = NULL;
	irqs->count = 0;
}
