/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Exception vectors of EL2, and the way back to a guest.
 *
 * The stack is empty whenever a guest executes, so its registers are saved at a fixed place:
 * the top of this CPU's stack.
 */
#include <arch/cpu.h>
#include "percpu.h"

/* ESR_EL2 of a write to ICC_SGI1R_EL1 from a 64-bit register, with Rt zero. */
#define ESR_SGI1R 0x623a3016
#define EC_SYSREG 0x18
#define EC_HVC64 0x16
#define EC_SMC64 0x17
#define EC_DATA_ABORT 0x24
#define EXIT_IPI (8 * 2) /* BH_EXIT_IPI */

	/* C does not touch x18, which is fixed, nor x19 to x29 without putting them back. */
	.macro	save_volatile_from_x2
	stp	x2, x3, [sp, #8 * 2]
	stp	x4, x5, [sp, #8 * 4]
	stp	x6, x7, [sp, #8 * 6]
	stp	x8, x9, [sp, #8 * 8]
	stp	x10, x11, [sp, #8 * 10]
	stp	x12, x13, [sp, #8 * 12]
	stp	x14, x15, [sp, #8 * 14]
	stp	x16, x17, [sp, #8 * 16]
	str	x30, [sp, #8 * 30]
	.endm

	.macro	save_rest
	stp	x18, x19, [sp, #8 * 18]
	stp	x20, x21, [sp, #8 * 20]
	stp	x22, x23, [sp, #8 * 22]
	stp	x24, x25, [sp, #8 * 24]
	stp	x26, x27, [sp, #8 * 26]
	stp	x28, x29, [sp, #8 * 28]
	.endm

	.macro	vector target
	.balign	128
	b	\target
	.endm

	.section .vectors, "ax"
	.balign	2048
	.globl	el2_vectors
el2_vectors:
	/* EL2 itself, with SP_EL0 and with SP_EL2: always a defect. */
	.balign	128
	/* The stack may be gone, so take what is below the frame. */
el2_defect:
	mrs	x0, esr_el2
	mrs	x1, elr_el2
	mrs	x2, far_el2
	mrs	x3, tpidr_el2
	mov	sp, x3
	b	el2_panic
	vector	el2_defect
	/* Here is room for 30 instructions. */
load_register:
	.irp	n, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29
	ldr	x\n, [sp, #8 * \n]
	b	short_return
	.endr
	vector	el2_defect
	vector	el2_defect
	vector	el2_defect
	vector	el2_defect
	vector	el2_defect
	vector	el2_defect

	/* A guest, 64 bit. */
	.balign	128
	sub	sp, sp, #FRAME_SIZE
	stp	x0, x1, [sp]
	mrs	x0, esr_el2
	lsr	w1, w0, #26
	cmp	w1, #EC_DATA_ABORT
	b.eq	data_abort
	sub	w1, w1, #EC_HVC64
	cmp	w1, #(EC_SMC64 - EC_HVC64)
	b.ls	call
	cmp	w1, #(EC_SYSREG - EC_HVC64)
	b.eq	maybe_sgi
slow:	save_volatile_from_x2
	save_rest
	mov	x1, x0
	mov	x0, sp
	bl	trap_other
	b	frame_return
	.balign	128
guest_interrupt:
	sub	sp, sp, #FRAME_SIZE
	stp	x0, x1, [sp]
	save_volatile_from_x2
	save_rest
	mov	x0, sp
	bl	trap_interrupt
	b	frame_return
	vector	guest_interrupt
	vector	guest_interrupt

	/* A guest, 32 bit (EL0 of a 64-bit guest). */
	.balign	128
	sub	sp, sp, #FRAME_SIZE
	stp	x0, x1, [sp]
	mrs	x0, esr_el2
	b	slow
	vector	guest_interrupt
	vector	guest_interrupt
	vector	guest_interrupt

	/* What follows fills the space between the image's head and the table, with vcpu_crash(). */
	.section .head.code, "ax"
data_abort:
	save_volatile_from_x2
	save_rest
	mov	x1, x0
	mov	x0, sp
	bl	trap_data_abort
	cbz	x0, short_return
	adr	x1, load_register - 19 * 8
	add	x1, x1, x0, lsl #3
	br	x1

call:
	save_volatile_from_x2
	mov	x1, x0
	mov	x0, sp
	bl	trap_call
	cbz	w0, short_return
	save_rest
	b	cpu_leave_now

	.globl	frame_return
frame_return:
	ldp	x18, x19, [sp, #8 * 18]
	ldp	x20, x21, [sp, #8 * 20]
	ldp	x22, x23, [sp, #8 * 22]
	ldp	x24, x25, [sp, #8 * 24]
	ldp	x26, x27, [sp, #8 * 26]
	ldp	x28, x29, [sp, #8 * 28]
	/* Back with what has been saved: C has kept the others, or they were loaded before. */
short_return:
	ldp	x2, x3, [sp, #8 * 2]
	ldp	x4, x5, [sp, #8 * 4]
	ldp	x6, x7, [sp, #8 * 6]
	ldp	x8, x9, [sp, #8 * 8]
	ldp	x10, x11, [sp, #8 * 10]
	ldp	x12, x13, [sp, #8 * 12]
	ldp	x14, x15, [sp, #8 * 14]
	ldp	x16, x17, [sp, #8 * 16]
	ldr	x30, [sp, #8 * 30]
	ldp	x0, x1, [sp], #FRAME_SIZE
	eret

/*
 * A guest sends an SGI to CPUs of one cluster: the one trap that is frequent in any guest.
 * x0 is ESR_EL2. Anything unusual goes the slow way.
 */
maybe_sgi:
	bic	w1, w0, #0x3e0		/* Rt */
	sub	w1, w1, #(ESR_SGI1R & 0xfff000)
	sub	w1, w1, #(ESR_SGI1R & 0xfff)
	ror	w1, w1, #25
	cmp	w1, #(ESR_SGI1R >> 25)
	b.ne	slow
	stp	x2, x3, [sp, #8 * 2]
	ubfx	w2, w0, #5, #5
	adr	x1, read_register
	add	x1, x1, x2, lsl #3
	mrs	x2, tpidr_el2
	br	x1
sgi_value:				/* in x1 */
	ldr	x3, [x2, #PERCPU_SGI_KEY]
	eor	x3, x3, x1
	bic	x3, x3, #0x0f000000	/* INTID */
	tst	x3, #~0xffff		/* all but the target list */
	b.ne	slow_sgi
	ldr	x3, [x2, #PERCPU_SGI_MASK]
	and	x1, x1, x3
	msr	s3_0_c12_c11_5, x1	/* ICC_SGI1R_EL1 */
	ldr	x2, [x2, #PERCPU_EXITS]
	ldr	x3, [x2, #EXIT_IPI]
	add	x3, x3, #1
	str	x3, [x2, #EXIT_IPI]
	mrs	x0, elr_el2
	add	x0, x0, #4
	msr	elr_el2, x0
	ldp	x2, x3, [sp, #8 * 2]
	ldp	x0, x1, [sp], #FRAME_SIZE
	eret

slow_sgi:
	ldp	x2, x3, [sp, #8 * 2]
	b	slow

	/* Put register Rt, which may be on the stack already, into x1. */
read_register:
	.irp	n, 0, 1, 2, 3
	ldr	x1, [sp, #8 * \n]
	b	sgi_value
	.endr
	.irp	n, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, \
		25, 26, 27, 28, 29, 30
	mov	x1, x\n
	b	sgi_value
	.endr
	mov	x1, xzr
	b	sgi_value

/*
 * void vcpu_begin(frame): start a guest with all registers zero but x0, which is in the frame.
 * Nothing of whoever had the CPU before may be seen: vector registers included.
 */
	.arch_extension fp
	.arch_extension simd
	.globl	vcpu_begin
vcpu_begin:
	mov	sp, x0
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, \
		22, 23, 24, 25, 26, 27, 28, 29, 30, 31
	movi	v\n\().2d, #0
	.endr
	msr	fpcr, xzr
	msr	fpsr, xzr
	mrs	x1, id_aa64pfr0_el1
	tst	x1, #(15 << 32)
	b.eq	1f
	mrs	x1, cptr_el2
	tbnz	x1, #8, 1f		/* TZ: nobody was allowed to use it */
	.arch_extension sve
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	pfalse	p\n\().b
	.endr
	wrffr	p0.b
1:	b	frame_return

/*
 * void vcpu_clear_debug(last_breakpoint, last_watchpoint): enter each run of stores where
 * what there is begins.
 */
	.globl	vcpu_clear_debug
vcpu_clear_debug:
	adr	x2, 2f
	sub	x2, x2, x0, lsl #3
	br	x2
	.irp	n, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1
	msr	dbgbcr\n\()_el1, xzr
	msr	dbgbvr\n\()_el1, xzr
	.endr
2:	msr	dbgbcr0_el1, xzr
	msr	dbgbvr0_el1, xzr
	adr	x2, 3f
	sub	x2, x2, x1, lsl #3
	br	x2
	.irp	n, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1
	msr	dbgwcr\n\()_el1, xzr
	msr	dbgwvr\n\()_el1, xzr
	.endr
3:	msr	dbgwcr0_el1, xzr
	msr	dbgwvr0_el1, xzr
	ret
