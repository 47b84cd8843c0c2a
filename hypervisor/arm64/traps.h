/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where exceptions of guests arrive from vectors.S.
 *
 * The frequent ones save and load what C does not keep, x0 to x17 and x30, and little more.
 */
#ifndef ARM64_TRAPS_H
#define ARM64_TRAPS_H

#include "percpu.h"

/**
 * trap_call() - HVC and SMC.
 *
 * x19 to x29 are not in the frame. Returns true if this CPU leaves the hypervisor; they are
 * put there then, and cpu_leave_now() is called.
 */
bool trap_call(struct frame *frame, u64 esr);
void cpu_leave_now(void) __noreturn;

/**
 * trap_data_abort() - accesses to trapped registers, and faults.
 *
 * All registers are in the frame, but only x0 to x17 and x30 are loaded from it, and the one
 * of x19 to x29 that the result names, if it is not 0.
 */
u64 trap_data_abort(struct frame *frame, u64 esr);

/** Any other synchronous exception; all registers are loaded from the frame. */
void trap_other(struct frame *frame, u64 esr);

/** Interrupts and SErrors that come to EL2; as trap_other(). */
void trap_interrupt(struct frame *frame);

#endif
