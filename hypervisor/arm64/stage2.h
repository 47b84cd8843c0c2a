/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef ARM64_STAGE2_H
#define ARM64_STAGE2_H

#include "../core/cell.h"

/**
 * VTCR_EL2: 40 bits of IPA, walk from level 1, tables write-back and inner shareable, 4 KiB
 * granule, 40 bits of PA, 8-bit VMIDs. Arm ARM D19.2.171.
 */
#define VTCR_EL2_VALUE 0x80023558ull

/** HCR_EL2 for a cell's CPUs. */
u64 stage2_hcr(const struct cell *cell);

#endif
