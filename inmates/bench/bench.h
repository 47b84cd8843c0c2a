/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Trap costs, in instructions.
 */
#ifndef BENCH_H
#define BENCH_H

#include "inmate.h"

#define BENCH_SCALE 100 /**< measures are in hundredths of an instruction */

/** NOT_POSSIBLE - result of a measure() that lacks something. */
#define NOT_POSSIBLE INT64_MIN

/**
 * struct bench - one operation.
 * @name: as in the table of docs/benchmarks.md
 * @measure: does it @iterations times. Returns the mean cost of one in units of
 *           1/BENCH_SCALE instruction, own code taken off; or NOT_POSSIBLE
 */
struct bench {
	const char *name;
	int64_t (*measure)(uint64_t iterations);
};

extern const struct bench bench_arch[]; /**< ends with an empty name */

/** bench_setup() - called once before all others (arch). */
void bench_setup(void);
/** bench_counted() - whether the counter counts instructions (icount), not time (arch). */
bool bench_counted(void);
/** ticks_to_scaled() - a duration in units of 1/BENCH_SCALE instruction (1 ns each). */
int64_t ticks_to_scaled(uint64_t ticks);

#endif
