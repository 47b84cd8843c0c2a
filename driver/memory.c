// SPDX-License-Identifier: GPL-2.0-only
/*
 * Physical memory: what may be taken from Linux, and saying so in /proc/iomem.
 */
#include <linux/io.h>
#include <linux/ioport.h>
#include <linux/mm.h>
#include <linux/of.h>
#include <linux/of_address.h>
#include <linux/overflow.h>
#include "bulkhead.h"

/* Memory of these kinds stays the root cell's, or is the hypervisor's own. */
#define NOT_PRIVATE (BH_MEM_COMM | BH_MEM_ROOTSHARED | BH_MEM_WINDOW)

/* The end of the memory bank that holds @start, 0 if none does. */
static u64 bank_end(u64 start)
{
	struct device_node *node;
	struct resource bank;
	int i;

	for_each_node_by_type(node, "memory")
	{
		for (i = 0; of_address_to_resource(node, i, &bank) == 0; i++) {
			if (start < bank.start || start > bank.end)
				continue;
			of_node_put(node);
			return bank.end + 1;
		}
	}
	return 0;
}

static bool has_banks(void)
{
	struct device_node *node = of_find_node_by_type(NULL, "memory");

	of_node_put(node);
	return node;
}

/* Is there memory? True as well where nobody tells: without a device tree. */
static bool exists(u64 start, u64 bytes)
{
	u64 end = start + bytes;

	if (!has_banks())
		return true;
	while (start && start < end)
		start = bank_end(start);
	return start >= end;
}

int bh_memory_check(phys_addr_t start, u64 bytes, const char *name)
{
	if (region_intersects(start, bytes, IORESOURCE_SYSTEM_RAM, IORES_DESC_NONE) !=
	    REGION_DISJOINT)
		return bh_refuse(
			-EADDRNOTAVAIL,
			"%s: Linux uses memory at %pa (%llu bytes): reserve it (no-map in the device tree, or mem=)",
			name, &start, bytes);
	if (!exists(start, bytes))
		return bh_refuse(
			-EADDRNOTAVAIL,
			"%s: there is no memory at %pa (%llu bytes): the config is for another machine",
			name, &start, bytes);
	return 0;
}

static bool overlaps(u64 start, u64 bytes, u64 other, u64 other_bytes)
{
	return start < other + other_bytes && other < start + bytes;
}

static bool is_private(const struct bh_memory *region)
{
	u64 end;

	/* What makes no sense is left to the hypervisor to refuse. */
	return !(region->flags & NOT_PRIVATE) && region->size &&
	       !check_add_overflow(region->phys, region->size, &end);
}

static bool overlaps_cell(const struct bh_memory *region, const struct bh_cell *cell, u32 count)
{
	const struct bh_memory *other = bh_blob_memory(&cell->blob);
	u32 i;

	for (i = 0; i < count; i++)
		if (test_bit(i, cell->claimed) &&
		    overlaps(region->phys, region->size, other[i].phys, other[i].size))
			return true;
	return false;
}

/* Is it Bulkhead's own claim that is in the way? Then a config rule explains it better. */
static bool claimed_by_us(const struct bh_memory *region, const struct bh_cell *cell, u32 index)
{
	const struct bh_cell *other;

	if (overlaps(region->phys, region->size, bh.phys, bh.size) ||
	    overlaps_cell(region, cell, index))
		return true;
	list_for_each_entry(other, &bh.cells,
			    node) if (overlaps_cell(region, other,
						    other->blob.config->memory.count)) return true;
	return false;
}

static int claim(struct bh_cell *cell, const struct bh_memory *region, u32 index)
{
	int err = 0;

	if (!(region->flags & BH_MEM_IO))
		err = bh_memory_check(region->phys, region->size, cell->name);
	if (err)
		return err;
	if (request_mem_region(region->phys, region->size, cell->name))
		set_bit(index, cell->claimed);
	else if (!claimed_by_us(region, cell, index))
		return bh_refuse(
			-EADDRINUSE,
			"%s: %#llx (%llu bytes) is claimed by a driver, see /proc/iomem: unbind it",
			cell->name, region->phys, region->size);
	return 0;
}

int bh_memory_claim(struct bh_cell *cell)
{
	const struct bh_memory *region = bh_blob_memory(&cell->blob);
	u32 i;
	int err;

	for (i = 0; i < cell->blob.config->memory.count; i++) {
		err = is_private(&region[i]) ? claim(cell, &region[i], i) : 0;
		if (err)
			return err;
	}
	return 0;
}

void bh_memory_release(struct bh_cell *cell)
{
	const struct bh_memory *region = bh_blob_memory(&cell->blob);
	unsigned int i;

	for_each_set_bit(i, cell->claimed, BH_CONFIG_MAX_ENTRIES)
		release_mem_region(region[i].phys, region[i].size);
	bitmap_zero(cell->claimed, BH_CONFIG_MAX_ENTRIES);
}
