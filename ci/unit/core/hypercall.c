// SPDX-License-Identifier: GPL-2.0-only
/* Who may call what, with which arguments. */
#include <string.h>
#include "test.h"
#include "cells.h"
#include "console.h"
#include "memory.h"
#include "pool.h"

static const u64 edges[] = {
	0,
	1,
	2,
	7,
	8,
	15,
	16,
	17,
	47,
	48,
	49,
	63,
	64,
	255,
	256,
	4095,
	4096,
	65536,
	0x7fffffff,
	0x80000000,
	0xffffffff,
	0x100000000,
	0x7fffffffffffffff,
	0x8000000000000000,
	0xfffffffffffff000,
	0xffffffffffffffff,
	FAKE_RAM,
	FAKE_CONFIG,
	FAKE_HYPERVISOR,
	FAKE_HYPERVISOR + 0x8000,
	FAKE_IO,
	FAKE_RAM + 0x200000,
};

#define EDGE edges[test_random_below(ARRAY_SIZE(edges))]

static void versions(void)
{
	CHECK_EQ(CALL(BH_HC_VERSION, 0), BH_ABI_VERSION);
	CHECK_EQ(CALL(BH_HC_INFO, BH_INFO_CELLS), 1);
	CHECK_EQ(CALL(BH_HC_INFO, BH_INFO_CPUS), FAKE_CPUS);
	CHECK_EQ(CALL(BH_HC_INFO, BH_INFO_POOL_PAGES), pool_total());
	CHECK_EQ(CALL(BH_HC_INFO, BH_INFO_POOL_USED), pool_used());
	CHECK_EQ(CALL(BH_HC_INFO, BH_INFO_CPU_STATUS_STRIDE), ARCH_PERCPU_SIZE);
	CHECK_EQ(CALL(BH_HC_INFO, BH_INFO_CONSOLE_BYTES), CONSOLE_PAGES * PAGE_SIZE);
	CHECK_EQ(CALL(BH_HC_INFO, BH_INFO_CPU_STATUS_STRIDE + 1), -BH_E_INVAL);
	CHECK_EQ(CALL(BH_HC_INFO, ~0ull), -BH_E_INVAL);
}

static void infos(void)
{
	u64 cell = bring_to(FAKE_BETA, BH_CELL_RUNNING);
	s64 status = call(BH_HC_CELL_INFO, cell, BH_CELL_INFO_STATUS_PHYS, 0, 0);
	s64 ring = call(BH_HC_CELL_INFO, cell, BH_CELL_INFO_CONSOLE_PHYS, 0, 0);
	s64 bytes = call(BH_HC_CELL_INFO, cell, BH_CELL_INFO_CONSOLE_BYTES, 0, 0);

	CHECK_EQ(CALL(BH_HC_INFO, BH_INFO_CELLS), 2);
	CHECK(!strcmp(((struct bh_cell_status *)fake_memory((u64)status))->name, "beta"));
	/* What the root cell is told, it can read, to the last byte, and not write. */
	CHECK(pt_access(&root_cell->stage2, (u64)status, BH_MEM_READ));
	CHECK(!pt_access(&root_cell->stage2, (u64)status, BH_MEM_WRITE));
	for (s64 at = 0; at < bytes; at += PAGE_SIZE)
		CHECK(pt_access(&root_cell->stage2, (u64)(ring + at), BH_MEM_READ));
	CHECK_EQ(call(BH_HC_CELL_INFO, cell, 4, 0, 0), -BH_E_INVAL);
	CHECK_EQ(call(BH_HC_CELL_INFO, 0, BH_CELL_INFO_STATE, 0, 0), BH_CELL_RUNNING);
	CHECK_EQ(call(BH_HC_CELL_INFO, 2, BH_CELL_INFO_STATE, 0, 0), -BH_E_NOENT);
	CHECK_EQ(call(BH_HC_CELL_INFO, BH_MAX_CELLS, 0, 0, 0), -BH_E_NOENT);
	CHECK_EQ(call(BH_HC_CPU_INFO, 3, BH_CPU_INFO_CELL, 0, 0), cell);
	CHECK_EQ(call(BH_HC_CPU_INFO, 3, BH_CPU_INFO_STATE, 0, 0), BH_CPU_RUNNING);
	CHECK_EQ(call(BH_HC_CPU_INFO, 3, 2, 0, 0), -BH_E_INVAL);
	CHECK_EQ(call(BH_HC_CPU_INFO, FAKE_CPUS, 0, 0, 0), -BH_E_NOENT);
	CHECK_EQ(call(BH_HC_CPU_INFO, 1ull << 32, 0, 0, 0), -BH_E_NOENT);
	fake_become(3);
	CHECK_EQ(CALL(BH_HC_SELF_INFO, BH_SELF_CELL), cell);
	CHECK_EQ(CALL(BH_HC_SELF_INFO, BH_SELF_CPU), 3);
	CHECK_EQ(CALL(BH_HC_SELF_INFO, BH_SELF_CPU_COUNT), 1);
	CHECK_EQ(CALL(BH_HC_SELF_INFO, BH_SELF_STATE), BH_CELL_RUNNING);
	CHECK_EQ(CALL(BH_HC_SELF_INFO, BH_SELF_STATE + 1), -BH_E_INVAL);
}

static void raising(void)
{
	u64 cell = bring_to(FAKE_ALPHA, BH_CELL_RUNNING);

	CHECK_EQ(call(BH_HC_CELL_RAISE_IRQ, cell, 200, 0, 0), 0);
	CHECK_EQ(call(BH_HC_CELL_RAISE_IRQ, cell, 201, 0, 0), -BH_E_NOENT);
	CHECK_EQ(call(BH_HC_CELL_RAISE_IRQ, cell, 40, 0, 0), -BH_E_NOENT);
	CHECK_EQ(call(BH_HC_CELL_RAISE_IRQ, cell, ~0ull, 0, 0), -BH_E_NOENT);
	CHECK_EQ(call(BH_HC_CELL_RAISE_IRQ, 0, 200, 0, 0), -BH_E_NOENT);
	CHECK_EQ(call(BH_HC_CELL_RAISE_IRQ, 2, 200, 0, 0), -BH_E_NOENT);
	/* Not even while another CPU manages. */
	spin_lock(&control_lock);
	CHECK_EQ(call(BH_HC_CELL_RAISE_IRQ, cell, 200, 0, 0), 0);
	spin_unlock(&control_lock);
	fake_cpu_fault(2);
	CHECK_EQ(call(BH_HC_CELL_RAISE_IRQ, cell, 200, 0, 0), -BH_E_STATE);
}

/* What a cell that is not the root cell gets from each number. */
static void not_root(void)
{
	struct snapshot before, after;
	u64 cell = bring_to(FAKE_ALPHA, BH_CELL_RUNNING);

	before = take_snapshot();
	fake_become(2);
	for (u64 number = 0; number < 200; number++) {
		for (u32 i = 0; i < 200; i++) {
			s64 result = call(number, EDGE, EDGE, EDGE, EDGE);

			if (number >= BH_HC_INFO && number <= BH_HC_DISABLE)
				CHECK_EQ(result, -BH_E_PERM);
			else if (number > BH_HC_SELF_INFO)
				CHECK_EQ(result, -BH_E_NOSYS);
		}
	}
	for (size_t i = 0; i < ARRAY_SIZE(edges); i++)
		CHECK(edges[i] < 200 || CALL(edges[i], 1) == -BH_E_NOSYS);
	after = take_snapshot();
	CHECK(same_snapshot(&before, &after));
	CHECK_EQ(cells[cell].state, BH_CELL_RUNNING);
	check_partition();
}

/* Every number from the root cell with arguments at edges; the same cells as before. */
static void root_edges(void)
{
	struct snapshot before, after;
	struct fake_blob blob;

	bring_to(FAKE_ALPHA, BH_CELL_RUNNING);
	fake_config(&blob, FAKE_BETA);
	blob.config.version++;
	fake_put_config(&blob);
	before = take_snapshot();
	for (u32 i = 0; i < 100000; i++) {
		u64 number = i % 4 ? BH_HC_INFO + test_random_below(14) : EDGE;
		/* Cell 1 may be stopped: only others are tried. */
		u64 cell = EDGE == 1 ? 2 : EDGE;

		if (cell == 1)
			cell = 0;
		if (number == BH_HC_DISABLE || number == BH_HC_DISABLE_PREPARE) {
			CHECK_EQ(CALL(number, cell), -BH_E_CELLS);
			continue;
		}
		call(number, cell, EDGE, EDGE, EDGE);
	}
	after = take_snapshot();
	CHECK(same_snapshot(&before, &after));
	check_partition();
}

static void one_at_a_time(void)
{
	spin_lock(&control_lock);
	for (u64 number = BH_HC_INFO; number <= BH_HC_DISABLE; number++)
		if (number != BH_HC_CELL_RAISE_IRQ)
			CHECK_EQ(CALL(number, 1), -BH_E_BUSY);
	CHECK_EQ(CALL(BH_HC_VERSION, 0), BH_ABI_VERSION);
	spin_unlock(&control_lock);
	CHECK_EQ(CALL(BH_HC_CELL_STEP, 1), -BH_E_NOENT);
}

static void leaving(void)
{
	u64 cell = bring_to(FAKE_BETA, BH_CELL_SHUT_DOWN);
	struct fake_blob blob;

	CHECK_EQ(CALL(BH_HC_DISABLE_PREPARE, 0), -BH_E_CELLS);
	CHECK_EQ(CALL(BH_HC_DISABLE, 0), -BH_E_CELLS);
	CHECK(!call_slices(BH_HC_CELL_DESTROY, cell));
	CHECK_EQ(CALL(BH_HC_DISABLE_PREPARE, 0), -BH_E_AGAIN);
	/* On its way out: no cell gets it now. */
	fake_config(&blob, FAKE_BETA);
	fake_put_config(&blob);
	CHECK_EQ(call(BH_HC_CELL_CREATE, FAKE_CONFIG, sizeof(blob), 0, 0), -BH_E_CPU);
	settle_cpus();
	CHECK_EQ(cpus[3].status->state, BH_CPU_OUTSIDE);
	CHECK_EQ(call(BH_HC_CELL_CREATE, FAKE_CONFIG, sizeof(blob), 0, 0), -BH_E_CPU);
	CHECK_EQ(CALL(BH_HC_DISABLE_PREPARE, 0), 0);
	CHECK_EQ(CALL(BH_HC_DISABLE, 0), 0);
	CHECK_EQ(fake.left, 1);
}

/* ---- console ---- */

static s64 write_console(const char *text, u64 bytes)
{
	u64 args[7] = { bytes };

	memcpy(&args[1], text, MIN(bytes, strlen(text)));
	return hypercall(this_cpu(), BH_HC_CONSOLE_WRITE, args);
}

static void console_writes(void)
{
	u64 cell = bring_to(FAKE_BETA, BH_CELL_RUNNING);
	const struct bh_console *own = cells[cell].console, *all = console_hypervisor_ring();
	u32 before = all->tail, count = own->tail;

	fake_become(3);
	CHECK_EQ(write_console("", 0), -BH_E_INVAL);
	CHECK_EQ(write_console("", 49), -BH_E_INVAL);
	CHECK_EQ(write_console("", ~0ull), -BH_E_INVAL);
	CHECK_EQ(write_console("", 1ull << 32), -BH_E_INVAL);
	CHECK_EQ(own->tail, count);
	CHECK_EQ(write_console("hello", 5), 5);
	CHECK_EQ(write_console("123456789012345678901234567890123456789012345678", 48), 48);
	CHECK(!memcmp(own->data, "hello123456789012345678901234567890123456789012345678", 53));
	CHECK_EQ(own->tail, 53);
	CHECK_EQ(own->data[53], 0);
	CHECK_EQ(all->tail, before);
	fake_become(0);
	CHECK_EQ(write_console("root", 4), 4);
	CHECK_EQ(all->tail, before + 4);
	CHECK(!memcmp(&all->data[before], "root", 4));
	CHECK_EQ(own->tail, 53);
}

const struct test hypercall_tests[] = {
	{ "versions", versions },
	{ "infos", infos },
	{ "raising", raising },
	{ "not root", not_root },
	{ "root edges", root_edges },
	{ "one at a time", one_at_a_time },
	{ "leaving", leaving },
	{ "console writes", console_writes },
	{ NULL, NULL },
};
