/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A model of page tables: what each page should map, in a plain array. Each operation is done on
 * tables and model, and both compared. Whatever does not agree ends the program.
 */
#ifndef UNIT_PGTABLE_MODEL_H
#define UNIT_PGTABLE_MODEL_H

#include "fake.h"

/** Pages of the space in which operations take place: some GiB, or what a build says. */
#ifndef MODEL_PAGES
#define MODEL_PAGES (3ull << 18)
#endif

#define MODEL_FAILS 32u

/** struct model_operation - one of them; all numbers are cut to what is possible. */
struct model_operation {
	u8 kind; /**< a multiple of 4: unmap */
	u8 size_kind; /**< pages, 2 MiB or 1 GiB blocks */
	u8 align; /**< likewise, of virt */
	u8 flags;
	u8 phys_kind; /**< how phys is aligned towards virt */
	u8 fail; /**< allocations that succeed, all from MODEL_FAILS on */
	u16 virt;
	u16 size;
	u16 phys;
};

/** Starts with empty tables. */
void model_begin(void);

/** Does one operation, and compares where it was done. */
void model_do(const struct model_operation *operation);

/** Compares everything. */
void model_compare(void);

/** Revokes and restores access. */
void model_revoke(void);

/** Unmaps everything piece by piece, or frees all tables; no page of the pool is left behind. */
void model_end(bool by_unmap);

#endif
