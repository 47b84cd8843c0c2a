// SPDX-License-Identifier: GPL-2.0-only
/* hvctl cell crash: a crash record in words, and what would have allowed it. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <bulkhead/status.h>
#include "cmd_cell.h"
#include "json.h"
#include "sysfs.h"
#include "syndrome.h"
#include "words.h"

const struct bh_cpu_status *cell_crash_records(const char *name, unsigned int *count)
{
	size_t size;
	void *data = sysfs_data(&size, "cells/%s/crash", name);

	if (!data || size < sizeof(struct bh_cpu_status)) {
		failure("the crash record of cell %s could not be read: %s", name,
			data ? "it is cut short" : strerror(errno));
		return NULL;
	}
	*count = (unsigned int)(size / sizeof(struct bh_cpu_status));
	return data;
}

/* --- What would have allowed it ----------------------------------------- */

static uint32_t right_needed(uint32_t cause)
{
	switch (cause) {
	case BH_CRASH_READ:
		return BH_MEM_READ;
	case BH_CRASH_WRITE:
		return BH_MEM_WRITE;
	case BH_CRASH_EXEC:
		return BH_MEM_EXEC;
	}
	return 0;
}

static const char *right_name(uint32_t right)
{
	return right == BH_MEM_READ    ? "BH_MEM_READ"
	       : right == BH_MEM_WRITE ? "BH_MEM_WRITE"
				       : "BH_MEM_EXEC";
}

/* "timer.c:14: region 'ram' (...)" as far as it is known. */
static const char *entry_name(const struct config_file *file, uint32_t list, uint32_t index)
{
	const struct bh_source *source = config_source(file, list, index);
	const char *path = config_source_path(file, source);
	char *entry = config_describe(file, list, index);

	return path ? must_format("%s:%u: %s", path, source->line, entry) : entry;
}

static int region_at(const struct config_file *file, uint64_t address)
{
	const struct bh_memory *m = config_memory(file->config);

	for (uint32_t i = 0; i < file->config->memory.count; i++)
		if (address - m[i].virt < m[i].size)
			return (int)i;
	return -1;
}

static int platform_at(const struct config_file *system, uint64_t address)
{
	const struct bh_platform *p = config_platform(system->config);

	for (uint32_t i = 0; i < system->config->platform.count; i++)
		if (address - p[i].phys < p[i].size)
			return (int)i;
	return -1;
}

/* The address lies in no region of the cell: does the machine have something there? */
static const char *nothing_there(const struct config_file *system, uint64_t address, uint32_t right)
{
	const struct bh_config *config = system ? system->config : NULL;
	uint64_t page = address & ~(uint64_t)(BH_PAGE_SIZE - 1);
	const char *flags = right == BH_MEM_READ    ? "BH_MEM_READ"
			    : right == BH_MEM_WRITE ? "BH_MEM_READ | BH_MEM_WRITE"
						    : "BH_MEM_READ | BH_MEM_EXEC";
	const struct bh_memory *m;
	int index;

	if (!config)
		return "no region of the config covers this address";
	if (address - config->hypervisor_phys < config->hypervisor_size)
		return "nothing: this is where the hypervisor is, if the address is meant physically";
	index = platform_at(system, address);
	if (index >= 0)
		return must_format(
			"nothing: %s is filtered by the hypervisor and does not accept this",
			config_describe(system, BH_LIST_PLATFORM, (uint32_t)index));
	index = region_at(system, address);
	if (index < 0)
		return must_format(
			"no region covers this address, and the machine has nothing there; "
			"a pointer may be wrong, or a region be missing in .memory");
	m = &config_memory(config)[index];
	return must_format("a region in .memory, if the machine's %s is meant:\n"
			   "{ BH_HERE(\"...\"), .phys = 0x%" PRIx64 ", .virt = 0x%" PRIx64
			   ", .size = 0x1000, .flags = %s%s }",
			   config_describe(system, BH_LIST_MEMORY, (uint32_t)index), page, page,
			   flags, m->flags & BH_MEM_IO ? " | BH_MEM_IO" : "");
}

static const char *remedy(const struct config_file *cell, const struct config_file *system,
			  const struct bh_crash *crash)
{
	uint32_t right = right_needed(crash->cause);
	int index;

	switch (crash->cause) {
	case BH_CRASH_SYSREG:
		return "nothing: this register affects other cells";
	case BH_CRASH_EXCEPTION:
		return "nothing: no cell may cause this";
	case BH_CRASH_DECODE:
		return "a plain load or store: pairs, write-back and vectors cannot be emulated";
	}
	if (!right)
		return NULL;
	index = region_at(cell, crash->address);
	if (index < 0)
		return nothing_there(system, crash->address, right);
	if (config_memory(cell->config)[index].flags & right)
		return must_format("nothing: %s has this right already",
				   entry_name(cell, BH_LIST_MEMORY, (uint32_t)index));
	return must_format("%s in\n%s", right_name(right),
			   entry_name(cell, BH_LIST_MEMORY, (uint32_t)index));
}

/* --- Output ------------------------------------------------------------- */

static const char *const system_names[] = {
	"SCTLR_EL1", "TCR_EL1", "TTBR0_EL1", "TTBR1_EL1",
	"VBAR_EL1",  "ESR_EL1", "FAR_EL1",   "ELR_EL1",
};

static bool has_address(const struct bh_crash *crash)
{
	return right_needed(crash->cause) || crash->cause == BH_CRASH_DECODE;
}

static void print_crash(const struct bh_crash *crash, const char *allowed)
{
	if (has_address(crash)) {
		printf("  address   0x%" PRIx64, crash->address);
		if (crash->virtual_address && crash->virtual_address != crash->address)
			printf(" (virtual 0x%" PRIx64 ")", crash->virtual_address);
		putchar('\n');
	}
	printf("  pc        0x%" PRIx64 "\n", crash->pc);
	if (crash->cause != BH_CRASH_STOPPED)
		printf("  syndrome  0x%" PRIx64 ": %s\n", crash->syndrome,
		       arm64_syndrome(crash->syndrome));
	printf("  pstate    0x%" PRIx64 "\n", crash->flags);
	for (unsigned int i = 0; i < ARRAY_SIZE(crash->regs); i++)
		printf("  x%-2u %016" PRIx64 "%s", i, crash->regs[i], i % 4 == 3 ? "\n" : "");
	printf("  sp  %016" PRIx64 "\n", crash->sp);
	for (unsigned int i = 0; i < ARRAY_SIZE(crash->system); i++)
		printf("  %-9s %016" PRIx64 "%s", system_names[i], crash->system[i],
		       i % 2 ? "\n" : "");
	if (allowed)
		printf("  allowed by  %s\n", indented_by(allowed, 14));
}

static void print_cpu(const struct bh_cpu_status *cpu, const char *allowed)
{
	printf("CPU %u (hardware id 0x%" PRIx64 "): ", cpu->index, cpu->hw_id);
	if (cpu->crash.cause == BH_CRASH_NONE) {
		printf("%s, no record\n", cpu_state(cpu->state));
		return;
	}
	printf("%s\n", crash_cause(cpu->crash.cause));
	print_crash(&cpu->crash, allowed);
}

static void json_crash(const struct bh_crash *crash, const char *allowed)
{
	json_text("cause", crash_cause(crash->cause));
	json_hex("address", crash->address);
	json_hex("virtual_address", crash->virtual_address);
	json_hex("syndrome", crash->syndrome);
	json_text("syndrome_text", arm64_syndrome(crash->syndrome));
	json_hex("pc", crash->pc);
	json_hex("sp", crash->sp);
	json_hex("pstate", crash->flags);
	json_array("x");
	for (unsigned int i = 0; i < ARRAY_SIZE(crash->regs); i++)
		json_hex(NULL, crash->regs[i]);
	json_end();
	json_object("system");
	for (unsigned int i = 0; i < ARRAY_SIZE(crash->system); i++)
		json_hex(system_names[i], crash->system[i]);
	json_end();
	json_text("allowed_by", allowed);
}

static void json_cpu(const struct bh_cpu_status *cpu, const char *allowed)
{
	json_object(NULL);
	json_number("index", cpu->index);
	json_hex("hardware_id", cpu->hw_id);
	json_text("state", cpu_state(cpu->state));
	if (cpu->crash.cause != BH_CRASH_NONE)
		json_crash(&cpu->crash, allowed);
	json_end();
}

static void print_all(const char *name, const struct bh_cpu_status *cpus, unsigned int count,
		      const struct config_file *cell, const struct config_file *system, bool json)
{
	const char *state = sysfs_text("cells/%s/state", name);

	if (json) {
		json_object(NULL);
		json_text("cell", name);
		json_text("state", state);
		json_number("failed_cpu", sysfs_number("cells/%s/failed_cpu", name));
		json_array("cpus");
	} else {
		printf("cell %s: %s\n", name, state ? state : "?");
	}
	for (unsigned int i = 0; i < count; i++) {
		const char *allowed = remedy(cell, system, &cpus[i].crash);

		if (json)
			json_cpu(&cpus[i], allowed);
		else
			print_cpu(&cpus[i], allowed);
	}
	if (json) {
		json_end();
		json_end();
	}
}

int cell_crash(const struct command *command, int argc, char **argv)
{
	const char *config_path = NULL;
	bool json = false;
	const struct option_spec options[] = {
		{ .name = "--json", .flag = &json },
		{ .name = "--config", .value = &config_path },
		{ 0 },
	};
	const struct bh_cpu_status *cpus;
	struct config_file cell, system;
	struct findings findings = { 0 };
	unsigned int count;
	uint32_t id;
	int status = parse_options(command, &argc, &argv, options);

	if (status)
		return status;
	if (argc != 1)
		return usage_error(command, "the name of one cell is needed");
	if (!find_cell(argv[0], &id))
		return EXIT_FAILED;
	if (config_path ? !config_load(&cell, config_path, &findings)
			: !cell_config(argv[0], &cell))
		return EXIT_FAILED;
	if (config_path && strcmp(cell.config->name, argv[0])) {
		failure("%s is the config of %s, not of %s", config_path, cell.config->name,
			argv[0]);
		advice("Name the file that %s was created from, or none.", argv[0]);
		return EXIT_FAILED;
	}
	cpus = cell_crash_records(argv[0], &count);
	if (!cpus)
		return EXIT_FAILED;
	print_all(argv[0], cpus, count, &cell, system_in_use(&system) ? &system : NULL, json);
	return 0;
}
