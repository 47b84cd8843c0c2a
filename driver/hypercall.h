/* SPDX-License-Identifier: GPL-2.0-only */
/* Calls into the hypervisor, and what their results mean. */
#ifndef BH_HYPERCALL_H
#define BH_HYPERCALL_H

#include <linux/types.h>
#include <bulkhead/hypercall.h>
#include <bulkhead/ioctl.h>

/* Longer than any work of the hypervisor takes: then something is broken. */
#define BH_SLICES_TIMEOUT_MS 120000

/**
 * bh_hypercall() - one hypercall, repeated for a moment while another is under way.
 *
 * Context: process. Only while enabled (bh_lock or bh_view held).
 * Return: the hypercall's result.
 */
long bh_hypercall(enum bh_hypercall number, u64 arg0, u64 arg1, u64 arg2, u64 arg3);

/**
 * bh_hypercall_slices() - a hypercall that is repeated until its work is done.
 * @number: hypercall
 * @arg0: its argument
 * @killable: give up when the process is killed
 *
 * Context: process, sleeps between slices.
 * Return: the last result; -BH_E_AGAIN if given up.
 */
long bh_hypercall_slices(enum bh_hypercall number, u64 arg0, bool killable);

/** bh_error_text() - what a negative result means, as part of a sentence. */
const char *bh_error_text(long result);

/**
 * bh_refused() - report a refusal of the hypervisor.
 * @head: of the request, gets the result; may be NULL
 * @result: of the hypercall
 * @name: of the cell or machine it is about
 * @action: what was tried
 *
 * Return: -EREMOTEIO.
 */
int bh_refused(struct bh_ioc_head *head, long result, const char *name, const char *action);

#endif
