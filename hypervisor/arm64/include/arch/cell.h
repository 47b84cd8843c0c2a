/* SPDX-License-Identifier: GPL-2.0-only */
/* What a cell is on this architecture. */
#ifndef ARCH_CELL_H
#define ARCH_CELL_H

#include <bulkhead/abi.h>
#include "../../../core/types.h"

#define GIC_SPI_WORDS 32u /**< words of 32 interrupts; the first is SGIs and PPIs, and unused */
#define GIC_CLUSTERS 16u /**< values of Aff3.Aff2.Aff1.range that a cell's CPUs may have */

/** struct gic_cluster - CPUs that one write of ICC_SGI1R_EL1 can reach. */
struct gic_cluster {
	u64 affinity; /**< Aff3, Aff2, Aff1 and RS, where that register has them */
	u16 targets; /**< the cell's CPUs in it, as its target list */
};

/**
 * struct arch_cell - see struct cell.
 * @vttbr: VTTBR_EL2: root table and VMID
 * @hcr: HCR_EL2 while the cell executes
 * @spis: interrupts of the cell, a bit each
 * @raised: of them, those that the root cell may raise
 * @cluster_count: of @clusters
 * @clusters: its CPUs as targets of SGIs
 * @gic_ready: the cell has got its interrupts
 */
struct arch_cell {
	u64 vttbr;
	u64 hcr;
	u32 spis[GIC_SPI_WORDS];
	u32 raised[GIC_SPI_WORDS];
	u32 cluster_count;
	struct gic_cluster clusters[GIC_CLUSTERS];
	bool gic_ready;
};

#endif
