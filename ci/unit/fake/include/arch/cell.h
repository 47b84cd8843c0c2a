/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef ARCH_CELL_H
#define ARCH_CELL_H

#include "types.h"

#define FAKE_IRQS 256u

/**
 * struct arch_cell - what the fake remembers of a cell.
 * @created: how often the units were told of its creation
 * @resets: likewise
 * @raised: bit per interrupt that can be raised
 */
struct arch_cell {
	u32 created;
	u32 resets;
	u64 raised[FAKE_IRQS / 64];
};

#endif
