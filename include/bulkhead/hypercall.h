/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Hypercalls.
 *
 * arm64: HVC #BH_HVC_IMM with the number in x0 and arguments in x1-x7; the
 * result is in x0, all other registers are kept. HVC #0 is left to SMCCC and
 * PSCI. Every hypercall is bounded; long work is done in slices, each of which
 * returns -BH_E_AGAIN until the last: call again with the same arguments.
 * Management calls never wait for each other: a second one, from another CPU,
 * returns -BH_E_BUSY.
 */
#ifndef BULKHEAD_HYPERCALL_H
#define BULKHEAD_HYPERCALL_H

#include <bulkhead/abi.h>

#define BH_HVC_IMM 0x4248 /**< arm64: immediate of the HVC instruction, "BH" */

/** enum bh_hypercall - numbers. */
enum bh_hypercall {
	/* any cell */

	/** () -> BH_ABI_VERSION. Does nothing else: the null hypercall. */
	BH_HC_VERSION = 0,
	/**
	 * (n, w0, ... w5) -> n. Writes n (1 to 48) bytes, packed little endian
	 * into up to six words, to the caller's console ring; the root cell's
	 * go to the hypervisor's ring.
	 */
	BH_HC_CONSOLE_WRITE = 1,
	/** (what: enum bh_self_info) -> value about the calling cell. */
	BH_HC_SELF_INFO = 2,

	/* root cell only */

	/** (what: enum bh_info) -> value. */
	BH_HC_INFO = 16,
	/**
	 * (phys, size) -> cell identifier, 1 to BH_MAX_CELLS - 1. Reads a cell
	 * config of size bytes at physical address phys of the root cell,
	 * applies all rules, reserves CPUs, memory and interrupts. The CPUs
	 * must be offline in the root cell. State CREATING follows; finish with
	 * BH_HC_CELL_STEP.
	 */
	BH_HC_CELL_CREATE = 17,
	/**
	 * (cell) -> 0. Scrubs the memory of a cell in state CREATING, slice by
	 * slice; with the last, the cell is CREATED, and its loadable regions
	 * are accessible to the root cell.
	 */
	BH_HC_CELL_STEP = 18,
	/**
	 * (cell) -> 0. Loaded, shut down or failed -> CREATED again, to load anew:
	 * loadable regions are zeroed and accessible to the root cell, others kept.
	 * In slices.
	 */
	BH_HC_CELL_SET_LOADABLE = 19,
	/** (cell) -> 0. Takes the loadable regions from the root cell; state LOADED. In slices. */
	BH_HC_CELL_LOAD_DONE = 20,
	/** (cell) -> 0. Starts the first CPU of a LOADED cell at the config's entry. */
	BH_HC_CELL_START = 21,
	/**
	 * (cell, mode: enum bh_shutdown_mode) -> 0. Brings a running cell to
	 * SHUT_DOWN; 0 at once when it is not running. -BH_E_AGAIN while its
	 * answer or its CPUs are awaited, -BH_E_DENIED when it refused.
	 */
	BH_HC_CELL_SHUTDOWN = 22,
	/**
	 * (cell) -> 0. Ends a cell that does not run: scrubs its memory, gives
	 * memory, CPUs and interrupts back to the root cell. In slices.
	 */
	BH_HC_CELL_DESTROY = 23,
	/** (cell, what: enum bh_cell_info) -> value. */
	BH_HC_CELL_INFO = 24,
	/** (cpu index, what: enum bh_cpu_info) -> value. */
	BH_HC_CPU_INFO = 25,
	/** (cell, interrupt number) -> 0. Raises a BH_IRQ_RAISED interrupt in a running cell. */
	BH_HC_CELL_RAISE_IRQ = 26,
	/**
	 * (cell, address, phys, size) -> size. Copies size (1 to 4096, within
	 * one page each) bytes at an address of a FAILED or SHUT_DOWN cell to
	 * physical address phys of the root cell.
	 */
	BH_HC_CELL_READ = 27,
	/**
	 * () -> 0. Before leaving: refuses while cells exist, then powers off
	 * CPUs that are offline in the root cell and parked here; -BH_E_AGAIN
	 * until that is done.
	 */
	BH_HC_DISABLE_PREPARE = 28,
	/**
	 * () -> 0. After DISABLE_PREPARE, on each online CPU: the CPU leaves
	 * the hypervisor and is as it was before enable.
	 */
	BH_HC_DISABLE = 29,
};

/** enum bh_shutdown_mode - second argument of BH_HC_CELL_SHUTDOWN. */
enum bh_shutdown_mode {
	BH_SHUTDOWN_ASK = 0, /**< ask through the comm page; passive cells are stopped */
	BH_SHUTDOWN_FORCE = 1, /**< stop it, whatever it says */
	BH_SHUTDOWN_CANCEL = 2, /**< take a request back that was not answered */
};

/** enum bh_self_info - argument of BH_HC_SELF_INFO. */
enum bh_self_info {
	BH_SELF_CELL = 0, /**< identifier of the cell; 0 is the root cell */
	BH_SELF_CPU = 1, /**< index of the CPU in the system config */
	BH_SELF_CPU_COUNT = 2, /**< CPUs of the cell */
	BH_SELF_STATE = 3, /**< enum bh_cell_state */
};

/** enum bh_info - argument of BH_HC_INFO. */
enum bh_info {
	BH_INFO_POOL_PAGES = 0, /**< pages of the hypervisor's pool */
	BH_INFO_POOL_USED = 1, /**< of them in use */
	BH_INFO_CELLS = 2, /**< cells, the root cell included */
	BH_INFO_CPUS = 3, /**< CPUs in the system config */
	BH_INFO_CONSOLE_PHYS = 4, /**< physical address of the console ring (status.h) */
	BH_INFO_CONSOLE_BYTES = 5, /**< bytes of the ring with its header */
	BH_INFO_CPU_STATUS_PHYS = 6, /**< physical address of CPU 0's struct bh_cpu_status */
	BH_INFO_CPU_STATUS_STRIDE = 7, /**< bytes from one CPU's to the next one's */
};

/** enum bh_cell_info - second argument of BH_HC_CELL_INFO. */
enum bh_cell_info {
	BH_CELL_INFO_STATE = 0, /**< enum bh_cell_state */
	BH_CELL_INFO_STATUS_PHYS = 1, /**< physical address of struct bh_cell_status */
	BH_CELL_INFO_CONSOLE_PHYS = 2, /**< physical address of its console ring */
	BH_CELL_INFO_CONSOLE_BYTES = 3, /**< bytes of the ring with its header */
};

/** enum bh_cpu_info - second argument of BH_HC_CPU_INFO. */
enum bh_cpu_info {
	BH_CPU_INFO_CELL = 0, /**< identifier of the cell it belongs to */
	BH_CPU_INFO_STATE = 1, /**< enum bh_cpu_state */
};

#endif
