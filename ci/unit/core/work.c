// SPDX-License-Identifier: GPL-2.0-only
/* Long work in slices, with plans of the test's own. */
#include <string.h>
#include "test.h"
#include "cells.h"
#include "config_rules.h"
#include "memory.h"
#include "work.h"

static struct {
	const struct bh_memory *region;
	u64 offset;
	char step;
} log_of[1000];
static u32 count;
static u32 fail_at; /* slice number, 0: none */

static void note(const struct bh_memory *region, u64 offset, char step)
{
	log_of[count].region = region;
	log_of[count].offset = offset;
	log_of[count++].step = step;
}

/* Half of a region at a time, rounded up to pages. */
static int slow(struct cell *cell, const struct bh_memory *region, u64 offset, u64 *done)
{
	(void)cell;
	if (fail_at && count + 1 == fail_at) {
		fail_at = 0;
		return -BH_E_NOMEM;
	}
	note(region, offset, 's');
	*done = MIN(region->size - offset, ALIGN_UP(region->size / 2, PAGE_SIZE));
	return 0;
}

static int quick(struct cell *cell, const struct bh_memory *region, u64 offset, u64 *done)
{
	(void)cell;
	note(region, offset, 'q');
	*done = region->size;
	return 0;
}

static bool all(u32 flags)
{
	(void)flags;
	return true;
}

static bool none(u32 flags)
{
	(void)flags;
	return false;
}

static bool loadable(u32 flags)
{
	return flags & BH_MEM_LOADABLE;
}

static const struct work_step slow_then_quick[] = { { slow, all },
						    { quick, loadable },
						    { NULL, NULL } };
static const struct work_step only_quick[] = { { quick, all }, { NULL, NULL } };
static const struct work_step nothing[] = { { quick, none }, { slow, none }, { NULL, NULL } };

static struct cell *begin(void)
{
	struct cell *cell = &cells[bring_to(FAKE_ALPHA, BH_CELL_CREATED)];

	count = 0;
	CHECK(!cell->work_plan);
	return cell;
}

/* Runs to the end, every call but the last saying AGAIN, each having done one slice. */
static void finish(struct cell *cell, const struct work_step *plan)
{
	for (;;) {
		u32 before = count;
		int err = work_run(cell, plan);

		CHECK_EQ(count, before + 1);
		if (!err)
			break;
		CHECK_EQ(err, -BH_E_AGAIN);
		CHECK(cell->work_plan == plan);
	}
	CHECK(!cell->work_plan);
}

/* Each region in both halves, then the two that are loadable. */
static void check_log(const struct cell *cell, u32 from)
{
	const struct bh_memory *regions = config_memory(cell->config);

	for (u32 i = 0; i < cell->config->memory.count; i++) {
		u64 offset = 0;

		do {
			CHECK(log_of[from].region == &regions[i] && log_of[from].step == 's');
			CHECK_EQ(log_of[from].offset, offset);
			offset += ALIGN_UP(regions[i].size / 2, PAGE_SIZE);
			from++;
		} while (offset < regions[i].size);
	}
	CHECK(log_of[from].region == &regions[0] && log_of[from].step == 'q');
	CHECK(log_of[from + 1].region == &regions[6] && !log_of[from + 1].offset);
	CHECK_EQ(count, from + 2);
}

static void all_slices(void)
{
	struct cell *cell = begin();

	finish(cell, slow_then_quick);
	check_log(cell, 0);
	/* Once more: all over. */
	count = 0;
	finish(cell, slow_then_quick);
	check_log(cell, 0);
}

static void no_work(void)
{
	struct cell *cell = begin();

	CHECK(!work_run(cell, nothing));
	CHECK(!count && !cell->work_plan);
}

static void other_plan(void)
{
	struct cell *cell = begin();

	for (u32 i = 0; i < 4; i++)
		CHECK_EQ(work_run(cell, slow_then_quick), -BH_E_AGAIN);
	CHECK_EQ(work_run(cell, only_quick), -BH_E_AGAIN);
	CHECK(log_of[4].step == 'q' && log_of[4].region == config_memory(cell->config));
	count = 0;
	/* Back to the first: from its beginning. */
	finish(cell, slow_then_quick);
	check_log(cell, 0);
}

/* At each slice in turn: the same slice is done when the call is repeated. */
static void failures(void)
{
	struct cell *cell = begin();

	for (u32 at = 1; at <= 10; at++) {
		int err;

		count = 0;
		fail_at = at;
		do {
			err = work_run(cell, slow_then_quick);
		} while (err == -BH_E_AGAIN);
		CHECK_EQ(err, -BH_E_NOMEM);
		CHECK_EQ(count, at - 1);
		CHECK(cell->work_plan == slow_then_quick);
		finish(cell, slow_then_quick);
		check_log(cell, 0);
	}
}

/* What the real plans scrub, clean and map, in numbers. */
static void real_plans(void)
{
	const u64 loadable_bytes = 0x100000 + 0x200000, private_bytes = 0x3000;
	u64 cell = bring_to(FAKE_ALPHA, BH_CELL_CREATING), slices = 0, longest = 0;

	fake.scrubbed = 0;
	for (s64 err = -BH_E_AGAIN; err; slices++) {
		u64 before = fake.scrubbed;

		err = CALL(BH_HC_CELL_STEP, cell);
		CHECK(!err || err == -BH_E_AGAIN);
		if (fake.scrubbed - before > longest)
			longest = fake.scrubbed - before;
	}
	/* Scrubbed once, and no slice more than is bounded. */
	CHECK_EQ(fake.scrubbed, loadable_bytes + private_bytes);
	CHECK_EQ(longest, SCRUB_WINDOW_SIZE);
	CHECK(slices >= 4 + 8 + 1 + 7);
	fake.cleaned = 0;
	CHECK(!call_slices(BH_HC_CELL_LOAD_DONE, cell));
	CHECK_EQ(fake.cleaned, loadable_bytes);
	fake.scrubbed = 0;
	CHECK(!call_slices(BH_HC_CELL_SET_LOADABLE, cell));
	CHECK_EQ(fake.scrubbed, loadable_bytes);
	fake.scrubbed = 0;
	CHECK(!call_slices(BH_HC_CELL_DESTROY, cell));
	CHECK_EQ(fake.scrubbed, loadable_bytes + private_bytes);
}

const struct test work_tests[] = {
	{ "all slices", all_slices }, { "no work", no_work },	    { "other plan", other_plan },
	{ "failures", failures },     { "real plans", real_plans }, { NULL, NULL },
};
