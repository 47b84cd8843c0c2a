// SPDX-License-Identifier: GPL-2.0-only
/*
 * core's page pool, with two additions: a test can make an allocation fail, and a page that is
 * free must not be touched.
 */
#include <sanitizer/asan_interface.h>
#include <string.h>
#include "fake.h"
#include "string.h"

static void *clear(void *start, int value, size_t bytes)
{
	ASAN_UNPOISON_MEMORY_REGION(start, bytes);
	return memset(start, value, bytes);
}

#define memset clear
#define pool_init core_pool_init
#define pool_alloc core_pool_alloc
#define pool_free core_pool_free
#include "../../../hypervisor/core/pool.c"
#undef memset
#undef pool_init
#undef pool_alloc
#undef pool_free

void pool_init(void *start, size_t pages);
void *pool_alloc(size_t pages, size_t align);
void pool_free(void *start, size_t pages);

void pool_init(void *start, size_t pages)
{
	ASAN_POISON_MEMORY_REGION(start, pages * PAGE_SIZE);
	core_pool_init(start, pages);
}

void *pool_alloc(size_t pages, size_t align)
{
	if (fake.alloc_fail && !--fake.alloc_fail) {
		fake.alloc_fail = !fake.alloc_once;
		return NULL;
	}
	return core_pool_alloc(pages, align);
}

void pool_free(void *start, size_t pages)
{
	core_pool_free(start, pages);
	if (start)
		ASAN_POISON_MEMORY_REGION(start, pages * PAGE_SIZE);
}
