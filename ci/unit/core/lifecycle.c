// SPDX-License-Identifier: GPL-2.0-only
/* The life of cells: what leads from which state to which, and what is refused. */
#include <string.h>
#include "test.h"
#include "cells.h"
#include "pool.h"

#define ALPHA_RAM (FAKE_RAM + 0x200000)
#define ALPHA_PRIVATE (FAKE_RAM + 0x3ff000)

static s64 state_of(u64 cell)
{
	return call(BH_HC_CELL_INFO, cell, BH_CELL_INFO_STATE, 0, 0);
}

static bool root_has(u64 phys)
{
	return pt_allows(&root_cell->stage2, phys, BH_MEM_READ);
}

static void whole_life(void)
{
	struct snapshot before = take_snapshot(), after;
	struct fake_blob blob;
	u64 cell;

	fake_config(&blob, FAKE_ALPHA);
	memset(fake_memory(ALPHA_PRIVATE), 0x5a, PAGE_SIZE);
	memset(fake_memory(ALPHA_RAM), 0x5a, PAGE_SIZE);
	cell = create_cell(&blob);
	CHECK_EQ(cell, 1);
	CHECK_EQ(state_of(cell), BH_CELL_CREATING);
	check_partition();
	while (CALL(BH_HC_CELL_STEP, cell) == -BH_E_AGAIN)
		check_partition();
	CHECK_EQ(state_of(cell), BH_CELL_CREATED);
	CHECK(root_has(ALPHA_RAM) && !root_has(ALPHA_PRIVATE) && root_has(FAKE_RAM + 0x500000));
	CHECK(!*fake_memory(ALPHA_PRIVATE) && !*fake_memory(ALPHA_RAM));
	*fake_memory(ALPHA_RAM) = 0x11;
	CHECK(!call_slices(BH_HC_CELL_LOAD_DONE, cell));
	CHECK(!root_has(ALPHA_RAM) && *fake_memory(ALPHA_RAM) == 0x11);
	CHECK(fake.cleaned >= 0x300000);
	check_partition();
	CHECK(!CALL(BH_HC_CELL_START, cell));
	/* The first CPU of the config, which is not the first in number. */
	CHECK_EQ(cpus[2].request, CPU_REQUEST_START);
	CHECK_EQ(cpus[2].entry, 0x1000);
	CHECK_EQ(cpus[2].entry_arg, 0x77);
	CHECK(!cpus[1].request);
	settle_cpus();
	CHECK_EQ(cpus[2].status->state, BH_CPU_RUNNING);
	CHECK_EQ(cells[cell].arch.resets, 1);
	check_partition();
	*fake_memory(ALPHA_PRIVATE) = 0x22;
	CHECK_EQ(call(BH_HC_CELL_SHUTDOWN, cell, BH_SHUTDOWN_FORCE, 0, 0), -BH_E_AGAIN);
	CHECK_EQ(state_of(cell), BH_CELL_STOPPING);
	check_partition();
	settle_cpus();
	CHECK(!call(BH_HC_CELL_SHUTDOWN, cell, BH_SHUTDOWN_FORCE, 0, 0));
	CHECK_EQ(state_of(cell), BH_CELL_SHUT_DOWN);
	while (CALL(BH_HC_CELL_DESTROY, cell) == -BH_E_AGAIN)
		check_partition();
	CHECK_EQ(state_of(cell), -BH_E_NOENT);
	CHECK(!*fake_memory(ALPHA_PRIVATE) && !*fake_memory(ALPHA_RAM));
	check_partition();
	after = take_snapshot();
	CHECK(same_snapshot(&before, &after));
}

/* What each call says in each state, 0 standing for any positive result. */
static const struct {
	u64 number;
	s64 result[BH_CELL_STATES];
} expected[] = {
#define S (-BH_E_STATE)
#define A (-BH_E_AGAIN)
#define L (-BH_E_LOCKED)
#define I (-BH_E_INVAL)
#define N (-BH_E_NOENT)
	/*                    none creating created loaded running locked stopping down failed destr. */
	{ BH_HC_CELL_STEP, { 0, A, S, S, S, S, S, S, S, S } },
	{ BH_HC_CELL_SET_LOADABLE, { 0, S, 0, A, S, L, S, A, A, S } },
	{ BH_HC_CELL_LOAD_DONE, { 0, S, A, 0, S, S, S, S, S, S } },
	{ BH_HC_CELL_START, { 0, S, S, 0, S, L, S, S, S, S } },
	{ BH_HC_CELL_SHUTDOWN, { 0, 0, 0, 0, A, A, A, 0, 0, 0 } },
	{ BH_HC_CELL_DESTROY, { 0, A, A, A, S, S, S, A, A, A } },
	{ BH_HC_CELL_READ, { 0, S, S, S, S, S, S, I, I, S } },
	{ BH_HC_CELL_RAISE_IRQ, { 0, N, N, N, N, N, N, N, N, N } },
#undef S
#undef A
#undef L
#undef I
#undef N
};

static u32 try_state, try_call;

static void try_one(void)
{
	u64 cell = bring_to(FAKE_ALPHA, try_state);

	CHECK_EQ(CALL(expected[try_call].number, cell), expected[try_call].result[try_state]);
	check_partition();
}

/* Each in a machine of its own: the call may change it. */
static void transitions(void)
{
	for (try_state = BH_CELL_CREATING; try_state < BH_CELL_STATES; try_state++)
		for (try_call = 0; try_call < ARRAY_SIZE(expected); try_call++)
			test_apart(try_one);
}

static void no_such_cell(void)
{
	static const u64 ids[] = { 0, 1, 2, BH_MAX_CELLS - 1, BH_MAX_CELLS, ~0ull, 1ull << 32 };
	struct snapshot before = take_snapshot(), after;

	for (size_t i = 0; i < ARRAY_SIZE(ids); i++) {
		for (size_t j = 0; j < ARRAY_SIZE(expected); j++)
			CHECK_EQ(CALL(expected[j].number, ids[i]), -BH_E_NOENT);
	}
	after = take_snapshot();
	CHECK(same_snapshot(&before, &after));
}

static void start_again(void)
{
	u64 cell = bring_to(FAKE_ALPHA, BH_CELL_FAILED);

	CHECK_EQ(cpus[2].status->state, BH_CPU_FAILED);
	CHECK_EQ(cells[cell].status->failed_cpu, 2);
	*fake_memory(ALPHA_PRIVATE) = 0x33;
	*fake_memory(ALPHA_RAM) = 0x33;
	CHECK(!call_slices(BH_HC_CELL_SET_LOADABLE, cell));
	CHECK_EQ(state_of(cell), BH_CELL_CREATED);
	/* What was loaded is gone before the root cell sees it; the rest is kept. */
	CHECK(root_has(ALPHA_RAM) && !*fake_memory(ALPHA_RAM));
	CHECK_EQ(*fake_memory(ALPHA_PRIVATE), 0x33);
	check_partition();
	CHECK(!call_slices(BH_HC_CELL_LOAD_DONE, cell));
	CHECK(!CALL(BH_HC_CELL_START, cell));
	settle_cpus();
	CHECK_EQ(state_of(cell), BH_CELL_RUNNING);
	CHECK_EQ(cpus[2].status->crash.cause, BH_CRASH_NONE);
	CHECK(pt_allows(&cells[cell].stage2, 0x1000, BH_MEM_EXEC));
	check_partition();
	/* Its own end. */
	fake_cpu_off(2);
	CHECK_EQ(state_of(cell), BH_CELL_SHUT_DOWN);
	check_partition();
}

/* The root cell gets part of a loaded cell's memory back: it must not be started then. */
static void half_loadable(void)
{
	u64 cell = bring_to(FAKE_ALPHA, BH_CELL_LOADED);
	u32 slices = 0;

	while (CALL(BH_HC_CELL_SET_LOADABLE, cell) == -BH_E_AGAIN) {
		CHECK_EQ(CALL(BH_HC_CELL_START, cell), -BH_E_STATE);
		check_partition();
		slices++;
	}
	CHECK(slices > 4 && state_of(cell) == BH_CELL_CREATED);
	/* Changed one's mind, at each slice. */
	for (u32 i = 1; i < slices; i++) {
		CHECK(!call_slices(BH_HC_CELL_LOAD_DONE, cell));
		for (u32 n = 0; n < i; n++)
			CHECK_EQ(CALL(BH_HC_CELL_SET_LOADABLE, cell), -BH_E_AGAIN);
		CHECK(!call_slices(BH_HC_CELL_LOAD_DONE, cell));
		CHECK(!root_has(ALPHA_RAM) && !root_has(FAKE_RAM + 0x600000));
		CHECK_EQ(state_of(cell), BH_CELL_LOADED);
		check_partition();
		CHECK(!call_slices(BH_HC_CELL_SET_LOADABLE, cell));
		CHECK_EQ(CALL(BH_HC_CELL_LOAD_DONE, cell), -BH_E_AGAIN);
		CHECK(!call_slices(BH_HC_CELL_SET_LOADABLE, cell));
		CHECK(root_has(ALPHA_RAM) && root_has(FAKE_RAM + 0x600000));
	}
	CHECK(!call_slices(BH_HC_CELL_LOAD_DONE, cell) && !CALL(BH_HC_CELL_START, cell));
}

/* From every state, destroyed cells leave nothing behind. */
static void destroy_one(void)
{
	struct snapshot before = take_snapshot(), after;
	u64 cell = bring_to(try_call ? FAKE_BETA : FAKE_ALPHA, try_state);

	call(BH_HC_CELL_SHUTDOWN, cell, BH_SHUTDOWN_CANCEL, 0, 0);
	if (cells[cell].comm)
		cells[cell].comm->state = BH_COMM_SHUT_DOWN;
	while (call(BH_HC_CELL_SHUTDOWN, cell, BH_SHUTDOWN_FORCE, 0, 0))
		settle_cpus();
	CHECK(!call_slices(BH_HC_CELL_DESTROY, cell));
	after = take_snapshot();
	CHECK(same_snapshot(&before, &after));
	check_partition();
	for (u32 cpu = 1; cpu < FAKE_CPUS; cpu++)
		CHECK(cpus[cpu].cell == root_cell && !cpus[cpu].request);
}

static void destroy_everywhere(void)
{
	for (try_call = 0; try_call < 2; try_call++)
		for (try_state = BH_CELL_CREATING; try_state < BH_CELL_STATES; try_state++)
			if (!try_call || try_state != BH_CELL_RUNNING_LOCKED)
				test_apart(destroy_one);
}

/* ---- refusals of create ---- */

static s64 create(const struct fake_blob *blob)
{
	fake_put_config(blob);
	return call(BH_HC_CELL_CREATE, FAKE_CONFIG, sizeof(*blob), 0, 0);
}

static void start_cpu_meanwhile(struct cell *cell)
{
	CHECK(!(cell->cpus & BIT(0)));
	CHECK(cpu_start(&cpus[1], root_cell, 0x1234, 0));
}

static void refused_creation(void)
{
	struct snapshot before = take_snapshot(), after;
	struct fake_blob blob;

	fake_config(&blob, FAKE_ALPHA);
	CHECK_EQ(create(&blob), -BH_E_CPU);
	fake_cpu_off(1);
	CHECK_EQ(create(&blob), -BH_E_CPU);
	fake_cpu_off(2);
	/* One that is about to start again. */
	CHECK(cpu_start(&cpus[1], root_cell, 0, 0));
	CHECK_EQ(create(&blob), -BH_E_CPU);
	settle_cpus();
	fake_cpu_off(1);
	/* One that is started while the cell is created. */
	fake.on_create = start_cpu_meanwhile;
	CHECK_EQ(create(&blob), -BH_E_CPU);
	fake.on_create = NULL;
	settle_cpus();
	CHECK_EQ(cpus[1].status->state, BH_CPU_RUNNING);
	fake_cpu_off(1);
	fake.unit_error = -BH_E_IO;
	CHECK_EQ(create(&blob), -BH_E_IO);
	fake.unit_error = 0;
	blob.memory[0].phys += 8;
	CHECK_EQ(create(&blob), -BH_E_RULE - BH_RULE_MEM_ALIGN);
	blob.memory[0].phys = FAKE_HYPERVISOR;
	CHECK_EQ(create(&blob), -BH_E_RULE - BH_RULE_MEM_HYPERVISOR);
	after = take_snapshot();
	CHECK(same_snapshot(&before, &after));
	check_partition();
	fake_config(&blob, FAKE_ALPHA);
	CHECK_EQ(create(&blob), 1);
	/* None of it can be had twice, its CPU by gamma in the first place. */
	CHECK(create(&blob) < -BH_E_RULE);
	fake_config(&blob, FAKE_GAMMA);
	CHECK_EQ(create(&blob), -BH_E_RULE - BH_RULE_CPU_TAKEN);
}

/* A CPU of a cell is not started for another one. */
static void whose_cpu(void)
{
	u64 cell = bring_to(FAKE_ALPHA, BH_CELL_RUNNING);

	CHECK(!cpu_start(&cpus[1], root_cell, 0, 0));
	CHECK(!cpu_start(&cpus[2], &cells[cell], 0, 0));
	CHECK(!cpus[1].request && !cpus[2].request);
	CHECK(cpu_start(&cpus[1], &cells[cell], 0x2000, 5));
	CHECK(!cpu_start(&cpus[1], &cells[cell], 0x3000, 6));
	CHECK_EQ(cpus[1].entry, 0x2000);
	settle_cpus();
	CHECK_EQ(cpus[1].status->state, BH_CPU_RUNNING);
}

/* The pool is exhausted at each allocation there is, and stays so or not. */
static void no_memory(void)
{
	struct snapshot before = take_snapshot(), after;
	u32 failures = 0;

	for (u32 fail = 1;; fail++) {
		struct fake_blob blob;
		s64 cell, err;

		fake_config(&blob, FAKE_ALPHA);
		park_cpus(&blob);
		fake.alloc_fail = fail;
		cell = create(&blob);
		CHECK(cell > 0 || cell == -BH_E_NOMEM);
		after = take_snapshot();
		CHECK(cell > 0 || same_snapshot(&before, &after));
		if (cell < 0) {
			failures++;
			continue;
		}
		err = call_slices(BH_HC_CELL_STEP, (u64)cell);
		CHECK(!err || err == -BH_E_NOMEM);
		check_partition();
		fake.alloc_fail = 0;
		if (err) {
			CHECK_EQ(cells[cell].state, BH_CELL_CREATING);
			failures++;
			/* Either way on works. */
			if (fail % 2)
				CHECK(!call_slices(BH_HC_CELL_STEP, (u64)cell));
		}
		CHECK(!call_slices(BH_HC_CELL_DESTROY, (u64)cell));
		after = take_snapshot();
		CHECK(same_snapshot(&before, &after));
		if (!err)
			break;
	}
	/* Config, status, its mapping, comm page, tables. */
	CHECK(failures >= 8);
}

static void no_memory_once(void)
{
	fake.alloc_once = true;
	no_memory();
}

/* Destroying goes on where the pool is exhausted, too: tables of the cell go first. */
static void destroy_without_memory(void)
{
	struct snapshot before = take_snapshot(), after;
	u64 cell = bring_to(FAKE_ALPHA, BH_CELL_SHUT_DOWN);
	static void *taken[4096];
	u32 count = 0;

	while ((taken[count] = pool_alloc(1, 1)))
		count++;
	CHECK(!call_slices(BH_HC_CELL_DESTROY, cell));
	while (count)
		pool_free(taken[--count], 1);
	after = take_snapshot();
	CHECK(same_snapshot(&before, &after));
}

static void all_slots(void)
{
	struct fake_blob blob;

	/* More cells than CPUs: fill the table by hand. */
	for (u32 i = 1; i < BH_MAX_CELLS; i++)
		cells[i].state = BH_CELL_DESTROYING;
	fake_config(&blob, FAKE_GAMMA);
	CHECK_EQ(create(&blob), -BH_E_EXIST);
}

/* ---- CPUs that come and go while the cell ends ---- */

static void stop_while_starting(void)
{
	u64 cell = bring_to(FAKE_ALPHA, BH_CELL_LOADED);

	CHECK(!CALL(BH_HC_CELL_START, cell));
	/* Stopped before its CPU has even looked. */
	CHECK_EQ(call(BH_HC_CELL_SHUTDOWN, cell, BH_SHUTDOWN_FORCE, 0, 0), -BH_E_AGAIN);
	CHECK_EQ(cpus[2].request, CPU_REQUEST_START | CPU_REQUEST_PARK);
	CHECK_EQ(CALL(BH_HC_CELL_DESTROY, cell), -BH_E_STATE);
	fake_cpu_poll(2);
	CHECK_EQ(cpus[2].status->state, BH_CPU_RUNNING);
	CHECK_EQ(call(BH_HC_CELL_SHUTDOWN, cell, BH_SHUTDOWN_FORCE, 0, 0), -BH_E_AGAIN);
	check_partition();
	fake_cpu_poll(2);
	CHECK_EQ(state_of(cell), BH_CELL_SHUT_DOWN);
	CHECK(!cpus[2].request);
}

static void fail_while_others_run(void)
{
	u64 cell = bring_to(FAKE_ALPHA, BH_CELL_RUNNING);
	u64 kicks = fake.kicks;

	CHECK(cpu_start(&cpus[1], &cells[cell], 0, 0));
	settle_cpus();
	kicks = fake.kicks;
	fake_cpu_fault(1);
	CHECK_EQ(state_of(cell), BH_CELL_STOPPING);
	CHECK(fake.kicks > kicks && cpus[2].request == CPU_REQUEST_PARK);
	check_partition();
	/* The other one breaks bounds as well before it takes notice: the first counts. */
	fake_cpu_fault(2);
	CHECK_EQ(state_of(cell), BH_CELL_FAILED);
	CHECK_EQ(cells[cell].status->failed_cpu, 1);
	CHECK(!cpus[1].request && !cpus[2].request);
}

/* A cell ends under the feet of a management call for another one. */
static void fail_under_way(void)
{
	u64 alpha = bring_to(FAKE_ALPHA, BH_CELL_RUNNING);
	u64 beta = bring_to(FAKE_BETA, BH_CELL_CREATING);

	CHECK_EQ(CALL(BH_HC_CELL_STEP, beta), -BH_E_AGAIN);
	fake_cpu_fault(2);
	CHECK_EQ(state_of(alpha), BH_CELL_FAILED);
	CHECK(!call_slices(BH_HC_CELL_STEP, beta));
	CHECK_EQ(CALL(BH_HC_CELL_DESTROY, alpha), -BH_E_AGAIN);
	CHECK(!call_slices(BH_HC_CELL_LOAD_DONE, beta));
	CHECK(!CALL(BH_HC_CELL_START, beta));
	settle_cpus();
	fake_cpu_fault(3);
	CHECK_EQ(state_of(beta), BH_CELL_FAILED);
	check_partition();
	CHECK(!call_slices(BH_HC_CELL_DESTROY, alpha));
	CHECK(!call_slices(BH_HC_CELL_DESTROY, beta));
	check_partition();
}

static void all_stop(void)
{
	u64 alpha = bring_to(FAKE_ALPHA, BH_CELL_RUNNING),
	    beta = bring_to(FAKE_BETA, BH_CELL_RUNNING);

	cells_stop_all();
	settle_cpus();
	CHECK_EQ(state_of(alpha), BH_CELL_SHUT_DOWN);
	CHECK_EQ(state_of(beta), BH_CELL_SHUT_DOWN);
	CHECK_EQ(root_cell->state, BH_CELL_RUNNING);
	/* Again, with nothing to stop. */
	cells_stop_all();
	CHECK(!cpus[1].request && !cpus[2].request && !cpus[3].request);
}

const struct test lifecycle_tests[] = {
	{ "whole life", whole_life },
	{ "transitions", transitions },
	{ "no such cell", no_such_cell },
	{ "start again", start_again },
	{ "half loadable", half_loadable },
	{ "destroy everywhere", destroy_everywhere },
	{ "refused creation", refused_creation },
	{ "whose CPU", whose_cpu },
	{ "cell without memory", no_memory },
	{ "cell without memory for a moment", no_memory_once },
	{ "destroy without memory", destroy_without_memory },
	{ "all slots", all_slots },
	{ "stop while starting", stop_while_starting },
	{ "fail while others run", fail_while_others_run },
	{ "fail under way", fail_under_way },
	{ "all stop", all_stop },
	{ NULL, NULL },
};
