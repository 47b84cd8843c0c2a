/* SPDX-License-Identifier: GPL-2.0-only */
/* Where exceptions of guests arrive from vectors.S, the frequent ones first. */
#include <bulkhead/hypercall.h>
#include "../core/arch.h"
#include "../core/hypercall.h"
#include "fault.h"
#include "park.h"
#include "psci.h"
#include "setup.h"
#include "sysreg.h"
#include "sysregs.h"

void trap_sync(struct frame *frame, u64 esr);
void trap_interrupt(struct frame *frame);

static void skip_instruction(void)
{
	write_sysreg(elr_el2, read_sysreg(elr_el2) + 4);
}

static __hot void trap_hypercall(struct percpu *percpu, struct frame *frame, u64 esr)
{
	u32 immediate = esr & 0xffff;

	if (likely(immediate == BH_HVC_IMM)) {
		count_exit(percpu->cpu, BH_EXIT_HYPERCALL);
		frame->x[0] = (u64)hypercall(percpu->cpu, frame->x[0], &frame->x[1]);
		if (unlikely(percpu->leaving))
			cpu_leave(percpu, 0);
	} else if (!immediate) {
		count_exit(percpu->cpu, BH_EXIT_FIRMWARE);
		frame->x[0] = (u64)firmware_call(percpu, frame);
	} else {
		count_exit(percpu->cpu, BH_EXIT_OTHER);
		frame->x[0] = (u64)-1; /* SMCCC: not supported */
	}
}

/* SMC trapped by HCR_EL2.TSC returns to the instruction itself. */
static __hot void trap_smc(struct percpu *percpu, struct frame *frame, u64 esr)
{
	count_exit(percpu->cpu, BH_EXIT_FIRMWARE);
	skip_instruction();
	frame->x[0] = esr & 0xffff ? (u64)-1 : (u64)firmware_call(percpu, frame);
}

static void trap_wfx(struct percpu *percpu)
{
	count_exit(percpu->cpu, BH_EXIT_HALT);
	cpu_wait(percpu);
	skip_instruction();
}

__hot void trap_sync(struct frame *frame, u64 esr)
{
	struct percpu *percpu = this_percpu();

	switch (ESR_EC(esr)) {
	case EC_HVC64:
		trap_hypercall(percpu, frame, esr);
		break;
	case EC_DATA_ABORT:
		trap_data_abort(percpu, frame, esr);
		break;
	case EC_SMC64:
		trap_smc(percpu, frame, esr);
		break;
	case EC_SYSREG:
		trap_sysreg(percpu, frame, esr);
		break;
	case EC_WFX:
		trap_wfx(percpu);
		break;
	case EC_INSTR_ABORT:
		trap_instruction_abort(percpu, frame, esr);
		break;
	default:
		trap_unexpected(percpu, frame, esr);
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
