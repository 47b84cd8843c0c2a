// SPDX-License-Identifier: GPL-2.0-only
/*
 * What comes between the cause of an interrupt and its handler.
 *
 *   uart=ADDRESS uart_irq=N   uart-spi: a PL011 of the cell
 *   rtc=ADDRESS irq=N         or, without one, a PL031
 *   raised=N                  raise-irq-receive: an SPI that no device drives
 */
#include "bench-arm64.h"

/* Instructions of the handlers in bench-vectors.S, ERET included. */
#define SGI_HANDLER 4
#define SPI_HANDLER 6
#define SPIN_LOOP 6
#define TIMER_HANDLER 2 /* up to and with the read of the counter */

#define TICK_INSTRUCTIONS 16
#define TIMER_DUE_TICKS 200
#define TIMER_MAX_SHOTS 16
#define TIMEOUT_US 2000000
#define POLL_US 10000

#define PL011_DR 0x00
#define PL011_IMSC 0x38
#define PL011_INT_TX (1u << 5)
#define RTC_DR 0x00
#define RTC_MR 0x04
#define RTC_IMSC 0x10
#define RTC_RIS 0x14
#define BARE_UART 0x09000000
#define BARE_UART_IRQ 33
#define BARE_RAISED 101

static void ignore(unsigned int irq, void *arg)
{
	(void)irq;
	(void)arg;
}

static void timer_once(unsigned int irq, void *arg)
{
	(void)irq;
	(void)arg;
	timer_stop();
}

uint64_t with_vectors(const void *vectors, loop_fn loop, uint64_t n, uint64_t a, uint64_t b,
		      uint64_t c)
{
	uint64_t ticks;

	write_sysreg((uintptr_t)vectors, vbar_el1);
	isb();
	irq_unmask();
	ticks = loop(n, a, b, c);
	irq_mask();
	write_sysreg((uintptr_t)_vectors, vbar_el1);
	isb();
	return ticks;
}

/* The ISB is where an interrupt that is there is taken at the latest. */
LOOP(send_and_take, "", "msr S3_0_C12_C11_5, x20\n isb")
LOOP(send_nothing, "", "isb")

int64_t bench_sgi_self(uint64_t n)
{
	uint64_t value = gic_sgi_value(percpu()->mpidr, SGI_SELF), with, without;

	irq_enable(SGI_SELF, ignore, NULL);
	with_vectors(vectors_sgi, send_and_take, 8, value, 0, 0);
	with = with_vectors(vectors_sgi, send_and_take, n, value, 0, 0);
	without = least(send_nothing, n, value, 0, 0);
	return (ticks_to_scaled(with) - ticks_to_scaled(without)) / (int64_t)n -
	       SGI_HANDLER * BENCH_SCALE;
}

/* x12: the mask register that the handler writes. */
LOOP(unmask_and_take, "mov x12, x20", "str w21, [x12]\n isb\n isb")
LOOP(unmask_nothing, "mov x12, x20", "isb\n isb")

static int64_t device(uint64_t n, uintptr_t mask, uint32_t bit, unsigned int irq)
{
	uint64_t with, without;

	irq_enable(irq, ignore, NULL);
	with_vectors(vectors_spi, unmask_and_take, 8, mask, bit, 0);
	with = with_vectors(vectors_spi, unmask_and_take, n, mask, bit, 0);
	without = least(unmask_nothing, n, mask, bit, 0);
	mmio_write32(mask, 0);
	irq_disable(irq);
	return (ticks_to_scaled(with) - ticks_to_scaled(without)) / (int64_t)n -
	       SPI_HANDLER * BENCH_SCALE;
}

/*
 * An alarm that has come stays, until it is cleared: its mask makes the interrupt.
 * It is awaited asleep, which costs an emulator nothing.
 */
static bool rtc_pending(uintptr_t rtc)
{
	uint64_t end = time_ticks() + us_to_ticks(TIMEOUT_US);

	if (mmio_read32(rtc + RTC_RIS) & 1)
		return true;
	mmio_write32(rtc + RTC_IMSC, 0);
	mmio_write32(rtc + RTC_MR, mmio_read32(rtc + RTC_DR) + 1);
	irq_enable(timer_irq(), timer_once, NULL);
	while (!(mmio_read32(rtc + RTC_RIS) & 1) && time_ticks() < end) {
		timer_set(time_ticks() + us_to_ticks(POLL_US));
		irq_wait();
	}
	return mmio_read32(rtc + RTC_RIS) & 1;
}

int64_t bench_uart_spi(uint64_t n)
{
	uintptr_t uart = arg_u64("uart", in_cell() ? 0 : BARE_UART), rtc = arg_u64("rtc", 0);

	if (rtc)
		return rtc_pending(rtc)
			       ? device(n, rtc + RTC_IMSC, 1, (unsigned int)arg_u64("irq", 34))
			       : NOT_POSSIBLE;
	if (!uart)
		return NOT_POSSIBLE;
	mmio_write32(uart + PL011_DR, '\r'); /* sent: the transmit interrupt is there */
	return device(n, uart + PL011_IMSC, PL011_INT_TX,
		      (unsigned int)arg_u64("uart_irq", BARE_UART_IRQ));
}

/*
 * The counter has a tick per 16 instructions. With 0 to 15 NOPs before the
 * handler's look at it, the sixteen differences add up to the distance in
 * instructions (Hermite's identity: sum of floor((d + j) / 16) for j < 16 is d).
 */
int64_t bench_timer_ppi(uint64_t n)
{
	int64_t distance = 0;
	unsigned int shots = 0;

	(void)n;
	if (time_hz() != 1000000000 / TICK_INSTRUCTIONS)
		return NOT_POSSIBLE;
	irq_enable(timer_irq(), ignore, NULL);
	write_sysreg((uintptr_t)vectors_timer, vbar_el1);
	isb();
	for (uint64_t pad = 0; pad < TICK_INSTRUCTIONS; pad++) {
		uint64_t best = UINT64_MAX;

		for (int shot = 0; shot < TIMER_MAX_SHOTS; shot++) {
			uint64_t due = time_ticks() + TIMER_DUE_TICKS;
			uint64_t seen = timer_shot(pad, due);

			if (seen >= due && seen - due < best)
				best = seen - due;
		}
		if (best == UINT64_MAX)
			break;
		distance += (int64_t)best;
		shots++;
	}
	write_sysreg((uintptr_t)_vectors, vbar_el1);
	isb();
	if (shots < TICK_INSTRUCTIONS)
		return NOT_POSSIBLE;
	return (distance - TIMER_HANDLER) * BENCH_SCALE;
}

/* --- with a second CPU --- */

static struct {
	volatile uint64_t loops, stop, taken;
	volatile uint32_t ready;
	unsigned int irq; /* that it takes; 0: sleep, and take none */
} other __attribute__((aligned(64)));

static void sleeper(void *arg)
{
	(void)arg;
	irq_enable(SGI_STOP, ignore, NULL);
	other.ready = 1;
	while (!other.stop)
		irq_wait();
}

static void spinner(void *arg)
{
	(void)arg;
	if (other.irq)
		irq_enable(other.irq, ignore, NULL);
	write_sysreg((uintptr_t)vectors_sgi, vbar_el1);
	isb();
	other.ready = 1;
	spin_counted(&other.loops, &other.stop, &other.taken);
	write_sysreg((uintptr_t)_vectors, vbar_el1);
	isb();
	if (other.irq)
		irq_disable(other.irq);
}

static bool start_other(void (*fn)(void *), unsigned int irq)
{
	other.loops = other.stop = other.taken = 0;
	other.ready = 0;
	other.irq = irq;
	return cpu_count() > 1 && !cpu_start(1, fn, NULL) && wait_for(&other.ready, 1, TIMEOUT_US);
}

static bool stop_other(void)
{
	uint64_t end = time_ticks() + us_to_ticks(TIMEOUT_US);

	other.stop = 1;
	ipi_send(1, SGI_STOP);
	while (!cpu_is_off(1)) {
		if (time_ticks() > end)
			return false;
		cpu_relax();
	}
	return true;
}

LOOP(send, "", "msr S3_0_C12_C11_5, x20")
LOOP(nothing, "", "")

int64_t bench_sgi_other_send(uint64_t n)
{
	int64_t result;

	if (!start_other(sleeper, 0))
		return NOT_POSSIBLE;
	delay_us(100);
	result = cost(send, nothing, n, gic_sgi_value(percpu_of(1)->mpidr, SGI_OTHER), 0, 0);
	return stop_other() ? result : NOT_POSSIBLE;
}

/* x20: value, x21: register to store to. Yielding lets an emulator run the other CPU. */
LOOP(send_sgis, "", "msr S3_0_C12_C11_5, x20\n yield\n yield\n yield\n yield")
LOOP(send_spis, "", "str w20, [x21]\n yield\n yield\n yield\n yield")

/*
 * All CPUs share one clock: time passed = what this CPU executed + the rounds of
 * the other one + what its interrupts cost. The first term is the same when the
 * interrupt is not enabled there, so it falls out.
 */
static bool shared_time(loop_fn loop, uint64_t n, uint64_t a, uint64_t b, unsigned int irq,
			int64_t *scaled, uint64_t *taken)
{
	uint64_t loops, before, ticks;

	if (!start_other(spinner, irq))
		return false;
	loop(8, a, b, 0);
	loops = other.loops;
	before = other.taken;
	ticks = loop(n, a, b, 0);
	loops = other.loops - loops;
	*taken = other.taken - before;
	*scaled = ticks_to_scaled(ticks) - (int64_t)loops * SPIN_LOOP * BENCH_SCALE;
	return stop_other();
}

static int64_t receive(loop_fn loop, uint64_t n, uint64_t a, uint64_t b, unsigned int irq)
{
	int64_t with, without, best_with = INT64_MAX, best_without = INT64_MAX;
	uint64_t taken, none;

	for (int i = 0; i < BASE_RUNS; i++) {
		if (!shared_time(loop, n, a, b, 0, &without, &none) ||
		    !shared_time(loop, n, a, b, irq, &with, &taken) || !taken || none)
			return NOT_POSSIBLE;
		with /= (int64_t)taken;
		without /= (int64_t)taken;
		best_with = with < best_with ? with : best_with;
		best_without = without < best_without ? without : best_without;
	}
	return best_with - best_without - SGI_HANDLER * BENCH_SCALE;
}

int64_t bench_sgi_other_receive(uint64_t n)
{
	return receive(send_sgis, n, gic_sgi_value(percpu_of(1)->mpidr, SGI_OTHER), 0, SGI_OTHER);
}

int64_t bench_raise_receive(uint64_t n)
{
	unsigned int irq = (unsigned int)arg_u64("raised", in_cell() ? 0 : BARE_RAISED);

	if (!irq)
		return NOT_POSSIBLE;
	irq_enable_edge(irq, ignore, NULL);
	irq_disable(irq);
	return receive(send_spis, n, 1u << irq % 32, gic_dist() + GICD_ISPENDR + irq / 32 * 4, irq);
}
