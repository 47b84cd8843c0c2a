/* SPDX-License-Identifier: GPL-2.0-only */
#include "config_rules.h"
#include "memory.h"
#include "work.h"

/* Memory that belongs to this cell alone while it exists. */
static bool is_private(u32 flags)
{
	return !(flags & (BH_MEM_COMM | BH_MEM_ROOTSHARED | BH_MEM_WINDOW));
}

static bool is_private_ram(u32 flags)
{
	return is_private(flags) && !(flags & BH_MEM_IO);
}

static bool is_loadable(u32 flags)
{
	return is_private(flags) && (flags & BH_MEM_LOADABLE);
}

static bool is_hidden(u32 flags)
{
	return is_private(flags) && !(flags & BH_MEM_LOADABLE);
}

static bool is_any(u32 flags)
{
	(void)flags;
	return true;
}

static int take(struct cell *cell, const struct bh_memory *region, u64 offset, u64 *done)
{
	u64 phys = region->phys + offset;

	(void)cell;
	*done = pt_chunk(phys, phys, region->size - offset);
	return pt_unmap(&root_cell->stage2, phys, *done);
}

static int scrub_slice(struct cell *cell, const struct bh_memory *region, u64 offset, u64 *done)
{
	(void)cell;
	*done = MIN(region->size - offset, SCRUB_WINDOW_SIZE);
	scrub(region->phys + offset, *done);
	return 0;
}

static int clean_slice(struct cell *cell, const struct bh_memory *region, u64 offset, u64 *done)
{
	(void)cell;
	*done = MIN(region->size - offset, SCRUB_WINDOW_SIZE);
	clean(region->phys + offset, *done);
	return 0;
}

static int give(struct cell *cell, const struct bh_memory *region, u64 offset, u64 *done)
{
	u64 phys = region->phys + offset, virt = region->virt + offset;

	if (region->flags & BH_MEM_COMM)
		phys = virt_to_phys(cell->comm);
	*done = pt_chunk(virt, phys, region->size - offset);
	return pt_map(&cell->stage2, virt, phys, *done, region->flags);
}

/* The flags with which the root cell has the memory around @phys; *end bounds them. */
static u32 root_flags(u64 phys, u64 *end)
{
	const struct bh_memory *region = config_memory(root_cell->config);

	for (u32 i = 0; i < root_cell->config->memory.count; i++, region++) {
		if (phys - region->phys < region->size) {
			*end = region->phys + region->size;
			return region->flags;
		}
	}
	/* The rules have seen to it that a cell's memory was the root cell's. */
	*end = phys + PAGE_SIZE;
	return 0;
}

static int give_back(struct cell *cell, const struct bh_memory *region, u64 offset, u64 *done)
{
	u64 phys = region->phys + offset, end;
	u32 flags = root_flags(phys, &end);

	(void)cell;
	*done = pt_chunk(phys, phys, MIN(region->size - offset, end - phys));
	return flags ? pt_map(&root_cell->stage2, phys, phys, *done, flags) : 0;
}

/* Not about a region: the tables go one by one, and each region gives occasion to. */
static int free_tables(struct cell *cell, const struct bh_memory *region, u64 offset, u64 *done)
{
	(void)offset;
	*done = pt_free_slice(&cell->stage2) ? region->size : 0;
	return 0;
}

const struct work_step work_create[] = {
	{ take, is_hidden },
	{ scrub_slice, is_private_ram },
	{ give, is_any },
	{ NULL, NULL },
};

const struct work_step work_load_done[] = {
	{ take, is_loadable },
	{ clean_slice, is_loadable },
	{ NULL, NULL },
};

const struct work_step work_set_loadable[] = {
	{ scrub_slice, is_loadable },
	{ give_back, is_loadable },
	{ NULL, NULL },
};

const struct work_step work_destroy[] = {
	{ free_tables, is_any },
	{ scrub_slice, is_private_ram },
	{ give_back, is_private },
	{ NULL, NULL },
};

/* Go to the next region or step that has work; false when the plan is done. */
static bool settle(struct cell *cell)
{
	const struct bh_memory *regions = config_memory(cell->config);

	for (; cell->work_plan[cell->work_step].slice; cell->work_step++, cell->work_region = 0) {
		for (; cell->work_region < cell->config->memory.count; cell->work_region++) {
			const struct bh_memory *region = &regions[cell->work_region];

			if (cell->work_plan[cell->work_step].applies(region->flags) &&
			    cell->work_offset < region->size)
				return true;
			cell->work_offset = 0;
		}
	}
	return false;
}

int work_run(struct cell *cell, const struct work_step *plan)
{
	u64 done = 0;
	int err;

	if (cell->work_plan != plan) {
		cell->work_plan = plan;
		cell->work_step = 0;
		cell->work_region = 0;
		cell->work_offset = 0;
	}
	if (settle(cell)) {
		err = plan[cell->work_step].slice(cell,
						  &config_memory(cell->config)[cell->work_region],
						  cell->work_offset, &done);
		if (err)
			return err;
		cell->work_offset += done;
		if (settle(cell))
			return -BH_E_AGAIN;
	}
	cell->work_plan = NULL;
	return 0;
}
