// SPDX-License-Identifier: GPL-2.0-only
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/sched/signal.h>
#include "bulkhead.h"
#include "hypercall.h"
#include "timing.h"

/* Whoever else is in a hypercall leaves it within a slice, 1 ms at most. */
#define BUSY_RETRIES 1000

long bh_hypercall(enum bh_hypercall number, u64 arg0, u64 arg1, u64 arg2, u64 arg3)
{
	long result;
	int i;

	for (i = 0; i < BUSY_RETRIES; i++) {
		result = bh_timed_hypercall(number, arg0, arg1, arg2, arg3);
		if (result != -BH_E_BUSY)
			break;
		usleep_range(50, 200);
	}
	return result;
}

long bh_hypercall_slices(enum bh_hypercall number, u64 arg0, bool killable)
{
	unsigned long end = jiffies + msecs_to_jiffies(BH_SLICES_TIMEOUT_MS);
	long result;

	do {
		result = bh_hypercall(number, arg0, 0, 0, 0);
		if (result != -BH_E_AGAIN || (killable && fatal_signal_pending(current)))
			break;
		cond_resched();
	} while (time_before(jiffies, end));
	return result;
}

static const char *const error_texts[] = {
	[BH_E_NOSYS] = "it does not know this request; driver and image differ",
	[BH_E_PERM] = "only the root cell may ask for this",
	[BH_E_INVAL] = "an argument is out of range",
	[BH_E_NOENT] = "there is no such cell, CPU or interrupt",
	[BH_E_BUSY] = "another operation is under way",
	[BH_E_NOMEM] = "its page pool is exhausted; reserve more hypervisor memory",
	[BH_E_EXIST] = "a cell of this name exists, or there are too many cells",
	[BH_E_STATE] = "the cell is not in a state that allows this",
	[BH_E_LOCKED] = "a running cell has locked the partitioning",
	[BH_E_AGAIN] = "the work was not finished",
	[BH_E_DENIED] = "the cell refused to shut down",
	[BH_E_CPU] = "a CPU of the config is not offline in the root cell",
	[BH_E_CELLS] = "cells other than the root cell still exist; destroy them first",
	[BH_E_VERSION] = "image, config and driver differ in version",
	[BH_E_FEATURE] = "the CPU or interrupt controller lacks something that is needed",
	[BH_E_IO] = "hardware did not answer in time",
};

const char *bh_error_text(long result)
{
	unsigned long error = -result;

	if (error >= BH_E_RULE && error < BH_E_RULE + 4096UL)
		return "a config rule is broken; run 'hvctl config check' on the config";
	if (error < ARRAY_SIZE(error_texts) && error_texts[error])
		return error_texts[error];
	return "unknown reason";
}

int bh_refused(struct bh_ioc_head *head, long result, const char *name, const char *action)
{
	if (head)
		head->error = result;
	return bh_refuse(-EREMOTEIO, "%s: %s: the hypervisor refuses (%ld): %s", name, action,
			 result, bh_error_text(result));
}
