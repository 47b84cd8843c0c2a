/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Long work on a cell's memory, in slices of bounded length.
 */
#ifndef CORE_WORK_H
#define CORE_WORK_H

#include "cell.h"

/**
 * struct work_step - one pass over a cell's regions.
 * @slice: works on the region from @offset on, sets *done to the bytes it managed;
 *         returns 0 or -BH_E_*
 * @applies: whether a region with these flags takes part
 *
 * A plan is an array of steps, ended by one without @slice.
 */
struct work_step {
	int (*slice)(struct cell *cell, const struct bh_memory *region, u64 offset, u64 *done);
	bool (*applies)(u32 flags);
};

/** From the root cell to the cell, zeroed; loadable regions stay with the root cell. */
extern const struct work_step work_create[];
/** Loadable regions leave the root cell, and what caches hold of them is written back. */
extern const struct work_step work_load_done[];
/** Loadable regions are zeroed and shown to the root cell again. */
extern const struct work_step work_set_loadable[];
/** Everything is zeroed and goes back to the root cell. */
extern const struct work_step work_destroy[];

/**
 * work_run() - do one slice of a plan.
 *
 * A plan other than the one under way starts from its beginning. Returns 0 when the
 * plan is done, -BH_E_AGAIN when a slice was done, another -BH_E_* when it cannot go on.
 */
int work_run(struct cell *cell, const struct work_step *plan);

#endif
