/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Page tables of cells: the second translation stage.
 *
 * What is the same for every format is here: a radix tree with 512 entries a
 * table, leaves of 4 KiB, 2 MiB and 1 GiB. The format is the architecture's
 * (arch/pte.h).
 *
 * Tables are always in the one smallest form: leaves are as large as alignment
 * and equal attributes allow, and no table is empty. So a map undone is a map as it was,
 * page for page of the pool.
 *
 * While a live entry is replaced, it is absent for a moment, as architectures demand
 * (Arm ARM D8.14, break-before-make). A fault of another CPU in that moment is none: who
 * handles faults looks again, with the management lock.
 */
#ifndef CORE_PGTABLE_H
#define CORE_PGTABLE_H

#include "types.h"

#define PT_PAGE_SHIFT 12u
#define PT_BLOCK_SHIFT 21u
#define PT_HUGE_SHIFT 30u
#define PT_ENTRIES 512u

/**
 * struct pt - one set of tables.
 * @root: top-level table, each entry of which covers 1 GiB
 * @root_entries: entries in it
 * @owner: the cell, for flushing
 */
struct pt {
	u64 *root;
	u32 root_entries;
	struct cell *owner;
};

/**
 * pt_map() - map a range, replacing what was there.
 *
 * @flags: BH_MEM_*
 * Returns 0 or -BH_E_NOMEM; then a first part may be mapped, and calling again goes on.
 * Callers hold the management lock. All addresses and sizes are page multiples.
 */
int pt_map(struct pt *pt, u64 virt, u64 phys, u64 size, u32 flags);

/** pt_unmap() - unmap a range, mapped or not, and flush it from the TLBs of all CPUs. As pt_map(). */
int pt_unmap(struct pt *pt, u64 virt, u64 size);

/**
 * pt_chunk() - how much of a range one bounded slice of work may map or unmap.
 *
 * Keeps a slice below some thousand entries.
 */
u64 pt_chunk(u64 virt, u64 phys, u64 size);

/** pt_access() - is the page mapped as memory (not registers) with at least these BH_MEM_* rights? */
bool pt_access(const struct pt *pt, u64 virt, u32 flags);

/** pt_allows() - as pt_access(), for registers too. */
bool pt_allows(const struct pt *pt, u64 virt, u32 flags);

/** pt_free_slice() - free tables below one root entry; true when none are left anywhere. */
bool pt_free_slice(struct pt *pt);

/** pt_revoke() - make every access fault, keeping the tables; pt_restore() undoes it. */
void pt_revoke(struct pt *pt);
void pt_restore(struct pt *pt);

#endif
