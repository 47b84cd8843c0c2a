/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is private to a CPU. TPIDR_EL2 points to it, and the stack grows down from it;
 * below the stack is a page that is not mapped.
 */
#ifndef ARM64_PERCPU_H
#define ARM64_PERCPU_H

/* Offsets that assembly uses; checked in setup.c. */
#define PERCPU_EXITS 8
#define PERCPU_SGI_KEY 16
#define PERCPU_SGI_MASK 24

#define FRAME_SIZE 256 /* x0 to x30, and eight bytes */

/* Distance of two CPUs' areas in the address space: guard page, stack, status, unused. */
#define PERCPU_STRIDE_SHIFT 14
#define PERCPU_VIRT (ARCH_HYPERVISOR_VIRT + 0x08000000)

#ifndef __ASSEMBLER__

#include "../core/cell.h"
#include "sysregs.h"

/** struct frame - general registers of the guest, at the top of the stack while in EL2. */
struct frame {
	u64 x[31];
	u64 unused;
};

/** struct host_el2 - what EL2 was set to before; replayed on CPUs that come up later. */
struct host_el2 {
	u64 sctlr, vbar, hcr, cptr, mdcr, cnthctl, vpidr, vmpidr, cntvoff, sre;
	u64 zcr, smcr, hcrx, hfgrtr, hfgwtr, hfgitr, hdfgrtr, hdfgwtr;
};

/**
 * struct percpu - see above.
 * @cpu: the part that others see
 * @exits: counters, in the status page
 * @sgi_key: affinity fields of ICC_SGI1R_EL1 that the fast path accepts
 * @sgi_mask: what it lets through of a value with those
 * @gicr: its redistributor
 * @gicr_offset: that one's place in the range of redistributors
 * @pmr: ICC_PMR_EL1 as the guest wrote it, where writes are trapped
 * @aborts: injected into the root cell, for rate-limited messages
 * @lpis_off: the root cell's LPIs were turned off for the cell that has the CPU
 * @entered: all units have entered
 * @leaving: the CPU leaves the hypervisor instead of returning to its cell
 * @host: see struct host_el2
 */
struct percpu {
	struct cpu *cpu;
	u64 *exits;
	u64 sgi_key;
	u64 sgi_mask;
	void *gicr;
	u64 gicr_offset;
	u64 pmr;
	u32 aborts;
	bool lpis_off;
	bool entered;
	bool leaving;
	struct host_el2 host;
} __aligned(16);

static inline struct percpu *this_percpu(void)
{
	struct percpu *percpu;

	/* Not volatile: it never changes, and may be kept in a register. */
	__asm__("mrs %0, tpidr_el2" : "=r"(percpu));
	return percpu;
}

/** The private area of another CPU; its mapping exists for all CPUs of the config. */
static inline struct percpu *percpu_of(u32 index)
{
	return (struct percpu *)(PERCPU_VIRT + ((u64)(index + 1) << PERCPU_STRIDE_SHIFT) -
				 2 * PAGE_SIZE) -
	       1;
}

static inline struct frame *frame_of(struct percpu *percpu)
{
	return (struct frame *)percpu - 1;
}

#endif
#endif
