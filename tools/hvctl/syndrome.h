/* SPDX-License-Identifier: GPL-2.0-only */
/* ESR_EL2 in words. */
#ifndef HVCTL_SYNDROME_H
#define HVCTL_SYNDROME_H

#include <stdint.h>

/** arm64_syndrome() - what an ESR_EL2 value says; allocated. */
const char *arm64_syndrome(uint64_t esr);

#endif
