// SPDX-License-Identifier: GPL-2.0-only
#include <err.h>
#include <stdlib.h>
#include <string.h>
#include "machine.h"
#include "cells.h"
#include "config_rules.h"
#include "memory.h"

#define CHECK_EVERY 8

struct machine_counts machine_counts;
static struct snapshot at_begin;

struct step {
	u8 kind;
	u8 cell;
	u8 a, b, c, d;
};

_Static_assert(sizeof(struct step) == MACHINE_STEP_BYTES, "steps");

static void count_result(s64 result)
{
	if (result < 0 && result != -BH_E_AGAIN)
		machine_counts.refused++;
}

/* Mostly one of the cells that can be; sometimes anything. */
static u64 cell_of(const struct step *s)
{
	return s->cell < 240 ? s->cell % 4u : s->cell;
}

static void do_create(const struct step *s)
{
	struct fake_blob blob;
	s64 result;

	fake_config(&blob, s->a % FAKE_CELLS);
	if (s->b < 192)
		park_cpus(&blob);
	/* A byte of it or a field may be anything. */
	switch (s->b % 16) {
	case 1:
		((u8 *)&blob)[(s->c | (s->b & 96) << 3) % sizeof(blob)] ^= s->d;
		break;
	case 2:
		blob.memory[s->c % 8].phys += (u64)((s64)(signed char)s->d * 4096);
		break;
	case 3:
		blob.memory[s->c % 8].flags ^= 1u << s->d % 10;
		break;
	case 4:
		blob.config.flags ^= 1u << s->d % 3;
		break;
	}
	fake_put_config(&blob);
	fake.unit_error = s->b % 32 == 22 ? -BH_E_IO : 0;
	result =
		call(BH_HC_CELL_CREATE, FAKE_CONFIG + (s->b % 16 == 5 ? 8 : 0), sizeof(blob), 0, 0);
	fake.unit_error = 0;
	count_result(result);
	machine_counts.created += result > 0;
}

/* What was a cell's alone is zero when the root cell has it again. */
static void check_scrubbed(const struct bh_config *config)
{
	const u32 other = BH_MEM_COMM | BH_MEM_ROOTSHARED | BH_MEM_WINDOW | BH_MEM_IO;
	const struct bh_memory *region = config_memory(config);

	for (u32 i = 0; i < config->memory.count; i++, region++) {
		for (u64 at = 0; !(region->flags & other) && at < region->size; at += PAGE_SIZE) {
			const u8 *page = fake_memory(region->phys + at);

			if (page && (page[0] || page[15]))
				errx(1, "memory of a former cell was not scrubbed");
		}
	}
}

static s64 destroy(u64 id)
{
	static union {
		struct bh_config config;
		u8 bytes[BH_CONFIG_MAX_SIZE];
	} copy;
	s64 result;

	copy.config.memory.count = 0;
	if (id && id < BH_MAX_CELLS && cells[id].state != BH_CELL_NONE)
		memcpy(&copy, cells[id].config, cells[id].config->total_size);
	result = CALL(BH_HC_CELL_DESTROY, id);
	if (!result)
		check_scrubbed(&copy.config);
	return result;
}

static void do_manage(const struct step *s)
{
	static const u64 numbers[] = { BH_HC_CELL_STEP,	     BH_HC_CELL_STEP,
				       BH_HC_CELL_LOAD_DONE, BH_HC_CELL_LOAD_DONE,
				       BH_HC_CELL_START,     BH_HC_CELL_START,
				       BH_HC_CELL_DESTROY,   BH_HC_CELL_SET_LOADABLE };
	u64 number = numbers[s->a % ARRAY_SIZE(numbers)];
	/* A few slices, or all there are. */
	u32 slices = s->b < 128 ? 1 + s->b % 8u : 100000;
	s64 result;

	do {
		result = number == BH_HC_CELL_DESTROY ? destroy(cell_of(s))
						      : CALL(number, cell_of(s));
	} while (result == -BH_E_AGAIN && --slices);
	count_result(result);
	machine_counts.started += number == BH_HC_CELL_START && !result;
	machine_counts.destroyed += number == BH_HC_CELL_DESTROY && !result;
}

static void do_shutdown(const struct step *s)
{
	s64 result = call(BH_HC_CELL_SHUTDOWN, cell_of(s), s->a % 4, 0, 0);

	count_result(result);
	machine_counts.ended += !result;
}

static void do_read(const struct step *s)
{
	static const u64 addresses[] = { 0,	   0x200000, 0x400000, 0x500000,
					 0x600000, 0x800000, 0xfff000, ~0xfffull };

	count_result(call(BH_HC_CELL_READ, cell_of(s), addresses[s->a % 8] + s->b * 16u,
			  (s->c % 4 ? FAKE_RAM : FAKE_HYPERVISOR) + s->c * PAGE_SIZE + s->d, s->d));
}

static void do_anything(const struct step *s)
{
	u64 a = (u64)s->a << (s->b & 56), b = (u64)s->c << (s->d & 56);
	u64 number = s->b & 7 ? BH_HC_INFO + s->d % 12 : s->d;

	count_result(call(number, a, b, a ^ b, s->cell));
}

/* From a CPU of a further cell: refused, and harmless. */
static void do_from_cell(const struct step *s)
{
	u32 cpu = 1 + s->cell % 3;
	bool inside = cpus[cpu].cell != root_cell;
	u64 number = s->a % 32;
	s64 result;

	if (!inside || cpus[cpu].status->state != BH_CPU_RUNNING)
		return;
	fake_become(cpu);
	result = call(number, s->b, s->c, s->d, 0);
	fake_become(0);
	if (number >= BH_HC_INFO && number <= BH_HC_DISABLE && result != -BH_E_PERM)
		errx(1, "a cell was allowed hypercall %u", (unsigned int)number);
	count_result(result);
}

static void do_cpu(const struct step *s)
{
	struct cpu *cpu = &cpus[1 + s->cell % 3];
	struct cell *cell = &cells[s->b % 4];

	switch (s->a % 6) {
	case 0:
		fake_cpu_off(cpu->index);
		break;
	case 1:
		/* As far as the architecture lets a cell name a CPU: one of its own, or not. */
		cpu_start(cpu, cell, s->c, s->d);
		break;
	case 2:
		if (cpu->cell != root_cell && cpu->status->state == BH_CPU_RUNNING)
			machine_counts.failed++;
		fake_cpu_fault(cpu->index);
		break;
	case 3:
		if (cpu->cell != root_cell && cpu->status->state == BH_CPU_RUNNING)
			cell_end(cpu->cell);
		break;
	default:
		fake_cpu_poll(cpu->index);
	}
}

static void do_comm(const struct step *s)
{
	struct cell *cell = &cells[1 + s->cell % 3];

	if (!cell->comm || !cell_runs(cell))
		return;
	if (s->a & 1)
		cell->comm->state = s->b % 4;
	if (s->a & 2)
		cell->comm->reply = s->c % 4;
	if (s->a & 4)
		cell->comm->message = s->d % 4;
}

/* The root cell's RAM is written while it has it; a running cell's by the cell. */
static void do_dirty(const struct step *s)
{
	u64 phys = FAKE_RAM + 0x200000 + s->a * 0x4000ull + s->b * PAGE_SIZE;

	/* Not what has just been given back, which is still to be looked at. */
	for_each_cell(cell)
		if (cell->work_plan)
			return;
	if (pt_access(&root_cell->stage2, phys, BH_MEM_WRITE) && fake_memory(phys))
		memset(fake_memory(phys), s->c | 1, 16);
	for_each_cell(cell)
		if (cell != root_cell && cell_runs(cell))
			memset(fake_memory(FAKE_RAM + 0x3ff000), s->c | 1, 16);
}

static void do_step(const struct step *s)
{
	static void (*const kinds[])(const struct step *s) = {
		do_create,   do_manage, do_manage, do_manage, do_manage,    do_shutdown, do_read,
		do_anything, do_cpu,	do_cpu,	   do_cpu,    do_from_cell, do_comm,	 do_dirty,
	};

	/* Bad luck: the pool is exhausted in the middle of it. */
	fake.alloc_fail = s->kind >= 240 ? 1 + s->d % 4u : 0;
	if (s->kind == 239)
		cells_stop_all();
	else
		kinds[s->kind % ARRAY_SIZE(kinds)](s);
	fake.alloc_fail = 0;
	machine_counts.steps++;
}

void machine_begin(void)
{
	at_begin = take_snapshot();
}

void machine_run(const u8 *bytes, size_t count)
{
	u32 n = 0;

	for (; count >= MACHINE_STEP_BYTES; count -= MACHINE_STEP_BYTES) {
		struct step s;

		memcpy(&s, bytes, sizeof(s));
		bytes += MACHINE_STEP_BYTES;
		for (u32 i = 0; i < 4; i++)
			fake_tlb_fill(&root_cell->stage2,
				      FAKE_RAM + 0x200000 + (s.c + i) * 0x11000ull);
		do_step(&s);
		if (++n % CHECK_EVERY == 0)
			check_partition();
	}
	check_partition();
}

static void end_cell(struct cell *cell)
{
	u64 id = cell->id;

	for (u32 i = 0; i < 4; i++) {
		if (cell->comm)
			cell->comm->state = BH_COMM_SHUT_DOWN;
		if (!call(BH_HC_CELL_SHUTDOWN, id, BH_SHUTDOWN_FORCE, 0, 0))
			break;
		settle_cpus();
	}
	if (call_slices(BH_HC_CELL_DESTROY, id))
		errx(1, "cell %u cannot be destroyed", (unsigned int)id);
}

void machine_end(void)
{
	struct snapshot now;

	for_each_cell(cell)
		if (cell != root_cell && cell->comm)
			cell->comm->state = BH_COMM_SHUT_DOWN;
	settle_cpus();
	for_each_cell(cell)
		if (cell != root_cell)
			end_cell(cell);
	check_partition();
	now = take_snapshot();
	if (!same_snapshot(&at_begin, &now))
		errx(1, "not as it was: %zu pages of the pool, then %zu", at_begin.pool_used,
		     now.pool_used);
	/* CPUs are where they began, too. */
	for (u32 i = 1; i < cpu_count; i++)
		if (cpus[i].status->state == BH_CPU_PARKED)
			cpu_start(&cpus[i], root_cell, 0, 0);
	settle_cpus();
	for (u32 i = 0; i < cpu_count; i++)
		if (cpus[i].status->state != BH_CPU_RUNNING || cpus[i].request)
			errx(1, "CPU %u is lost", i);
}
