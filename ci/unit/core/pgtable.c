// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>
#include "test.h"
#include "pgtable.h"
#include "pgtable_model.h"
#include "pool.h"

#define OPERATIONS 100000u

static void random_operations(void)
{
	for (u32 i = 0; i < OPERATIONS; i++) {
		struct model_operation op;
		u64 bits[2] = { test_random(), test_random() };

		if (!(i % 20000))
			model_begin();
		memcpy(&op, bits, sizeof(op));
		op.fail = i % 3 ? 255 : op.fail % 4;
		model_do(&op);
		if (!(i % 2000))
			model_compare();
		if (!(i % 2000))
			model_revoke();
		if (i % 20000 == 19999)
			model_end(i % 40000 == 19999);
	}
}

static struct cell owner;

static struct pt begin(void)
{
	struct pt pt = { .root = pool_alloc(1, 1), .root_entries = PT_ENTRIES, .owner = &owner };

	CHECK(pt.root);
	return pt;
}

/* What is undone is as it was, page for page of the pool. */
static void canonical(void)
{
	const u64 huge = BIT(PT_HUGE_SHIFT), block = BIT(PT_BLOCK_SHIFT);
	struct pt pt = begin();
	size_t used = pool_used();
	u64 entry;

	CHECK(!pt_map(&pt, huge, huge, 2 * huge, BH_MEM_READ));
	CHECK_EQ(pool_used(), used);
	entry = pt.root[1];
	CHECK(!pt_unmap(&pt, huge + 5 * block + 7 * PAGE_SIZE, PAGE_SIZE));
	CHECK_EQ(pool_used(), used + 2);
	CHECK(!pt_allows(&pt, huge + 5 * block + 7 * PAGE_SIZE, 0));
	CHECK(pt_allows(&pt, huge + 5 * block + 8 * PAGE_SIZE, BH_MEM_READ));
	CHECK(!pt_map(&pt, huge + 5 * block + 7 * PAGE_SIZE, huge + 5 * block + 7 * PAGE_SIZE,
		      PAGE_SIZE, BH_MEM_READ));
	CHECK_EQ(pool_used(), used);
	CHECK_EQ(pt.root[1], entry);
	/* Other rights in the middle are not merged, equal ones are. */
	CHECK(!pt_map(&pt, huge, huge, block, BH_MEM_READ | BH_MEM_WRITE));
	CHECK_EQ(pool_used(), used + 1);
	CHECK(!pt_map(&pt, huge, huge, huge, BH_MEM_READ | BH_MEM_WRITE));
	CHECK_EQ(pool_used(), used);
	/* Contiguous, but not aligned as a block must be. */
	CHECK(!pt_map(&pt, 4 * huge, PAGE_SIZE, block, BH_MEM_READ));
	CHECK_EQ(pool_used(), used + 2);
	CHECK(!pt_unmap(&pt, 0, 8 * huge));
	CHECK_EQ(pool_used(), used);
}

/* Out of memory at each allocation there is, over tables that the operation makes needless. */
static void no_memory(void)
{
	const u64 huge = BIT(PT_HUGE_SHIFT), block = BIT(PT_BLOCK_SHIFT);
	u32 failures = 0;

	for (u32 fail = 1;; fail++) {
		struct pt pt = begin();
		size_t used = pool_used();
		int err;

		CHECK(!pt_map(&pt, block, PAGE_SIZE, 2 * block, BH_MEM_READ));
		fake.alloc_fail = fail;
		err = pt_map(&pt, 0, huge, huge + block + PAGE_SIZE, BH_MEM_READ);
		if (!err)
			err = pt_map(&pt, block, 0, 2 * block + PAGE_SIZE, BH_MEM_WRITE);
		if (!err)
			err = pt_unmap(&pt, PAGE_SIZE, huge + block);
		failures += !!err;
		CHECK(!err || err == -BH_E_NOMEM);
		CHECK_EQ(pool_used(), used + fake_tables(&pt));
		fake.alloc_fail = 0;
		CHECK(!pt_unmap(&pt, 0, 4 * huge));
		CHECK_EQ(pool_used(), used);
		pool_free(pt.root, 1);
		if (!err)
			break;
	}
	CHECK(failures >= 5);
}

static void out_of_range(void)
{
	const u64 end = (u64)PT_ENTRIES << PT_HUGE_SHIFT;
	struct pt pt = begin();
	size_t used = pool_used();

	CHECK_EQ(pt_map(&pt, end, 0, PAGE_SIZE, BH_MEM_READ), -BH_E_INVAL);
	CHECK_EQ(pt_map(&pt, ~PAGE_MASK, 0, PAGE_SIZE, BH_MEM_READ), -BH_E_INVAL);
	CHECK(!pt_unmap(&pt, end, PAGE_SIZE));
	CHECK(!pt_access(&pt, end, 0));
	CHECK(!pt_allows(&pt, ~0ull, 0));
	CHECK(!pt_map(&pt, end - PAGE_SIZE, 0, PAGE_SIZE, BH_MEM_READ));
	CHECK(pt_allows(&pt, end - 1, BH_MEM_READ));
	CHECK(!pt_unmap(&pt, 0, end));
	CHECK_EQ(pool_used(), used);
}

/* What a slice may map is bounded, whatever the addresses, and ends where the next can go on. */
static void chunks(void)
{
	for (u32 i = 0; i < 100000; i++) {
		u64 mask = test_random_below(2) ? ~0ull : ~(BIT(test_random_below(31)) - 1);
		u64 virt = (test_random() >> 25) & ~PAGE_MASK & mask;
		u64 phys = (test_random() >> 25) & ~PAGE_MASK & mask;
		u64 size = PAGE_SIZE * (1 + test_random_below(BIT(test_random_below(27))));
		u64 chunk = pt_chunk(virt, phys, size), entries;

		CHECK(chunk && chunk <= size && !(chunk & PAGE_MASK));
		entries = chunk / PAGE_SIZE;
		if (!((virt ^ phys) & (BIT(PT_BLOCK_SHIFT) - 1)))
			entries = chunk / BIT(PT_BLOCK_SHIFT) + 2 * PT_ENTRIES;
		if (!((virt ^ phys) & (BIT(PT_HUGE_SHIFT) - 1)))
			entries = chunk / BIT(PT_HUGE_SHIFT) + 4 * PT_ENTRIES;
		CHECK(entries <= 5 * PT_ENTRIES);
	}
}

const struct test pgtable_tests[] = {
	{ "canonical form", canonical },
	{ "no memory", no_memory },
	{ "out of range", out_of_range },
	{ "chunks", chunks },
	{ "random page table operations", random_operations },
	{ NULL, NULL },
};
