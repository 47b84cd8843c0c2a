/* SPDX-License-Identifier: GPL-2.0-only */
#include "config_rules.h"
#include "memory.h"
#include "string.h"
#include "transfer.h"

/* Is this page the root cell's own RAM, to be read (or written) on its behalf? */
static bool root_may(u64 phys, bool write)
{
	return pt_access(&root_cell->stage2, phys, write ? BH_MEM_WRITE : BH_MEM_READ);
}

int transfer_in(void *to, u64 phys, u64 size)
{
	while (size) {
		u64 offset = phys & PAGE_MASK, bytes = MIN(size, PAGE_SIZE - offset);

		if (!root_may(phys, false))
			return -BH_E_INVAL;
		memcpy(to, (u8 *)window_map(0, phys - offset) + offset, bytes);
		window_unmap(0);
		to = (u8 *)to + bytes;
		phys += bytes;
		size -= bytes;
	}
	return 0;
}

static const struct bh_memory *region_at(struct cell *cell, u64 address, u64 size)
{
	const struct bh_memory *region = config_memory(cell->config);

	for (u32 i = 0; i < cell->config->memory.count; i++, region++) {
		u64 offset = address - region->virt;

		if (offset < region->size && size <= region->size - offset &&
		    !(region->flags & BH_MEM_IO))
			return region;
	}
	return NULL;
}

int cell_read(struct cell *cell, u64 address, u64 phys, u64 size)
{
	u64 from = address & PAGE_MASK, to = phys & PAGE_MASK, source;
	const struct bh_memory *region;

	if (cell->state != BH_CELL_SHUT_DOWN && cell->state != BH_CELL_FAILED)
		return -BH_E_STATE;
	if (!size || size > PAGE_SIZE - from || size > PAGE_SIZE - to || !root_may(phys, true))
		return -BH_E_INVAL;
	region = region_at(cell, address, size);
	if (!region)
		return -BH_E_NOENT;
	if (region->flags & BH_MEM_COMM)
		source = virt_to_phys(cell->comm);
	else
		source = region->phys + (address - from - region->virt);
	memcpy((u8 *)window_map(1, phys - to) + to, (u8 *)window_map(0, source) + from, size);
	window_unmap(0);
	window_unmap(1);
	return (int)size;
}
