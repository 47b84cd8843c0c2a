/* SPDX-License-Identifier: GPL-2.0-only */
/* Trapped system registers. */
#ifndef ARM64_SYSREG_H
#define ARM64_SYSREG_H

#include "percpu.h"

/** Encoding of a register as in the ISS of its trap: Arm ARM D19.2.40, "MSR, MRS trap". */
#define SYSREG(op0, op1, crn, crm, op2)                                                            \
	((op0) << 20 | (op2) << 17 | (op1) << 14 | (crn) << 10 | (crm) << 1)
#define SYSREG_MASK 0x3ffc1eu
#define SYSREG_OP0 0x300000u
#define SYSREG_OP1 0x01c000u
#define SYSREG_CRN 0x003c00u
#define SYSREG_CRM 0x00001eu
#define SYSREG_OP2 0x0e0000u

/** Serve a trapped MRS, MSR or SYS instruction. */
void trap_sysreg(struct percpu *percpu, struct frame *frame, u64 esr);

#endif
