/* SPDX-License-Identifier: GPL-2.0-only */
/* Faults of guests: aborts at stage 2, and exceptions injected into EL1. */
#ifndef ARM64_FAULT_H
#define ARM64_FAULT_H

#include "percpu.h"

/** Serve a data abort that is not an access to trapped registers. */
void fault_data_abort(struct percpu *percpu, struct frame *frame, u64 esr);

/** Serve an instruction abort: always a fault. */
void trap_instruction_abort(struct percpu *percpu, struct frame *frame, u64 esr);

/** Let the guest take an undefined-instruction exception at the trapped instruction. */
void inject_undefined(void);

#endif
