// SPDX-License-Identifier: GPL-2.0-only
/* The same machine with -smp 2. */
#define MACHINE_CPUS 2

#include "system.c"
