/* SPDX-License-Identifier: GPL-2.0-only */
/* Parking CPUs, waking them, calling them back. */
#ifndef ARM64_PARK_H
#define ARM64_PARK_H

#include "percpu.h"

/**
 * cpu_park() - this CPU leaves its cell, is cleaned, and waits for a request.
 *
 * @failed: its crash record says why
 */
void cpu_park(struct percpu *percpu, bool failed) __noreturn;

/** Serve the request to start, on a clean CPU. */
void cpu_run(struct percpu *percpu) __noreturn;

/** Wait at EL2 for any interrupt, on behalf of a guest. Returns when one is pending. */
void cpu_wait(struct percpu *percpu);

/** Is a root CPU that does not run turned off, as firmware sees it? */
bool cpu_is_off(const struct cpu *cpu);

#endif
