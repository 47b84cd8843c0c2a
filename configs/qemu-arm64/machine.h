/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * QEMU's "virt" machine, as the configs in this directory use it:
 *
 *	qemu-system-aarch64 -M virt,virtualization=on,gic-version=3 -m 1G -smp 4
 *
 * and how its memory is divided:
 *
 *	0x40000000 - 0x78000000		Linux
 *	0x78000000 - 0x7fc00000		set aside for cells
 *	0x7fc00000 - 0x80000000		the hypervisor
 *
 * The last two are reserved in the device tree (/reserved-memory, no-map), so that
 * Linux never uses them. Each cell below has a place of its own: any of them can
 * exist at the same time as the others, as far as there are CPUs for them.
 */
#ifndef CONFIGS_QEMU_ARM64_MACHINE_H
#define CONFIGS_QEMU_ARM64_MACHINE_H

#include <bulkhead-config.h>

/* CPUs of the machine (-smp). The files whose names say so have fewer. */
#ifndef MACHINE_CPUS
#define MACHINE_CPUS 4
#endif

#define LINUX_RAM_START 0x40000000
#define LINUX_RAM_SIZE 0x38000000

#define CELLS_RAM_START 0x78000000
#define CELLS_RAM_SIZE 0x07c00000

#define HYPERVISOR_START 0x7fc00000
#define HYPERVISOR_SIZE BH_MIB(4)

/* Where each cell's memory starts. Multiples of 2 MiB can be mapped as one block. */
#define TIMER_RAM 0x78000000
#define UART_RAM 0x78200000
#define SMP_RAM 0x78400000
#define HEARTBEAT_RAM 0x78600000
#define ATTACKER_RAM 0x78800000
#define BENCH_RAM 0x78c00000
#define BENCH_LARGE_RAM 0x79001000 /* not a multiple of it */

/* What the cells here have in common: how they see their own memory. */
#define CELL_RAM 0x00000000 /* RAM starts at 0, and so does the program */
#define CELL_COMM 0x10000000 /* the comm page */

/*
 * Interrupt numbers that no device of this machine drives. The root cell raises
 * them towards a cell; each belongs to one cell.
 */
#define IRQ_RAISED_FIRST 240
#define IRQ_RAISED_COUNT 8
#define IRQ_RAISED_BENCH 240
#define IRQ_RAISED_ATTACKER 241
#define IRQ_RAISED_HEARTBEAT 242

/* The real-time clock, a PL031: Linux can do without it, so a cell may have it. */
#define RTC_START 0x09010000
#define RTC_IRQ 34

#endif
