// SPDX-License-Identifier: GPL-2.0-only
/* The timer cell on CPU 1, for machines with -smp 2. */
#define TIMER_CPU 0x001

#include "timer.c"
