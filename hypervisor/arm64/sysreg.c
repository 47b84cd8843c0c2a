/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is trapped, and what becomes of it:
 *
 *   interrupt controller               gicv3_cpu.c
 *   cache maintenance by set and way   nothing: memory is cleaned when it changes hands
 *   debug, PMU, trace, profiling       reads as zero, ignores writes: not there
 *   ACTLR_EL1                          reads as zero, ignores writes
 *   error records, LORegions           reads as zero, ignores writes
 *   implementation defined             as the former for the root cell, undefined for others
 *   anything else                      undefined
 */
#include "../core/arch.h"
#include "fault.h"
#include "gicv3.h"
#include "sysreg.h"

static bool is_set_way(u32 encoding)
{
	u32 crm = (encoding & SYSREG_CRM) >> 1;

	return (encoding & ~SYSREG_CRM) == SYSREG(1, 0, 7, 0, 2) &&
	       (crm == 6 || crm == 10 || crm == 14);
}

static bool is_pmu(u32 encoding)
{
	u32 crn = (encoding & SYSREG_CRN) >> 10, crm = (encoding & SYSREG_CRM) >> 1;

	if ((encoding & SYSREG_OP0) != SYSREG(3, 0, 0, 0, 0))
		return false;
	/* PM*_EL0 and PMINTEN*_EL1, PMMIR_EL1; event counters and types. */
	return (crn == 9 && crm >= 12 && crm <= 14) ||
	       (crn == 14 && crm >= 8 && (encoding & SYSREG_OP1) == SYSREG(0, 3, 0, 0, 0));
}

/* Debug and trace are op0 2; SPE (c9 c9, c9 c10) and the trace buffer (c9 c11) are not. */
static bool is_debug(u32 encoding)
{
	u32 crn = (encoding & SYSREG_CRN) >> 10, crm = (encoding & SYSREG_CRM) >> 1;

	if ((encoding & SYSREG_OP0) == SYSREG(2, 0, 0, 0, 0))
		return true;
	return (encoding & (SYSREG_OP0 | SYSREG_OP1)) == SYSREG(3, 0, 0, 0, 0) && crn == 9 &&
	       crm >= 9 && crm <= 11;
}

/* ACTLR_EL1; ERR* (c5 c3 to c5); LOR* (c10 c4); activity monitors (op1 3, c13 c2 and on). */
static bool is_absent(u32 encoding)
{
	u32 crm = (encoding & SYSREG_CRM) >> 1;

	switch (encoding & (SYSREG_OP0 | SYSREG_OP1 | SYSREG_CRN)) {
	case SYSREG(3, 0, 1, 0, 0):
		return crm == 0 && (encoding & SYSREG_OP2) == SYSREG(0, 0, 0, 0, 1);
	case SYSREG(3, 0, 5, 0, 0):
		return crm >= 3 && crm <= 5;
	case SYSREG(3, 0, 10, 0, 0):
		return crm == 4;
	case SYSREG(3, 3, 13, 0, 0):
		return crm >= 2;
	default:
		return false;
	}
}

static bool is_implementation_defined(u32 encoding)
{
	u32 crn = (encoding & SYSREG_CRN) >> 10;

	return (crn == 11 || crn == 15) && encoding & SYSREG(1, 0, 0, 0, 0);
}

static bool access(struct percpu *percpu, u32 encoding, bool write, u64 *value)
{
	if (gicv3_sysreg(percpu, encoding, write, value))
		return true;
	if (!write)
		*value = 0;
	return is_pmu(encoding) || is_debug(encoding) || is_absent(encoding) ||
	       (is_implementation_defined(encoding) && percpu->cpu->cell == root_cell);
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
