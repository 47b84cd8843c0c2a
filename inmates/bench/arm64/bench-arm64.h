/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the measurements on arm64 share.
 */
#ifndef BENCH_ARM64_H
#define BENCH_ARM64_H

#include "arm64.h"
#include "bench.h"

#define SGI_SELF 4
#define SGI_OTHER 5
#define SGI_STOP 6

/** BASE_RUNS - of what is taken off: a disturbed one would make the result too small. */
#define BASE_RUNS 5

/**
 * LOOP() - define a function that executes instructions @n times and returns the
 * ticks that this took. @setup is executed each time, too; @op is what is measured.
 * x20, x21 and x22 hold a, b and c; x0 to x15 are free.
 */
#define LOOP(name, setup, op)                                                                      \
	static __attribute__((noinline)) uint64_t name(uint64_t n, uint64_t a, uint64_t b,         \
						       uint64_t c)                                 \
	{                                                                                          \
		uint64_t start, end;                                                               \
		register uint64_t ra asm("x20") = a;                                               \
		register uint64_t rb asm("x21") = b;                                               \
		register uint64_t rc asm("x22") = c;                                               \
		asm volatile("isb\n"                                                               \
			     "mrs %0, cntvct_el0\n"                                                \
			     "1:\n" setup "\n" op "\n"                                             \
			     "subs %2, %2, #1\n"                                                   \
			     "b.ne 1b\n"                                                           \
			     "isb\n"                                                               \
			     "mrs %1, cntvct_el0\n"                                                \
			     : "=&r"(start), "=&r"(end), "+&r"(n)                                  \
			     : "r"(ra), "r"(rb), "r"(rc)                                           \
			     : "x0", "x1", "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10",  \
			       "x11", "x12", "x13", "x14", "x15", "memory", "cc");                 \
		return end - start;                                                                \
	}

typedef uint64_t (*loop_fn)(uint64_t n, uint64_t a, uint64_t b, uint64_t c);

/** cost() - mean cost of what @with executes and @without does not, in scaled units. */
int64_t cost(loop_fn with, loop_fn without, uint64_t n, uint64_t a, uint64_t b, uint64_t c);

/** least() - ticks of the shortest of BASE_RUNS runs. */
uint64_t least(loop_fn loop, uint64_t n, uint64_t a, uint64_t b, uint64_t c);

/** bench_irq() - SPI that the cell has, for register accesses. */
unsigned int bench_irq(void);

/** with_vectors() - use other vectors with interrupts unmasked for one loop. */
uint64_t with_vectors(const void *vectors, loop_fn loop, uint64_t n, uint64_t a, uint64_t b,
		      uint64_t c);

/* bench-vectors.S; see there */
extern const char vectors_sgi[], vectors_spi[], vectors_timer[];
void spin_counted(volatile uint64_t *loops, const volatile uint64_t *stop,
		  volatile uint64_t *taken);
uint64_t timer_shot(uint64_t pad, uint64_t compare);

int64_t bench_sgi_self(uint64_t n);
int64_t bench_sgi_other_send(uint64_t n);
int64_t bench_sgi_other_receive(uint64_t n);
int64_t bench_timer_ppi(uint64_t n);
int64_t bench_uart_spi(uint64_t n);
int64_t bench_raise_receive(uint64_t n);

#endif
