/* SPDX-License-Identifier: GPL-2.0-only */
/* The root cell's part: hypercalls, and whole ways through a cell's life. */
#ifndef UNIT_CORE_CELLS_H
#define UNIT_CORE_CELLS_H

#include <bulkhead/hypercall.h>
#include "fake.h"
#include "hypercall.h"

/** A hypercall of the CPU that this thread is. */
s64 call(u64 number, u64 a, u64 b, u64 c, u64 d);
#define CALL(number, a) call(number, a, 0, 0, 0)

/** Repeat while the result is AGAIN; ends the program if that never ends. */
s64 call_slices(u64 number, u64 cell);

/** Turn the CPUs of a config off. */
void park_cpus(const struct fake_blob *blob);
/** Let CPUs look at their requests until none has any. */
void settle_cpus(void);

/** Create a cell, whose CPUs are turned off, up to a state; returns its identifier. */
u64 create_cell(const struct fake_blob *blob);
u64 bring_to(enum fake_cell which, enum bh_cell_state state);

/** How much a state of the whole is like another: pool, tables of the root cell, CPUs. */
struct snapshot {
	size_t pool_used;
	u64 root_tables;
	u64 cells;
};

struct snapshot take_snapshot(void);
bool same_snapshot(const struct snapshot *a, const struct snapshot *b);

/**
 * Compares what all tables allow with configs and states, and ends the program where a cell
 * reaches what it must not.
 */
void check_partition(void);

#endif
