/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Offsets and sizes that assembly shares with C; arm64.h checks them.
 */
#ifndef INMATE_PERCPU_H
#define INMATE_PERCPU_H

#define PERCPU_STACK_TOP 0
#define PERCPU_TRY_SP 8
#define PERCPU_SYSTEM 48
#define STACK_BYTES 0x4000
#define FRAME_BYTES 272 /* x0 to x30, ELR, SPSR and padding */

#endif
