// SPDX-License-Identifier: GPL-2.0-only
/* hvctl: finds the command and its help. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <bulkhead/abi.h>
#include "hvctl.h"

#define PATH_WORDS 3

static const struct command top = {
	.name = "hvctl",
	.arguments = "COMMAND",
	.summary = "Control the Bulkhead hypervisor: partitions of one machine, called cells.",
	.sub = commands,
	.help = "Exit status: 0 done, 1 failed, 2 wrong usage. `hvctl COMMAND --help` tells more,\n"
		"the manual page hvctl(8) tells all.\n",
};

/* Words typed up to the command that is run, for usage lines. */
static const char *path[PATH_WORDS + 1];

static void print_path(FILE *out)
{
	for (int i = 0; path[i]; i++)
		fprintf(out, "%s%s", i ? " " : "", path[i]);
}

static void print_usage(FILE *out, const struct command *command)
{
	fprintf(out, "usage: ");
	print_path(out);
	if (command->arguments && command->arguments[0])
		fprintf(out, " %s", command->arguments);
	fputc('\n', out);
}

static void print_sub(const struct command *command)
{
	int width = 0;

	for (const struct command *c = command->sub; c->name; c++) {
		int length = (int)strlen(c->name);

		width = length > width ? length : width;
	}
	printf("\nCommands:\n");
	for (const struct command *c = command->sub; c->name; c++)
		printf("  %-*s  %s\n", width, c->name, c->summary);
}

static void print_help(const struct command *command)
{
	print_usage(stdout, command);
	printf("\n%s\n", command->summary);
	if (command->sub)
		print_sub(command);
	if (command->help)
		printf("\n%s", command->help);
}

int usage_error(const struct command *command, const char *format, ...)
{
	va_list args;

	fprintf(stderr, "hvctl: ");
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	print_usage(stderr, command);
	fprintf(stderr, "Try `");
	print_path(stderr);
	fprintf(stderr, " --help`.\n");
	return EXIT_USAGE;
}

static bool wants_help(const char *word)
{
	return !strcmp(word, "--help") || !strcmp(word, "-h") || !strcmp(word, "help");
}

static const struct command *find(const struct command *list, const char *word)
{
	for (; list->name; list++)
		if (!strcmp(list->name, word))
			return list;
	return NULL;
}

static bool help_among(int argc, char **argv)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--"); i++)
		if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h"))
			return true;
	return false;
}

static int run(const struct command *command, int argc, char **argv, int depth)
{
	const struct command *next;

	path[depth] = command->name;
	if (!command->sub) {
		if (!help_among(argc, argv))
			return command->run(command, argc, argv);
		print_help(command);
		return 0;
	}
	if (argc < 2)
		return usage_error(command, "a command is missing");
	if (wants_help(argv[1])) {
		print_help(command);
		return 0;
	}
	next = find(command->sub, argv[1]);
	if (!next)
		return usage_error(command, "there is no command '%s'", argv[1]);
	return run(next, argc - 1, argv + 1, depth + 1);
}

int main(int argc, char **argv)
{
	int status;

	if (argc == 2 && !strcmp(argv[1], "--version")) {
		printf("hvctl %s, ABI %u\n", HVCTL_VERSION, BH_ABI_VERSION);
		return 0;
	}
	status = run(&top, argc, argv, 0);
	if (fflush(stdout) || ferror(stdout)) {
		perror("hvctl: writing to standard output");
		return EXIT_FAILED;
	}
	return status;
}
