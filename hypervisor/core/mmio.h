/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Trapped register pages: who answers for an address.
 */
#ifndef CORE_MMIO_H
#define CORE_MMIO_H

#include "types.h"

struct cpu;

/**
 * struct mmio_access - one access of a guest.
 * @offset: from the start of the region
 * @value: written; or read, to be filled in
 * @size: 1, 2, 4 or 8 bytes
 * @write: direction
 */
struct mmio_access {
	u64 offset;
	u64 value;
	u32 size;
	bool write;
};

/** Serve an access; false: not allowed, treat it as a fault. */
typedef bool (*mmio_handler)(struct cpu *cpu, struct mmio_access *access, void *context);

struct mmio_region {
	u64 start;
	u64 size;
	mmio_handler handler;
	void *context;
};

#define MMIO_REGIONS 24u

/** struct mmio_map - a cell's regions, in no order; looked through from the first. */
struct mmio_map {
	u32 count;
	struct mmio_region regions[MMIO_REGIONS];
};

/** Add a region; returns 0 or -BH_E_NOMEM when the map is full. Only before the cell starts. */
int mmio_add(struct mmio_map *map, u64 start, u64 size, mmio_handler handler, void *context);

/** The region that holds @address, or NULL. An access may not leave it: *offset + size is checked. */
const struct mmio_region *mmio_find(const struct mmio_map *map, u64 address, u32 size);

#endif
