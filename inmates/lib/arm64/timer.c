// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The generic timer: virtual counter and virtual timer (Arm ARM D11).
 */
#include "arm64.h"

#define VIRTUAL_TIMER_PPI 27u /* Arm BSA 3.6 */
#define CTL_ENABLE 1u

uint64_t time_ticks(void)
{
	isb(); /* the counter may be read early (Arm ARM D11.1.2) */
	return read_sysreg(cntvct_el0);
}

uint64_t time_hz(void)
{
	return read_sysreg(cntfrq_el0);
}

uint64_t ticks_to_ns(uint64_t ticks)
{
	uint64_t hz = time_hz();

	return ticks / hz * 1000000000 + ticks % hz * 1000000000 / hz;
}

uint64_t us_to_ticks(uint64_t us)
{
	uint64_t hz = time_hz();

	return us / 1000000 * hz + us % 1000000 * hz / 1000000;
}

void delay_us(uint64_t us)
{
	uint64_t start = time_ticks(), ticks = us_to_ticks(us);

	while (time_ticks() - start < ticks)
		cpu_relax();
}

void timer_set(uint64_t ticks)
{
	write_sysreg(ticks, cntv_cval_el0);
	write_sysreg(CTL_ENABLE, cntv_ctl_el0);
	isb();
}

void timer_stop(void)
{
	write_sysreg(0, cntv_ctl_el0);
	isb();
}

unsigned int timer_irq(void)
{
	return VIRTUAL_TIMER_PPI;
}
