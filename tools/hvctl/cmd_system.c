// SPDX-License-Identifier: GPL-2.0-only
/* hvctl enable, disable, status, console */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "cmd_config.h"
#include "console.h"
#include "device.h"
#include "json.h"
#include "rule_text.h"
#include "sysfs.h"
#include "table.h"

int cmd_hardware(const struct command *command, int argc, char **argv);

static const struct option_spec no_options[] = { { 0 } };

static int enable(const struct command *command, int argc, char **argv)
{
	struct bh_ioc_config request = { .head.size = sizeof(request) };
	struct findings findings = { 0 };
	struct config_file file;
	int status = parse_options(command, &argc, &argv, no_options);

	if (status)
		return status;
	if (argc != 1)
		return usage_error(command, "one system config is needed");
	if (!config_load(&file, argv[0], &findings))
		return EXIT_FAILED;
	if (!config_is_system(&file)) {
		failure("%s is the config of a cell, not of the machine", argv[0]);
		advice("Enable with the machine's system config, then: hvctl cell create %s",
		       argv[0]);
		return EXIT_FAILED;
	}
	if (!device_open())
		return EXIT_FAILED;
	request.config = (uintptr_t)file.config;
	request.config_size = file.config->total_size;
	if (!device_request(BH_IOC_ENABLE, &request.head))
		return 0;
	/* The hypervisor names the rule; applied here, the rules name the line, too. */
	if (device_rule(&request.head) && !config_check_one(&file, &file, NULL, 0, &findings))
		return failure("the hypervisor was not enabled: it refuses this config");
	return device_failure(BH_IOC_ENABLE, &request.head, "the hypervisor was not enabled");
}

static int disable(const struct command *command, int argc, char **argv)
{
	struct bh_ioc_head request = { .size = sizeof(request) };
	int status = parse_options(command, &argc, &argv, no_options);

	if (status)
		return status;
	if (argc)
		return usage_error(command, "'%s' is too much", argv[0]);
	if (!device_open())
		return EXIT_FAILED;
	if (!device_request(BH_IOC_DISABLE, &request))
		return 0;
	return device_failure(BH_IOC_DISABLE, &request, "the hypervisor was not disabled");
}

/* A line of the file "cpus": INDEX LINUX-CPU HARDWARE-ID STATE CELL-ID CELL-NAME */
struct cpu_line {
	char index[16], linux_cpu[16], hw_id[32], state[16], cell_id[16], cell[64];
};

static char *next_cpu(char *text, struct cpu_line *line)
{
	char *end = strchr(text, '\n');

	if (end)
		*end = '\0';
	if (sscanf(text, "%15s %15s %31s %15s %15s %63s", line->index, line->linux_cpu, line->hw_id,
		   line->state, line->cell_id, line->cell) < 6)
		return NULL;
	return end ? end + 1 : text + strlen(text);
}

static void status_cpus(char *text)
{
	struct table table = { .columns = 5, .right = 3, .indent = 2 };
	struct cpu_line line;

	printf("\nCPUs\n");
	table_row(&table, "index", "linux", "hardware id", "state", "cell");
	while ((text = next_cpu(text, &line)))
		table_row(&table, must_format("%s", line.index), must_format("%s", line.linux_cpu),
			  must_format("0x%s", line.hw_id), must_format("%s", line.state),
			  must_format("%s", line.cell));
	table_print(&table);
}

static void status_cpus_json(char *text)
{
	struct cpu_line line;

	json_array("cpus");
	while ((text = next_cpu(text, &line))) {
		json_object(NULL);
		json_number("index", strtoull(line.index, NULL, 10));
		if (line.linux_cpu[0] == '-')
			json_text("linux", NULL);
		else
			json_number("linux", strtoull(line.linux_cpu, NULL, 10));
		json_hex("hardware_id", strtoull(line.hw_id, NULL, 16));
		json_text("state", line.state);
		json_number("cell_id", strtoull(line.cell_id, NULL, 10));
		json_text("cell", line.cell);
		json_end();
	}
	json_end();
}

static void status_text(bool enabled, char *cpus)
{
	struct table table = { .columns = 2 };
	const char *version = sysfs_text("version");
	struct cell_list cells;

	if (!enabled) {
		printf("%s\n",
		       driver_loaded() ? "disabled" : "disabled (the driver is not loaded)");
		return;
	}
	list_cells(&cells);
	table_row(&table, "state", "enabled");
	table_row(&table, "version", version ? version : "?");
	table_row(&table, "machine", cells.count ? cells.cells[0].name : "?");
	table_row(&table, "cells", must_format("%u", cells.count));
	table_row(&table, "page pool",
		  must_format("%" PRIu64 " of %" PRIu64 " pages in use", sysfs_number("pool_used"),
			      sysfs_number("pool_pages")));
	table_print(&table);
	if (cpus)
		status_cpus(cpus);
}

static void status_json(bool enabled, char *cpus)
{
	struct cell_list cells;

	json_object(NULL);
	json_bool("driver", driver_loaded());
	json_bool("enabled", enabled);
	if (enabled) {
		list_cells(&cells);
		json_text("version", sysfs_text("version"));
		json_text("machine", cells.count ? cells.cells[0].name : NULL);
		json_number("cells", cells.count);
		json_number("pool_pages", sysfs_number("pool_pages"));
		json_number("pool_used", sysfs_number("pool_used"));
		if (cpus)
			status_cpus_json(cpus);
	}
	json_end();
}

static int status(const struct command *command, int argc, char **argv)
{
	bool json = false, enabled = hypervisor_enabled();
	const struct option_spec options[] = { { .name = "--json", .flag = &json }, { 0 } };
	int error = parse_options(command, &argc, &argv, options);
	char *cpus = enabled ? sysfs_text("cpus") : NULL;

	if (error)
		return error;
	if (argc)
		return usage_error(command, "'%s' is too much", argv[0]);
	if (json)
		status_json(enabled, cpus);
	else
		status_text(enabled, cpus);
	return 0;
}

static int console(const struct command *command, int argc, char **argv)
{
	bool follow = false;
	const struct option_spec options[] = {
		{ .name = "--follow", .letter = 'f', .flag = &follow },
		{ 0 },
	};
	int error = parse_options(command, &argc, &argv, options);

	if (error)
		return error;
	if (argc)
		return usage_error(command, "'%s' is too much", argv[0]);
	if (!require_enabled())
		return EXIT_FAILED;
	return console_print(".", follow);
}

const struct command commands[] = {
	{
		.name = "enable",
		.arguments = "SYSTEM.cell",
		.summary = "Load the hypervisor; Linux becomes the root cell.",
		.help = "SYSTEM.cell describes the machine: its CPUs, memory, interrupts, and the memory\n"
			"that is reserved for the hypervisor. `hvctl hardware SYSTEM.cell` says beforehand\n"
			"whether it will work.\n",
		.run = enable,
	},
	{
		.name = "disable",
		.summary = "Give the machine back to Linux as it was.",
		.help = "All cells must have been destroyed.\n",
		.run = disable,
	},
	{
		.name = "status",
		.arguments = "[--json]",
		.summary = "Show whether the hypervisor is enabled, and who has which CPU.",
		.help = "  --json  the same as JSON\n",
		.run = status,
	},
	{
		.name = "console",
		.arguments = "[-f]",
		.summary = "Print the hypervisor's own messages.",
		.help = "  -f, --follow  go on with what is written\n",
		.run = console,
	},
	{
		.name = "cell",
		.arguments = "COMMAND",
		.summary = "Create, run, watch and destroy cells.",
		.sub = cell_commands,
	},
	{
		.name = "config",
		.arguments = "COMMAND",
		.summary = "Look at configs, check and compile them.",
		.sub = config_commands,
	},
	{
		.name = "hardware",
		.arguments = "[--json] [SYSTEM.cell]",
		.summary =
			"Tell whether this machine has what Bulkhead needs, and how to mend what is missing.",
		.help = "With a system config its CPUs and memory are compared with the machine, too.\n"
			"\n"
			"  --json  the same as JSON\n"
			"\n"
			"Exit status 1 if something is missing.\n",
		.run = cmd_hardware,
	},
	{ 0 },
};
