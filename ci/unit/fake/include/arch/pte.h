/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A page table format like no real one, so that core cannot rely on one: rights are above the
 * present bit, leaves above pages have a bit of their own, tables carry no rights.
 */
#ifndef ARCH_PTE_H
#define ARCH_PTE_H

#include <bulkhead/config.h>
#include "pgtable.h"
#include "types.h"

#define PTE_PRESENT BIT(0)
#define PTE_READ BIT(1)
#define PTE_WRITE BIT(2)
#define PTE_EXECUTE BIT(3)
#define PTE_DEVICE BIT(4)
#define PTE_LARGE BIT(7)
#define PTE_TABLE BIT(11)
#define PTE_ADDRESS 0x000ffffffffff000ull

/** Forgets what the fake's TLB holds of the cell. */
void arch_stage2_flush(struct cell *cell);

static inline void pte_sync(void)
{
	__atomic_thread_fence(__ATOMIC_RELEASE);
}

static inline bool pte_is_present(u64 entry)
{
	return entry & PTE_PRESENT;
}

static inline bool pte_is_table(u64 entry, unsigned int shift)
{
	return shift != PT_PAGE_SHIFT && (entry & PTE_PRESENT) && (entry & PTE_TABLE);
}

static inline u64 pte_table_phys(u64 entry)
{
	return entry & PTE_ADDRESS;
}

static inline u64 pte_make_table(u64 phys)
{
	return phys | PTE_TABLE | PTE_PRESENT;
}

static inline u64 pte_make_leaf(u64 phys, u32 flags, unsigned int shift)
{
	u64 entry = phys | PTE_PRESENT;

	if (shift != PT_PAGE_SHIFT)
		entry |= PTE_LARGE;
	if (flags & BH_MEM_READ)
		entry |= PTE_READ;
	if (flags & BH_MEM_WRITE)
		entry |= PTE_WRITE;
	if (flags & BH_MEM_EXEC)
		entry |= PTE_EXECUTE;
	if (flags & BH_MEM_IO)
		entry |= PTE_DEVICE;
	return entry;
}

static inline bool pte_is_device(u64 entry)
{
	return entry & PTE_DEVICE;
}

static inline bool pte_allows(u64 entry, u32 flags)
{
	return (!(flags & BH_MEM_READ) || (entry & PTE_READ)) &&
	       (!(flags & BH_MEM_WRITE) || (entry & PTE_WRITE)) &&
	       (!(flags & BH_MEM_EXEC) || (entry & PTE_EXECUTE));
}

static inline u64 pte_child_leaf(u64 entry, unsigned int shift, unsigned int index)
{
	if (shift == PT_BLOCK_SHIFT)
		entry &= ~PTE_LARGE;
	return entry + ((u64)index << (shift - 9));
}

static inline u64 pte_sibling_leaf(u64 first, unsigned int shift, unsigned int index)
{
	return first + ((u64)index << shift);
}

static inline bool pte_can_merge(u64 first, unsigned int shift)
{
	return !(first & PTE_ADDRESS & (BIT(shift) - 1));
}

static inline u64 pte_merged_leaf(u64 first, unsigned int shift)
{
	(void)shift;
	return first | PTE_LARGE;
}

static inline u64 pte_revoke(u64 entry)
{
	return entry & ~PTE_PRESENT;
}

static inline u64 pte_restore(u64 entry)
{
	return entry | PTE_PRESENT;
}

#endif
