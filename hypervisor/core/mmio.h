/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Trapped register pages: who answers for an address.
 */
#ifndef CORE_MMIO_H
#define CORE_MMIO_H

#include "types.h"

struct cpu;

#define MMIO_WRITE (1u << 31) /**< the access is a write */

struct mmio_region;

/**
 * typedef mmio_handler - serve an access to a region.
 * @offset: from the start of the region, a multiple of the size
 * @how: bytes of the access (1, 2, 4 or 8), with MMIO_WRITE
 * @value: what is written
 *
 * Return: what is read, with zeros above the bytes of the access.
 */
typedef u64 (*mmio_handler)(struct cpu *cpu, const struct mmio_region *region, u64 offset, u32 how,
			    u64 value);

/**
 * struct mmio_region - pages that trap.
 * @start: address as the cell sees it
 * @size: bytes
 * @handler: who answers
 * @context: for the handler
 */
struct mmio_region {
	u64 start;
	u64 size;
	mmio_handler handler;
	void *context;
};

#define MMIO_REGIONS 24u

/**
 * struct mmio_map - a cell's regions, then one of size 0.
 *
 * There are a handful. They are looked through from the first: what traps most, the
 * interrupt controller, is added first.
 */
struct mmio_map {
	struct mmio_region regions[MMIO_REGIONS + 1];
};

/** Add a region; returns 0 or -BH_E_NOMEM when the map is full. Only before the cell starts. */
int mmio_add(struct mmio_map *map, u64 start, u64 size, mmio_handler handler, void *context);

/**
 * mmio_find() - the region that holds an address, or NULL.
 *
 * Regions are whole pages, so an aligned access is in one or not.
 */
static inline const struct mmio_region *mmio_find(const struct mmio_map *map, u64 address)
{
	for (const struct mmio_region *region = map->regions; region->size; region++)
		if (address - region->start < region->size)
			return region;
	return NULL;
}

#endif
