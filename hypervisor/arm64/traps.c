/* SPDX-License-Identifier: GPL-2.0-only */
/* Exceptions of guests, by class; data aborts are in mmio_trap.c, most SGIs in vectors.S. */
#include <bulkhead/hypercall.h>
#include "../core/arch.h"
#include "../core/hypercall.h"
#include "fault.h"
#include "park.h"
#include "psci.h"
#include "setup.h"
#include "sysreg.h"
#include "traps.h"

static __hot u64 firmware(struct percpu *percpu, struct frame *frame)
{
	if (likely((u32)frame->x[0] == PSCI_VERSION))
		return PSCI_VERSION_1_0;
	return (u64)firmware_call(percpu, frame);
}

static __hot bool trap_hypercall(struct percpu *percpu, struct frame *frame, u64 esr)
{
	u32 immediate = esr & 0xffff;

	if (likely(immediate == BH_HVC_IMM)) {
		percpu->exits[BH_EXIT_HYPERCALL]++;
		frame->x[0] = (u64)hypercall(percpu->cpu, frame->x[0], &frame->x[1]);
		return percpu->leaving;
	}
	percpu->exits[BH_EXIT_FIRMWARE]++;
	/* SMCCC: other immediates are not supported. */
	frame->x[0] = immediate ? (u64)-1 : firmware(percpu, frame);
	return false;
}

__hot bool trap_call(struct frame *frame, u64 esr)
{
	struct percpu *percpu = this_percpu();

	if (ESR_EC(esr) == EC_HVC64)
		return trap_hypercall(percpu, frame, esr);
	percpu->exits[BH_EXIT_FIRMWARE]++;
	/* SMC trapped by HCR_EL2.TSC returns to the instruction itself. */
	write_sysreg(elr_el2, read_sysreg(elr_el2) + 4);
	frame->x[0] = esr & 0xffff ? (u64)-1 : firmware(percpu, frame);
	return false;
}

void cpu_leave_now(void)
{
	cpu_leave(this_percpu(), 0);
}

static void trap_wfx(struct percpu *percpu, u64 esr)
{
	count_exit(percpu->cpu, BH_EXIT_HALT);
	/* WFIT and WFET may end early, and nothing here would end them in time (TI, bit 1). */
	if (!(esr & 2))
		cpu_wait(percpu);
	write_sysreg(elr_el2, read_sysreg(elr_el2) + 4);
}

void trap_other(struct frame *frame, u64 esr)
{
	struct percpu *percpu = this_percpu();

	switch (ESR_EC(esr)) {
	case EC_SYSREG:
		trap_sysreg(percpu, frame, esr);
		break;
	case EC_WFX:
		trap_wfx(percpu, esr);
		break;
	case EC_INSTR_ABORT:
		trap_instruction_abort(percpu, frame, esr);
		break;
	case EC_DATA_ABORT:
		/* Of a 32-bit program: it may have met an entry that is being replaced, too. */
		fault_data_abort(percpu, frame, esr);
		break;
	default:
		/*
		 * What is trapped by no intent: 32-bit accesses to what is, from EL0, or
		 * extensions that the CPU has and EL2 does not pass on.
		 */
		count_exit(percpu->cpu, BH_EXIT_OTHER);
		inject_undefined();
	}
}

/*
 * Only group 0 interrupts are routed to EL2, and none is ever enabled: what arrives is
 * spurious, or the firmware's to explain. Ending it is all that can be done.
 */
void trap_interrupt(struct frame *frame)
{
	u64 irq = read_sysreg(ICC_IAR0_EL1) & 0xffffff;

	(void)frame;
	count_exit(this_cpu(), BH_EXIT_OTHER);
	if (irq < 1020)
		write_sysreg(s3_0_c12_c8_1, irq); /* ICC_EOIR0_EL1 */
}
