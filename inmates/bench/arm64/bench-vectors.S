/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Interrupt handlers without a branch: what they execute is known to the
 * instruction, so that the rest is the hypervisor's. They use registers that
 * the interrupted loops leave free.
 */
	.text

	.macro	vectors name
	.balign	2048
	.global	\name
\name:
	.org	\name + 0x280		/* IRQ, current EL with SP_ELx */
	.endm

	.macro	acknowledge
	mrs	x10, S3_0_C12_C12_0	/* ICC_IAR1_EL1 */
	msr	S3_0_C12_C12_1, x10	/* ICC_EOIR1_EL1 */
	.endm

/* Edge: SGI_HANDLER instructions. x11 counts. */
	vectors	vectors_sgi
	acknowledge
	add	x11, x11, #1
	eret

/* Level: SPI_HANDLER instructions. x12: the device's mask register. */
	vectors	vectors_spi
	str	wzr, [x12]
	dsb	sy
	acknowledge
	add	x11, x11, #1
	eret

/* x13: where in the sled to begin; x11: the counter. One branch before the sled. */
	vectors	vectors_timer
	br	x13
timer_sled:
	.rept	16
	nop
	.endr
timer_read:
	mrs	x11, cntvct_el0
	msr	cntv_ctl_el0, xzr
	isb
	acknowledge
	eret
	.org	vectors_timer + 0x800

/*
 * uint64_t timer_shot(pad, compare): arms the timer and spins with interrupts
 * unmasked until the handler has read the counter, after pad (0 to 15) NOPs.
 * Gives up, with 0, some time after it was due.
 */
	.global	timer_shot
timer_shot:
	adr	x13, timer_read
	sub	x13, x13, x0, lsl #2
	mov	x11, xzr
	msr	cntv_cval_el0, x1
	mov	x2, #1
	msr	cntv_ctl_el0, x2
	isb
	add	x3, x1, #0x40, lsl #12	/* 4 ms at 62.5 MHz */
	msr	daifclr, #2
1:	mrs	x2, cntvct_el0
	cbnz	x11, 2f
	nop
	nop
	nop
	nop
	cmp	x2, x3
	b.lo	1b
2:	msr	daifset, #2
	msr	cntv_ctl_el0, xzr
	isb
	mov	x0, x11
	ret

/*
 * void spin_counted(loops, stop, taken): counts its own rounds, SPIN_LOOP
 * instructions each, and the interrupts that vectors_sgi has counted.
 */
	.global	spin_counted
spin_counted:
	mov	x11, xzr
	mov	x3, xzr
	msr	daifclr, #2
1:	add	x3, x3, #1
	str	x3, [x0]
	str	x11, [x2]
	ldr	x4, [x1]
	yield
	cbz	x4, 1b
	msr	daifset, #2
	ret
