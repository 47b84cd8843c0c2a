// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>
#include "test.h"
#include "pool.h"

static void exhaustion(void)
{
	size_t used = pool_used(), total = pool_total(), count = 0;
	void **pages = calloc(total, sizeof(*pages));

	CHECK(used && used < total);
	while ((pages[count] = pool_alloc(1, 1))) {
		/* Zeroed, whatever was there; and nobody else's. */
		for (size_t i = 0; i < PAGE_SIZE / 8; i++)
			CHECK(!((u64 *)pages[count])[i]);
		memset(pages[count++], 0xa5, PAGE_SIZE);
		CHECK_EQ(pool_used(), used + count);
	}
	CHECK_EQ(pool_used(), total);
	CHECK(!pool_alloc(2, 1));
	CHECK_EQ(pool_used(), total);
	for (size_t i = 0; i < count; i++)
		CHECK(*(u8 *)pages[i] == 0xa5);
	/* Every other one back: no two in a row. */
	for (size_t i = 0; i < count; i += 2)
		pool_free(pages[i], 1);
	CHECK(!pool_alloc(2, 1));
	CHECK_EQ(pool_used(), total - (count + 1) / 2);
	pages[0] = pool_alloc(1, 1);
	CHECK(pages[0] && !*(u64 *)pages[0]);
	for (size_t i = 2; i < count; i += 2)
		pages[i] = pool_alloc(1, 1);
	CHECK_EQ(pool_used(), total);
	for (size_t i = 0; i < count; i++)
		pool_free(pages[i], 1);
	CHECK_EQ(pool_used(), used);
	free(pages);
}

static void alignment(void)
{
	static const size_t sizes[] = { 1, 2, 3, 8, 16, 17 };
	size_t used = pool_used();
	void *blocks[64];

	for (size_t i = 0; i < ARRAY_SIZE(blocks); i++) {
		size_t pages = sizes[test_random_below(ARRAY_SIZE(sizes))];
		size_t align = 1ul << test_random_below(6);
		void *block = pool_alloc(pages, align);

		CHECK(block && !((uintptr_t)block % (align * PAGE_SIZE)));
		memset(block, 1, pages * PAGE_SIZE);
		pool_free(block, pages);
		/* The place is found again, and an odd page keeps places odd. */
		blocks[i] = pool_alloc(1, 1);
		CHECK(blocks[i]);
	}
	for (size_t i = 0; i < ARRAY_SIZE(blocks); i++)
		pool_free(blocks[i], 1);
	CHECK_EQ(pool_used(), used);
	/* Of the whole pool not even the largest possible alignment goes beyond the end. */
	CHECK(!pool_alloc(pool_total(), 1));
	CHECK(!pool_alloc(pool_total() + 1, 1));
	CHECK(!pool_alloc(1, 1ul << 40));
}

/* Against a list of what is out: no overlap, exact count. */
static void random_use(void)
{
	struct {
		u8 *start;
		size_t pages;
	} out[100] = { 0 };
	size_t used = pool_used(), mine = 0;

	for (u32 round = 0; round < 20000; round++) {
		size_t i = test_random_below(ARRAY_SIZE(out));
		size_t pages = 1 + test_random_below(20);

		if (out[i].start) {
			for (size_t at = 0; at < out[i].pages * PAGE_SIZE; at += PAGE_SIZE)
				CHECK_EQ(out[i].start[at], i + 1);
			pool_free(out[i].start, out[i].pages);
			mine -= out[i].pages;
			out[i].start = NULL;
		} else {
			out[i].start = pool_alloc(pages, 1ul << test_random_below(4));
			out[i].pages = pages;
			for (size_t at = 0; out[i].start && at < pages; at++)
				memset(out[i].start + at * PAGE_SIZE, (int)i + 1, PAGE_SIZE);
			mine += out[i].start ? pages : 0;
		}
		CHECK_EQ(pool_used(), used + mine);
	}
}

static void free_twice(void)
{
	void *page = pool_alloc(1, 1);

	pool_free(page, 1);
	pool_free(page, 1);
}

static void free_beyond(void)
{
	pool_free(fake_hypervisor + FAKE_HYPERVISOR_SIZE - PAGE_SIZE, 1);
}

static void free_before(void)
{
	pool_free(fake_hypervisor, 1);
}

static void free_too_many(void)
{
	u8 *pages = pool_alloc(4, 1);

	pool_free(pages + 2 * PAGE_SIZE, 1);
	pool_free(pages, 4);
}

static void wrong_frees(void)
{
	size_t used = pool_used();

	pool_free(NULL, 1);
	CHECK_EQ(pool_used(), used);
	CHECK(test_panics(free_twice));
	CHECK(test_panics(free_beyond));
	CHECK(test_panics(free_before));
	CHECK(test_panics(free_too_many));
}

const struct test pool_tests[] = {
	{ "exhaustion", exhaustion },
	{ "alignment", alignment },
	{ "random use", random_use },
	{ "wrong frees", wrong_frees },
	{ NULL, NULL },
};
