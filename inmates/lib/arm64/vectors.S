/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Exceptions, and leaving a function by one (try_call).
 */
#include "percpu.h"

	.text
	.macro	save_volatile
	sub	sp, sp, #FRAME_BYTES
	stp	x0, x1, [sp]
	stp	x2, x3, [sp, #16]
	stp	x4, x5, [sp, #32]
	stp	x6, x7, [sp, #48]
	stp	x8, x9, [sp, #64]
	stp	x10, x11, [sp, #80]
	stp	x12, x13, [sp, #96]
	stp	x14, x15, [sp, #112]
	stp	x16, x17, [sp, #128]
	stp	x18, x19, [sp, #144]
	stp	x29, x30, [sp, #232]
	mrs	x0, elr_el1
	mrs	x1, spsr_el1
	stp	x0, x1, [sp, #248]
	.endm

	.macro	vector name
	.balign	128
	b	\name
	.endm

	.balign	2048
	.global _vectors
_vectors:
	.rept	4			/* SP_EL0 is never in use */
	vector	on_sync
	.endr
	vector	on_sync
	vector	on_irq
	vector	on_fiq
	vector	on_serror
	.rept	8			/* no EL0 */
	vector	on_sync
	.endr

on_irq:
	save_volatile
	bl	gic_dispatch
	ldp	x0, x1, [sp, #248]
	msr	elr_el1, x0
	msr	spsr_el1, x1
	ldp	x0, x1, [sp]
	ldp	x2, x3, [sp, #16]
	ldp	x4, x5, [sp, #32]
	ldp	x6, x7, [sp, #48]
	ldp	x8, x9, [sp, #64]
	ldp	x10, x11, [sp, #80]
	ldp	x12, x13, [sp, #96]
	ldp	x14, x15, [sp, #112]
	ldp	x16, x17, [sp, #128]
	ldp	x18, x19, [sp, #144]
	ldp	x29, x30, [sp, #232]
	add	sp, sp, #FRAME_BYTES
	eret

	.macro	fatal name kind
\name:
	save_volatile
	stp	x20, x21, [sp, #160]
	stp	x22, x23, [sp, #176]
	stp	x24, x25, [sp, #192]
	stp	x26, x27, [sp, #208]
	str	x28, [sp, #224]
	mov	x0, sp
	mov	w1, #\kind
	b	on_exception
	.endm
	fatal	on_sync 0
	fatal	on_fiq 1
	fatal	on_serror 2

/*
 * bool try_call(void (*fn)(void *), void *arg): its frame holds what the caller
 * expects kept, so that try_unwind() can return from here at any time.
 */
	.global try_call
	/* So that debuggers see through it. */
	.cfi_sections .debug_frame
	.cfi_startproc
try_call:
	sub	sp, sp, #112
	.cfi_def_cfa_offset 112
	stp	x19, x20, [sp]
	stp	x21, x22, [sp, #16]
	stp	x23, x24, [sp, #32]
	stp	x25, x26, [sp, #48]
	stp	x27, x28, [sp, #64]
	stp	x29, x30, [sp, #80]
	.irp	n, 19,20,21,22,23,24,25,26,27,28,29,30
	.cfi_rel_offset x\n, (\n - 19) * 8
	.endr
	mrs	x2, tpidr_el1
	ldr	x3, [x2, #PERCPU_TRY_SP]
	mrs	x4, daif
	stp	x3, x4, [sp, #96]
	mov	x3, sp
	str	x3, [x2, #PERCPU_TRY_SP]
	mov	x2, x0
	mov	x0, x1
	blr	x2
	mov	w0, #1
	mrs	x1, tpidr_el1
	ldr	x1, [x1, #PERCPU_TRY_SP]
	b	1f
	.cfi_endproc

/* void try_unwind(uint64_t sp) */
	.global try_unwind
try_unwind:
	mov	x1, x0
	mov	w0, #0
1:	mov	sp, x1
	mrs	x2, tpidr_el1
	ldp	x3, x4, [sp, #96]
	str	x3, [x2, #PERCPU_TRY_SP]
	ldp	x19, x20, [sp]
	ldp	x21, x22, [sp, #16]
	ldp	x23, x24, [sp, #32]
	ldp	x25, x26, [sp, #48]
	ldp	x27, x28, [sp, #64]
	ldp	x29, x30, [sp, #80]
	add	sp, sp, #112
	msr	daif, x4
	ret
