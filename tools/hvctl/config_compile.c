// SPDX-License-Identifier: GPL-2.0-only
/* hvctl config compile: source -> program -> .cell file -> rules. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "cmd_config.h"

#define MAX_WORDS 64

/* Runs a program and waits for it; its messages appear as they are. */
static int run(const char *const *words)
{
	pid_t child;
	int status;

	fflush(NULL);
	child = fork();
	if (child < 0)
		return failure("a process could not be started: %s", strerror(errno));
	if (!child) {
		execvp(words[0], (char *const *)words);
		failure("%s could not be run: %s", words[0], strerror(errno));
		_exit(127);
	}
	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return failure("%s: %s", words[0], strerror(errno));
	return WIFEXITED(status) && !WEXITSTATUS(status) ? 0 : EXIT_FAILED;
}

/* CC may hold a compiler and its options. */
static int build(const char *source, const char *author_dir, const char *program)
{
	const char *cc = getenv("CC");
	char *words = must_format("%s", cc && cc[0] ? cc : "cc"), *rest = words;
	const char *argv[MAX_WORDS];
	int count = 0;

	for (char *word; count < 32 && (word = strtok_r(rest, " \t", &rest));)
		argv[count++] = word;
	argv[count++] = "-std=gnu11";
	argv[count++] = "-Wall";
	argv[count++] = "-Wextra";
	argv[count++] = "-Werror";
	argv[count++] = must_format("-I%s/include", author_dir);
	argv[count++] = must_format("-I%s/tools/include", author_dir);
	argv[count++] = "-o";
	argv[count++] = program;
	argv[count++] = source;
	argv[count++] = must_format("%s/tools/config/serialise.c", author_dir);
	argv[count] = NULL;
	return run(argv);
}

static bool load_system(struct config_file *system, const char *path, struct findings *findings)
{
	if (!path)
		return system_in_use(system);
	if (!config_load(system, path, findings))
		exit(EXIT_FAILED);
	if (!config_is_system(system))
		exit(failure("%s is not a system config", path));
	return true;
}

static int judge(const char *cell, const char *system_path)
{
	struct findings findings = { 0 };
	struct config_file file, system = { 0 };

	if (!config_load(&file, cell, &findings))
		return EXIT_FAILED;
	if (!config_is_system(&file) && !load_system(&system, system_path, &findings)) {
		fprintf(stderr, "hvctl: note: only the format was checked; the rules need the "
				"machine's config (--system SYSTEM.cell)\n");
		return 0;
	}
	return config_check_one(&file, &system, NULL, 0, &findings) ? 0 : EXIT_FAILED;
}

/* Not by rename(2): the temporary directory may be on another file system. */
static int copy(const char *from, const char *to)
{
	char *temporary = must_format("%s.new", to);
	size_t size;
	void *data = read_whole(from, &size);
	FILE *out = data ? fopen(temporary, "wbe") : NULL;
	bool good = out && fwrite(data, 1, size, out) == size;

	if (out && fclose(out))
		good = false;
	if (good && !rename(temporary, to))
		return 0;
	failure("%s could not be written: %s", to, strerror(errno));
	if (out)
		remove(temporary);
	return EXIT_FAILED;
}

static int compile(const char *source, const char *output, const char *system,
		   const char *author_dir, const char *work_dir)
{
	const char *program = must_format("%s/program", work_dir);
	const char *cell = must_format("%s/out.cell", work_dir);
	int status = build(source, author_dir, program);

	if (!status)
		status = run((const char *const[]){ program, cell, NULL });
	if (!status)
		status = judge(cell, system);
	if (!status)
		status = copy(cell, output);
	unlink(program);
	unlink(cell);
	return status;
}

/* Beside this program, below the prefix it was installed to. */
static const char *installed_author_dir(void)
{
	static const char below_prefix[] = "share/bulkhead/author";
	char path[4096];
	ssize_t length = readlink("/proc/self/exe", path, sizeof(path) - 1);

	for (int up = 0; length > 0 && up < 2; up++) {
		path[length] = '\0';
		*strrchr(path, '/') = '\0';
		length = (ssize_t)strlen(path);
	}
	return length > 0 ? must_format("%s/%s", path, below_prefix)
			  : must_format("/usr/%s", below_prefix);
}

int config_compile(const struct command *command, int argc, char **argv)
{
	const char *output = NULL, *system = NULL, *author_dir = NULL;
	const struct option_spec options[] = {
		{ .name = "--output", .letter = 'o', .value = &output },
		{ .name = "--system", .value = &system },
		{ .name = "--author-dir", .value = &author_dir },
		{ 0 },
	};
	const char *tmp = getenv("TMPDIR");
	char *work_dir = must_format("%s/hvctl-XXXXXX", tmp && tmp[0] ? tmp : "/tmp");
	char *header;
	int status = parse_options(command, &argc, &argv, options);

	if (status)
		return status;
	if (argc != 1)
		return usage_error(command, "one source is needed");
	if (!output)
		return usage_error(command, "-o FILE.cell is missing");
	if (!author_dir)
		author_dir = installed_author_dir();
	header = must_format("%s/tools/include/bulkhead-config.h", author_dir);
	if (access(header, R_OK)) {
		failure("%s is not there: %s", header, strerror(errno));
		advice("Install Bulkhead on this machine, or name a source tree: --author-dir DIR");
		return EXIT_FAILED;
	}
	if (!mkdtemp(work_dir))
		return failure("%s: a directory could not be made: %s", work_dir, strerror(errno));
	status = compile(argv[0], output, system, author_dir, work_dir);
	rmdir(work_dir);
	return status;
}
