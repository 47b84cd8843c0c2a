// SPDX-License-Identifier: GPL-2.0-only
/* core [NAME...]: runs all tests, or those whose file or name is given. */
#include <err.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "test.h"

#define TIMEOUT_SECONDS 600
#define POOL_PAGES 4000

static const struct {
	const char *file;
	const struct test *tests;
} files[] = {
	{ "pool", pool_tests },	    { "pgtable", pgtable_tests },
	{ "mmio", mmio_tests },	    { "console", console_tests },
	{ "work", work_tests },	    { "lifecycle", lifecycle_tests },
	{ "access", access_tests }, { "hypercall", hypercall_tests },
	{ "random", random_tests }, { "threads", thread_tests },
	{ "string", string_tests },
};

void test_failed(const char *file, int line, const char *what)
{
	fprintf(stderr, "%s:%d: not so: %s\n", file, line, what);
	fflush(NULL);
	_exit(1);
}

void test_equal(const char *file, int line, const char *what, s64 a, s64 b)
{
	if (a == b)
		return;
	fprintf(stderr, "%s:%d: %lld, not %lld\n", file, line, (long long)a, (long long)b);
	test_failed(file, line, what);
}

u64 test_random(void)
{
	static u64 state = 0x9e3779b97f4a7c15;

	/* xorshift64* */
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return state * 0x2545f4914f6cdd1d;
}

u64 test_random_below(u64 limit)
{
	return (test_random() >> 20) % limit;
}

/* Exit status of a function run in a process of its own; signals count as 128 and more. */
static int run_apart(void (*run)(void))
{
	int status;
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (pid < 0)
		err(1, "fork");
	if (!pid) {
		alarm(TIMEOUT_SECONDS);
		run();
		_exit(0);
	}
	if (waitpid(pid, &status, 0) != pid)
		err(1, "waitpid");
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

bool test_panics(void (*run)(void))
{
	/* What it says is expected. */
	int kept = dup(2), status;

	if (kept < 0 || !freopen("/dev/null", "w", stderr))
		err(1, "stderr");
	status = run_apart(run);
	dup2(kept, 2);
	close(kept);
	return status == FAKE_PANIC;
}

void test_apart(void (*run)(void))
{
	if (run_apart(run))
		_exit(1);
}

static bool selected(int argc, char **argv, const char *file, const char *test)
{
	for (int i = 1; i < argc; i++)
		if (!strcmp(argv[i], file) || !strcmp(argv[i], test))
			return true;
	return argc < 2;
}

int main(int argc, char **argv)
{
	unsigned int passed = 0, failed = 0;

	fake_boot(POOL_PAGES);
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		for (const struct test *test = files[i].tests; test->name; test++) {
			int status;

			if (!selected(argc, argv, files[i].file, test->name))
				continue;
			status = run_apart(test->run);
			if (status)
				fprintf(stderr, "core: %s: %s: failed (status %d)\n", files[i].file,
					test->name, status);
			*(status ? &failed : &passed) += 1;
		}
	}
	printf("core: %u tests passed, %u failed\n", passed, failed);
	return failed || !passed;
}
