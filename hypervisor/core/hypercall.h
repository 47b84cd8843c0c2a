/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CORE_HYPERCALL_H
#define CORE_HYPERCALL_H

#include <bulkhead/hypercall.h>
#include "cell.h"

/** All but BH_HC_VERSION. */
s64 hypercall_other(struct cpu *cpu, u64 number, const u64 *args);

/**
 * hypercall() - serve a hypercall of a cell; see bulkhead/hypercall.h.
 *
 * @number: any value
 * @args: seven argument words
 * Returns the result. Does not return for a CPU that leaves the hypervisor.
 */
static inline s64 hypercall(struct cpu *cpu, u64 number, const u64 *args)
{
	/* The null hypercall does not pay for what the others need. */
	if (number == BH_HC_VERSION)
		return BH_ABI_VERSION;
	return hypercall_other(cpu, number, args);
}

#endif
