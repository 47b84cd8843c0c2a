// SPDX-License-Identifier: GPL-2.0-only
/*
 * The performance monitors must not count what the hypervisor executes
 * (Arm ARM D12.5.2, filtering by exception level).
 */
#include "attack-arm64.h"

#define CALLS 1000
#define PMCR_ENABLE ((1u << 0) | (1u << 2))
#define PMCR_RESET_CYCLES (1u << 2)
#define FILTER_NSH (1u << 27)
#define EVENT_INSTRUCTIONS 0x08u
#define COUNT_CYCLES (1u << 31)
#define COUNT_FIRST (1u << 0)
#define PER_CALL_OWN 16 /* instructions of the loop itself, at most */

static void start(void *arg)
{
	(void)arg;
	write_sysreg(FILTER_NSH, pmccfiltr_el0);
	write_sysreg(EVENT_INSTRUCTIONS | FILTER_NSH, S3_3_C14_C12_0); /* PMEVTYPER0_EL0 */
	write_sysreg(PMCR_ENABLE | PMCR_RESET_CYCLES, pmcr_el0);
	write_sysreg(COUNT_CYCLES | COUNT_FIRST, pmcntenset_el0);
	isb();
}

struct counts {
	uint64_t cycles, instructions;
};

static void sample(void *arg)
{
	struct counts *counts = arg;

	isb();
	counts->cycles = read_sysreg(pmccntr_el0);
	counts->instructions = read_sysreg(S3_3_C14_C8_0); /* PMEVCNTR0_EL0 */
}

static bool measure(bool with_call, struct counts *delta)
{
	struct counts before, after;

	if (!try_call(sample, &before))
		return false;
	for (int i = 0; i < CALLS; i++) {
		if (with_call)
			asm volatile("mov x0, %0\n hvc %1" ::"i"(BH_HC_VERSION), "i"(BH_HVC_IMM)
				     : "x0", "memory");
		else
			asm volatile("mov x0, %0\n nop" ::"i"(BH_HC_VERSION) : "x0", "memory");
	}
	if (!try_call(sample, &after))
		return false;
	delta->cycles = after.cycles - before.cycles;
	delta->instructions = after.instructions - before.instructions;
	return true;
}

void attack_pmu(void)
{
	struct counts empty, calls;

	if (!try_call(start, NULL)) {
		refused("performance monitors are out of reach");
		return;
	}
	if (!measure(false, &empty) || !measure(true, &calls)) {
		refused("performance counters are out of reach");
		return;
	}
	printf("attack: per call %lu instructions and %lu cycles are counted, without it %lu and %lu\n",
	       calls.instructions / CALLS, calls.cycles / CALLS, empty.instructions / CALLS,
	       empty.cycles / CALLS);
	if (calls.instructions > empty.instructions + CALLS * PER_CALL_OWN)
		breach("instructions of the hypervisor are counted");
	else
		refused("instructions of the hypervisor are not counted");
	/* Where cycles are counted at all, and not the wall clock. */
	if (empty.cycles && calls.cycles > empty.cycles * 4 + CALLS * PER_CALL_OWN)
		breach("cycles of the hypervisor are counted");
	else
		refused("cycles of the hypervisor are not counted");
}
