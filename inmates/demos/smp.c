// SPDX-License-Identifier: GPL-2.0-only
/*
 * smp: two CPUs of one cell.
 *
 *   rounds=1000   interrupts and messages to and fro in each run
 *   runs=2        times the second CPU is started; it goes off in between
 *
 * The first CPU writes a number and interrupts the second, which adds one and
 * interrupts the first.
 */
#include "inmate.h"

#define IPI_PING 0
#define IPI_PONG 1
#define TIMEOUT_US 5000000

static volatile uint32_t pings, pongs, ready, done;
static volatile uint64_t letter;
static uint32_t rounds;

static void on_ping(unsigned int irq, void *arg)
{
	(void)irq;
	(void)arg;
	letter = letter + 1;
	pings = pings + 1;
	ipi_send(0, IPI_PONG);
}

static void on_pong(unsigned int irq, void *arg)
{
	(void)irq;
	(void)arg;
	__atomic_store_n(&pongs, pongs + 1, __ATOMIC_RELEASE);
}

/* The second CPU: sleeps between interrupts until it is told to go. */
static void second(void *arg)
{
	(void)arg;
	ipi_enable(IPI_PING, on_ping, NULL);
	__atomic_store_n(&ready, ready + 1, __ATOMIC_RELEASE);
	while (!__atomic_load_n(&done, __ATOMIC_ACQUIRE))
		irq_wait();
}

static bool wait_off(unsigned int cpu)
{
	uint64_t end = time_ticks() + us_to_ticks(TIMEOUT_US);

	while (!cpu_is_off(cpu)) {
		if (time_ticks() > end)
			return false;
		cpu_relax();
	}
	return true;
}

static bool play(uint32_t run)
{
	for (uint32_t i = 0; i < rounds; i++) {
		uint64_t sent = ((uint64_t)run << 32) + 2 * i;
		uint32_t before = pongs;

		letter = sent;
		ipi_send(1, IPI_PING);
		if (!wait_for(&pongs, before + 1, TIMEOUT_US)) {
			printf("smp: FAILED no answer in round %u\n", i);
			return false;
		}
		if (letter != sent + 1) {
			printf("smp: FAILED wrong answer in round %u\n", i);
			return false;
		}
	}
	return true;
}

static bool run_once(uint32_t run)
{
	int result;

	done = 0;
	result = cpu_start(1, second, NULL);
	if (result || !wait_for(&ready, run + 1, TIMEOUT_US)) {
		printf("smp: FAILED second CPU does not come up (%d)\n", result);
		return false;
	}
	if (cpu_start(1, second, NULL) == 0) {
		printf("smp: FAILED a CPU that is on was started again\n");
		return false;
	}
	if (!play(run))
		return false;
	__atomic_store_n(&done, 1, __ATOMIC_RELEASE);
	letter = 0;
	ipi_send(1, IPI_PING);
	if (!wait_off(1)) {
		printf("smp: FAILED second CPU does not go off\n");
		return false;
	}
	printf("smp: run %u: second CPU came up, %u rounds, went off\n", run + 1, rounds);
	return true;
}

int main(void)
{
	uint32_t runs = (uint32_t)arg_u64("runs", 2), run;

	rounds = (uint32_t)arg_u64("rounds", 1000);
	printf("smp: cell %s has %u CPUs\n", (char *)comm()->name, comm()->cpu_count);
	if (cpu_count() < 2) {
		printf("smp: FAILED two CPUs are needed\n");
		cell_wait_shutdown();
	}
	ipi_enable(IPI_PONG, on_pong, NULL);
	irq_unmask();
	for (run = 0; run < runs && run_once(run); run++)
		;
	irq_mask();
	if (run == runs)
		printf("smp: OK runs=%u pings=%u pongs=%u\n", runs, pings, pongs);
	cell_wait_shutdown();
}
