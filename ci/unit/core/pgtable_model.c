// SPDX-License-Identifier: GPL-2.0-only
#include <err.h>
#include <stdlib.h>
#include "pgtable_model.h"
#include "pgtable.h"
#include "pool.h"

#define PHYS_LIMIT (1ull << 38)
#define BLOCK_PAGES 512ull
#define HUGE_PAGES (512ull * 512)

/* Page frame number and flags, 0 where nothing is mapped. */
struct expected {
	u32 frame;
	u32 flags;
};

static struct expected model[MODEL_PAGES];
static struct expected before[MODEL_PAGES];
static struct pt pt;
static struct cell owner;
static size_t used_before;

#define AGREE(condition)                                                                           \
	do {                                                                                       \
		if (!(condition))                                                                  \
			disagree(__LINE__, #condition);                                            \
	} while (0)

static void disagree(int line, const char *what)
{
	warnx("page tables, line %d: not so: %s", line, what);
	abort();
}

void model_begin(void)
{
	used_before = pool_used();
	pt = (struct pt){ .root = pool_alloc(1, 1), .root_entries = PT_ENTRIES, .owner = &owner };
	AGREE(pt.root);
	for (u64 i = 0; i < MODEL_PAGES; i++)
		model[i] = (struct expected){ 0, 0 };
}

static struct expected actual(u64 page)
{
	struct fake_leaf leaf;
	u64 virt = page * PAGE_SIZE;

	if (!fake_walk(&pt, virt, &leaf))
		return (struct expected){ 0, 0 };
	return (struct expected){ (u32)((leaf.phys + (virt - leaf.virt)) / PAGE_SIZE), leaf.flags };
}

static bool same(struct expected a, struct expected b)
{
	return a.frame == b.frame && a.flags == b.flags;
}

static void compare_page(u64 page)
{
	struct expected want = model[page];
	u64 virt = page * PAGE_SIZE;

	AGREE(same(actual(page), want));
	AGREE(pt_allows(&pt, virt, BH_MEM_READ) == !!(want.flags & BH_MEM_READ));
	AGREE(pt_allows(&pt, virt, BH_MEM_WRITE) == !!(want.flags & BH_MEM_WRITE));
	AGREE(pt_allows(&pt, virt, BH_MEM_EXEC) == !!(want.flags & BH_MEM_EXEC));
	AGREE(pt_access(&pt, virt, BH_MEM_READ) == (want.flags && !(want.flags & BH_MEM_IO)));
}

/* Pages at and around the ends, and a few in between. */
static void compare_some(u64 page, u64 pages)
{
	for (u64 i = page ? page - 1 : 0; i < page + 3 && i < MODEL_PAGES; i++)
		compare_page(i);
	for (u64 i = page + pages - 2; i < page + pages + 2 && i < MODEL_PAGES; i++)
		compare_page(i);
	for (u64 i = 1; i < 8; i++)
		compare_page(page + pages * i / 8);
	fake_tlb_check();
}

void model_compare(void)
{
	static struct fake_leaf leaves[MODEL_PAGES];
	size_t count = fake_leaves(&pt, leaves, MODEL_PAGES);
	u64 page = 0;

	for (size_t i = 0; i < count; i++) {
		AGREE(leaves[i].virt / PAGE_SIZE + leaves[i].size / PAGE_SIZE <= MODEL_PAGES);
		for (; page < leaves[i].virt / PAGE_SIZE; page++)
			AGREE(!model[page].flags);
		for (u64 n = 0; n < leaves[i].size / PAGE_SIZE; n++, page++)
			AGREE(model[page].flags == leaves[i].flags &&
			      model[page].frame == leaves[i].phys / PAGE_SIZE + n);
	}
	for (; page < MODEL_PAGES; page++)
		AGREE(!model[page].flags);
	/* Exactly the tables that are needed, and nothing else of the pool. */
	AGREE(pool_used() == used_before + 1 + fake_tables(&pt));
}

/* Mostly pages, seldom the largest. */
static u64 granule(u8 kind)
{
	return kind % 16 < 9 ? 1 : kind % 16 < 15 ? BLOCK_PAGES : HUGE_PAGES;
}

static u32 flags_of(u8 bits)
{
	u32 flags = BH_MEM_READ;

	if (bits & 1)
		flags |= BH_MEM_WRITE;
	/* Few kinds, so that neighbours are often alike. */
	if ((bits & 6) == 6)
		flags |= BH_MEM_EXEC;
	if ((bits & 24) == 24)
		flags |= BH_MEM_IO;
	return flags;
}

/* A physical address that fits virt in its lower bits to some extent; often virt itself. */
static u64 frame_of(const struct model_operation *op, u64 page)
{
	const u64 limit = PHYS_LIMIT / PAGE_SIZE - MODEL_PAGES;
	u64 frame = HUGE_PAGES;

	switch (op->phys_kind % 8) {
	case 0:
		return frame + op->phys % limit;
	case 1:
		frame += (op->phys * BLOCK_PAGES) % limit;
		return (frame & ~(BLOCK_PAGES - 1)) + page % BLOCK_PAGES;
	case 2:
		frame += (op->phys * HUGE_PAGES) % limit;
		return (frame & ~(HUGE_PAGES - 1)) + page % HUGE_PAGES;
	default:
		return frame + page;
	}
}

static int run(bool map, u64 page, u64 pages, u64 frame, u32 flags)
{
	if (map)
		return pt_map(&pt, page * PAGE_SIZE, frame * PAGE_SIZE, pages * PAGE_SIZE, flags);
	return pt_unmap(&pt, page * PAGE_SIZE, pages * PAGE_SIZE);
}

/* After a failure each page maps what it did before, or what it shall. */
static void compare_half(u64 page, u64 pages)
{
	bool rest = false;
	/* Of many pages a few. */
	u64 step = pages > 4096 ? 61 : 1;

	for (u64 i = page; i < page + pages; i += step) {
		struct expected is = actual(i);

		AGREE(same(is, before[i]) || same(is, model[i]));
		/* A first part is done, the rest is not. */
		rest |= !same(is, model[i]);
		AGREE(!rest || same(is, before[i]));
	}
	fake_tlb_check();
	fake_tables(&pt);
	AGREE(pool_used() == used_before + 1 + fake_tables(&pt));
}

static void run_to_the_end(u8 succeed, bool map, u64 page, u64 pages, u64 frame, u32 flags)
{
	int err;

	if (succeed < MODEL_FAILS)
		fake.alloc_fail = succeed + 1u;
	err = run(map, page, pages, frame, flags);
	fake.alloc_fail = 0;
	if (err) {
		AGREE(err == -BH_E_NOMEM && succeed < MODEL_FAILS);
		compare_half(page, pages);
		AGREE(!run(map, page, pages, frame, flags));
	}
}

void model_do(const struct model_operation *op)
{
	u64 align = granule(op->align), pages = granule(op->size_kind), page, frame;
	bool map = op->kind % 4;
	u32 flags = flags_of(op->flags);

	pages *= 1 + op->size % (pages == 1 ? 1100 : pages == BLOCK_PAGES ? 5 : 2);
	page = (op->virt * align) % MODEL_PAGES;
	/* Not always at an edge. */
	if (op->kind & 64)
		page = (page + op->virt / 7) % MODEL_PAGES;
	if (op->kind & 128 && pages > 1)
		pages -= op->size % MIN(pages, 7);
	if (pages > MODEL_PAGES - page)
		pages = MODEL_PAGES - page;
	frame = frame_of(op, page);
	for (u64 i = 0; i < 4; i++)
		fake_tlb_fill(&pt, (page + pages * i / 4) * PAGE_SIZE);
	for (u64 i = 0; i < pages; i++) {
		before[page + i] = model[page + i];
		model[page + i] = map ? (struct expected){ (u32)(frame + i), flags }
				      : (struct expected){ 0, 0 };
	}
	run_to_the_end(op->fail, map, page, pages, frame, flags);
	compare_some(page, pages);
}

void model_revoke(void)
{
	struct fake_leaf leaf;

	for (u64 i = 0; i < 8; i++)
		fake_tlb_fill(&pt, i * MODEL_PAGES / 8 * PAGE_SIZE);
	pt_revoke(&pt);
	fake_tlb_check();
	for (u64 page = 0; page < MODEL_PAGES; page += 4001) {
		AGREE(!fake_walk(&pt, page * PAGE_SIZE, &leaf));
		AGREE(!pt_allows(&pt, page * PAGE_SIZE, 0));
	}
	/* Twice is as once. */
	pt_revoke(&pt);
	pt_restore(&pt);
	pt_restore(&pt);
	model_compare();
}

void model_end(bool by_unmap)
{
	for (u64 page = 0; by_unmap && page < MODEL_PAGES;) {
		u64 pages = MIN(pt_chunk(page * PAGE_SIZE, 0, (MODEL_PAGES - page) * PAGE_SIZE),
				(u64)(3 * BLOCK_PAGES + 5) * PAGE_SIZE) /
			    PAGE_SIZE;

		AGREE(!pt_unmap(&pt, page * PAGE_SIZE, pages * PAGE_SIZE));
		for (u64 i = 0; i < pages; i++)
			model[page + i] = (struct expected){ 0, 0 };
		page += pages;
	}
	if (by_unmap)
		model_compare();
	while (!pt_free_slice(&pt))
		;
	for (u32 i = 0; i < PT_ENTRIES; i++)
		AGREE(!pt.root[i]);
	AGREE(pool_used() == used_before + 1);
	pool_free(pt.root, 1);
	AGREE(pool_used() == used_before);
}
