// SPDX-License-Identifier: GPL-2.0-only
/* hvctl config check */
#include <string.h>
#include "cmd_config.h"
#include "config_file.h"
#include "json.h"
#include "rule_text.h"
#include "words.h"

static void explain(unsigned int rule)
{
	const struct rule_text *text = rule_text(rule);

	printf("BH%03u %s\n  wrong   %s\n  why     %s\n  remedy  %s\n", rule, text->name,
	       text->broken, indented_by(text->why, 10), indented_by(text->remedy, 10));
}

static int explain_named(const struct command *command, const char *name)
{
	enum bh_rule rule = rule_by_name(name);

	if (!strcmp(name, "all")) {
		for (unsigned int i = 1; i < BH_RULE_COUNT; i++) {
			explain(i);
			if (i + 1 < BH_RULE_COUNT)
				putchar('\n');
		}
		return 0;
	}
	if (rule == BH_RULE_NONE)
		return usage_error(command, "there is no rule '%s' (BH001 to BH%03u, or all)", name,
				   BH_RULE_COUNT - 1);
	explain(rule);
	return 0;
}

bool config_check_one(const struct config_file *file, const struct config_file *system,
		      const struct config_file *const *cells, unsigned int count,
		      struct findings *findings)
{
	const struct bh_config *others[BH_MAX_CELLS];
	const struct config_file *files[BH_MAX_CELLS + 1];

	findings->file = file;
	if (config_is_system(file))
		return config_check_system(file->limits, file->config, findings_report, findings);
	if (file->config->arch != system->config->arch) {
		const struct bh_rule_hit hit = {
			.rule = BH_RULE_ARCH,
			.a = { file->config, BH_LIST_HEADER, 0 },
		};

		findings_report(findings, &hit);
		return false;
	}
	for (unsigned int i = 0; i < count; i++) {
		others[i] = cells[i]->config;
		files[i] = cells[i];
	}
	files[count] = system;
	findings->others = files;
	findings->other_count = count + 1;
	return config_check_cell(file->limits, system->config, others, count, file->config,
				 findings_report, findings);
}

struct check_run {
	struct config_file *files;
	bool *usable; /* which of them passed the format check */
	unsigned int count;
	const struct config_file *system;
	struct config_file in_use;
	bool alone;
};

static const struct config_file *find_system(struct check_run *run)
{
	for (unsigned int i = 0; i < run->count; i++)
		if (run->usable[i] && config_is_system(&run->files[i]))
			return &run->files[i];
	return system_in_use(&run->in_use) ? &run->in_use : NULL;
}

/* Each cell is checked beside those before it. */
static int check_all(struct check_run *run, struct findings *findings)
{
	const struct config_file *before[BH_MAX_CELLS];
	unsigned int cells = 0;

	for (unsigned int i = 0; i < run->count; i++) {
		const struct config_file *file = &run->files[i];

		if (!run->usable[i])
			continue;
		if (!config_is_system(file) && !run->system)
			return failure("%s cannot be judged without the machine's system config, "
				       "and none is in use here;\n  name it, too: hvctl config "
				       "check SYSTEM.cell %s",
				       file->path, file->path);
		if (cells == BH_MAX_CELLS)
			return failure("%u cells are too many: %u can exist at a time", cells + 1,
				       BH_MAX_CELLS - 1);
		config_check_one(file, run->system, before, run->alone ? 0 : cells, findings);
		if (!config_is_system(file))
			before[cells++] = file;
	}
	return findings->count ? EXIT_FAILED : 0;
}

static int check(const struct command *command, int argc, char **argv)
{
	struct check_run run = { 0 };
	struct findings findings = { 0 };
	const char *rule = NULL, *system = NULL;
	const struct option_spec options[] = {
		{ .name = "--json", .flag = &findings.json },
		{ .name = "--explain", .value = &rule },
		{ .name = "--alone", .flag = &run.alone },
		{ .name = "--system", .value = &system },
		{ 0 },
	};
	struct config_file reference;
	int status = parse_options(command, &argc, &argv, options);

	if (status)
		return status;
	if (rule)
		return explain_named(command, rule);
	if (!argc)
		return usage_error(command, "no file is given");
	if (findings.json)
		json_array(NULL);
	run.count = (unsigned int)argc;
	run.files = must_alloc(run.count * sizeof(*run.files));
	run.usable = must_alloc(run.count * sizeof(*run.usable));
	for (unsigned int i = 0; i < run.count; i++)
		run.usable[i] = config_load(&run.files[i], argv[i], &findings);
	if (system)
		run.system = config_load(&reference, system, &findings) ? &reference : NULL;
	else
		run.system = find_system(&run);
	if (run.system && !config_is_system(run.system))
		status = failure("%s is not a system config", run.system->path);
	else if (run.system || !system)
		status = check_all(&run, &findings);
	if (findings.json)
		json_end();
	return findings.count ? EXIT_FAILED : status;
}

const struct command config_commands[] = {
	{
		.name = "check",
		.arguments =
			"[--json] [--alone] [--system SYSTEM.cell] FILE.cell... | --explain RULE",
		.summary = "Apply the rules to configs, as the hypervisor does.",
		.help = "Cells are checked against the machine: the system config among the files (or\n"
			"--system, or the one in use), and against each other, as if all existed at once.\n"
			"\n"
			"  --alone         each cell for itself: only one of them will exist at a time\n"
			"  --system FILE   the machine's system config\n"
			"  --json          what is wrong as a JSON array\n"
			"  --explain RULE  what a rule means (BH013, mem-align, or all)\n"
			"\n"
			"Exit status 1 if any rule is broken.\n",
		.run = check,
	},
	{
		.name = "show",
		.arguments = "[--json] FILE.cell",
		.summary = "Print what a config gives to its cell.",
		.help = "  --json  the same as JSON\n",
		.run = config_show,
	},
	{
		.name = "compile",
		.arguments = "SOURCE.c -o FILE.cell [--system SYSTEM.cell] [--author-dir DIR]",
		.summary = "Compile a config source and apply the rules.",
		.help = "  -o, --output FILE   where the config goes; it is not written if a rule is broken\n"
			"  --system FILE       system config that a cell config is checked against; without\n"
			"                      it the one in use\n"
			"  --author-dir DIR    the top of a source tree (tools/include is in it), or\n"
			"                      $PREFIX/share/bulkhead/author\n"
			"\n"
			"Environment: CC is the compiler (default: cc), for this machine.\n",
		.run = config_compile,
	},
	{ 0 },
};
