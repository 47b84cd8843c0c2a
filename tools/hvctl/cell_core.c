// SPDX-License-Identifier: GPL-2.0-only
/* hvctl cell core */
#include <inttypes.h>
#include <string.h>
#include "cmd_cell.h"
#include "core.h"
#include "device.h"
#include "sysfs.h"
#include "words.h"

struct cell {
	const char *name;
	uint32_t id;
};

static int read_memory(void *ctx, uint64_t address, void *buffer, uint64_t bytes)
{
	const struct cell *cell = ctx;
	struct bh_ioc_read request = {
		.head = { .size = sizeof(request), .cell = cell->id },
		.target = (uintptr_t)buffer,
		.bytes = bytes,
		.address = address,
	};

	if (!device_request(BH_IOC_CELL_READ, &request.head))
		return 0;
	return device_failure(BH_IOC_CELL_READ, &request.head,
			      must_format("memory of cell %s at 0x%" PRIx64 " could not be read",
					  cell->name, address));
}

static unsigned int position_of(const struct bh_cpu_status *cpus, unsigned int count,
				uint64_t index)
{
	for (unsigned int i = 0; i < count; i++)
		if (cpus[i].index == index)
			return i;
	return 0;
}

static bool has_ended(const char *name)
{
	const char *state = sysfs_text("cells/%s/state", name);
	int number = state ? cell_state_number(state) : -1;

	if (number == BH_CELL_FAILED || number == BH_CELL_SHUT_DOWN)
		return true;
	failure("cell %s is %s: its memory can be read when it has failed or is shut down", name,
		state ? state : "gone");
	if (number == BH_CELL_RUNNING || number == BH_CELL_RUNNING_LOCKED)
		advice("End it first: hvctl cell shutdown %s", name);
	return false;
}

int cell_core(const struct command *command, int argc, char **argv)
{
	const struct option_spec options[] = { { 0 } };
	const struct bh_cpu_status *cpus;
	struct config_file config;
	unsigned int count, first;
	struct cell cell;
	int status = parse_options(command, &argc, &argv, options);

	if (status)
		return status;
	if (argc != 2)
		return usage_error(command, "a cell and a file are needed");
	cell.name = argv[0];
	if (!find_cell(cell.name, &cell.id) || !has_ended(cell.name) ||
	    !cell_config(cell.name, &config) || !device_open())
		return EXIT_FAILED;
	cpus = cell_crash_records(cell.name, &count);
	if (!cpus)
		return EXIT_FAILED;
	first = position_of(cpus, count, sysfs_number("cells/%s/failed_cpu", cell.name));
	return core_write(argv[1], &config, cpus, count, first, read_memory, &cell);
}
