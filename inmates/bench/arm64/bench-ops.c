// SPDX-License-Identifier: GPL-2.0-only
/*
 * Operations that are one instruction to the cell.
 *
 *   irqs=N,...   the first is the SPI whose registers are accessed (100 on a bare machine)
 */
#include "bench-arm64.h"

#define BARE_IRQ 100

LOOP(nothing_call, "mov x0, x20", "")
LOOP(do_hypercall, "mov x0, x20", "hvc " STRINGIFY(BH_HVC_IMM))
LOOP(do_smc, "mov x0, x20", "smc #0")
LOOP(do_hvc0, "mov x0, x20", "hvc #0")
LOOP(nothing, "", "")
LOOP(do_read, "", "ldr w0, [x20]")
LOOP(do_write, "", "str w21, [x20]")

unsigned int bench_irq(void)
{
	uint64_t irq;

	if (arg_list("irqs", &irq, 1))
		return (unsigned int)irq;
	if (arg_list("raised", &irq, 1))
		return (unsigned int)irq;
	return in_cell() ? 0 : BARE_IRQ;
}

uint64_t least(loop_fn loop, uint64_t n, uint64_t a, uint64_t b, uint64_t c)
{
	uint64_t best = UINT64_MAX;

	for (int i = 0; i < BASE_RUNS; i++) {
		uint64_t ticks = loop(n, a, b, c);

		best = ticks < best ? ticks : best;
	}
	return best;
}

int64_t cost(loop_fn with, loop_fn without, uint64_t n, uint64_t a, uint64_t b, uint64_t c)
{
	uint64_t base = least(without, n, a, b, c), ticks;

	with(8, a, b, c); /* fill the caches */
	ticks = with(n, a, b, c);
	return (ticks_to_scaled(ticks) - ticks_to_scaled(base)) / (int64_t)n;
}

static int64_t null_hypercall(uint64_t n)
{
	if (!in_cell())
		return NOT_POSSIBLE; /* nobody to answer */
	return cost(do_hypercall, nothing_call, n, BH_HC_VERSION, 0, 0);
}

static int64_t psci_version(uint64_t n)
{
	return cost(in_cell() ? do_smc : do_hvc0, nothing_call, n, PSCI_VERSION, 0, 0);
}

static int64_t gicd_typer_read(uint64_t n)
{
	return cost(do_read, nothing, n, gic_dist() + GICD_TYPER, 0, 0);
}

static uintptr_t isenabler(void)
{
	return gic_dist() + GICD_ISENABLER + bench_irq() / 32 * 4;
}

static int64_t gicd_isenabler_read(uint64_t n)
{
	return bench_irq() ? cost(do_read, nothing, n, isenabler(), 0, 0) : NOT_POSSIBLE;
}

static int64_t gicd_isenabler_write(uint64_t n)
{
	unsigned int irq = bench_irq();
	int64_t result;

	if (!irq)
		return NOT_POSSIBLE;
	result = cost(do_write, nothing, n, isenabler(), 1u << irq % 32, 0);
	mmio_write32(gic_dist() + GICD_ICENABLER + irq / 32 * 4, 1u << irq % 32);
	return result;
}

static int64_t gicr_isenabler_read(uint64_t n)
{
	return cost(do_read, nothing, n, gic_redist() + GICR_SGI + GICD_ISENABLER, 0, 0);
}

static int64_t gicr_isenabler_write(uint64_t n)
{
	uintptr_t at = gic_redist() + GICR_SGI + GICD_ISENABLER;

	return cost(do_write, nothing, n, at, 1u << timer_irq(), 0);
}

const struct bench bench_arch[] = {
	{ "null-hypercall", null_hypercall },
	{ "psci-version", psci_version },
	{ "gicd-typer-read", gicd_typer_read },
	{ "gicd-isenabler-read", gicd_isenabler_read },
	{ "gicd-isenabler-write", gicd_isenabler_write },
	{ "gicr-isenabler-read", gicr_isenabler_read },
	{ "gicr-isenabler-write", gicr_isenabler_write },
	{ "sgi-self", bench_sgi_self },
	{ "sgi-other-send", bench_sgi_other_send },
	{ "sgi-other-receive", bench_sgi_other_receive },
	{ "timer-ppi", bench_timer_ppi },
	{ "uart-spi", bench_uart_spi },
	{ "raise-irq-receive", bench_raise_receive },
	{ NULL, NULL },
};

#define CALIBRATION_ROUNDS 100000

/* Two instructions a round: under icount that many ticks exactly, but for what others do. */
bool bench_counted(void)
{
	const int64_t expected = 2 * BENCH_SCALE;

	for (int i = 0; i < 20; i++) {
		int64_t ticks = (int64_t)nothing(CALIBRATION_ROUNDS, 0, 0, 0);
		int64_t mean = ticks_to_scaled(ticks) / CALIBRATION_ROUNDS;

		if (mean >= expected - 1 && mean <= expected + 1)
			return true;
	}
	return false;
}

void bench_setup(void)
{
	timer_stop();
}
