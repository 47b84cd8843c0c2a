/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stage 2 descriptors, VMSAv8-64 with the 4 KiB granule: Arm ARM D8.3.
 * 40 bits of IPA, the walk starting at level 1 with two concatenated tables.
 */
#ifndef ARCH_PTE_H
#define ARCH_PTE_H

#include <bulkhead/config.h>
#include "../../../core/pgtable.h"
#include "../../../core/types.h"

#define PTE_VALID BIT(0)
#define PTE_TABLE BIT(1) /* at level 3: page */
#define PTE_MEMATTR_DEVICE (1ull << 2) /* Device-nGnRE */
#define PTE_MEMATTR_NORMAL (15ull << 2) /* Normal, inner and outer write-back */
#define PTE_READ BIT(6)
#define PTE_WRITE BIT(7)
#define PTE_INNER_SHAREABLE (3ull << 8)
#define PTE_ACCESSED BIT(10)
#define PTE_EXECUTE_NEVER BIT(54) /* XN[1:0] = 0b10: neither EL1 nor EL0 */
#define PTE_ADDRESS 0x0000fffffffff000ull

struct cell;

/** Flush all of a cell's stage 2 translations, and stage 1 ones made with them, on all CPUs. */
void arch_stage2_flush(struct cell *cell);

/** Order table writes before any walk that comes after. */
static inline void pte_sync(void)
{
	__asm__ volatile("dsb ishst; isb" : : : "memory");
}

static inline bool pte_is_present(u64 entry)
{
	return entry & PTE_VALID;
}

static inline bool pte_is_table(u64 entry, unsigned int shift)
{
	return (entry & (PTE_VALID | PTE_TABLE)) == (PTE_VALID | PTE_TABLE) &&
	       shift != PT_PAGE_SHIFT;
}

static inline u64 pte_table_phys(u64 entry)
{
	return entry & PTE_ADDRESS;
}

static inline u64 pte_make_table(u64 phys)
{
	return phys | PTE_TABLE | PTE_VALID;
}

static inline u64 pte_leaf_type(unsigned int shift)
{
	return shift == PT_PAGE_SHIFT ? PTE_TABLE | PTE_VALID : PTE_VALID;
}

static inline u64 pte_make_leaf(u64 phys, u32 flags, unsigned int shift)
{
	u64 entry = phys | pte_leaf_type(shift) | PTE_ACCESSED | PTE_INNER_SHAREABLE;

	entry |= flags & BH_MEM_IO ? PTE_MEMATTR_DEVICE : PTE_MEMATTR_NORMAL;
	if (flags & BH_MEM_READ)
		entry |= PTE_READ;
	if (flags & BH_MEM_WRITE)
		entry |= PTE_WRITE;
	if (!(flags & BH_MEM_EXEC))
		entry |= PTE_EXECUTE_NEVER;
	return entry;
}

static inline bool pte_is_device(u64 entry)
{
	return (entry & PTE_MEMATTR_NORMAL) == PTE_MEMATTR_DEVICE;
}

static inline bool pte_allows(u64 entry, u32 flags)
{
	return (!(flags & BH_MEM_READ) || (entry & PTE_READ)) &&
	       (!(flags & BH_MEM_WRITE) || (entry & PTE_WRITE)) &&
	       (!(flags & BH_MEM_EXEC) || !(entry & PTE_EXECUTE_NEVER));
}

/** Leaf number @index of the table that maps what the leaf @entry at @shift maps. */
static inline u64 pte_child_leaf(u64 entry, unsigned int shift, unsigned int index)
{
	return ((entry & ~(PTE_VALID | PTE_TABLE)) | pte_leaf_type(shift - 9)) +
	       ((u64)index << (shift - 9));
}

/** The leaf @index places after leaf @first, were the memory contiguous. */
static inline u64 pte_sibling_leaf(u64 first, unsigned int shift, unsigned int index)
{
	return first + ((u64)index << shift);
}

/** May a table at @shift whose first leaf is @first (or absent) be replaced by one leaf? */
static inline bool pte_can_merge(u64 first, unsigned int shift)
{
	return !(first & PTE_ADDRESS & (BIT(shift) - 1));
}

static inline u64 pte_merged_leaf(u64 first, unsigned int shift)
{
	return (first & ~(PTE_VALID | PTE_TABLE)) | pte_leaf_type(shift);
}

/** An entry that faults but keeps what it says; and back. */
static inline u64 pte_revoke(u64 entry)
{
	return entry & ~PTE_VALID;
}

static inline u64 pte_restore(u64 entry)
{
	return entry | PTE_VALID;
}

#endif
