/* SPDX-License-Identifier: GPL-2.0-only */
/* Taking CPUs over, and giving them back. */
#ifndef ARM64_SETUP_H
#define ARM64_SETUP_H

#include "percpu.h"

/** From entry.S, on the first CPU, MMU on, on the boot stack. Returns 0 or -BH_E_*. */
s64 hypervisor_init(void);

/** From entry.S, on its own stack: an online CPU comes in; its frame returns to the loader. */
void cpu_enter(struct frame *frame, u64 first, u64 host_sctlr);

/** From entry.S: a CPU that the root cell brings online comes from firmware. */
void cpu_cold(struct frame *frame) __noreturn;

/** Back to the loader's kernel; the CPU has been counted out. */
void cpu_leave(struct percpu *percpu, s64 result) __noreturn;

/** Program EL2 so that this CPU executes its cell. */
void cpu_activate(struct percpu *percpu);

#endif
