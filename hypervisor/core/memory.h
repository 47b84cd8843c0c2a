/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The hypervisor's view of memory: its own, always mapped; anybody else's only
 * through windows, for one request.
 */
#ifndef CORE_MEMORY_H
#define CORE_MEMORY_H

#include "types.h"
#include <arch/cpu.h>

/** Bytes of the scrub window: the most that one slice of scrubbing touches. */
#define SCRUB_WINDOW_SIZE (256ul * 1024)

/** Offset between virtual and physical addresses of hypervisor memory (image and pool). */
extern u64 hypervisor_phys, hypervisor_size;

static inline void *phys_to_virt(u64 phys)
{
	return (void *)(uintptr_t)(phys - hypervisor_phys + ARCH_HYPERVISOR_VIRT);
}

static inline u64 virt_to_phys(const void *virt)
{
	return (u64)(uintptr_t)virt - ARCH_HYPERVISOR_VIRT + hypervisor_phys;
}

/**
 * map_device() - map device registers for good, readable and writable.
 *
 * Only during init. Returns NULL when the pool or the address space is exhausted.
 */
void *map_device(u64 phys, u64 size);

/**
 * window_map() - map one page of guest memory, for one request on this CPU.
 *
 * @slot: 0 or 1: two pages at a time
 * The caller has checked that the page is not the hypervisor's. Undo with window_unmap().
 */
void *window_map(unsigned int slot, u64 phys);
void window_unmap(unsigned int slot);

/**
 * scrub() - zero memory and clean it to the point of coherency.
 * clean() - write back and drop what caches hold of it.
 *
 * @size: at most SCRUB_WINDOW_SIZE. Callers hold the management lock.
 * The cell that gets the memory may look at it with its caches off, and no line that
 * the former owner dirtied may be written back later.
 */
void scrub(u64 phys, u64 size);
void clean(u64 phys, u64 size);

#endif
