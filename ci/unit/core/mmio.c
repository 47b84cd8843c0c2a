// SPDX-License-Identifier: GPL-2.0-only
#include "test.h"
#include "mmio.h"

static u64 handler(struct cpu *cpu, const struct mmio_region *region, u64 offset, u32 how,
		   u64 value)
{
	(void)cpu;
	(void)region;
	(void)offset;
	(void)how;
	return value;
}

static void edges(void)
{
	static struct mmio_map map;
	const u64 last = ~PAGE_MASK; /* the page at the very end */
	int low, high;

	CHECK(!mmio_find(&map, 0));
	CHECK(!mmio_add(&map, 0x8000000, 0x10000, handler, &low));
	CHECK(!mmio_add(&map, last, PAGE_SIZE, handler, &high));
	CHECK(!mmio_find(&map, 0x7ffffff));
	CHECK(mmio_find(&map, 0x8000000)->context == &low);
	CHECK(mmio_find(&map, 0x800ffff)->context == &low);
	CHECK(!mmio_find(&map, 0x8010000));
	CHECK(!mmio_find(&map, last - 1));
	CHECK(mmio_find(&map, last)->context == &high);
	CHECK(mmio_find(&map, ~0ull)->context == &high);
	CHECK(!mmio_find(&map, 0));
	CHECK(mmio_find(&map, last)->handler == handler);
}

static void full(void)
{
	static struct mmio_map map;

	for (u64 i = 0; i < MMIO_REGIONS; i++)
		CHECK(!mmio_add(&map, i * 2 * PAGE_SIZE, PAGE_SIZE, handler, NULL));
	CHECK_EQ(mmio_add(&map, BIT(40), PAGE_SIZE, handler, NULL), -BH_E_NOMEM);
	CHECK(!mmio_find(&map, BIT(40)));
	for (u64 page = 0; page < 2 * MMIO_REGIONS; page++) {
		const struct mmio_region *region = mmio_find(&map, page * PAGE_SIZE + 8);

		CHECK(page % 2 ? !region : region == &map.regions[page / 2]);
	}
}

const struct test mmio_tests[] = {
	{ "edges of regions", edges },
	{ "full map", full },
	{ NULL, NULL },
};
