// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Calls to what is below: firmware interface and hypercalls.
 */
#include "arm64.h"

/* SMCCC (ARM DEN 0028) 1.1: x4 to x17 are kept by later versions only. */
#define CALL(instruction, x)                                                                       \
	({                                                                                         \
		register uint64_t r0 asm("x0") = (x)[0];                                           \
		register uint64_t r1 asm("x1") = (x)[1];                                           \
		register uint64_t r2 asm("x2") = (x)[2];                                           \
		register uint64_t r3 asm("x3") = (x)[3];                                           \
		register uint64_t r4 asm("x4") = (x)[4];                                           \
		register uint64_t r5 asm("x5") = (x)[5];                                           \
		register uint64_t r6 asm("x6") = (x)[6];                                           \
		register uint64_t r7 asm("x7") = (x)[7];                                           \
		asm volatile(instruction                                                           \
			     : "+r"(r0), "+r"(r1), "+r"(r2), "+r"(r3), "+r"(r4), "+r"(r5),         \
			       "+r"(r6), "+r"(r7)::"x8", "x9", "x10", "x11", "x12", "x13", "x14",  \
			       "x15", "x16", "x17", "memory", "cc");                               \
		(struct smc_result){ { r0, r1, r2, r3 } };                                         \
	})

struct smc_result smc(const uint64_t x[8])
{
	return CALL("smc #0", x);
}

struct smc_result hvc0(const uint64_t x[8])
{
	return CALL("hvc #0", x);
}

long hypercall(unsigned long number, const uint64_t args[7])
{
	uint64_t x[8] = { number };

	memcpy(&x[1], args, 7 * sizeof(x[1]));
	return (long)CALL("hvc #" STRINGIFY(BH_HVC_IMM), x).x[0];
}

long psci(uint32_t function, uint64_t a1, uint64_t a2, uint64_t a3)
{
	const uint64_t x[8] = { function, a1, a2, a3 };

	/* A board without EL2 and EL3 software of its own has QEMU answer HVC. */
	return (int32_t)(in_cell() ? smc(x) : hvc0(x)).x[0];
}
