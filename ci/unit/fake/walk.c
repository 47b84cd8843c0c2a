// SPDX-License-Identifier: GPL-2.0-only
/* Page tables as a CPU would read them, without any of core's code; and a TLB. */
#include <err.h>
#include <stdlib.h>
#include <arch/pte.h>
#include "fake.h"

#define TLB_SIZE 64

static const u64 *table_at(u64 phys)
{
	u8 *memory = fake_memory(phys);

	if (!memory || phys < FAKE_HYPERVISOR)
		errx(1, "a table at %#llx", (unsigned long long)phys);
	return (const u64 *)memory;
}

static u32 flags_of(u64 entry)
{
	return (entry & PTE_READ ? BH_MEM_READ : 0) | (entry & PTE_WRITE ? BH_MEM_WRITE : 0) |
	       (entry & PTE_EXECUTE ? BH_MEM_EXEC : 0) | (entry & PTE_DEVICE ? BH_MEM_IO : 0);
}

static void check_leaf(u64 entry, unsigned int shift)
{
	if (!(entry & PTE_LARGE) != (shift == PT_PAGE_SHIFT) || entry & PTE_TABLE)
		errx(1, "entry %#llx at %u", (unsigned long long)entry, shift);
	if (entry & PTE_ADDRESS & (BIT(shift) - 1))
		errx(1, "leaf %#llx not aligned to %u", (unsigned long long)entry, shift);
}

bool fake_walk(const struct pt *pt, u64 virt, struct fake_leaf *leaf)
{
	const u64 *table = pt->root;
	unsigned int shift = PT_HUGE_SHIFT;
	u64 entry;

	if (virt >> PT_HUGE_SHIFT >= pt->root_entries)
		return false;
	for (;; shift -= 9) {
		entry = READ_ONCE(table[(virt >> shift) & (PT_ENTRIES - 1)]);
		if (!(entry & PTE_PRESENT))
			return false;
		if (shift == PT_PAGE_SHIFT || !(entry & PTE_TABLE))
			break;
		table = table_at(entry & PTE_ADDRESS);
	}
	check_leaf(entry, shift);
	leaf->virt = virt & ~(BIT(shift) - 1);
	leaf->phys = entry & PTE_ADDRESS;
	leaf->size = BIT(shift);
	leaf->flags = flags_of(entry);
	return true;
}

struct list {
	struct fake_leaf *leaves;
	size_t count, max;
};

static void list_leaves(struct list *list, const u64 *table, u64 virt, unsigned int shift)
{
	for (u64 i = 0; i < PT_ENTRIES; i++, virt += BIT(shift)) {
		u64 entry = table[i];

		if (!(entry & PTE_PRESENT))
			continue;
		if (shift != PT_PAGE_SHIFT && entry & PTE_TABLE) {
			list_leaves(list, table_at(entry & PTE_ADDRESS), virt, shift - 9);
			continue;
		}
		check_leaf(entry, shift);
		if (list->count == list->max)
			errx(1, "too many leaves");
		list->leaves[list->count++] = (struct fake_leaf){ virt, entry & PTE_ADDRESS,
								  BIT(shift), flags_of(entry) };
	}
}

size_t fake_leaves(const struct pt *pt, struct fake_leaf *leaves, size_t max)
{
	struct list list = { leaves, 0, max };

	list_leaves(&list, pt->root, 0, PT_HUGE_SHIFT);
	return list.count;
}

/* Could one entry say what this table says? Nothing, or leaves that are one larger leaf. */
static bool is_needless(const u64 *table, unsigned int shift)
{
	u64 first = table[0];

	if (first & PTE_TABLE || (first & PTE_ADDRESS & (BIT(shift + 9) - 1)))
		return false;
	for (u64 i = 1; i < PT_ENTRIES; i++)
		if (table[i] != (first ? first + (i << shift) : 0))
			return false;
	return true;
}

static size_t tables_below(const u64 *table, unsigned int shift)
{
	size_t count = 1;

	if (is_needless(table, shift))
		errx(1, "a table at level %u could be one entry", shift);
	for (u32 i = 0; i < PT_ENTRIES && shift != PT_PAGE_SHIFT; i++)
		if (table[i] & PTE_TABLE)
			count += tables_below(table_at(table[i] & PTE_ADDRESS), shift - 9);
	return count;
}

size_t fake_tables(const struct pt *pt)
{
	size_t count = 0;

	for (u32 i = 0; i < pt->root_entries; i++)
		if (pt->root[i] & PTE_TABLE)
			count += tables_below(table_at(pt->root[i] & PTE_ADDRESS), PT_BLOCK_SHIFT);
	return count;
}

/* ---- TLB ---- */

static struct tlb_entry {
	const struct pt *pt;
	u64 virt;
	u64 phys;
	u32 flags;
} tlb[TLB_SIZE];
static u32 tlb_next;

static u64 phys_of(const struct fake_leaf *leaf, u64 virt)
{
	return leaf->phys + (virt - leaf->virt);
}

void fake_tlb_fill(const struct pt *pt, u64 virt)
{
	struct fake_leaf leaf;

	virt &= ~PAGE_MASK;
	if (fake_walk(pt, virt, &leaf))
		tlb[tlb_next++ % TLB_SIZE] =
			(struct tlb_entry){ pt, virt, phys_of(&leaf, virt), leaf.flags };
}

void fake_tlb_check(void)
{
	for (u32 i = 0; i < TLB_SIZE; i++) {
		const struct tlb_entry *e = &tlb[i];
		struct fake_leaf leaf;

		if (e->pt && (!fake_walk(e->pt, e->virt, &leaf) ||
			      phys_of(&leaf, e->virt) != e->phys || leaf.flags != e->flags))
			errx(1, "TLB still maps %#llx", (unsigned long long)e->virt);
	}
}

void arch_stage2_flush(struct cell *cell)
{
	if (fake.threads)
		return;
	fake.flushes++;
	for (u32 i = 0; i < TLB_SIZE; i++)
		if (tlb[i].pt && tlb[i].pt->owner == cell)
			tlb[i].pt = NULL;
}
