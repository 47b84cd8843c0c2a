/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * First-fit over a bitmap. At most 16384 pages (64 MiB), and only management
 * operations allocate: a scan is short, and simplicity is worth more.
 */
#include "console.h"
#include "pool.h"
#include "string.h"

static u8 *base;
static u64 *used_map; /* bit set: in use */
static size_t total, used, hint;

static bool is_used(size_t page)
{
	return used_map[page / 64] & BIT(page % 64);
}

void pool_init(void *start, size_t pages)
{
	size_t map_pages = (pages / 8 + PAGE_SIZE) / PAGE_SIZE;

	used_map = start;
	memset(used_map, 0, map_pages * PAGE_SIZE);
	base = (u8 *)start + map_pages * PAGE_SIZE;
	total = pages - map_pages;
}

/* Pages from @page on that are free, up to @want. */
static size_t free_run(size_t page, size_t want)
{
	size_t run = 0;

	while (run < want && page + run < total && !is_used(page + run))
		run++;
	return run;
}

void *pool_alloc(size_t pages, size_t align)
{
	size_t skip = ((uintptr_t)base / PAGE_SIZE) & (align - 1);
	size_t page = hint;

	while (page + pages <= total) {
		size_t odd = (page + skip) & (align - 1);
		size_t run;

		if (odd) {
			page += align - odd;
			continue;
		}
		run = free_run(page, pages);
		if (run < pages) {
			page += run + 1;
			continue;
		}
		for (size_t i = page; i < page + pages; i++)
			used_map[i / 64] |= BIT(i % 64);
		if (page == hint)
			hint = page + pages;
		used += pages;
		return memset(base + page * PAGE_SIZE, 0, pages * PAGE_SIZE);
	}
	return NULL;
}

void pool_free(void *start, size_t pages)
{
	size_t first;

	if (!start)
		return;
	first = (size_t)((u8 *)start - base) / PAGE_SIZE;
	for (size_t i = first; i < first + pages; i++) {
		if (i >= total || !is_used(i))
			panic("page %p freed, but not in use", start);
		used_map[i / 64] &= ~BIT(i % 64);
	}
	used -= pages;
	if (first < hint)
		hint = first;
}

size_t pool_total(void)
{
	return total;
}

size_t pool_used(void)
{
	return used;
}
