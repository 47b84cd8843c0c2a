/* SPDX-License-Identifier: GPL-2.0-only */
/* Generic page-table code; see pgtable.h. Each loop is bounded by pt_chunk() or a table's size. */
#include <bulkhead/abi.h>
#include <arch/pte.h>
#include "memory.h"
#include "pgtable.h"
#include "pool.h"

/* Tables taken out, linked through their first entry (an address is no valid descriptor). */
struct garbage {
	u64 first; /* physical address, 0 at the end */
};

static u64 *table_of(u64 entry)
{
	return phys_to_virt(pte_table_phys(entry));
}

static unsigned int index_at(u64 virt, unsigned int shift)
{
	return (virt >> shift) & (PT_ENTRIES - 1);
}

static u64 *root_entry(const struct pt *pt, u64 virt)
{
	u64 index = virt >> PT_HUGE_SHIFT;

	return index < pt->root_entries ? &pt->root[index] : NULL;
}

/* The entry for @virt that ends the walk, at or above @shift; its level goes to *@at. */
static u64 *find(const struct pt *pt, u64 virt, unsigned int shift, unsigned int *at)
{
	unsigned int level = PT_HUGE_SHIFT;
	u64 *entry = root_entry(pt, virt);

	while (entry && level > shift && pte_is_table(*entry, level)) {
		level -= 9;
		entry = table_of(*entry) + index_at(virt, level);
	}
	*at = level;
	return entry;
}

static void discard(struct garbage *garbage, u64 *table)
{
	WRITE_ONCE(table[0], garbage->first);
	garbage->first = virt_to_phys(table);
}

static void collect(struct garbage *garbage)
{
	while (garbage->first) {
		u64 *table = phys_to_virt(garbage->first);

		garbage->first = table[0];
		pool_free(table, 1);
	}
}

/* Take out the tables below a table entry; its leaves go with them. */
static void discard_below(struct garbage *garbage, u64 entry, unsigned int level)
{
	u64 *table = table_of(entry);

	if (level == PT_HUGE_SHIFT) {
		for (unsigned int i = 0; i < PT_ENTRIES; i++)
			if (pte_is_table(table[i], PT_BLOCK_SHIFT))
				discard(garbage, table_of(table[i]));
	}
	discard(garbage, table);
}

/* Replace a live entry: out, flushed, then the new one in. */
static void replace(struct pt *pt, u64 *entry, u64 value)
{
	if (pte_is_present(*entry)) {
		WRITE_ONCE(*entry, 0);
		arch_stage2_flush(pt->owner);
	}
	WRITE_ONCE(*entry, value);
	pte_sync();
}

/* Make a table where there is nothing or a leaf, mapping what the leaf mapped. */
static int split(struct pt *pt, u64 *entry, unsigned int level)
{
	u64 *table = pool_alloc(1, 1);
	u64 old = *entry;

	if (!table)
		return -BH_E_NOMEM;
	if (pte_is_present(old)) {
		for (unsigned int i = 0; i < PT_ENTRIES; i++)
			table[i] = pte_child_leaf(old, level, i);
	}
	pte_sync();
	replace(pt, entry, pte_make_table(virt_to_phys(table)));
	return 0;
}

/* The entry for @virt at exactly @shift, with tables made as needed. */
static int find_or_make(struct pt *pt, u64 virt, unsigned int shift, u64 **entry)
{
	unsigned int level;

	for (;;) {
		int err;

		*entry = find(pt, virt, shift, &level);
		if (!*entry)
			return -BH_E_INVAL;
		if (level == shift)
			return 0;
		err = split(pt, *entry, level);
		if (err)
			return err;
	}
}

static unsigned int largest_shift(u64 bits, u64 size)
{
	if (!(bits & (BIT(PT_HUGE_SHIFT) - 1)) && size >= BIT(PT_HUGE_SHIFT))
		return PT_HUGE_SHIFT;
	if (!(bits & (BIT(PT_BLOCK_SHIFT) - 1)) && size >= BIT(PT_BLOCK_SHIFT))
		return PT_BLOCK_SHIFT;
	return PT_PAGE_SHIFT;
}

/* If the table at @level over @virt could be one leaf, or is empty, make it so. */
static void simplify(struct pt *pt, struct garbage *garbage, u64 virt, unsigned int level)
{
	unsigned int at;
	u64 *entry = find(pt, virt, level, &at);
	u64 first, *table;

	if (!entry || at != level || !pte_is_table(*entry, level))
		return;
	table = table_of(*entry);
	first = table[0];
	for (unsigned int i = 0; i < PT_ENTRIES; i++) {
		u64 expected = pte_is_present(first) ? pte_sibling_leaf(first, level - 9, i) : 0;

		if (table[i] != expected)
			return;
	}
	if (pte_is_table(first, level - 9) || !pte_can_merge(first, level))
		return;
	replace(pt, entry, pte_is_present(first) ? pte_merged_leaf(first, level) : 0);
	discard(garbage, table);
}

static void simplify_ends(struct pt *pt, struct garbage *garbage, u64 virt, u64 size)
{
	for (unsigned int level = PT_BLOCK_SHIFT; level <= PT_HUGE_SHIFT; level += 9) {
		simplify(pt, garbage, virt, level);
		simplify(pt, garbage, virt + size - 1, level);
	}
}

int pt_map(struct pt *pt, u64 virt, u64 phys, u64 size, u32 flags)
{
	struct garbage garbage = { 0 };
	u64 start = virt, left = size;
	int err = 0;

	while (left) {
		unsigned int shift = largest_shift(virt | phys, left);
		u64 *entry, old;

		err = find_or_make(pt, virt, shift, &entry);
		if (err)
			break;
		old = *entry;
		replace(pt, entry, pte_make_leaf(phys, flags, shift));
		if (pte_is_table(old, shift))
			discard_below(&garbage, old, shift);
		virt += BIT(shift);
		phys += BIT(shift);
		left -= BIT(shift);
	}
	simplify_ends(pt, &garbage, start, size);
	collect(&garbage);
	return err;
}

int pt_unmap(struct pt *pt, u64 virt, u64 size)
{
	struct garbage garbage = { 0 };
	u64 start = virt, left = size;
	int err = 0;

	while (left) {
		unsigned int level, shift = largest_shift(virt, left);
		u64 *entry = find(pt, virt, shift, &level), step;

		if (!entry)
			break;
		if (pte_is_present(*entry) && level > shift) {
			err = split(pt, entry, level);
			if (err)
				break;
			continue;
		}
		if (pte_is_present(*entry)) {
			u64 old = *entry;

			WRITE_ONCE(*entry, 0);
			if (pte_is_table(old, level))
				discard_below(&garbage, old, level);
		}
		step = MIN(left, BIT(level) - (virt & (BIT(level) - 1)));
		virt += step;
		left -= step;
	}
	arch_stage2_flush(pt->owner);
	simplify_ends(pt, &garbage, start, size);
	collect(&garbage);
	return err;
}

u64 pt_chunk(u64 virt, u64 phys, u64 size)
{
	u64 limit = 4 * BIT(PT_BLOCK_SHIFT);

	if (!((virt ^ phys) & (BIT(PT_BLOCK_SHIFT) - 1)))
		limit = BIT(PT_HUGE_SHIFT);
	if (!((virt ^ phys) & (BIT(PT_HUGE_SHIFT) - 1)))
		limit = 64 * BIT(PT_HUGE_SHIFT);
	/* End at a multiple, so that a later slice starts aligned. */
	return MIN(size, limit - (virt & (limit - 1)));
}

static u64 lookup(const struct pt *pt, u64 virt)
{
	unsigned int level;
	u64 *entry = find(pt, virt, PT_PAGE_SHIFT, &level);

	return entry ? READ_ONCE(*entry) : 0;
}

bool pt_access(const struct pt *pt, u64 virt, u32 flags)
{
	u64 entry = lookup(pt, virt);

	return pte_is_present(entry) && pte_allows(entry, flags) && !pte_is_device(entry);
}

bool pt_allows(const struct pt *pt, u64 virt, u32 flags)
{
	u64 entry = lookup(pt, virt);

	return pte_is_present(entry) && pte_allows(entry, flags);
}

bool pt_free_slice(struct pt *pt)
{
	struct garbage garbage = { 0 };

	for (u32 i = 0; i < pt->root_entries; i++) {
		u64 old = pt->root[i];

		if (!old)
			continue;
		pt->root[i] = 0;
		/* The cell's access may have been revoked. */
		old = pte_restore(old);
		if (pte_is_table(old, PT_HUGE_SHIFT)) {
			discard_below(&garbage, old, PT_HUGE_SHIFT);
			arch_stage2_flush(pt->owner);
			collect(&garbage);
			return false;
		}
	}
	return true;
}

void pt_revoke(struct pt *pt)
{
	for (u32 i = 0; i < pt->root_entries; i++)
		if (pt->root[i])
			WRITE_ONCE(pt->root[i], pte_revoke(pt->root[i]));
	arch_stage2_flush(pt->owner);
}

void pt_restore(struct pt *pt)
{
	for (u32 i = 0; i < pt->root_entries; i++)
		if (pt->root[i])
			pt->root[i] = pte_restore(pt->root[i]);
	pte_sync();
}
