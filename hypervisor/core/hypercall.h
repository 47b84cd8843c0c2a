/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CORE_HYPERCALL_H
#define CORE_HYPERCALL_H

#include "cell.h"

/**
 * hypercall() - serve a hypercall of a cell; see bulkhead/hypercall.h.
 *
 * @number: any value
 * @args: seven argument words
 * Returns the result. Does not return for a CPU that leaves the hypervisor.
 */
s64 hypercall(struct cpu *cpu, u64 number, const u64 *args);

#endif
