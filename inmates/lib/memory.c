// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The cell's memory: image and stacks below, the rest for alloc().
 */
#include "inmate.h"

#define RAM_DEFAULT_BYTES (1u << 20)

static uintptr_t start, end, next;

void memory_init(uintptr_t image_start, uintptr_t image_end)
{
	start = image_start;
	end = start + arg_u64("ram", RAM_DEFAULT_BYTES);
	next = image_end;
	if (end < next || end % BH_PAGE_SIZE)
		panic("ram=0x%lx: too small for this image, or no multiple of a page", end - start);
}

uintptr_t ram_start(void)
{
	return start;
}

uintptr_t ram_end(void)
{
	return end;
}

uintptr_t ram_free(void)
{
	return next;
}

void *alloc(size_t bytes, size_t align)
{
	uintptr_t at = (next + align - 1) & ~(align - 1);

	if (at < next || bytes > end - at)
		panic("out of memory: %zu bytes wanted, %zu left", bytes, end - next);
	next = at + bytes;
	return (void *)at;
}
