// SPDX-License-Identifier: GPL-2.0-only
/*
 * Storms: things done as fast as a CPU can, for secs= seconds. Others must not
 * notice more than shared caches and buses let them.
 */
#include "attack-arm64.h"

#define STORM_SGI 3

static volatile uint64_t taken, storm_end;

/* The next is pending before this one has ended: nothing else gets a turn. */
static void again(unsigned int irq, void *arg)
{
	(void)irq;
	(void)arg;
	taken = taken + 1;
	if (time_ticks() >= storm_end)
		return;
	write_sysreg(gic_sgi_value(percpu()->mpidr, STORM_SGI), ICC_SGI1R_EL1);
}

void attack_irq_storm(void)
{
	taken = 0;
	storm_end = deadline();
	irq_enable(STORM_SGI, again, NULL);
	again(STORM_SGI, NULL);
	while (time_ticks() < storm_end)
		irq_wait();
	irq_disable(STORM_SGI);
	mmio_write32(gic_redist() + GICR_SGI + GICD_ICPENDR, 1u << STORM_SGI);
	tried("%lu interrupts sent to itself", taken);
}

static void due_again(unsigned int irq, void *arg)
{
	(void)irq;
	(void)arg;
	taken = taken + 1;
	timer_set(0);
}

/* The line never falls: the interrupt is due again as soon as it has ended. */
void attack_timer_storm(void)
{
	uint64_t end = deadline();

	taken = 0;
	irq_enable(timer_irq(), due_again, NULL);
	timer_set(0);
	for (;;) {
		unsigned int irq = (unsigned int)read_sysreg(ICC_IAR1_EL1);

		if (time_ticks() > end)
			break;
		if (irq < 1020) {
			due_again(irq, NULL);
			write_sysreg(irq, ICC_EOIR1_EL1);
		}
		isb();
	}
	timer_stop();
	write_sysreg(timer_irq(), ICC_EOIR1_EL1);
	irq_disable(timer_irq());
	tried("%lu timer interrupts without a pause", taken);
}

void attack_tlbi_storm(void)
{
	uint64_t end = deadline(), count = 0;

	for (; time_ticks() < end; count++)
		asm volatile("tlbi vmalle1is\n dsb ish\n isb" ::: "memory");
	tried("%lu TLB invalidations, broadcast", count);
}

void attack_code_storm(void)
{
	uint32_t *code = alloc(BH_PAGE_SIZE, BH_PAGE_SIZE);
	uint64_t end = deadline(), count = 0;

	for (; time_ticks() < end; count++) {
		code[0] = 0xd2800000u | (uint32_t)(count & 0xffff) << 5; /* mov x0, #imm */
		put_return(&code[1]);
		sync_code(code, 8);
		if (((uint64_t(*)(void))code)() != (count & 0xffff))
			breach("stale code was executed");
	}
	tried("%lu changes of code, broadcast", count);
}

/* Trapped accesses of both frames in a row: no lock may be held against others. */
void attack_gic_storm(void)
{
	uint64_t end = deadline(), count = 0;

	for (; time_ticks() < end; count++) {
		mmio_write32(gic_dist() + GICD_ISENABLER + 4, ~0u);
		mmio_write32(gic_dist() + GICD_ICENABLER + 4, ~0u);
		mmio_write32(gic_redist() + GICR_SGI + GICD_ISPENDR, 1u << STORM_SGI);
		mmio_write32(gic_redist() + GICR_SGI + GICD_ICPENDR, 1u << STORM_SGI);
		write_sysreg(gic_sgi_value(percpu()->mpidr, STORM_SGI), ICC_SGI1R_EL1);
	}
	mmio_write32(gic_redist() + GICR_SGI + GICD_ICPENDR, 1u << STORM_SGI);
	tried("%lu rounds of interrupt controller accesses", count);
}
