/* SPDX-License-Identifier: GPL-2.0-only */
/* Error numbers in words: of requests to the driver, and of the hypervisor. */
#ifndef HVCTL_ERRORS_H
#define HVCTL_ERRORS_H

#include <stdint.h>

/**
 * struct explanation - an error number in words.
 * @number: errno or enum bh_error
 * @broken: what is wrong, as a half sentence
 * @remedy: what to do
 */
struct explanation {
	int number;
	const char *broken;
	const char *remedy;
};

/** explain_hypervisor() - of enum bh_error (positive, below BH_E_RULE); never NULL. */
const struct explanation *explain_hypervisor(int number);

/** explain_request() - of the errno of a BH_IOC_* request; never NULL. */
const struct explanation *explain_request(unsigned long request, int number);

#endif
