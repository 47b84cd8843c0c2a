// SPDX-License-Identifier: GPL-2.0-only
/* hvctl cell: the commands by name, and those that change the life of a cell. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "cmd_cell.h"
#include "cmd_config.h"
#include "console.h"
#include "device.h"
#include "rule_text.h"
#include "sysfs.h"
#include "words.h"

#include <bulkhead/status.h>

bool cell_config(const char *name, struct config_file *file)
{
	struct findings findings = { 0 };
	size_t size;
	void *blob = sysfs_data(&size, "cells/%s/config", name);

	if (blob)
		return config_adopt(file, sysfs_path("cells/%s/config", name), blob, size,
				    &findings);
	failure("the config of cell %s could not be read: %s", name, strerror(errno));
	return false;
}

/* One operand, the name of a cell that exists. */
static int take_cell(const struct command *command, int *argc, char ***argv,
		     const struct option_spec *options, uint32_t *id)
{
	int status = parse_options(command, argc, argv, options);

	if (status)
		return status;
	if (*argc != 1)
		return usage_error(command, "the name of one cell is needed");
	return find_cell((*argv)[0], id) && device_open() ? 0 : EXIT_FAILED;
}

/* --- create ------------------------------------------------------------- */

static int set_cmdline(struct config_file *file, const char *cmdline)
{
	if (strlen(cmdline) >= BH_CMDLINE_SIZE) {
		failure("the command line has %zu characters", strlen(cmdline));
		advice("It may have %d.", BH_CMDLINE_SIZE - 1);
		return EXIT_FAILED;
	}
	memset(file->config->cmdline, 0, BH_CMDLINE_SIZE);
	memcpy(file->config->cmdline, cmdline, strlen(cmdline));
	return 0;
}

/* The hypervisor names the rule; applied here, the rules name the lines, too. */
static bool explain_rule(const struct config_file *file)
{
	struct config_file system, cells[BH_MAX_CELLS];
	const struct config_file *pointers[BH_MAX_CELLS];
	struct findings findings = { 0 };
	struct cell_list list;
	unsigned int count = 0;

	if (!system_in_use(&system))
		return false;
	list_cells(&list);
	for (unsigned int i = 0; i < list.count && count < BH_MAX_CELLS; i++) {
		if (!list.cells[i].id || !cell_config(list.cells[i].name, &cells[count]))
			continue;
		pointers[count] = &cells[count];
		count++;
	}
	return !config_check_one(file, &system, pointers, count, &findings);
}

int cell_create(const struct command *command, int argc, char **argv)
{
	struct bh_ioc_config request = { .head.size = sizeof(request) };
	const char *cmdline = NULL;
	const struct option_spec options[] = { { .name = "--cmdline", .value = &cmdline }, { 0 } };
	struct findings findings = { 0 };
	struct config_file file;
	int status = parse_options(command, &argc, &argv, options);

	if (status)
		return status;
	if (argc != 1)
		return usage_error(command, "one cell config is needed");
	if (!config_load(&file, argv[0], &findings))
		return EXIT_FAILED;
	if (config_is_system(&file)) {
		failure("%s describes a machine, not a cell", argv[0]);
		advice("`hvctl enable` takes it.");
		return EXIT_FAILED;
	}
	if (cmdline && set_cmdline(&file, cmdline))
		return EXIT_FAILED;
	if (!require_enabled() || !device_open())
		return EXIT_FAILED;
	request.config = (uintptr_t)file.config;
	request.config_size = file.config->total_size;
	if (!device_request(BH_IOC_CELL_CREATE, &request.head))
		return 0;
	if (device_rule(&request.head) && explain_rule(&file))
		return failure("cell %s was not created: the hypervisor refuses its config",
			       file.config->name);
	return device_failure(BH_IOC_CELL_CREATE, &request.head,
			      must_format("cell %s was not created", file.config->name));
}

/* --- start, shutdown, destroy ------------------------------------------- */

int cell_start(const struct command *command, int argc, char **argv)
{
	struct bh_ioc_head request = { .size = sizeof(request) };
	const struct option_spec options[] = { { 0 } };
	int status = take_cell(command, &argc, &argv, options, &request.cell);

	if (status)
		return status;
	if (!device_request(BH_IOC_CELL_START, &request))
		return 0;
	return device_failure(BH_IOC_CELL_START, &request,
			      must_format("cell %s was not started", argv[0]));
}

static int shut_down(const char *name, uint32_t id, bool force, uint32_t timeout_ms)
{
	struct bh_ioc_shutdown request = {
		.head = { .size = sizeof(request), .cell = id },
		.timeout_ms = timeout_ms,
	};

	if (force)
		request.head.flags = BH_IOC_SHUTDOWN_FORCE;
	if (!device_request(BH_IOC_CELL_SHUTDOWN, &request.head))
		return 0;
	return device_failure(BH_IOC_CELL_SHUTDOWN, &request.head,
			      must_format("cell %s was not shut down", name));
}

/* Seconds with at most three decimals, as milliseconds. */
static bool parse_seconds(const char *text, uint32_t *ms)
{
	char *end;
	double seconds = strtod(text, &end);

	if (end == text || *end || !(seconds >= 0.001 && seconds <= 86400))
		return false;
	*ms = (uint32_t)(seconds * 1000 + 0.5);
	return true;
}

int cell_shutdown(const struct command *command, int argc, char **argv)
{
	const char *timeout = NULL;
	bool force = false;
	const struct option_spec options[] = {
		{ .name = "--force", .flag = &force },
		{ .name = "--timeout", .value = &timeout },
		{ 0 },
	};
	uint32_t id, timeout_ms = 0;
	int status = take_cell(command, &argc, &argv, options, &id);

	if (status)
		return status;
	if (timeout && !parse_seconds(timeout, &timeout_ms))
		return usage_error(command, "'%s' is not a time in seconds (0.001 to 86400)",
				   timeout);
	return shut_down(argv[0], id, force, timeout_ms);
}

static bool runs(const char *name)
{
	const char *state = sysfs_text("cells/%s/state", name);
	int number = state ? cell_state_number(state) : -1;

	return number == BH_CELL_RUNNING || number == BH_CELL_RUNNING_LOCKED ||
	       number == BH_CELL_STOPPING;
}

int cell_destroy(const struct command *command, int argc, char **argv)
{
	struct bh_ioc_head request = { .size = sizeof(request) };
	bool force = false;
	const struct option_spec options[] = { { .name = "--force", .flag = &force }, { 0 } };
	int status = take_cell(command, &argc, &argv, options, &request.cell);

	if (!status && !request.cell) {
		failure("%s is the root cell: it is not destroyed", argv[0]);
		advice("`hvctl disable` ends the hypervisor.");
		return EXIT_FAILED;
	}
	if (!status && runs(argv[0]))
		status = shut_down(argv[0], request.cell, force, 0);
	if (status)
		return status;
	if (!device_request(BH_IOC_CELL_DESTROY, &request))
		return 0;
	return device_failure(BH_IOC_CELL_DESTROY, &request,
			      must_format("cell %s was not destroyed", argv[0]));
}

/* --- raise --------------------------------------------------------------- */

int cell_raise(const struct command *command, int argc, char **argv)
{
	struct bh_ioc_irq request = { .head.size = sizeof(request) };
	const struct option_spec options[] = { { 0 } };
	uint64_t irq;
	int status = parse_options(command, &argc, &argv, options);

	if (status)
		return status;
	if (argc != 2)
		return usage_error(command, "a cell and an interrupt are needed");
	if (!parse_number(argv[1], &irq) || irq > UINT32_MAX)
		return usage_error(command, "'%s' is not the number of an interrupt", argv[1]);
	if (!find_cell(argv[0], &request.head.cell) || !device_open())
		return EXIT_FAILED;
	request.irq = (uint32_t)irq;
	if (!device_request(BH_IOC_CELL_RAISE_IRQ, &request.head))
		return 0;
	return device_failure(
		BH_IOC_CELL_RAISE_IRQ, &request.head,
		must_format("interrupt %s was not raised in cell %s", argv[1], argv[0]));
}

/* --- console ------------------------------------------------------------ */

int cell_console(const struct command *command, int argc, char **argv)
{
	bool follow = false;
	const struct option_spec options[] = {
		{ .name = "--follow", .letter = 'f', .flag = &follow },
		{ 0 },
	};
	uint32_t id;
	int status = parse_options(command, &argc, &argv, options);

	if (status)
		return status;
	if (argc != 1)
		return usage_error(command, "the name of one cell is needed");
	if (!find_cell(argv[0], &id))
		return EXIT_FAILED;
	return console_print(must_format("cells/%s", argv[0]), follow);
}

const struct command cell_commands[] = {
	{
		.name = "create",
		.arguments = "CONFIG.cell [--cmdline TEXT]",
		.summary = "Take CPUs, memory and devices from Linux for a new cell.",
		.help = "Its memory is overwritten with zeros; load it next.\n"
			"\n"
			"  --cmdline TEXT  replaces the command line in the config\n",
		.run = cell_create,
	},
	{
		.name = "load",
		.arguments = "NAME IMAGE [ADDRESS] [IMAGE ADDRESS]...",
		.summary = "Copy files into a cell's memory.",
		.help = "ADDRESS is as the cell sees it; the first one may be left out and is then the\n"
			"entry address of the config. The range must lie in one loadable region. A cell\n"
			"that has ended is made ready to be started again.\n",
		.run = cell_load,
	},
	{
		.name = "start",
		.arguments = "NAME",
		.summary = "Start a loaded cell on its first CPU.",
		.run = cell_start,
	},
	{
		.name = "shutdown",
		.arguments = "NAME [--force] [--timeout SECONDS]",
		.summary = "Stop a running cell; it is asked first.",
		.help = "A cell is asked through its comm page and may refuse. Passive cells are not asked.\n"
			"\n"
			"  --force            do not ask\n"
			"  --timeout SECONDS  how long to wait for its answer (default 5)\n",
		.run = cell_shutdown,
	},
	{
		.name = "destroy",
		.arguments = "NAME [--force]",
		.summary = "Give everything a cell has back to Linux.",
		.help = "A cell that runs is shut down first. Its memory is overwritten with zeros.\n"
			"\n"
			"  --force  do not ask a running cell\n",
		.run = cell_destroy,
	},
	{
		.name = "list",
		.arguments = "[--json]",
		.summary = "List the cells.",
		.help = "  --json  the same as JSON\n",
		.run = cell_list,
	},
	{
		.name = "stats",
		.arguments = "NAME [--json] [-w [--interval SECONDS] [--count N]]",
		.summary = "Count how often a cell's CPUs entered the hypervisor, and why.",
		.help = "  -w, --watch         print what is added per second, again and again\n"
			"  --interval SECONDS  with -w: time between two lines (default 1)\n"
			"  --count N           with -w: end after N times\n"
			"  --json              the counters as JSON\n",
		.run = cell_stats,
	},
	{
		.name = "console",
		.arguments = "NAME [-f]",
		.summary = "Print what a cell has written to its console.",
		.help = "  -f, --follow  go on with what is written, until the cell is destroyed\n",
		.run = cell_console,
	},
	{
		.name = "raise",
		.arguments = "NAME INTERRUPT",
		.summary = "Raise an interrupt in a running cell.",
		.help = "It must be one that the cell's config marks with BH_IRQ_RAISED.\n",
		.run = cell_raise,
	},
	{
		.name = "crash",
		.arguments = "NAME [--json] [--config FILE.cell]",
		.summary = "Tell why a cell failed: what it did, where, with which registers.",
		.help = "  --config FILE  the file the cell was created from: it knows names and lines\n"
			"  --json         the same as JSON\n",
		.run = cell_crash,
	},
	{
		.name = "core",
		.arguments = "NAME FILE",
		.summary = "Write an ELF core file of a failed or ended cell, for gdb.",
		.help = "One thread per CPU, the one that failed first; its memory at the addresses the\n"
			"cell uses with its MMU off. Open it with: gdb-multiarch PROGRAM.elf FILE\n",
		.run = cell_core,
	},
	{ 0 },
};
