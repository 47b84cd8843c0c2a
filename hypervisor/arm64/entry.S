/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Ways into and out of EL2.
 *
 * The first page of the image holds its header and this file's code. It is
 * mapped twice: where everything is, and at its physical address, for the moments in which
 * the MMU is switched on and off.
 */
#include <arch/cpu.h>
#include "percpu.h"

#define COLD_ENTRY 2 /* beside BH_ENTER_FIRST and BH_ENTER_NEXT */

/* SCTLR_EL2: RES1 bits, M, C, SA, I, WXN. Arm ARM D19.2.137. */
#define SCTLR_EL2_ON 0x30cd183d
/* MAIR_EL2: 0 Normal write-back, 1 Device-nGnRE. */
#define MAIR_EL2_VALUE 0x04ff
/* TCR_EL2: 48 bits, walks write-back and inner shareable, RES1; PS is added. Arm ARM D19.2.157. */
#define TCR_EL2_VALUE 0x80803510

	.section .head, "ax"
	.globl image_start
image_start:
	.ascii	"BULKHEAD"
	.word	1			/* BH_ABI_VERSION, checked in setup.c */
	.hword	1			/* BH_ARCH_ARM64 */
	.hword	header_end - image_start
	.quad	__file_end - image_start
	.quad	__memory_end - image_start
	.quad	__text_end - image_start
	.word	ARCH_PERCPU_SIZE
	.word	64			/* BH_MAX_CPUS */
	.quad	enter - image_start
version_string:
	.asciz	BULKHEAD_VERSION
	.org	version_string + 40
	.globl	boot_phys_base, boot_phys_size, boot_config_offset, boot_config_size
boot_phys_base:
	.quad	0
boot_phys_size:
	.quad	0
boot_config_offset:
	.quad	0
boot_config_size:
	.quad	0
header_end:

/*
 * From the loader: EL2, MMU off, x0 = BH_ENTER_*. ELR_EL2 and SPSR_EL2 lead back to it. x18 to
 * x30 must survive.
 */
enter:
	mov	x16, x0
	mrs	x17, sctlr_el2
	cmp	x16, #1
	b.ne	mmu_on
	/* First of all CPUs: make the tables, on a stack that only this path uses. */
	adrp	x1, boot_stack_end
	add	x1, x1, #:lo12:boot_stack_end
	mov	sp, x1
	stp	x16, x17, [sp, #-32]!
	stp	x30, xzr, [sp, #16]
	adrp	x0, image_start
	bl	early_map
	ldp	x16, x17, [sp]
	ldp	x30, xzr, [sp, #16]
	cbz	x0, mmu_on
	eret

/*
 * From the firmware's CPU_ON: EL2, MMU off.
 */
	.globl	cold_entry
cold_entry:
	/* Unknown at reset, and what it says decides how other registers are read: E2H. */
	mov	x1, #1 << 31		/* RW */
	msr	hcr_el2, x1
	isb
	mov	x16, #COLD_ENTRY
	mrs	x17, sctlr_el2

/* x16: which entry, x17: SCTLR_EL2 as it was; to be kept. */
mmu_on:
	ldr	x1, =MAIR_EL2_VALUE
	msr	mair_el2, x1
	ldr	x1, =TCR_EL2_VALUE
	mrs	x2, id_aa64mmfr0_el1
	and	x2, x2, #7		/* PARange; 48 bits at most with this granule */
	cmp	x2, #5
	mov	x3, #5
	csel	x2, x2, x3, ls
	bfi	x1, x2, #16, #3
	msr	tcr_el2, x1
	adrp	x1, el2_level0
	msr	ttbr0_el2, x1
	tlbi	alle2
	ic	iallu
	dsb	nsh
	isb
	ldr	x1, =SCTLR_EL2_ON
	msr	sctlr_el2, x1
	isb
	/* Still at the physical address; go to where everything is linked. */
	ldr	x1, =in_virtual
	br	x1

in_virtual:
	cmp	x16, #1
	b.ne	1f
	ldr	x1, =boot_stack_end
	sub	sp, x1, #32
	stp	x16, x17, [sp]
	stp	x30, xzr, [sp, #16]
	bl	hypervisor_init
	ldp	x16, x17, [sp]
	ldp	x30, xzr, [sp, #16]
	cbnz	x0, give_up
	mov	x16, #1

	/* Which CPU is this? */
1:	mrs	x1, mpidr_el1
	ldr	x2, =0xff00ffffff
	and	x1, x1, x2
	ldr	x2, =cpu_ids
	ldr	x3, =cpu_count
	ldr	w3, [x3]
	mov	x4, #0
	mov	x0, #-12		/* -BH_E_CPU */
2:	cmp	x4, x3
	b.hs	give_up
	ldr	x5, [x2, x4, lsl #3]
	cmp	x5, x1
	add	x4, x4, #1
	b.ne	2b
	/* x4 is its index, plus one: the top of its area less two pages is the top of its stack. */
	ldr	x1, =PERCPU_VIRT - 2 * 4096
	add	x1, x1, x4, lsl #PERCPU_STRIDE_SHIFT
	ldr	x2, =percpu_bytes
	ldr	x2, [x2]
	sub	x1, x1, x2
	msr	tpidr_el2, x1
	mov	sp, x1
	sub	sp, sp, #FRAME_SIZE
	mov	x0, sp
	cmp	x16, #COLD_ENTRY
	b.eq	cpu_cold
	str	x18, [sp, #8 * 18]
	stp	x19, x20, [sp, #8 * 19]
	stp	x21, x22, [sp, #8 * 21]
	stp	x23, x24, [sp, #8 * 23]
	stp	x25, x26, [sp, #8 * 25]
	stp	x27, x28, [sp, #8 * 27]
	stp	x29, x30, [sp, #8 * 29]
	mov	x1, x16
	mov	x2, x17
	bl	cpu_enter
	b	frame_return

/* No way on: x0 is the error, x17 SCTLR_EL2 as it was; nothing else has been changed. */
give_up:
	msr	far_el2, x0
	msr	tpidr_el2, x17
	b	leave_el2

/*
 * void cpu_leave_el2(frame, result, sctlr): back to the caller's EL1, with all its registers but
 * x0, and the MMU of EL2 off. What is needed at the very end waits in registers of EL2.
 */
	.globl	cpu_leave_el2
cpu_leave_el2:
	msr	far_el2, x1
	msr	tpidr_el2, x2
	mov	sp, x0
	ldr	x1, [sp, #8]
	ldp	x2, x3, [sp, #8 * 2]
	ldp	x4, x5, [sp, #8 * 4]
	ldp	x6, x7, [sp, #8 * 6]
	ldp	x8, x9, [sp, #8 * 8]
	ldp	x10, x11, [sp, #8 * 10]
	ldp	x12, x13, [sp, #8 * 12]
	ldp	x14, x15, [sp, #8 * 14]
	ldp	x16, x17, [sp, #8 * 16]
	ldp	x18, x19, [sp, #8 * 18]
	ldp	x20, x21, [sp, #8 * 20]
	ldp	x22, x23, [sp, #8 * 22]
	ldp	x24, x25, [sp, #8 * 24]
	ldp	x26, x27, [sp, #8 * 26]
	ldp	x28, x29, [sp, #8 * 28]
	ldr	x30, [sp, #8 * 30]
leave_el2:
	ldr	x0, boot_phys_base
	add	x0, x0, #(at_physical - image_start)
	br	x0
at_physical:
	mrs	x0, tpidr_el2
	msr	sctlr_el2, x0
	isb
	tlbi	alle2
	dsb	nsh
	isb
	mrs	x0, far_el2
	eret

	.ltorg
	.globl	trampoline_end
trampoline_end:

	.section .bss.boot_stack, "aw", %nobits
	.balign	16
	.space	2048
boot_stack_end:
