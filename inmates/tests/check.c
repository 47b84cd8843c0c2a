// SPDX-License-Identifier: GPL-2.0-only
/*
 * check: a cell has what it was promised.
 *
 *   irqs=A,B,...   SPIs of the cell: its writes about them must take effect
 *   raised=N       a BH_IRQ_RAISED interrupt: arrivals are counted and printed
 *   want=0         arrivals of it to wait for before saying OK
 */
#include "check.h"

#define MAX_IRQS 16
#define ROUNDS 10000
#define TIMEOUT_US 5000000
#define PERIOD_US 10000

static unsigned int failures;
static volatile uint32_t raised, turn;
static volatile uint64_t last_ticks;
static uint64_t backwards[2];

bool expect(bool ok, const char *format, ...)
{
	char text[200];
	va_list args;

	if (ok)
		return true;
	failures++;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	printf("check: FAILED: %s\n", text);
	return false;
}

static void done(const char *what, unsigned int before)
{
	if (failures == before)
		printf("check: %s OK\n", what);
}

static uint64_t self_info(uint64_t what)
{
	const uint64_t args[7] = { what };

	return (uint64_t)hypercall(BH_HC_SELF_INFO, args);
}

static void check_comm(void)
{
	const uint8_t *page = (const uint8_t *)comm();
	unsigned int before = failures;

	expect(comm()->version == BH_ABI_VERSION, "comm page has version %u", comm()->version);
	expect(comm()->name[0], "comm page has no name");
	expect(!comm()->name[BH_NAME_SIZE - 1], "name has no end");
	expect(!comm()->cmdline[BH_CMDLINE_SIZE - 1], "command line has no end");
	expect(comm()->cpu_count >= 1 && comm()->cpu_count <= BH_MAX_CPUS, "%u CPUs",
	       comm()->cpu_count);
	expect(comm()->state == BH_COMM_RUNNING && comm()->message == BH_COMM_MSG_NONE &&
		       comm()->reply == BH_COMM_REPLY_NONE && comm()->heartbeat == 0,
	       "comm page is not fresh");
	for (uint32_t i = comm()->cpu_count; i < BH_MAX_CPUS; i++)
		expect(comm()->cpus[i] == 0, "comm page: CPU %u beyond the end", i);
	for (size_t i = sizeof(struct bh_comm); in_cell() && i < BH_PAGE_SIZE; i++)
		if (!expect(page[i] == 0, "comm page: byte %zu is 0x%x", i, page[i]))
			break;
	if (in_cell()) {
		expect(self_info(BH_SELF_CELL) == comm()->cell && comm()->cell,
		       "cell is %u, and %lu in BH_HC_SELF_INFO", comm()->cell,
		       self_info(BH_SELF_CELL));
		expect(self_info(BH_SELF_CPU_COUNT) == comm()->cpu_count,
		       "BH_HC_SELF_INFO counts %lu CPUs", self_info(BH_SELF_CPU_COUNT));
	}
	check_cpus_arch();
	done("comm page", before);
}

static void check_zero(void)
{
	unsigned int before = failures;

	for (uintptr_t at = ram_free(); at < ram_end(); at += 8)
		if (!expect(*(uint64_t *)at == 0, "memory at 0x%lx is not zero: 0x%lx", at,
			    *(uint64_t *)at))
			break;
	done("memory of a former owner is gone", before);
}

static void fill(uint64_t factor)
{
	for (uintptr_t at = ram_free(); at < ram_end(); at += 8)
		*(volatile uint64_t *)at = at * factor;
}

static void check_ram(void)
{
	static const uint64_t factors[] = { 0x9e3779b97f4a7c15ull, ~0x9e3779b97f4a7c15ull };
	unsigned int before = failures;

	for (size_t i = 0; i < ARRAY_SIZE(factors); i++) {
		fill(factors[i]);
		for (uintptr_t at = ram_free(); at < ram_end(); at += 8)
			if (!expect(*(volatile uint64_t *)at == at * factors[i],
				    "memory at 0x%lx does not keep its value", at))
				break;
	}
	fill(0); /* as a restart of this cell will want to find it */
	printf("check: 0x%lx bytes of memory\n", ram_end() - ram_free());
	done("memory test", before);
}

/* Two CPUs take turns; what one reads is not before what the other has read. */
static void take_turns(void *arg)
{
	uint32_t me = (uint32_t)(uintptr_t)arg;

	for (uint32_t i = 0; i < ROUNDS; i++) {
		uint64_t now;

		if (!wait_for(&turn, 2 * i + me, TIMEOUT_US))
			return;
		now = time_ticks();
		if (now < last_ticks)
			backwards[me]++;
		last_ticks = now;
		__atomic_store_n(&turn, 2 * i + me + 1, __ATOMIC_RELEASE);
	}
}

static void check_time(void)
{
	unsigned int before = failures;
	uint64_t last = time_ticks();

	expect(time_hz() >= 1000000, "counter at %lu Hz", time_hz());
	for (uint32_t i = 0; i < ROUNDS; i++) {
		uint64_t now = time_ticks();

		if (!expect(now >= last, "time goes backwards"))
			break;
		last = now;
	}
	if (cpu_count() > 1) {
		int result = cpu_start(1, take_turns, (void *)1);

		if (expect(!result, "second CPU does not start: %d", result))
			take_turns((void *)0);
		wait_for(&turn, 2 * ROUNDS, TIMEOUT_US);
		expect(turn == 2 * ROUNDS, "CPUs stopped taking turns at %u", turn);
		expect(!backwards[0] && !backwards[1], "CPUs disagree about the time %lu times",
		       backwards[0] + backwards[1]);
	}
	done("time", before);
}

static void check_irqs(void)
{
	uint64_t irqs[MAX_IRQS];
	size_t n = arg_list("irqs", irqs, MAX_IRQS);
	unsigned int before = failures;

	for (size_t i = 0; i < n; i++)
		check_irq_arch((unsigned int)irqs[i]);
	if (n)
		done("interrupts", before);
}

static void on_raised(unsigned int irq, void *arg)
{
	(void)irq;
	(void)arg;
	raised = raised + 1;
}

static void on_timer(unsigned int irq, void *arg)
{
	(void)irq;
	(void)arg;
	timer_set(time_ticks() + us_to_ticks(PERIOD_US));
}

/* From here on the cell is there to be raised at, and to be ended. */
static void wait_raised(unsigned int irq) __attribute__((noreturn));

static void wait_raised(unsigned int irq)
{
	uint32_t want = (uint32_t)arg_u64("want", 0), shown = 0;
	bool said = failures != 0;

	if (irq)
		irq_enable_edge(irq, on_raised, NULL);
	irq_enable(timer_irq(), on_timer, NULL);
	timer_set(time_ticks());
	if (irq)
		printf("check: waiting for irq=%u\n", irq);
	while (comm_serve() != COMM_SHUTDOWN) {
		if (raised != shown) {
			shown = raised;
			printf("raised irq=%u: %u\n", irq, shown);
		}
		if (!said && raised >= want) {
			printf("check: OK\n");
			said = true;
			if (!in_cell())
				cell_off();
		}
		irq_wait();
	}
	cell_agree_shutdown();
}

int main(void)
{
	printf("check: cell %s\n", (char *)comm()->name);
	check_comm();
	check_zero();
	check_ram();
	check_time();
	check_irqs();
	if (failures)
		printf("check: FAILED %u\n", failures);
	wait_raised((unsigned int)arg_u64("raised", 0));
}
