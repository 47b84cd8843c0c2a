// SPDX-License-Identifier: GPL-2.0-only
/* What is shared: the comm page, the lock that a cell may set, reading what is left, configs. */
#include <string.h>
#include "test.h"
#include "cells.h"
#include "console.h"
#include "pool.h"
#include "memory.h"

#define TARGET (FAKE_RAM + 0x20000)

/* ---- comm page ---- */

static void comm_content(void)
{
	u64 cell = bring_to(FAKE_ALPHA, BH_CELL_LOADED);
	struct bh_comm *comm = cells[cell].comm;
	struct fake_leaf leaf;

	memset(comm, 0xff, PAGE_SIZE);
	CHECK(!CALL(BH_HC_CELL_START, cell));
	CHECK(!memcmp(comm->magic, BH_COMM_MAGIC, 8));
	CHECK_EQ(comm->version, BH_ABI_VERSION);
	CHECK_EQ(comm->cell, cell);
	CHECK_EQ(comm->cpu_count, 2);
	CHECK(comm->cpus[0] == 0x102 && comm->cpus[1] == 0x101 && !comm->cpus[2]);
	CHECK(!strcmp(comm->name, "alpha") && !strcmp(comm->cmdline, "of alpha"));
	CHECK(!comm->state && !comm->message && !comm->reply && !comm->heartbeat);
	for (size_t i = sizeof(*comm); i < PAGE_SIZE; i++)
		CHECK(!((u8 *)comm)[i]);
	CHECK(fake_walk(&cells[cell].stage2, 0x400000, &leaf));
	CHECK(leaf.phys == virt_to_phys(comm) && leaf.size == PAGE_SIZE);
	CHECK_EQ(leaf.flags, BH_MEM_READ | BH_MEM_WRITE);
}

static s64 ask(u64 cell, enum bh_shutdown_mode mode)
{
	return call(BH_HC_CELL_SHUTDOWN, cell, mode, 0, 0);
}

static void shutdown_protocol(void)
{
	u64 cell = bring_to(FAKE_ALPHA, BH_CELL_RUNNING);
	struct bh_comm *comm = cells[cell].comm;

	comm->reply = BH_COMM_REPLY_DENIED; /* of an earlier question: does not count */
	CHECK_EQ(ask(cell, BH_SHUTDOWN_ASK), -BH_E_AGAIN);
	CHECK_EQ(comm->message, BH_COMM_MSG_SHUTDOWN);
	CHECK_EQ(comm->reply, BH_COMM_REPLY_NONE);
	CHECK_EQ(ask(cell, BH_SHUTDOWN_ASK), -BH_E_AGAIN);
	comm->reply = 77; /* no answer */
	CHECK_EQ(ask(cell, BH_SHUTDOWN_ASK), -BH_E_AGAIN);
	comm->reply = BH_COMM_REPLY_DENIED;
	CHECK_EQ(ask(cell, BH_SHUTDOWN_ASK), -BH_E_DENIED);
	CHECK_EQ(comm->message, BH_COMM_MSG_NONE);
	CHECK_EQ(cells[cell].state, BH_CELL_RUNNING);
	/* Asked again, and given up: the timeout is the caller's. */
	CHECK_EQ(ask(cell, BH_SHUTDOWN_ASK), -BH_E_AGAIN);
	CHECK_EQ(ask(cell, BH_SHUTDOWN_CANCEL), 0);
	CHECK_EQ(comm->message, BH_COMM_MSG_NONE);
	CHECK_EQ(ask(cell, BH_SHUTDOWN_CANCEL), 0);
	/* Agreed. */
	CHECK_EQ(ask(cell, BH_SHUTDOWN_ASK), -BH_E_AGAIN);
	comm->reply = BH_COMM_REPLY_DONE;
	CHECK_EQ(ask(cell, BH_SHUTDOWN_ASK), -BH_E_AGAIN);
	CHECK_EQ(cells[cell].state, BH_CELL_STOPPING);
	CHECK_EQ(ask(cell, BH_SHUTDOWN_CANCEL), -BH_E_AGAIN);
	settle_cpus();
	CHECK_EQ(ask(cell, BH_SHUTDOWN_ASK), 0);
	CHECK_EQ(cells[cell].state, BH_CELL_SHUT_DOWN);
	CHECK_EQ(ask(cell, 3), -BH_E_INVAL);
	CHECK_EQ(call(BH_HC_CELL_SHUTDOWN, cell, 1ull << 32, 0, 0), -BH_E_INVAL);
}

static void done_by_itself(void)
{
	u64 cell = bring_to(FAKE_ALPHA, BH_CELL_RUNNING);

	cells[cell].comm->state = BH_COMM_SHUT_DOWN;
	CHECK_EQ(ask(cell, BH_SHUTDOWN_ASK), -BH_E_AGAIN);
	CHECK_EQ(cells[cell].state, BH_CELL_STOPPING);
}

static void passive(void)
{
	u64 cell = bring_to(FAKE_BETA, BH_CELL_RUNNING);

	CHECK_EQ(ask(cell, BH_SHUTDOWN_CANCEL), 0);
	CHECK_EQ(ask(cell, BH_SHUTDOWN_ASK), -BH_E_AGAIN);
	CHECK_EQ(cells[cell].state, BH_CELL_STOPPING);
}

static void locked(void)
{
	u64 beta = bring_to(FAKE_BETA, BH_CELL_LOADED);
	u64 alpha = bring_to(FAKE_ALPHA, BH_CELL_RUNNING);
	struct bh_comm *comm = cells[alpha].comm;
	struct fake_blob blob;

	comm->state = BH_COMM_LOCKED;
	fake_config(&blob, FAKE_GAMMA);
	fake_put_config(&blob);
	CHECK_EQ(call(BH_HC_CELL_CREATE, FAKE_CONFIG, sizeof(blob), 0, 0), -BH_E_LOCKED);
	CHECK_EQ(cells[alpha].state, BH_CELL_RUNNING_LOCKED);
	CHECK_EQ(CALL(BH_HC_CELL_START, beta), -BH_E_LOCKED);
	CHECK_EQ(CALL(BH_HC_CELL_SET_LOADABLE, beta), -BH_E_LOCKED);
	CHECK_EQ(CALL(BH_HC_CELL_DESTROY, beta), -BH_E_LOCKED);
	CHECK_EQ(CALL(BH_HC_DISABLE_PREPARE, 0), -BH_E_CELLS);
	CHECK_EQ(ask(alpha, BH_SHUTDOWN_FORCE), -BH_E_LOCKED);
	CHECK_EQ(cells[alpha].state, BH_CELL_RUNNING_LOCKED);
	/* It may be asked, and unlock; a value that means nothing is no lock. */
	CHECK_EQ(ask(alpha, BH_SHUTDOWN_ASK), -BH_E_AGAIN);
	comm->state = 1000;
	CHECK_EQ(call(BH_HC_CELL_INFO, alpha, BH_CELL_INFO_STATE, 0, 0), BH_CELL_RUNNING);
	CHECK(!CALL(BH_HC_CELL_START, beta));
	comm->state = BH_COMM_LOCKED;
	CHECK_EQ(ask(alpha, BH_SHUTDOWN_FORCE), -BH_E_LOCKED);
	/* The lock ends with the cell. */
	fake_cpu_fault(2);
	CHECK_EQ(cells[alpha].state, BH_CELL_FAILED);
	CHECK(!call_slices(BH_HC_CELL_DESTROY, alpha));
}

/* It has no right to. */
static void not_lockable(void)
{
	struct fake_blob blob;
	u64 cell;

	fake_config(&blob, FAKE_ALPHA);
	blob.config.flags = 0;
	cell = create_cell(&blob);
	CHECK(!call_slices(BH_HC_CELL_STEP, cell) && !call_slices(BH_HC_CELL_LOAD_DONE, cell));
	CHECK(!CALL(BH_HC_CELL_START, cell));
	settle_cpus();
	cells[cell].comm->state = BH_COMM_LOCKED;
	CHECK_EQ(call(BH_HC_CELL_INFO, cell, BH_CELL_INFO_STATE, 0, 0), BH_CELL_RUNNING);
	CHECK_EQ(ask(cell, BH_SHUTDOWN_FORCE), -BH_E_AGAIN);
}

/* Passive and locked: a request must not do what force may not. */
static void passive_and_locked(void)
{
	struct fake_blob blob;
	u64 cell;

	fake_config(&blob, FAKE_ALPHA);
	blob.config.flags = BH_CELL_LOCKABLE | BH_CELL_PASSIVE;
	cell = create_cell(&blob);
	CHECK(!call_slices(BH_HC_CELL_STEP, cell) && !call_slices(BH_HC_CELL_LOAD_DONE, cell));
	CHECK(!CALL(BH_HC_CELL_START, cell));
	settle_cpus();
	cells[cell].comm->state = BH_COMM_LOCKED;
	CHECK_EQ(ask(cell, BH_SHUTDOWN_ASK), -BH_E_LOCKED);
	CHECK_EQ(ask(cell, BH_SHUTDOWN_FORCE), -BH_E_LOCKED);
	cells[cell].comm->state = BH_COMM_RUNNING;
	CHECK_EQ(ask(cell, BH_SHUTDOWN_ASK), -BH_E_AGAIN);
}

/* ---- reading what is left ---- */

static s64 read_cell(u64 cell, u64 address, u64 phys, u64 size)
{
	return call(BH_HC_CELL_READ, cell, address, phys, size);
}

static void reading(void)
{
	static const struct {
		u64 address, phys, size;
		s64 result;
	} tries[] = {
		{ 0, TARGET, 0, -BH_E_INVAL },
		{ 0, TARGET, PAGE_SIZE, PAGE_SIZE },
		{ 0, TARGET, PAGE_SIZE + 1, -BH_E_INVAL },
		{ 0, TARGET, ~0ull, -BH_E_INVAL },
		{ 1, TARGET, PAGE_SIZE, -BH_E_INVAL }, /* leaves its page */
		{ 0, TARGET + 1, PAGE_SIZE, -BH_E_INVAL },
		{ 0xfff, TARGET + 0xfff, 1, 1 },
		{ 0xfff, TARGET + 0xfff, 2, -BH_E_INVAL },
		{ 0xff000, TARGET, PAGE_SIZE, PAGE_SIZE }, /* last page of a region */
		{ 0x100000, TARGET, 1, -BH_E_NOENT },
		{ 0x1fffff, TARGET, 1, -BH_E_NOENT },
		{ 0x200000, TARGET, 8, 8 },
		{ 0x202ff8, TARGET, 8, 8 },
		{ 0x203000, TARGET, 8, -BH_E_NOENT },
		{ 0x600000, TARGET, 4, -BH_E_NOENT }, /* device registers */
		{ ~0ull, TARGET, 1, -BH_E_NOENT },
		{ ~PAGE_MASK, TARGET, PAGE_SIZE, -BH_E_NOENT },
		/* Targets that are not the root cell's RAM. */
		{ 0, FAKE_HYPERVISOR, 8, -BH_E_INVAL },
		{ 0, FAKE_HYPERVISOR + 0x8000, 8, -BH_E_INVAL },
		{ 0, FAKE_RAM + 0x200000, 8, -BH_E_INVAL }, /* the cell's own */
		{ 0, FAKE_RAM + 0x3ff000, 8, -BH_E_INVAL },
		{ 0, FAKE_IO, 8, -BH_E_INVAL },
		{ 0, FAKE_RAM - PAGE_SIZE, 8, -BH_E_INVAL },
		{ 0, ~PAGE_MASK, 8, -BH_E_INVAL },
		{ 0, 1ull << 50, 8, -BH_E_INVAL },
	};
	u64 cell = bring_to(FAKE_ALPHA, BH_CELL_FAILED);
	u64 status = virt_to_phys(cells[cell].status);

	for (size_t i = 0; i < ARRAY_SIZE(tries); i++) {
		s64 result = read_cell(cell, tries[i].address, tries[i].phys, tries[i].size);

		if (result != tries[i].result)
			fprintf(stderr, "read %zu\n", i);
		CHECK_EQ(result, tries[i].result);
	}
	/* A page that the root cell may only read. */
	CHECK_EQ(read_cell(cell, 0, status, 8), -BH_E_INVAL);
	memset(fake_memory(TARGET), 0xee, PAGE_SIZE);
	memcpy(fake_memory(FAKE_RAM + 0x400010), "secret", 6);
	CHECK_EQ(read_cell(cell, 0x201010, TARGET + 5, 6), 6);
	CHECK(!memcmp(fake_memory(TARGET), "\xee\xee\xee\xee\xeesecret\xee", 12));
	CHECK_EQ(read_cell(cell, 0x400000, TARGET, 8), 8);
	CHECK(!memcmp(fake_memory(TARGET), BH_COMM_MAGIC, 8));
	/* A cell that runs is nobody's to read. */
	CHECK_EQ(read_cell(bring_to(FAKE_BETA, BH_CELL_RUNNING), 0x40000000, TARGET, 8),
		 -BH_E_STATE);
}

/* ---- configs ---- */

static void scribble(struct cell *cell)
{
	(void)cell;
	memset(fake_memory(FAKE_CONFIG), 0xff, sizeof(struct fake_blob));
}

/* The root cell changes a config after it was handed in: the copy is what counts. */
static void changed_meanwhile(void)
{
	struct fake_blob blob;
	u64 cell;

	fake_config(&blob, FAKE_ALPHA);
	fake.on_create = scribble;
	cell = create_cell(&blob);
	CHECK(!memcmp(cells[cell].config, &blob, sizeof(blob)));
	CHECK(!pt_allows(&root_cell->stage2, virt_to_phys(cells[cell].config), 0));
	CHECK(!call_slices(BH_HC_CELL_STEP, cell));
	check_partition();
}

static s64 create_at(u64 phys, u64 size)
{
	return call(BH_HC_CELL_CREATE, phys, size, 0, 0);
}

static void where_configs_lie(void)
{
	struct snapshot before = take_snapshot(), after;
	const u64 edge = FAKE_RAM + FAKE_RAM_BACKED - 0x2000;
	struct fake_blob blob;
	const u64 size = sizeof(blob);

	fake_config(&blob, FAKE_GAMMA);
	park_cpus(&blob);
	fake_put_config(&blob);
	CHECK_EQ(create_at(FAKE_CONFIG, 0), -BH_E_INVAL);
	CHECK_EQ(create_at(FAKE_CONFIG, sizeof(struct bh_config) - 1), -BH_E_INVAL);
	CHECK_EQ(create_at(FAKE_CONFIG, sizeof(struct bh_config)), -BH_E_RULE - BH_RULE_FORMAT);
	CHECK_EQ(create_at(FAKE_CONFIG, size - 1), -BH_E_RULE - BH_RULE_FORMAT);
	CHECK_EQ(create_at(FAKE_CONFIG, BH_CONFIG_MAX_SIZE + 1), -BH_E_INVAL);
	CHECK_EQ(create_at(FAKE_CONFIG, ~0ull), -BH_E_INVAL);
	CHECK_EQ(create_at(~0ull - 100, size), -BH_E_INVAL);
	CHECK_EQ(create_at(FAKE_HYPERVISOR, size), -BH_E_INVAL);
	CHECK_EQ(create_at(FAKE_HYPERVISOR - 64, size), -BH_E_INVAL);
	CHECK_EQ(create_at(FAKE_IO, size), -BH_E_INVAL);
	CHECK_EQ(create_at(0, size), -BH_E_INVAL);
	CHECK_EQ(create_at(FAKE_CONFIG + 8, size), -BH_E_RULE - BH_RULE_FORMAT);
	after = take_snapshot();
	CHECK(same_snapshot(&before, &after));
	/* Anywhere in RAM, across pages and at odd addresses. */
	memcpy(fake_memory(edge) + PAGE_SIZE - 333, &blob, size);
	CHECK_EQ(create_at(edge + PAGE_SIZE - 333, size), 1);
	CHECK(!memcmp(cells[1].config, &blob, size));
	/* More bytes than the config has are allowed, and ignored. */
	CHECK(!call_slices(BH_HC_CELL_DESTROY, 1));
	CHECK_EQ(create_at(FAKE_CONFIG, BH_CONFIG_MAX_SIZE), 1);
	CHECK(!call_slices(BH_HC_CELL_DESTROY, 1));
	after = take_snapshot();
	CHECK(same_snapshot(&before, &after));
}

const struct test access_tests[] = {
	{ "comm page content", comm_content },
	{ "shutdown protocol", shutdown_protocol },
	{ "done by itself", done_by_itself },
	{ "passive", passive },
	{ "locked", locked },
	{ "not lockable", not_lockable },
	{ "passive and locked", passive_and_locked },
	{ "reading", reading },
	{ "config changed meanwhile", changed_meanwhile },
	{ "where configs lie", where_configs_lie },
	{ NULL, NULL },
};
