/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The page pool: hypervisor memory that is not image, per-CPU area or config.
 * Pages are handed out zeroed, and counted exactly.
 */
#ifndef CORE_POOL_H
#define CORE_POOL_H

#include "types.h"

/** Give the pool its memory, once: @pages pages at @start; some of them hold its own map. */
void pool_init(void *start, size_t pages);

/**
 * Allocate contiguous zeroed pages.
 *
 * @pages: how many, at least 1
 * @align: alignment in pages, a power of two
 * Returns NULL when there are none. Callers hold the management lock.
 */
void *pool_alloc(size_t pages, size_t align);

/** Give pages back; NULL is allowed. */
void pool_free(void *start, size_t pages);

/** Pages in the pool, and how many of them are in use. */
size_t pool_total(void);
size_t pool_used(void);

#endif
