/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A fake architecture: what hypervisor/core needs below it, for tests on a build host.
 *
 * Hypervisor memory is an array, a first part of the root cell's RAM another one; the rest of
 * physical memory only has addresses. CPUs do nothing unless a test moves them by the
 * fake_cpu_ calls, each of which is one step that a real CPU would do by itself.
 *
 * What no architecture would survive (a window to memory that is nobody's, a page freed twice,
 * a stale translation) ends the program.
 */
#ifndef FAKE_H
#define FAKE_H

#include "arch.h"
#include "control.h"

#define FAKE_CPUS 4u
/** Exit status after a panic of core. */
#define FAKE_PANIC 70

/* The machine. */
#define FAKE_RAM 0x40000000ull
#define FAKE_RAM_BACKED (8ull << 20) /**< bytes of it that can hold something */
#define FAKE_HYPERVISOR 0x7f000000ull
#define FAKE_HIGH_RAM 0x80000000ull
#define FAKE_IO 0x09000000ull
#define FAKE_IO_SIZE (1ull << 20)
#define FAKE_BARS 0x100000000ull
#define FAKE_BARS_SIZE (2ull << 30)
#define FAKE_CONFIG (FAKE_RAM + 0x10000) /**< where tests put configs */

/** struct fake_blob - a config with room for tests to fill in. */
struct fake_blob {
	struct bh_config config;
	u64 cpus[FAKE_CPUS];
	struct bh_memory memory[8];
	struct bh_irq irqs[4];
};

/**
 * struct fake - knobs and counters.
 * @alloc_fail: fail this allocation from the pool, 1 the next one, and all after it until it
 *              is set to 0 again
 * @alloc_once: only that one fails
 * @unit_error: the second unit's cell_create returns this
 * @on_create: called in the middle of cell_create
 * @flushes: calls of arch_stage2_flush()
 * @kicks: calls of arch_kick()
 * @scrubbed: bytes scrubbed
 * @cleaned: bytes cleaned
 * @left: CPUs that asked to leave the hypervisor
 * @uart: what came out of the UART
 * @uart_count: of it
 * @threads: tests use several threads: no TLB model, quiet console
 */
struct fake {
	u32 alloc_fail;
	bool alloc_once;
	int unit_error;
	void (*on_create)(struct cell *cell);
	u64 flushes;
	u64 kicks;
	u64 scrubbed;
	u64 cleaned;
	u64 left;
	char uart[256];
	u32 uart_count;
	bool threads;
};

extern struct fake fake;

/** Set everything up, the root cell running on CPU 0, with so many pages for the pool. */
void fake_boot(size_t pool_pages);

/** Which CPU the calling thread is. */
void fake_become(u32 cpu);

/** The bytes behind a physical address of backed RAM or hypervisor memory, or NULL. */
u8 *fake_memory(u64 phys);

/* ---- configs ---- */

enum fake_cell {
	FAKE_ALPHA,
	FAKE_BETA,
	FAKE_GAMMA,
	FAKE_CELLS
};

/**
 * Configs of cells that can exist side by side, apart from @FAKE_GAMMA, which shares a CPU
 * with @FAKE_ALPHA. alpha: CPUs 1 and 2, lockable, something of everything. beta: CPU 3,
 * passive, large blocks. gamma: CPU 2, no comm page.
 */
void fake_config(struct fake_blob *blob, enum fake_cell which);

/** Write a config to FAKE_CONFIG in the root cell's RAM. */
void fake_put_config(const struct fake_blob *blob);

/* ---- steps of CPUs ---- */

/** The CPU turns itself off, or is turned off by whoever runs on it. */
void fake_cpu_off(u32 cpu);
/** The CPU looks at its requests: it starts, parks or is given back. */
void fake_cpu_poll(u32 cpu);
/** The CPU breaks its cell's bounds. */
void fake_cpu_fault(u32 cpu);

/* ---- page tables, read by code of its own ---- */

/** struct fake_leaf - what one entry maps. */
struct fake_leaf {
	u64 virt;
	u64 phys;
	u64 size;
	u32 flags; /**< BH_MEM_READ, WRITE, EXEC, IO */
};

/** Translate; false if the page is not mapped. */
bool fake_walk(const struct pt *pt, u64 virt, struct fake_leaf *leaf);

/** All leaves in order of addresses; returns how many, at most @max. */
size_t fake_leaves(const struct pt *pt, struct fake_leaf *leaves, size_t max);

/** Pages of tables below the root table; ends the program if they are not in smallest form. */
size_t fake_tables(const struct pt *pt);

/** Let the TLB remember a translation until it is flushed. */
void fake_tlb_fill(const struct pt *pt, u64 virt);

/** Ends the program if the TLB says what tables do not say. */
void fake_tlb_check(void);

#endif
