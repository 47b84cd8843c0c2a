/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Entry of the first CPU and of the others.
 */
#include "percpu.h"

	.section .text.start, "ax"
	.global _start
/*
 * x0: comm page in a cell, what the boot loader gives on a bare machine. EL1, MMU
 * off; caches may hold stale clean lines of the memory, which mmu_init() drops.
 */
_start:
	mov	x19, x0
	msr	daifset, #0xf
	ldr	x0, =0x30d00800		/* RES1 bits only (Arm ARM D17.2.118) */
	msr	sctlr_el1, x0
	isb

	/* Relocate: only R_AARCH64_RELATIVE (1027) is ever made by the linker script. */
	adrp	x20, __image_start
	adrp	x1, __rela_start
	add	x1, x1, :lo12:__rela_start
	adrp	x2, __rela_end
	add	x2, x2, :lo12:__rela_end
1:	cmp	x1, x2
	b.hs	2f
	ldp	x3, x4, [x1], #16
	ldr	x5, [x1], #8
	cmp	w4, #1027
	b.ne	1b
	add	x5, x5, x20
	str	x5, [x20, x3]
	b	1b

2:	adrp	x1, __bss_start
	adrp	x2, __bss_end
3:	cmp	x1, x2
	b.hs	4f
	stp	xzr, xzr, [x1], #16
	b	3b

4:	adrp	x1, _vectors
	add	x1, x1, :lo12:_vectors
	msr	vbar_el1, x1
	adrp	x1, stacks + STACK_BYTES
	add	x1, x1, :lo12:stacks + STACK_BYTES
	msr	spsel, #1
	mov	sp, x1
	mov	x29, xzr
	mov	x30, xzr
	mov	x0, x19
	b	start_first
	.ltorg

	.text
	.global secondary_entry
/* x0: struct percpu, which the first CPU has cleaned to memory. */
secondary_entry:
	msr	daifset, #0xf
	msr	tpidr_el1, x0
	add	x1, x0, #PERCPU_SYSTEM
	ldp	x2, x3, [x1]		/* SCTLR, TCR */
	ldp	x4, x5, [x1, #16]	/* MAIR, TTBR0 */
	ldr	x6, [x1, #32]		/* VBAR */
	msr	mair_el1, x4
	msr	tcr_el1, x3
	msr	ttbr0_el1, x5
	msr	vbar_el1, x6
	isb
	tlbi	vmalle1
	ic	iallu
	dsb	nsh
	isb
	msr	sctlr_el1, x2
	isb
	ldr	x1, [x0, #PERCPU_STACK_TOP]
	msr	spsel, #1
	mov	sp, x1
	mov	x29, xzr
	mov	x30, xzr
	b	start_secondary

	.bss
	.balign	4096
	.global stacks
stacks:
	.skip	STACK_BYTES * 8		/* INMATE_MAX_CPUS; start.c checks */
	.global stacks_end
stacks_end:
