/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef ARCH_CELL_H
#define ARCH_CELL_H

#include "types.h"

/** struct arch_cell - what the fake remembers of a cell: which hooks of the units ran. */
struct arch_cell {
	u32 created;
	u32 resets;
};

#endif
