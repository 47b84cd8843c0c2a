// SPDX-License-Identifier: GPL-2.0-only
/*
 * Several CPUs at once, each a thread: two of the root cell manage, against each other; the
 * others belong to whom they are given, run, end, fail and are stopped in between.
 */
#include <pthread.h>
#include <string.h>
#include "test.h"
#include "cells.h"
#include "config_rules.h"
#include "console.h"
#include "machine.h"

#define MANAGERS 2u
/* Calls of each manager: so many, and more until enough has happened (few CPUs, busy ones). */
#define CALLS 100000u
#define MAX_CALLS (100 * CALLS)
#define ENOUGH 20u

static u32 managers_left = MANAGERS;
static u64 started, failed, busy;

static u64 next_random(u64 *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state >> 11;
}

static void create(u64 phys, enum fake_cell which)
{
	struct fake_blob blob;

	fake_config(&blob, which);
	memcpy(fake_memory(phys), &blob, sizeof(blob));
	call(BH_HC_CELL_CREATE, phys, sizeof(blob), 0, 0);
}

static void manage_once(u64 number, u64 cell, u64 random)
{
	u32 slices = random % 8 ? 10000 : 3;
	s64 result;

	do {
		result = call(number, cell, random % 3, 0, 0);
		if (result == -BH_E_BUSY) {
			__atomic_fetch_add(&busy, 1, __ATOMIC_RELAXED);
			cpu_relax();
		}
	} while ((result == -BH_E_AGAIN || result == -BH_E_BUSY) && --slices);
	if (number == BH_HC_CELL_START && !result)
		__atomic_fetch_add(&started, 1, __ATOMIC_RELAXED);
}

static bool enough(void)
{
	return __atomic_load_n(&started, __ATOMIC_RELAXED) > ENOUGH &&
	       __atomic_load_n(&failed, __ATOMIC_RELAXED) > ENOUGH;
}

static void *manager(void *argument)
{
	static const u64 numbers[] = {
		BH_HC_CELL_STEP,    BH_HC_CELL_STEP,  BH_HC_CELL_LOAD_DONE, BH_HC_CELL_LOAD_DONE,
		BH_HC_CELL_START,   BH_HC_CELL_START, BH_HC_CELL_SHUTDOWN,  BH_HC_CELL_SET_LOADABLE,
		BH_HC_CELL_DESTROY, BH_HC_CELL_INFO,  BH_HC_CELL_RAISE_IRQ
	};
	u64 me = (u64)(uintptr_t)argument, state = 0x1234567 + me;

	fake_become(0);
	for (u32 i = 0; i < CALLS || (!enough() && i < MAX_CALLS); i++) {
		u64 random = next_random(&state);

		if (random % 8 == 0)
			create(FAKE_CONFIG + me * 0x10000, random / 8 % FAKE_CELLS);
		else if (random % 64 == 1)
			cpu_start(&cpus[1 + random / 64 % 3], root_cell, 0, 0);
		else
			manage_once(numbers[random / 8 % ARRAY_SIZE(numbers)], random / 512 % 3,
				    random / 4096);
	}
	__atomic_fetch_sub(&managers_left, 1, __ATOMIC_RELEASE);
	return NULL;
}

/* What a CPU sees of its own memory is what its config says, or nothing. */
static void look_around(const struct cell *cell)
{
	const struct bh_memory *region = config_memory(cell->config);
	struct fake_leaf leaf;

	if (fake_walk(&cell->stage2, region->virt, &leaf))
		CHECK(leaf.phys + (region->virt - leaf.virt) == region->phys);
}

static void run_in_cell(struct cpu *cpu, u64 random)
{
	struct cell *cell = cpu->cell;
	char text[] = "cell 0\n";

	look_around(cell);
	switch (random % 64) {
	case 0:
		fake_cpu_off(cpu->index);
		return;
	case 1:
		fake_cpu_fault(cpu->index);
		__atomic_fetch_add(&failed, 1, __ATOMIC_RELAXED);
		return;
	case 2:
		cell_end(cell);
		return;
	case 3:
		cpu_start(&cpus[1 + random / 64 % 3], cell, random, 0);
		return;
	case 4:
		if (cell->comm)
			WRITE_ONCE(cell->comm->state, random / 64 % 3);
		return;
	case 5:
		if (cell->comm)
			WRITE_ONCE(cell->comm->reply, random / 64 % 3);
		return;
	case 6:
		text[5] = (char)('0' + cell->id);
		cell_console_write(cell, text, sizeof(text) - 1);
		return;
	default:
		/* Not its to do. */
		CHECK_EQ(CALL(BH_HC_CELL_DESTROY, cell->id), -BH_E_PERM);
		CHECK_EQ(CALL(BH_HC_SELF_INFO, BH_SELF_CELL), cell->id);
	}
}

static void *cell_cpu(void *argument)
{
	struct cpu *cpu = argument;
	u64 state = 0x98765 + cpu->index;

	fake_become(cpu->index);
	while (__atomic_load_n(&managers_left, __ATOMIC_ACQUIRE)) {
		u64 random = next_random(&state);

		fake_cpu_poll(cpu->index);
		/* Only this CPU itself leaves the state RUNNING, and it keeps its cell so long. */
		if (READ_ONCE(cpu->status->state) != BH_CPU_RUNNING)
			cpu_relax();
		else if (cpu->cell != root_cell)
			run_in_cell(cpu, random);
		else if (random % 4 == 0)
			fake_cpu_off(cpu->index);
	}
	return NULL;
}

static void many_cpus(void)
{
	pthread_t threads[MANAGERS + FAKE_CPUS];
	u32 count = 0;

	fake.threads = true;
	machine_begin();
	for (u64 i = 0; i < MANAGERS; i++)
		CHECK(!pthread_create(&threads[count++], NULL, manager, (void *)(uintptr_t)i));
	for (u32 i = 1; i < FAKE_CPUS; i++)
		CHECK(!pthread_create(&threads[count++], NULL, cell_cpu, &cpus[i]));
	while (count)
		CHECK(!pthread_join(threads[--count], NULL));
	check_partition();
	machine_end();
	CHECK(enough());
}

const struct test thread_tests[] = {
	{ "many CPUs", many_cpus },
	{ NULL, NULL },
};
