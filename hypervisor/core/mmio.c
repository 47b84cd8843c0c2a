/* SPDX-License-Identifier: GPL-2.0-only */
#include <bulkhead/abi.h>
#include "mmio.h"

int mmio_add(struct mmio_map *map, u64 start, u64 size, mmio_handler handler, void *context)
{
	if (map->count == MMIO_REGIONS)
		return -BH_E_NOMEM;
	map->regions[map->count++] = (struct mmio_region){ start, size, handler, context };
	return 0;
}

/* A handful of regions: the distributor, which is hot, is the first. */
__hot const struct mmio_region *mmio_find(const struct mmio_map *map, u64 address, u32 size)
{
	const struct mmio_region *region = map->regions;

	for (u32 i = map->count; i; i--, region++) {
		u64 offset = address - region->start;

		if (offset < region->size && size <= region->size - offset)
			return region;
	}
	return NULL;
}
