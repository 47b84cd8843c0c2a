// SPDX-License-Identifier: GPL-2.0-only
/* hvctl cell list, hvctl cell stats */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <bulkhead/status.h>
#include "cmd_cell.h"
#include "json.h"
#include "sysfs.h"
#include "table.h"
#include "words.h"

static const char *field(const char *name, const char *file)
{
	const char *text = sysfs_text("cells/%s/%s", name, file);

	return text ? text : "?";
}

static void list_json(const struct cell_list *list)
{
	json_array(NULL);
	for (unsigned int i = 0; i < list->count; i++) {
		const char *name = list->cells[i].name;

		json_object(NULL);
		json_number("id", list->cells[i].id);
		json_text("name", name);
		json_text("state", field(name, "state"));
		json_text("cpus", field(name, "cpus"));
		json_number("memory_bytes", sysfs_number("cells/%s/memory_bytes", name));
		json_number("pool_pages", sysfs_number("cells/%s/pool_pages", name));
		json_end();
	}
	json_end();
}

static void list_text(const struct cell_list *list)
{
	struct table table = { .columns = 6, .right = 1 | 16 | 32 };

	table_row(&table, "id", "name", "state", "cpus", "memory", "pool pages");
	for (unsigned int i = 0; i < list->count; i++) {
		const char *name = list->cells[i].name;

		table_row(&table, must_format("%u", list->cells[i].id), name, field(name, "state"),
			  field(name, "cpus"),
			  rounded_size(sysfs_number("cells/%s/memory_bytes", name)),
			  field(name, "pool_pages"));
	}
	table_print(&table);
}

int cell_list(const struct command *command, int argc, char **argv)
{
	bool json = false;
	const struct option_spec options[] = { { .name = "--json", .flag = &json }, { 0 } };
	struct cell_list list;
	int status = parse_options(command, &argc, &argv, options);

	if (status)
		return status;
	if (argc)
		return usage_error(command, "'%s' is too much", argv[0]);
	if (!require_enabled())
		return EXIT_FAILED;
	list_cells(&list);
	if (json)
		list_json(&list);
	else
		list_text(&list);
	return 0;
}

/* --- stats -------------------------------------------------------------- */

struct counters {
	unsigned int cpus;
	unsigned int cpu[BH_MAX_CPUS]; /* as Linux numbers them */
	uint64_t exits[BH_MAX_CPUS][BH_EXIT_COUNT];
};

static int reason_number(const char *name)
{
	for (int i = 0; i < BH_EXIT_COUNT; i++)
		if (exit_name((unsigned int)i) && !strcmp(exit_name((unsigned int)i), name))
			return i;
	return -1;
}

static unsigned int column_of(struct counters *counters, unsigned int cpu)
{
	unsigned int i = 0;

	while (i < counters->cpus && counters->cpu[i] != cpu)
		i++;
	if (i == counters->cpus && i < BH_MAX_CPUS) {
		counters->cpu[i] = cpu;
		counters->cpus++;
	}
	return i;
}

/* Lines "cpuN REASON COUNT". */
static bool read_counters(const char *name, struct counters *counters)
{
	char *text = sysfs_text("cells/%s/exits", name), *line;

	memset(counters, 0, sizeof(*counters));
	while (text && (line = strsep(&text, "\n"))) {
		unsigned int cpu, column;
		char reason[32];
		uint64_t count;
		int number;

		if (sscanf(line, "cpu%u %31s %" SCNu64, &cpu, reason, &count) != 3)
			continue;
		number = reason_number(reason);
		column = column_of(counters, cpu);
		if (number >= 0 && column < BH_MAX_CPUS)
			counters->exits[column][number] = count;
	}
	return counters->cpus;
}

static uint64_t total(const struct counters *counters, unsigned int reason)
{
	uint64_t sum = 0;

	for (unsigned int i = 0; i < counters->cpus; i++)
		sum += counters->exits[i][reason];
	return sum;
}

static void stats_json(const char *name, const struct counters *counters)
{
	json_object(NULL);
	json_text("cell", name);
	json_array("cpus");
	for (unsigned int i = 0; i < counters->cpus; i++) {
		json_object(NULL);
		json_number("cpu", counters->cpu[i]);
		json_object("exits");
		for (unsigned int r = 0; r < BH_EXIT_COUNT; r++)
			if (exit_name(r))
				json_number(exit_name(r), counters->exits[i][r]);
		json_end();
		json_end();
	}
	json_end();
	json_end();
}

static void stats_text(const struct counters *counters)
{
	/* Columns of a table are limited; with more CPUs only the sum is shown. */
	unsigned int shown = counters->cpus <= TABLE_COLUMNS - 2 ? counters->cpus : 0;

	printf("%-10s", "reason");
	for (unsigned int i = 0; i < shown; i++)
		printf("  %12s", must_format("cpu%u", counters->cpu[i]));
	printf("  %12s\n", "all");
	for (unsigned int r = 0; r < BH_EXIT_COUNT; r++) {
		if (!exit_name(r))
			continue;
		printf("%-10s", exit_name(r));
		for (unsigned int i = 0; i < shown; i++)
			printf("  %12" PRIu64, counters->exits[i][r]);
		printf("  %12" PRIu64 "\n", total(counters, r));
	}
}

static double now_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* One line per interval: exits per second of all CPUs together. */
static int watch(const char *name, struct counters *before, double interval, uint64_t lines)
{
	double then = now_seconds();

	for (uint64_t line = 0; !lines || line < lines; line++) {
		struct counters after;
		double now;

		if (line % 20 == 0) {
			for (unsigned int r = 0; r < BH_EXIT_COUNT; r++)
				if (exit_name(r))
					printf("%10s", exit_name(r));
			putchar('\n');
		}
		fflush(stdout);
		usleep((useconds_t)(interval * 1e6));
		if (!read_counters(name, &after))
			return failure("cell %s is gone", name);
		now = now_seconds();
		for (unsigned int r = 0; r < BH_EXIT_COUNT; r++)
			if (exit_name(r))
				printf("%10.1f",
				       (double)(int64_t)(total(&after, r) - total(before, r)) /
					       (now - then));
		putchar('\n');
		*before = after;
		then = now;
	}
	return 0;
}

int cell_stats(const struct command *command, int argc, char **argv)
{
	const char *interval = "1", *count = "0";
	bool json = false, watching = false;
	const struct option_spec options[] = {
		{ .name = "--json", .flag = &json },
		{ .name = "--watch", .letter = 'w', .flag = &watching },
		{ .name = "--interval", .value = &interval },
		{ .name = "--count", .value = &count },
		{ 0 },
	};
	struct counters counters;
	uint64_t lines;
	double seconds;
	char *end;
	uint32_t id;
	int status = parse_options(command, &argc, &argv, options);

	if (status)
		return status;
	if (argc != 1)
		return usage_error(command, "the name of one cell is needed");
	seconds = strtod(interval, &end);
	if (end == interval || *end || !(seconds >= 0.01 && seconds <= 4000))
		return usage_error(command, "'%s' is not an interval (0.01 to 4000 s)", interval);
	if (!parse_number(count, &lines))
		return usage_error(command, "'%s' is not a number", count);
	if (!find_cell(argv[0], &id))
		return EXIT_FAILED;
	if (!read_counters(argv[0], &counters))
		return failure("the counters of cell %s could not be read", argv[0]);
	if (watching)
		return watch(argv[0], &counters, seconds, lines);
	if (json)
		stats_json(argv[0], &counters);
	else
		stats_text(&counters);
	return 0;
}
