/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Units: subsystems that take part in the life of cells and CPUs. A unit is a file that
 * defines one of these with UNIT(); core loops over all and knows none by name.
 */
#ifndef CORE_UNIT_H
#define CORE_UNIT_H

#include "cell.h"

/**
 * struct unit - hooks, each may be NULL.
 * @name: for messages
 * @init: once, on the first CPU, after the page pool and before the root cell exists
 * @cell_create: resources of a new cell are taken from the root cell; may refuse. For the
 *               root cell itself it is called first of all
 * @cell_reset: a cell is about to start: bring its devices to their reset state
 * @cell_destroy: give resources back; the cell's CPUs are parked. Must not fail, and must
 *                bear that cell_create was never reached or refused
 * @cpu_enter: this CPU comes under the hypervisor
 * @cpu_reset: this CPU has been taken out of a cell: nothing of it may stay
 * @cpu_leave: this CPU goes back to the root cell's bare machine
 *
 * Hooks that return int return 0 or -BH_E_*.
 */
struct unit {
	const char *name;
	int (*init)(void);
	int (*cell_create)(struct cell *cell);
	void (*cell_reset)(struct cell *cell);
	void (*cell_destroy)(struct cell *cell);
	int (*cpu_enter)(struct cpu *cpu);
	void (*cpu_reset)(struct cpu *cpu);
	void (*cpu_leave)(struct cpu *cpu);
};

#define UNIT(name) static const struct unit name __section(".units")

extern const struct unit __units_start[], __units_end[];

#define for_each_unit(unit, hook)                                                                  \
	for (const struct unit *unit = __units_start; unit < __units_end; unit++)                  \
		if (unit->hook)

#endif
