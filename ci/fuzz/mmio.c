// SPDX-License-Identifier: GPL-2.0-only
/*
 * libFuzzer target: who answers for a trapped address.
 *
 * Input: records of ten bytes: what (even: add a region, odd: look an address up), size in
 * pages, an address. Compared with a plain search in wider arithmetic.
 */
#include <stdlib.h>
#include <string.h>
#include "mmio.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct mmio_map map;
static u32 count;

static const struct mmio_region *expected(u64 address)
{
	for (u32 i = 0; i < count; i++) {
		const struct mmio_region *region = &map.regions[i];
		unsigned __int128 end = (unsigned __int128)region->start + region->size;

		if (address >= region->start && address < end)
			return region;
	}
	return NULL;
}

static void look(u64 address)
{
	if (mmio_find(&map, address) != expected(address))
		abort();
}

/* Pages, the last of which may be the last there is. */
static void add(u64 address, u64 pages)
{
	u64 start = address & ~PAGE_MASK, room = (0 - start) / PAGE_SIZE;
	int err;

	if (start && pages > room)
		pages = room;
	err = mmio_add(&map, start, pages * PAGE_SIZE, NULL, NULL);
	if (!err != (count < MMIO_REGIONS))
		abort();
	count += !err;
	look(start);
	look(start - 1);
	look(start + pages * PAGE_SIZE - 1);
	look(start + pages * PAGE_SIZE);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	memset(&map, 0, sizeof(map));
	count = 0;
	for (; size >= 10; data += 10, size -= 10) {
		u64 address;

		memcpy(&address, data + 2, sizeof(address));
		if (data[0] & 1)
			look(address);
		else
			add(address, 1 + data[1]);
	}
	return 0;
}
