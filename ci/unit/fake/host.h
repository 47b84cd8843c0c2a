/* SPDX-License-Identifier: GPL-2.0-only */
/* Included before all else: core and the C library give a name to the same attribute. */
#ifndef FAKE_HOST_H
#define FAKE_HOST_H

#include <sys/cdefs.h>
#undef __always_inline

#endif
