// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Stage 1: an identity map of 512 GiB (39 bits, 4 KiB granule). Everything is
 * device memory but the cell's own RAM and its comm page.
 */
#include "arm64.h"

#define ENTRIES 512
#define VA_BITS 39
#define PAGE_SHIFT 12
#define TABLES 12 /* below the root: enough for RAM, comm page and what tests map */

/* Descriptors (Arm ARM D8.3) */
#define DESC_VALID (1ull << 0)
#define DESC_TABLE (1ull << 1) /* also: a page, at level 3 */
#define DESC_ATTR(n) ((uint64_t)(n) << 2)
#define DESC_INNER_SHAREABLE (3ull << 8)
#define DESC_AF (1ull << 10)
#define DESC_XN (3ull << 53) /* UXN and PXN */
#define DESC_ADDRESS 0xfffffffff000ull

/* MAIR_EL1: Device-nGnRE, write-back memory */
#define MAIR 0xff04ull
#define ATTR_DEVICE 0
#define ATTR_MEMORY 1

/* TCR_EL1 (Arm ARM D17.2.131) */
#define TCR_T0SZ (64ull - VA_BITS)
#define TCR_WALKS_CACHED ((1ull << 8) | (1ull << 10) | (3ull << 12))
#define TCR_EPD1 (1ull << 23)
#define TCR_IPS_SHIFT 32
#define PARANGE_48_BITS 5u

/* SCTLR_EL1: RES1 bits, and I, SA, C, M */
#define SCTLR (0x30d00800ull | (1u << 12) | (1u << 3) | (1u << 2) | (1u << 0))

static uint64_t root[ENTRIES] __attribute__((aligned(4096)));
static uint64_t tables[TABLES][ENTRIES] __attribute__((aligned(4096)));
static unsigned int tables_used;

static unsigned int level_shift(unsigned int level)
{
	return PAGE_SHIFT + 9 * (3 - level);
}

static uint64_t leaf(uint64_t phys, enum map_type type, unsigned int level)
{
	uint64_t desc = phys | DESC_VALID | DESC_AF | DESC_INNER_SHAREABLE;

	if (type == MAP_NONE)
		return 0;
	if (level == 3)
		desc |= DESC_TABLE;
	if (type == MAP_MEMORY)
		return desc | DESC_ATTR(ATTR_MEMORY);
	return desc | DESC_ATTR(ATTR_DEVICE) | DESC_XN;
}

/* Break before make (Arm ARM D8.14). */
static void set(uint64_t *entry, uint64_t value)
{
	*(volatile uint64_t *)entry = 0;
	dsb();
	asm volatile("tlbi vmalle1is" ::: "memory");
	dsb();
	*(volatile uint64_t *)entry = value;
	dsb();
	isb();
}

/* A table that says what the block said. */
static uint64_t *split(uint64_t *entry, unsigned int level)
{
	uint64_t old = *entry, step = 1ull << level_shift(level + 1);
	uint64_t *table;

	if ((old & DESC_VALID) && (old & DESC_TABLE))
		return (uint64_t *)(old & DESC_ADDRESS);
	if (tables_used == TABLES)
		panic("map: out of tables");
	table = tables[tables_used++];
	for (unsigned int i = 0; i < ENTRIES && (old & DESC_VALID); i++)
		table[i] = (old + i * step) | (level + 1 == 3 ? DESC_TABLE : 0);
	set(entry, (uintptr_t)table | DESC_VALID | DESC_TABLE);
	return table;
}

static void map_level(uint64_t *table, unsigned int level, uint64_t from, uint64_t to,
		      uint64_t offset, enum map_type type)
{
	uint64_t size = 1ull << level_shift(level);

	while (from < to) {
		uint64_t next = (from & ~(size - 1)) + size;
		uint64_t *entry = &table[(from >> level_shift(level)) % ENTRIES];
		bool whole = !(from & (size - 1)) && next <= to && !((from + offset) & (size - 1));

		if (next > to)
			next = to;
		if (whole)
			set(entry, leaf(from + offset, type, level));
		else
			map_level(split(entry, level), level + 1, from, next, offset, type);
		from = next;
	}
}

void map(uintptr_t address, uint64_t phys, size_t bytes, enum map_type type)
{
	if (address >> VA_BITS || (address | phys | bytes) % BH_PAGE_SIZE)
		panic("map: cannot map 0x%lx", address);
	map_level(root, 1, address, address + bytes, phys - address, type);
}

static void cache_lines(const void *start, size_t bytes, void (*line)(uintptr_t))
{
	uintptr_t step = 4u << ((read_sysreg(ctr_el0) >> 16) & 15);
	uintptr_t at = (uintptr_t)start & ~(step - 1);

	for (; at < (uintptr_t)start + bytes; at += step)
		line(at);
	dsb();
}

static void invalidate_line(uintptr_t at)
{
	asm volatile("dc ivac, %0" ::"r"(at) : "memory");
}

static void clean_line(uintptr_t at)
{
	asm volatile("dc cvac, %0" ::"r"(at) : "memory");
}

void clean_to_memory(const void *start, size_t bytes)
{
	cache_lines(start, bytes, clean_line);
}

void sync_code(void *start, size_t bytes)
{
	clean_to_memory(start, bytes);
	asm volatile("ic ialluis; dsb ish; isb" ::: "memory");
}

void mmu_init(void)
{
	uint64_t parange = read_sysreg(id_aa64mmfr0_el1) & 15;
	uint64_t *system = percpu_of(0)->system;

	if (parange > PARANGE_48_BITS)
		parange = PARANGE_48_BITS;
	map(0, 0, 1ull << VA_BITS, MAP_DEVICE);
	map(ram_start(), ram_start(), ram_end() - ram_start(), MAP_MEMORY);
	if (in_cell())
		map((uintptr_t)comm(), (uintptr_t)comm(), BH_PAGE_SIZE, MAP_MEMORY);

	/* Stale lines, of before the image was loaded: all so far was written to memory. */
	cache_lines((void *)ram_start(), ram_free() - ram_start(), invalidate_line);

	system[0] = SCTLR;
	system[1] = TCR_T0SZ | TCR_WALKS_CACHED | TCR_EPD1 | (parange << TCR_IPS_SHIFT);
	system[2] = MAIR;
	system[3] = (uintptr_t)root;
	system[4] = (uintptr_t)_vectors;
	write_sysreg(system[2], mair_el1);
	write_sysreg(system[1], tcr_el1);
	write_sysreg(system[3], ttbr0_el1);
	isb();
	asm volatile("tlbi vmalle1; ic iallu; dsb nsh; isb" ::: "memory");
	write_sysreg(system[0], sctlr_el1);
	isb();
}
