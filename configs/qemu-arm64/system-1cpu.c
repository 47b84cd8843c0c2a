// SPDX-License-Identifier: GPL-2.0-only
/* The same machine with -smp 1. */
#define MACHINE_CPUS 1

#include "system.c"
