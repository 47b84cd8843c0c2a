/* SPDX-License-Identifier: GPL-2.0-only */
/* What core needs of the CPU: barriers, relaxing, halting, and where the hypervisor is mapped. */
#ifndef ARCH_CPU_H
#define ARCH_CPU_H

/**
 * Hypervisor memory is mapped here, in a part of the address space of its own
 * (level 0 entry 224), so that the identity map of the trampoline never collides with it
 * on machines with less than 112 TiB of physical address space in use.
 */
#define ARCH_HYPERVISOR_VIRT 0x700000000000

/**
 * Bytes of physical memory of one CPU's area: a page of stack with struct percpu at its
 * top, and the CPU's status page, which the root cell may read.
 */
#define ARCH_PERCPU_SIZE 8192

#ifndef __ASSEMBLER__

#include "../../../core/types.h"

#define smp_mb() __asm__ volatile("dmb ish" : : : "memory")
#define smp_wmb() __asm__ volatile("dmb ishst" : : : "memory")
#define smp_rmb() __asm__ volatile("dmb ishld" : : : "memory")

static inline void cpu_relax(void)
{
	__asm__ volatile("yield" : : : "memory");
}

/** Stop this CPU for good. */
static inline __noreturn void arch_halt(void)
{
	for (;;)
		__asm__ volatile("wfe");
}

#endif
#endif
