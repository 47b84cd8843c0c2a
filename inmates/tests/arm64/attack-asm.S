/* SPDX-License-Identifier: GPL-2.0-only */
	.text
/* void call_with_registers(void *code, uint64_t x[8]) */
	.global call_with_registers
call_with_registers:
	stp	x29, x30, [sp, #-32]!
	str	x1, [sp, #16]
	mov	x9, x0
	mov	x8, x1
	ldp	x0, x1, [x8]
	ldp	x2, x3, [x8, #16]
	ldp	x4, x5, [x8, #32]
	ldp	x6, x7, [x8, #48]
	blr	x9
	ldr	x9, [sp, #16]
	stp	x0, x1, [x9]
	stp	x2, x3, [x9, #16]
	stp	x4, x5, [x9, #32]
	stp	x6, x7, [x9, #48]
	ldp	x29, x30, [sp], #32
	ret

/*
 * uint64_t kept_registers(void *code, uint64_t x0, uint64_t pattern): x1 to x28 are
 * set to pattern + their number, x29 and x0 stay what they must be for the call
 * (x29 holds the address of the code, x30 the way back).
 */
	.global kept_registers
kept_registers:
	stp	x29, x30, [sp, #-128]!
	stp	x19, x20, [sp, #16]
	stp	x21, x22, [sp, #32]
	stp	x23, x24, [sp, #48]
	stp	x25, x26, [sp, #64]
	stp	x27, x28, [sp, #80]
	stp	x2, x0, [sp, #96]
	mov	x29, x0
	mov	x0, x1
	mov	x28, x2
	.irp	n, 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27
	add	x\n, x28, #\n
	.endr
	add	x28, x28, #28
	blr	x29
	stp	x29, x30, [sp, #112]
	ldr	x30, [sp, #96]
	mov	x0, xzr
	.irp	n, 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28
	sub	x29, x\n, x30
	cmp	x29, #\n
	cset	x29, ne
	orr	x0, x0, x29, lsl #\n
	.endr
	ldr	x1, [sp, #104]
	ldr	x2, [sp, #112]
	cmp	x1, x2
	cset	x1, ne
	orr	x0, x0, x1, lsl #29
	ldp	x19, x20, [sp, #16]
	ldp	x21, x22, [sp, #32]
	ldp	x23, x24, [sp, #48]
	ldp	x25, x26, [sp, #64]
	ldp	x27, x28, [sp, #80]
	ldp	x29, x30, [sp], #128
	ret

/*
 * uint64_t eret_with(uint64_t spsr): the stack is not used, so that the level that
 * is entered needs none.
 */
	.global eret_with
eret_with:
	adr	x1, 1f
	msr	elr_el1, x1
	msr	spsr_el1, x0
	isb
	eret
1:	mrs	x0, CurrentEL
	ret
