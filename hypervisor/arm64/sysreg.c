/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is trapped, and what becomes of it:
 *
 *   interrupt controller               gicv3_cpu.c
 *   cache maintenance by set and way   nothing: memory is cleaned when it changes hands
 *   debug, PMU, trace, profiling       reads as zero, ignores writes: not there
 *   ACTLR_EL1                          reads as zero, ignores writes
 *   error records, LORegions, tags     reads as zero, ignores writes
 *   implementation defined             as the former for the root cell, undefined for others
 *   anything else                      undefined
 */
#include "../core/arch.h"
#include "fault.h"
#include "gicv3.h"
#include "sysreg.h"

/* Parts of an encoding, to say what a rule looks at. */
#define OP0 SYSREG_OP0
#define OP1 SYSREG_OP1
#define CRN SYSREG_CRN
#define CRM SYSREG_CRM
#define OP2 SYSREG_OP2

/**
 * struct absent - registers that read as zero and ignore writes.
 * @mask: what of the encoding is looked at
 * @first: the least that it may be
 * @last: the most
 * @root_only: in the root cell only; in others they are undefined
 */
static const struct absent {
	u32 mask, first, last;
	bool root_only;
} absent[] = {
	/* Debug and trace: op0 is 2. */
	{ OP0, SYSREG(2, 0, 0, 0, 0), SYSREG(2, 0, 0, 0, 0), false },
	/* SPE and the trace buffer: c9 c9 to c11; the PMU: c9 c12 to c14, at EL0 and EL1. */
	{ OP0 | OP1 | CRN | CRM, SYSREG(3, 0, 9, 9, 0), SYSREG(3, 0, 9, 14, 0), false },
	{ OP0 | OP1 | CRN | CRM, SYSREG(3, 3, 9, 12, 0), SYSREG(3, 3, 9, 14, 0), false },
	/* Event counters and types: c14 c8 to c15. */
	{ OP0 | OP1 | CRN | CRM, SYSREG(3, 3, 14, 8, 0), SYSREG(3, 3, 14, 15, 0), false },
	/* Activity monitors: c13 c2 and on. */
	{ OP0 | OP1 | CRN | CRM, SYSREG(3, 3, 13, 2, 0), SYSREG(3, 3, 13, 15, 0), false },
	/* ACTLR_EL1 */
	{ SYSREG_MASK, SYSREG(3, 0, 1, 0, 1), SYSREG(3, 0, 1, 0, 1), false },
	/* RGSR_EL1, GCR_EL1: memory tags. */
	{ SYSREG_MASK, SYSREG(3, 0, 1, 0, 5), SYSREG(3, 0, 1, 0, 6), false },
	/* Error records, tag faults: c5 c3 to c6; LORegions: c10 c4. */
	{ OP0 | OP1 | CRN | CRM, SYSREG(3, 0, 5, 3, 0), SYSREG(3, 0, 5, 6, 0), false },
	{ OP0 | OP1 | CRN | CRM, SYSREG(3, 0, 10, 4, 0), SYSREG(3, 0, 10, 4, 0), false },
	/* Implementation defined: op0 1 or 3, c11 and c15. */
	{ SYSREG(1, 0, 0, 0, 0) | CRN, SYSREG(1, 0, 11, 0, 0), SYSREG(1, 0, 11, 0, 0), true },
	{ SYSREG(1, 0, 0, 0, 0) | CRN, SYSREG(1, 0, 15, 0, 0), SYSREG(1, 0, 15, 0, 0), true },
};

static bool is_absent(u32 encoding, bool root)
{
	for (u32 i = 0; i < ARRAY_SIZE(absent); i++) {
		u32 part = encoding & absent[i].mask;

		if (part >= absent[i].first && part <= absent[i].last &&
		    (root || !absent[i].root_only))
			return true;
	}
	return false;
}

/* DC ISW, CSW, CISW: c7 c6, c10, c14, op2 2. */
static bool is_set_way(u32 encoding)
{
	return (encoding & ~CRM) == SYSREG(1, 0, 7, 0, 2);
}

static bool access(struct percpu *percpu, u32 encoding, bool write, u64 *value)
{
	if (gicv3_sysreg(percpu, encoding, write, value))
		return true;
	if (!write)
		*value = 0;
	return is_absent(encoding, percpu->cpu->cell == root_cell);
}

void trap_sysreg(struct percpu *percpu, struct frame *frame, u64 esr)
{
	u32 encoding = (u32)esr & SYSREG_MASK, rt = (u32)(esr >> 5) & 31;
	bool write = !(esr & 1);
	u64 value = write && rt < 31 ? frame->x[rt] : 0;

	if (is_set_way(encoding)) {
		count_exit(percpu->cpu, BH_EXIT_CACHE);
	} else {
		count_exit(percpu->cpu, BH_EXIT_SYSREG);
		if (!access(percpu, encoding, write, &value)) {
			inject_undefined();
			return;
		}
	}
	if (!write && rt < 31)
		frame->x[rt] = value;
	write_sysreg(elr_el2, read_sysreg(elr_el2) + 4);
}
