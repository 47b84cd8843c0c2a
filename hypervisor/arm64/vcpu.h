/* SPDX-License-Identifier: GPL-2.0-only */
/* Registers of EL1 and EL0: their reset state. */
#ifndef ARM64_VCPU_H
#define ARM64_VCPU_H

#include "percpu.h"

/** Set all that a guest can see to its reset state, to start at @entry with x0 = @argument. */
void vcpu_reset(struct percpu *percpu, u64 entry, u64 argument);

/** Stop what acts without the guest: timers, debug, profiling. */
void vcpu_quiesce(void);

/** Start the guest whose registers are in the frame; see vectors.S. */
void vcpu_begin(struct frame *frame) __noreturn;

/** Clear the breakpoints and watchpoints up to these numbers, 0 to 15; see vectors.S. */
void vcpu_clear_debug(u64 last_breakpoint, u64 last_watchpoint);

/** Copy the status of this CPU to its crash record. */
void vcpu_crash(struct percpu *percpu, struct frame *frame, u32 cause, u64 address, u64 virt,
		u64 esr);

/** Map all CPUs' status pages and the console ring for the root cell to read. */
int export_status(void);

#endif
