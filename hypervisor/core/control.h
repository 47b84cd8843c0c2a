/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The life of a cell.
 *
 * Those that return int return 0 or more, or -BH_E_*; what each does and allows is said
 * with the hypercall of its name (bulkhead/hypercall.h). Callers hold control_lock.
 */
#ifndef CORE_CONTROL_H
#define CORE_CONTROL_H

#include "cell.h"
#include "config_rules.h"

/** Held by management calls; only ever tried, so that no CPU waits for another's slice. */
extern struct spinlock control_lock;

/** For config checks: keep the first broken rule as -BH_E_RULE - rule in the int at @context. */
bool note_rule(void *context, const struct bh_rule_hit *hit);

/** Set up the root cell from the system config, on the first CPU. */
int cell_init_root(void);

int cell_create(u64 config_phys, u64 size);
int cell_step(struct cell *cell);
int cell_set_loadable(struct cell *cell);
int cell_load_done(struct cell *cell);
int cell_start(struct cell *cell);
int cell_shutdown(struct cell *cell, u32 mode);
int cell_destroy(struct cell *cell);

/* What follows needs no lock, and may come from any cell. */

/** Take over what a lockable cell says of itself in its comm page. */
void cell_refresh_state(struct cell *cell);

/** Has a running cell locked the partitioning? */
bool cells_locked(void);

/** End a running cell: its CPUs are called back, and not waited for. */
void cell_end(struct cell *cell);

/** cell_end() for all but the root cell: before the machine goes down. */
void cells_stop_all(void);

/**
 * cell_fail() - @cpu, this CPU, broke its cell's bounds: the cell ends as FAILED.
 *
 * The crash record has been filled in; the caller parks.
 */
void cell_fail(struct cpu *cpu);

/**
 * cell_cpu_parked() - this CPU has left its cell; last before it waits.
 *
 * Forgets requests that came until now. When it was the last, the cell has ended.
 */
void cell_cpu_parked(struct cpu *cpu, bool failed);

/**
 * cpu_start() - let a parked CPU of a running cell start.
 *
 * Returns false when it is not parked, already starting, or not (any more) @cell's.
 */
bool cpu_start(struct cpu *cpu, const struct cell *cell, u64 entry, u64 argument);

#endif
