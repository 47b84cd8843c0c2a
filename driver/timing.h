/* SPDX-License-Identifier: GPL-2.0-only */
/* How long the hypervisor holds CPUs of the root cell, measured call by call. */
#ifndef BH_TIMING_H
#define BH_TIMING_H

#include <linux/types.h>
#include <bulkhead/hypercall.h>

/**
 * bh_timed_hypercall() - bh_arch_hypercall(), with its duration noted.
 *
 * Interrupts are off meanwhile, so that what is noted is the hypervisor's. It takes
 * none itself: they would wait anyway.
 */
long bh_timed_hypercall(enum bh_hypercall number, u64 arg0, u64 arg1, u64 arg2, u64 arg3);

/** bh_timed_enter() - bh_arch_enter(), likewise. */
long bh_timed_enter(phys_addr_t entry, unsigned long argument);

/**
 * bh_timing_show() - a line per kind of call that was made: name, number of calls, their
 * durations added up, and the longest, both in nanoseconds.
 * @buf: a page of sysfs
 */
ssize_t bh_timing_show(char *buf);

/** bh_timing_reset() - begin anew. */
void bh_timing_reset(void);

#endif
