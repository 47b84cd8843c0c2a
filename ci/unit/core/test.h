/* SPDX-License-Identifier: GPL-2.0-only */
/* Tests of hypervisor/core. Each runs in a process of its own, on a machine just set up. */
#ifndef UNIT_CORE_TEST_H
#define UNIT_CORE_TEST_H

#include <stdio.h>
#include <stdlib.h>
#include "fake.h"

struct test {
	const char *name;
	void (*run)(void);
};

/** The tests of each file, ended by one without a name. */
extern const struct test pool_tests[], pgtable_tests[], mmio_tests[], console_tests[], work_tests[],
	lifecycle_tests[], access_tests[], hypercall_tests[], random_tests[], thread_tests[],
	string_tests[];

/** Ends the test if it does not hold. */
#define CHECK(condition)                                                                           \
	do {                                                                                       \
		if (!(condition))                                                                  \
			test_failed(__FILE__, __LINE__, #condition);                               \
	} while (0)

/** As CHECK(), of two numbers, which are shown. */
#define CHECK_EQ(a, b) test_equal(__FILE__, __LINE__, #a " is " #b, (s64)(a), (s64)(b))

void test_failed(const char *file, int line, const char *what) __noreturn;
void test_equal(const char *file, int line, const char *what, s64 a, s64 b);

/** Does this end in a panic of core? Runs it in a further process. */
bool test_panics(void (*run)(void));

/** Run it in a further process, on a copy of the machine as it is; its failure is the test's. */
void test_apart(void (*run)(void));

/** Random numbers, the same in every run. */
u64 test_random(void);
u64 test_random_below(u64 limit);

#endif
