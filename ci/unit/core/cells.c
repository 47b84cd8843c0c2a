// SPDX-License-Identifier: GPL-2.0-only
#include <err.h>
#include <stdlib.h>
#include "cells.h"
#include "config_rules.h"
#include "memory.h"
#include "pool.h"

#define MAX_LEAVES 65536
#define MAX_SLICES 100000
#define STATUS_BYTES ((1 + 2) * PAGE_SIZE)
#define RIGHTS (BH_MEM_READ | BH_MEM_WRITE | BH_MEM_EXEC | BH_MEM_IO)

s64 call(u64 number, u64 a, u64 b, u64 c, u64 d)
{
	const u64 args[7] = { a, b, c, d };

	return hypercall(this_cpu(), number, args);
}

s64 call_slices(u64 number, u64 cell)
{
	for (u32 i = 0; i < MAX_SLICES; i++) {
		s64 result = CALL(number, cell);

		if (result != -BH_E_AGAIN)
			return result;
	}
	errx(1, "hypercall %u is never done", (unsigned int)number);
}

static u32 cpu_of(u64 hw_id)
{
	for (u32 i = 0; i < cpu_count; i++)
		if (cpus[i].status->hw_id == hw_id)
			return i;
	errx(1, "no such CPU");
}

void park_cpus(const struct fake_blob *blob)
{
	for (u32 i = 0; i < blob->config.cpus.count; i++)
		fake_cpu_off(cpu_of(blob->cpus[i]));
}

void settle_cpus(void)
{
	for (u32 round = 0; round < 3; round++)
		for (u32 i = 0; i < cpu_count; i++)
			fake_cpu_poll(i);
}

u64 create_cell(const struct fake_blob *blob)
{
	s64 cell;

	park_cpus(blob);
	fake_put_config(blob);
	cell = call(BH_HC_CELL_CREATE, FAKE_CONFIG, sizeof(*blob), 0, 0);
	if (cell <= 0)
		errx(1, "create: %lld", (long long)cell);
	return (u64)cell;
}

static void must(s64 result, const char *what)
{
	if (result)
		errx(1, "%s: %lld", what, (long long)result);
}

static void end_cell(u64 cell, enum bh_cell_state state)
{
	if (state == BH_CELL_FAILED)
		fake_cpu_fault(cpu_of(config_cpus(cells[cell].config)[0]));
	else
		call(BH_HC_CELL_SHUTDOWN, cell, BH_SHUTDOWN_FORCE, 0, 0);
	if (state != BH_CELL_STOPPING)
		settle_cpus();
}

u64 bring_to(enum fake_cell which, enum bh_cell_state state)
{
	struct fake_blob blob;
	u64 cell;

	fake_config(&blob, which);
	cell = create_cell(&blob);
	if (state == BH_CELL_CREATING)
		return cell;
	must(call_slices(BH_HC_CELL_STEP, cell), "step");
	if (state == BH_CELL_CREATED)
		return cell;
	if (state == BH_CELL_DESTROYING) {
		if (CALL(BH_HC_CELL_DESTROY, cell) != -BH_E_AGAIN)
			errx(1, "destroyed at once");
		return cell;
	}
	must(call_slices(BH_HC_CELL_LOAD_DONE, cell), "load done");
	if (state == BH_CELL_LOADED)
		return cell;
	must(CALL(BH_HC_CELL_START, cell), "start");
	settle_cpus();
	if (state == BH_CELL_RUNNING_LOCKED)
		cells[cell].comm->state = BH_COMM_LOCKED;
	else if (state != BH_CELL_RUNNING)
		end_cell(cell, state);
	if ((s64)state != call(BH_HC_CELL_INFO, cell, BH_CELL_INFO_STATE, 0, 0))
		errx(1, "state %u, not %u", cells[cell].state, state);
	return cell;
}

/* ---- the whole ---- */

static struct fake_leaf leaves[MAX_LEAVES];

struct snapshot take_snapshot(void)
{
	struct snapshot s = { .pool_used = pool_used() };
	size_t count = fake_leaves(&root_cell->stage2, leaves, MAX_LEAVES);

	for (size_t i = 0; i < count; i++) {
		s.root_tables = (s.root_tables ^ leaves[i].virt) * 0x100000001b3;
		s.root_tables = (s.root_tables ^ leaves[i].phys) * 0x100000001b3;
		s.root_tables = (s.root_tables ^ leaves[i].flags ^ leaves[i].size) * 0x100000001b3;
	}
	for_each_cell(cell)
		s.cells++;
	return s;
}

bool same_snapshot(const struct snapshot *a, const struct snapshot *b)
{
	return a->pool_used == b->pool_used && a->root_tables == b->root_tables &&
	       a->cells == b->cells;
}

static void refuse(const struct cell *cell, const struct fake_leaf *leaf, const char *why)
{
	warnx("cell %u in state %u maps %#llx + %#llx to %#llx, flags %x: %s", cell->id,
	      cell->state, (unsigned long long)leaf->virt, (unsigned long long)leaf->size,
	      (unsigned long long)leaf->phys, leaf->flags, why);
	abort();
}

static bool overlaps(u64 a, u64 a_size, u64 b, u64 b_size)
{
	return a < b + b_size && b < a + a_size;
}

static bool is_status(u64 phys)
{
	for_each_cell(cell)
		if (phys - virt_to_phys(cell->status) < STATUS_BYTES)
			return true;
	return false;
}

/* What the root cell maps is in its config, or a page that is shown to it. */
static void check_root_leaf(const struct fake_leaf *leaf)
{
	const struct bh_memory *region = config_memory(system_config);

	if (leaf->virt != leaf->phys)
		refuse(root_cell, leaf, "not where it is");
	if (is_status(leaf->phys) && leaf->size == PAGE_SIZE && leaf->flags == BH_MEM_READ)
		return;
	for (u32 i = 0; i < system_config->memory.count; i++, region++)
		if (leaf->phys >= region->phys &&
		    leaf->phys + leaf->size <= region->phys + region->size &&
		    leaf->flags == (region->flags & RIGHTS))
			return;
	refuse(root_cell, leaf, "not its own");
}

static void check_cell_leaf(const struct cell *cell, const struct fake_leaf *leaf)
{
	const struct bh_memory *region = config_memory(cell->config);

	for (u32 i = 0; i < cell->config->memory.count; i++, region++) {
		u64 phys = region->flags & BH_MEM_COMM ? virt_to_phys(cell->comm) : region->phys;

		if (leaf->virt >= region->virt &&
		    leaf->virt + leaf->size <= region->virt + region->size &&
		    leaf->phys - phys == leaf->virt - region->virt &&
		    leaf->flags == (region->flags & RIGHTS))
			return;
	}
	refuse(cell, leaf, "not in its config");
}

/* May the root cell have access to a region of the cell now? */
static bool may_share(const struct cell *cell, const struct bh_memory *region)
{
	if (region->flags & (BH_MEM_COMM | BH_MEM_ROOTSHARED | BH_MEM_WINDOW))
		return true;
	switch (cell->state) {
	case BH_CELL_CREATING:
	case BH_CELL_DESTROYING:
		return true; /* on its way; see check_both() */
	case BH_CELL_CREATED:
		return region->flags & BH_MEM_LOADABLE;
	case BH_CELL_LOADED:
	case BH_CELL_SHUT_DOWN:
	case BH_CELL_FAILED:
		return region->flags & BH_MEM_LOADABLE && cell->work_plan;
	default:
		return false;
	}
}

static void check_root_against(const struct cell *cell, const struct fake_leaf *leaf)
{
	const struct bh_memory *region = config_memory(cell->config);

	for (u32 i = 0; i < cell->config->memory.count; i++, region++)
		if (!may_share(cell, region) &&
		    overlaps(leaf->phys, leaf->size, region->phys, region->size))
			refuse(root_cell, leaf, "a cell's");
}

/* Hidden memory is never mapped in both, not even on its way. */
static void check_both(const struct cell *cell, const struct fake_leaf *leaf)
{
	const u32 shared = BH_MEM_COMM | BH_MEM_ROOTSHARED | BH_MEM_WINDOW | BH_MEM_LOADABLE;
	const struct bh_memory *region = config_memory(cell->config);
	struct fake_leaf root;

	for (u32 i = 0; i < cell->config->memory.count; i++, region++) {
		if (region->flags & shared || leaf->phys < region->phys ||
		    leaf->phys >= region->phys + region->size)
			continue;
		for (u64 at = 0; at < leaf->size; at += MIN(leaf->size, 64 * PAGE_SIZE))
			if (fake_walk(&root_cell->stage2, leaf->phys + at, &root))
				refuse(cell, leaf, "still the root cell's");
	}
}

static void check_cell(const struct cell *cell)
{
	size_t count = fake_leaves(&cell->stage2, leaves, MAX_LEAVES);

	for (size_t i = 0; i < count; i++) {
		check_cell_leaf(cell, &leaves[i]);
		check_both(cell, &leaves[i]);
	}
	if (cell->state == BH_CELL_STOPPING && count)
		refuse(cell, &leaves[0], "not revoked");
}

static void check_cpus(void)
{
	u64 seen = 0;

	for_each_cell(cell) {
		if (cell == root_cell)
			continue;
		if (seen & cell->cpus)
			errx(1, "a CPU in two cells");
		seen |= cell->cpus;
		for (u32 i = 0; i < cpu_count; i++) {
			if (!(cell->cpus & BIT(i)))
				continue;
			if (cpus[i].cell != cell || cpus[i].status->cell != cell->id)
				errx(1, "CPU %u is not its cell's", i);
			if (cpus[i].status->state == BH_CPU_RUNNING && !cell_runs(cell) &&
			    cell->state != BH_CELL_STOPPING)
				errx(1, "CPU %u runs, its cell does not", i);
		}
	}
	for (u32 i = 0; i < cpu_count; i++)
		if (!(seen & BIT(i)) && cpus[i].cell != root_cell)
			errx(1, "CPU %u is lost", i);
	if (root_cell->status->cpu_mask != ((BIT(cpu_count) - 1) & ~seen))
		errx(1, "the root cell's CPUs are told wrong");
}

void check_partition(void)
{
	size_t count = fake_leaves(&root_cell->stage2, leaves, MAX_LEAVES);

	for (size_t i = 0; i < count; i++) {
		check_root_leaf(&leaves[i]);
		for_each_cell(cell)
			if (cell != root_cell)
				check_root_against(cell, &leaves[i]);
	}
	for_each_cell(cell) {
		if (cell->state != cell->status->state || cell->id != cell->status->id)
			errx(1, "cell %u: its status is not told as it is", cell->id);
		if (cell != root_cell)
			check_cell(cell);
	}
	check_cpus();
	fake_tlb_check();
}
