/* SPDX-License-Identifier: GPL-2.0-only */
#include <bulkhead/abi.h>
#include "mmio.h"

__cold int mmio_add(struct mmio_map *map, u64 start, u64 size, mmio_handler handler, void *context)
{
	for (u32 i = 0; i < MMIO_REGIONS; i++) {
		if (map->regions[i].size)
			continue;
		map->regions[i] = (struct mmio_region){ start, size, handler, context };
		return 0;
	}
	return -BH_E_NOMEM;
}
