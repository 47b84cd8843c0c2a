/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Each cell has a PSCI of its own: on, off and reset mean its CPUs. The root cell's CPUs
 * that were never here are brought by the real firmware, by way of cold_entry.
 */
#include "../core/arch.h"
#include "../core/console.h"
#include "../core/control.h"
#include "../core/memory.h"
#include "park.h"
#include "psci.h"

#define PSCI_CPU_SUSPEND 0x84000001u
#define PSCI_CPU_OFF 0x84000002u
#define PSCI_CPU_ON 0x84000003u
#define PSCI_AFFINITY_INFO 0x84000004u
#define PSCI_MIGRATE_INFO_TYPE 0x84000006u
#define PSCI_SYSTEM_OFF 0x84000008u
#define PSCI_SYSTEM_RESET 0x84000009u
#define PSCI_FEATURES 0x8400000au
#define SMCCC_VERSION 0x80000000u
#define SMCCC_ARCH_FEATURES 0x80000001u
#define SMCCC_ARCH_WORKAROUND_1 0x80008000u
#define SMCCC_ARCH_WORKAROUND_2 0x80007fffu
#define SMCCC_ARCH_WORKAROUND_3 0x80003fffu
#define SMC64 0x40000000u

#define PSCI_SUCCESS 0
#define PSCI_NOT_SUPPORTED (-1)
#define PSCI_INVALID_PARAMETERS (-2)
#define PSCI_ALREADY_ON (-4)
#define PSCI_ON_IN_PROGRESS (-5)
#define PSCI_INTERNAL_FAILURE (-6)

#define SMCCC_VERSION_1_1 0x10001

/* How long cells are given to stop before the machine goes down, in ticks of a second / N. */
#define STOP_FRACTION 100

extern u8 image_start[], cold_entry[];

static __cold s64 smc(u64 function, u64 a, u64 b, u64 c)
{
	register u64 x0 __asm__("x0") = function;
	register u64 x1 __asm__("x1") = a;
	register u64 x2 __asm__("x2") = b;
	register u64 x3 __asm__("x3") = c;

	__asm__ volatile("smc #0"
			 : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3)
			 :
			 : "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13", "x14",
			   "x15", "x16", "x17", "memory");
	return (s64)x0;
}

void psci_firmware_cpu_off(void)
{
	s64 err = smc(PSCI_CPU_OFF, 0, 0, 0);

	panic("firmware keeps CPU %u on: %ld", this_cpu()->index, err);
}

s64 psci_firmware_affinity_info(u64 hw_id)
{
	return (s32)smc(PSCI_AFFINITY_INFO | SMC64, hw_id, 0, 0);
}

/* ---- CPUs ---- */

static struct cpu *cpu_in(const struct cell *cell, u64 hw_id)
{
	unsigned int cpu;

	for_each_bit(cpu, cell->cpus)
		if (cpus[cpu].status->hw_id == hw_id && cpus[cpu].cell == cell)
			return &cpus[cpu];
	return NULL;
}

/* A CPU that firmware holds: let it come in through cold_entry. */
static s64 bring_in(struct cpu *cpu, u64 entry, u64 context)
{
	u64 phys = hypervisor_phys + (u64)(cold_entry - image_start);
	s64 err;

	if (__atomic_exchange_n(&cpu->request, CPU_REQUEST_START, __ATOMIC_ACQUIRE))
		return PSCI_ON_IN_PROGRESS;
	cpu->entry = entry;
	cpu->entry_arg = context;
	cpu->kick_sent = 0;
	dsb(sy);
	err = (s32)smc(PSCI_CPU_ON | SMC64, cpu->status->hw_id, phys, 0);
	if (err)
		WRITE_ONCE(cpu->request, 0);
	return err;
}

static s64 cpu_on(const struct cell *cell, u64 hw_id, u64 entry, u64 context)
{
	struct cpu *cpu = cpu_in(cell, hw_id);

	if (!cpu)
		return PSCI_INVALID_PARAMETERS;
	if (READ_ONCE(cpu->status->state) == BH_CPU_OUTSIDE)
		return bring_in(cpu, entry, context);
	if (cpu_start(cpu, cell, entry, context))
		return PSCI_SUCCESS;
	return READ_ONCE(cpu->request) ? PSCI_ON_IN_PROGRESS : PSCI_ALREADY_ON;
}

static s64 affinity_info(const struct cell *cell, u64 hw_id, u64 level)
{
	struct cpu *cpu = cpu_in(cell, hw_id);

	if (!cpu || level)
		return PSCI_INVALID_PARAMETERS;
	if (READ_ONCE(cpu->request) & CPU_REQUEST_START)
		return PSCI_ON_PENDING;
	switch (READ_ONCE(cpu->status->state)) {
	case BH_CPU_RUNNING:
		return PSCI_ON;
	case BH_CPU_OUTSIDE:
		return psci_firmware_affinity_info(hw_id);
	default:
		return PSCI_OFF;
	}
}

/* ---- the end of a cell, or of the machine ---- */

static bool any_cell_stops(void)
{
	for_each_cell(cell)
		if (cell != root_cell && READ_ONCE(cell->state) == BH_CELL_STOPPING)
			return true;
	return false;
}

/* The root cell's: other cells are stopped first, and get a bounded time for it. */
static s64 machine_down(u32 function)
{
	u64 start = read_sysreg(cntpct_el0), limit = read_sysreg(cntfrq_el0) / STOP_FRACTION;

	cells_stop_all();
	while (any_cell_stops() && read_sysreg(cntpct_el0) - start < limit)
		cpu_relax();
	return smc(function, 0, 0, 0);
}

static s64 system_down(struct percpu *percpu, u32 function)
{
	if (percpu->cpu->cell == root_cell)
		return machine_down(function);
	cell_end(percpu->cpu->cell);
	cpu_park(percpu, false);
}

/* ---- what there is ---- */

/* Each exists as a 32-bit call; those that take addresses as a 64-bit call, too. */
static const u32 implemented[] = {
	PSCI_VERSION,
	PSCI_CPU_SUSPEND,
	PSCI_CPU_SUSPEND | SMC64,
	PSCI_CPU_OFF,
	PSCI_CPU_ON,
	PSCI_CPU_ON | SMC64,
	PSCI_AFFINITY_INFO,
	PSCI_AFFINITY_INFO | SMC64,
	PSCI_MIGRATE_INFO_TYPE,
	PSCI_SYSTEM_OFF,
	PSCI_SYSTEM_RESET,
	PSCI_FEATURES,
	SMCCC_VERSION,
};

static s64 features(u64 function)
{
	for (u32 i = 0; i < ARRAY_SIZE(implemented); i++)
		if (implemented[i] == (u32)function)
			return PSCI_SUCCESS;
	return PSCI_NOT_SUPPORTED;
}

/* Does the real firmware do this workaround? It says so if it knows SMCCC 1.1. */
static s64 workaround(u32 function)
{
	if ((s32)smc(PSCI_VERSION, 0, 0, 0) < PSCI_VERSION_1_0 ||
	    (s32)smc(PSCI_FEATURES, SMCCC_VERSION, 0, 0) < 0)
		return PSCI_NOT_SUPPORTED;
	return (s32)smc(SMCCC_ARCH_FEATURES, function, 0, 0);
}

static s64 arch_features(u64 function)
{
	switch ((u32)function) {
	case SMCCC_VERSION:
	case SMCCC_ARCH_FEATURES:
		return PSCI_SUCCESS;
	case SMCCC_ARCH_WORKAROUND_1:
	case SMCCC_ARCH_WORKAROUND_2:
	case SMCCC_ARCH_WORKAROUND_3:
		return workaround((u32)function);
	default:
		return PSCI_NOT_SUPPORTED;
	}
}

static s64 call_workaround(u32 function, u64 argument)
{
	if (workaround(function) < 0)
		return PSCI_NOT_SUPPORTED;
	smc(function, argument, 0, 0);
	return PSCI_SUCCESS;
}

/* The 32-bit calls take 32-bit arguments. */
static u64 argument(u32 function, u64 value)
{
	return function & SMC64 ? value : (u32)value;
}

s64 firmware_call(struct percpu *percpu, struct frame *frame)
{
	const struct cell *cell = percpu->cpu->cell;
	u32 function = (u32)frame->x[0];

	switch (function) {
	case PSCI_VERSION:
		return PSCI_VERSION_1_0;
	case PSCI_CPU_SUSPEND:
	case PSCI_CPU_SUSPEND | SMC64:
		cpu_wait(percpu);
		return PSCI_SUCCESS;
	case PSCI_CPU_OFF:
		cpu_park(percpu, false);
	case PSCI_CPU_ON:
	case PSCI_CPU_ON | SMC64:
		return cpu_on(cell, argument(function, frame->x[1]),
			      argument(function, frame->x[2]), argument(function, frame->x[3]));
	case PSCI_AFFINITY_INFO:
	case PSCI_AFFINITY_INFO | SMC64:
		return affinity_info(cell, argument(function, frame->x[1]), frame->x[2]);
	case PSCI_MIGRATE_INFO_TYPE:
		return 2; /* no trusted OS that would need to migrate */
	case PSCI_SYSTEM_OFF:
	case PSCI_SYSTEM_RESET:
		return system_down(percpu, function);
	case PSCI_FEATURES:
		return features(frame->x[1]);
	case SMCCC_VERSION:
		return SMCCC_VERSION_1_1;
	case SMCCC_ARCH_FEATURES:
		return arch_features(frame->x[1]);
	case SMCCC_ARCH_WORKAROUND_1:
	case SMCCC_ARCH_WORKAROUND_2:
	case SMCCC_ARCH_WORKAROUND_3:
		return call_workaround(function, frame->x[1]);
	default:
		return PSCI_NOT_SUPPORTED;
	}
}
