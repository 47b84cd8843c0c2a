/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The whole of core moved by bytes: each few bytes are one thing that the root cell, a further
 * cell, a CPU or bad luck may do next. Used with random bytes, and by a fuzzer.
 */
#ifndef UNIT_CORE_MACHINE_H
#define UNIT_CORE_MACHINE_H

#include <stddef.h>
#include "types.h"

#define MACHINE_STEP_BYTES 6u

/** struct machine_counts - how far it got, so that a test that does nothing is noticed. */
struct machine_counts {
	u64 steps;
	u64 created;
	u64 started;
	u64 ended;
	u64 failed;
	u64 destroyed;
	u64 refused;
};

extern struct machine_counts machine_counts;

/** Remembers what the machine is like now: fake_boot() has been called. */
void machine_begin(void);

/** Does what the bytes say; whatever is wrong then ends the program. */
void machine_run(const u8 *bytes, size_t count);

/** Brings all cells to their end; everything must be as at machine_begin(). */
void machine_end(void);

#endif
