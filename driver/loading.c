// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bytes into a cell that is not started yet, and out of one that has ended.
 */
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/sched/signal.h>
#include <linux/sizes.h>
#include <linux/uaccess.h>
#include "arch.h"
#include "bulkhead.h"
#include "hypercall.h"

/* As much as is mapped at a time. */
#define PIECE SZ_2M

/* The loadable region that holds the whole range, as the cell sees it. */
static const struct bh_memory *find_region(const struct bh_cell *cell, u64 address, u64 bytes)
{
	const struct bh_memory *region = bh_blob_memory(&cell->blob);
	u32 i;

	for (i = 0; i < cell->blob.config->memory.count; i++, region++) {
		if (!(region->flags & BH_MEM_LOADABLE) || region->flags & BH_MEM_IO)
			continue;
		if (address >= region->virt && bytes <= region->size &&
		    address - region->virt <= region->size - bytes)
			return region;
	}
	return NULL;
}

/* The root cell reaches the memory of a cell that is CREATED, and of no other. */
static long make_loadable(const struct bh_cell *cell)
{
	long state = bh_hypercall(BH_HC_CELL_INFO, cell->id, BH_CELL_INFO_STATE, 0, 0);

	if (state == BH_CELL_CREATED)
		return 0;
	if (state < 0)
		return state;
	return bh_hypercall_slices(BH_HC_CELL_SET_LOADABLE, cell->id, false);
}

static int copy_piece(phys_addr_t target, u64 source, size_t bytes)
{
	void *memory = memremap(target, bytes, MEMREMAP_WB);
	int err = 0;

	if (!memory)
		return -ENOMEM;
	if (copy_from_user(memory, u64_to_user_ptr(source), bytes))
		err = -EFAULT;
	/* The cell begins without caches. */
	bh_arch_clean(memory, bytes);
	memunmap(memory);
	return err;
}

int bh_cell_load(struct bh_ioc_load *request)
{
	struct bh_cell *cell = bh_cell_find(&request->head);
	const struct bh_memory *region;
	u64 done;
	long result;

	if (!cell)
		return -EREMOTEIO;
	region = find_region(cell, request->address, request->bytes);
	if (!region)
		return bh_refuse(
			-ERANGE,
			"%s: %#llx (%llu bytes) is not within one loadable region of its config",
			cell->name, request->address, request->bytes);
	result = make_loadable(cell);
	if (result)
		return bh_refused(&request->head, result, cell->name, "load");

	for (done = 0; done < request->bytes;) {
		phys_addr_t target = region->phys + (request->address - region->virt) + done;
		size_t bytes = min_t(u64, request->bytes - done, PIECE - target % PIECE);
		int err = copy_piece(target, request->source + done, bytes);

		if (err)
			return err;
		cell->loaded = true;
		if (fatal_signal_pending(current))
			return -EINTR;
		done += bytes;
		cond_resched();
	}
	return 0;
}

bool bh_cell_is_empty(const struct bh_cell *cell)
{
	return !cell->loaded && find_region(cell, cell->blob.config->entry, sizeof(u32));
}

/* The hypervisor copies into a page of the kernel, which it is trusted with. */
static int read_pieces(struct bh_ioc_read *request, const struct bh_cell *cell, void *page)
{
	u64 done;

	for (done = 0; done < request->bytes;) {
		u64 address = request->address + done;
		size_t bytes =
			min_t(u64, request->bytes - done, BH_PAGE_SIZE - address % BH_PAGE_SIZE);
		long result =
			bh_hypercall(BH_HC_CELL_READ, cell->id, address, virt_to_phys(page), bytes);

		if (result != (long)bytes)
			return bh_refused(&request->head, result < 0 ? result : -BH_E_INVAL,
					  cell->name, "read memory");
		if (copy_to_user(u64_to_user_ptr(request->target + done), page, bytes))
			return -EFAULT;
		if (fatal_signal_pending(current))
			return -EINTR;
		done += bytes;
		cond_resched();
	}
	return 0;
}

int bh_cell_read(struct bh_ioc_read *request)
{
	struct bh_cell *cell = bh_cell_find(&request->head);
	void *page;
	int err;

	if (!cell)
		return -EREMOTEIO;
	page = (void *)get_zeroed_page(GFP_KERNEL);
	if (!page)
		return -ENOMEM;
	err = read_pieces(request, cell, page);
	free_page((unsigned long)page);
	return err;
}
