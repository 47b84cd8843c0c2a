/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Copies between the root cell's memory and the hypervisor or another cell, each page mapped
 * for the copy only. Callers hold control_lock.
 */
#ifndef CORE_TRANSFER_H
#define CORE_TRANSFER_H

#include "cell.h"

/**
 * transfer_in() - copy from the root cell, before anything of it is looked at.
 *
 * Returns 0, or -BH_E_INVAL where the range is not RAM that the root cell can read.
 */
int transfer_in(void *to, u64 phys, u64 size);

/** Copy memory of a stopped cell to the root cell; see BH_HC_CELL_READ. */
int cell_read(struct cell *cell, u64 address, u64 phys, u64 size);

#endif
