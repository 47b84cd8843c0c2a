/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where exceptions of guests arrive from vectors.S.
 *
 * The frequent ones have only those registers in the frame that C does not keep: x0 to x17, x30.
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
 * mmio_fast() - data aborts that are plain accesses to trapped registers.
 *
 * x19 to x29 are not in the frame, so an access of these is not for it either. Returns
 * false if the abort is left to trap_data_abort().
 */
bool mmio_fast(struct frame *frame, u64 esr);

/** Data aborts; all registers are loaded from the frame. */
void trap_data_abort(struct frame *frame, u64 esr);

/** Any other synchronous exception; all registers are loaded from the frame. */
void trap_other(struct frame *frame, u64 esr);

/** Interrupts and SErrors that come to EL2; as trap_other(). */
void trap_interrupt(struct frame *frame);

#endif
