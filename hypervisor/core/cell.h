/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Cells and CPUs, as core sees them.
 */
#ifndef CORE_CELL_H
#define CORE_CELL_H

#include <bulkhead/comm.h>
#include <bulkhead/config.h>
#include <bulkhead/status.h>
#include <arch/cell.h>
#include "mmio.h"
#include "pgtable.h"
#include "spinlock.h"
#include "types.h"

struct work_step;

/**
 * struct cell - one cell.
 * @id: position in the table of cells; 0 is the root cell
 * @state: enum bh_cell_state
 * @config: own copy of the config
 * @config_pages: pages of that copy
 * @cpus: bit per CPU index
 * @stage2: its memory
 * @mmio: its trapped pages
 * @status: exported
 * @console: exported ring
 * @console_lock: writers of the ring
 * @comm: comm page, NULL if it has none
 * @failed: set by the first CPU that fails it
 * @work_plan: the long work under way, NULL if none; see work.h
 * @work_step: position in the plan
 * @work_region: region being worked on
 * @work_offset: bytes of it that are done
 * @arch: the architecture's part
 */
struct cell {
	u32 id;
	u32 state;
	struct bh_config *config;
	u32 config_pages;
	u64 cpus;
	struct pt stage2;
	struct mmio_map mmio;
	struct bh_cell_status *status;
	struct bh_console *console;
	struct spinlock console_lock;
	struct bh_comm *comm;
	u32 failed;
	const struct work_step *work_plan;
	u32 work_step;
	u32 work_region;
	u64 work_offset;
	struct arch_cell arch;
};

extern struct cell cells[BH_MAX_CELLS];
#define root_cell (&cells[0])

/** CPU requests, set by others, served by the CPU itself. */
#define CPU_REQUEST_PARK BIT(0) /**< leave the cell and wait */
#define CPU_REQUEST_START BIT(1) /**< start at cpu->entry */
#define CPU_REQUEST_OFF BIT(2) /**< give the CPU back to firmware, powered off */

/**
 * struct cpu - what CPUs share about each other; the private part is the architecture's.
 * @status: exported
 * @cell: the cell it belongs to
 * @index: in the system config
 * @request: CPU_REQUEST_*
 * @entry: where it starts, with CPU_REQUEST_START
 * @entry_arg: first argument register there
 * @kick_sent: a kick is on its way and was not yet taken
 */
struct cpu {
	struct bh_cpu_status *status;
	struct cell *cell;
	u32 index;
	u32 request;
	u64 entry;
	u64 entry_arg;
	u32 kick_sent;
};

extern struct cpu cpus[BH_MAX_CPUS];
extern u32 cpu_count;
extern const struct bh_config *system_config;

#define for_each_cell(cell)                                                                        \
	for (struct cell *cell = cells; cell < cells + BH_MAX_CELLS; cell++)                       \
		if (cell->state != BH_CELL_NONE)

static inline bool cell_runs(const struct cell *cell)
{
	return cell->state == BH_CELL_RUNNING || cell->state == BH_CELL_RUNNING_LOCKED;
}

/** The CPU with this hardware identifier, or NULL. */
struct cpu *cpu_by_id(u64 hw_id);

/** Set a cell's state, for all to see. */
void cell_set_state(struct cell *cell, u32 state);

/** Set what a CPU does, for all to see. */
static inline void cpu_set_state(struct cpu *cpu, u32 state)
{
	WRITE_ONCE(cpu->status->state, state);
}

/** Count an exit of this CPU from its cell. */
static inline void count_exit(struct cpu *cpu, enum bh_exit reason)
{
	cpu->status->exits[reason]++;
}

#endif
