/* SPDX-License-Identifier: GPL-2.0-only */
/* What an architecture provides; one directory each. */
#ifndef BH_ARCH_H
#define BH_ARCH_H

#include <linux/types.h>
#include <bulkhead/abi.h>

/** Name of the hypervisor image in the firmware path. */
extern const char bh_arch_image[];

/** enum bh_arch of images and configs. */
extern const u16 bh_arch_id;

/**
 * bh_arch_check() - can this CPU be taken over?
 *
 * Runs on the CPU in question, in process context, and changes nothing.
 * Return: 0, or the errno of include/bulkhead/ioctl.h for what is in the way.
 */
int bh_arch_check(void);

/** bh_arch_reason() - the sentence that belongs to an errno of bh_arch_check(). */
const char *bh_arch_reason(int err);

/** bh_arch_this_cpu_id() - hardware identifier of this CPU, as configs name it. */
u64 bh_arch_this_cpu_id(void);

/**
 * bh_arch_offline_cpu_id() - hardware identifier of a CPU that is offline.
 * @cpu: as Linux numbers it
 * @id: result
 *
 * Return: 0, or -ENODATA if it cannot be told while the CPU is offline.
 */
int bh_arch_offline_cpu_id(unsigned int cpu, u64 *id);

/**
 * bh_arch_enter() - enter the hypervisor on this CPU.
 * @entry: physical address of its entry point
 * @argument: BH_ENTER_FIRST or BH_ENTER_NEXT
 *
 * Context: process, bound to the CPU.
 * Return: 0 with this CPU in the root cell, or a negative enum bh_error.
 */
long bh_arch_enter(phys_addr_t entry, unsigned long argument);

/** bh_arch_hypercall() - see include/bulkhead/hypercall.h. */
long bh_arch_hypercall(unsigned long number, u64 arg0, u64 arg1, u64 arg2, u64 arg3);

/**
 * bh_arch_clean() - make memory visible to a CPU that runs without caches.
 * @start: first byte, mapped cacheable
 * @bytes: how many
 */
void bh_arch_clean(const void *start, size_t bytes);

#endif
