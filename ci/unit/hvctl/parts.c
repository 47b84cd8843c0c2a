// SPDX-License-Identifier: GPL-2.0-only
/* Tests of hvctl's parts that need no file and no device: parts DIRECTORY */
#include <elf.h>
#include <err.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <bulkhead/ioctl.h>
#include "config_file.h"
#include "core.h"
#include "errors.h"
#include "hvctl.h"
#include "rule_text.h"
#include "syndrome.h"
#include "words.h"

static unsigned int passed, failed, usage_errors;

#define CHECK(condition)                                                                           \
	do {                                                                                       \
		if (condition) {                                                                   \
			passed++;                                                                  \
		} else {                                                                           \
			failed++;                                                                  \
			printf("parts.c:%d: %s\n", __LINE__, #condition);                          \
		}                                                                                  \
	} while (0)

/* main.c is not linked: it has a main() of its own. */
int usage_error(const struct command *command, const char *format, ...)
{
	(void)command;
	(void)format;
	usage_errors++;
	return EXIT_USAGE;
}

static void test_numbers(void)
{
	static const char *const bad[] = {
		"", " 1", "+1", "-1", "0x", "1x", "0x1g", "1 ", "0b1", "x", "18446744073709551616"
	};
	uint64_t value = 0;

	CHECK(parse_number("0", &value) && value == 0);
	CHECK(parse_number("010", &value) && value == 10);
	CHECK(parse_number("0x78000000", &value) && value == 0x78000000);
	CHECK(parse_number("0XfF", &value) && value == 255);
	CHECK(parse_number("18446744073709551615", &value) && value == UINT64_MAX);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		CHECK(!parse_number(bad[i], &value));
}

static void test_sizes(void)
{
	CHECK(!strcmp(human_size(0), "0 bytes"));
	CHECK(!strcmp(human_size(4095), "4095 bytes"));
	CHECK(!strcmp(human_size(1052672), "1028 KiB"));
	CHECK(!strcmp(human_size(1ull << 39), "512 GiB"));
	CHECK(!strcmp(rounded_size(1052672), "1.0 MiB"));
	CHECK(!strcmp(rounded_size(512), "512 bytes"));
}

static int parse(bool *flag, const char **value, int argc, ...)
{
	const struct option_spec options[] = {
		{ .name = "--flag", .letter = 'f', .flag = flag },
		{ .name = "--value", .letter = 'v', .value = value },
		{ 0 },
	};
	char *words[8] = { "command" }, **argv = words;
	va_list args;
	int status;

	va_start(args, argc);
	for (int i = 1; i <= argc; i++)
		words[i] = va_arg(args, char *);
	va_end(args);
	argc++;
	*flag = false;
	*value = NULL;
	status = parse_options(NULL, &argc, &argv, options);
	return status ? -status : argc;
}

static void test_options(void)
{
	const char *value;
	bool flag;

	CHECK(parse(&flag, &value, 2, "a", "b") == 2 && !flag && !value);
	CHECK(parse(&flag, &value, 3, "a", "--flag", "b") == 2 && flag);
	CHECK(parse(&flag, &value, 2, "-f", "a") == 1 && flag);
	CHECK(parse(&flag, &value, 2, "--value", "-x") == 0 && !strcmp(value, "-x"));
	CHECK(parse(&flag, &value, 1, "--value=a=b") == 0 && !strcmp(value, "a=b"));
	CHECK(parse(&flag, &value, 1, "--value=") == 0 && !strcmp(value, ""));
	CHECK(parse(&flag, &value, 3, "--", "--flag", "-v") == 2 && !flag);
	CHECK(parse(&flag, &value, 1, "-") == 1);
	CHECK(parse(&flag, &value, 1, "--nonsense") == -EXIT_USAGE);
	CHECK(parse(&flag, &value, 1, "--flags") == -EXIT_USAGE);
	CHECK(parse(&flag, &value, 1, "--flag=1") == -EXIT_USAGE);
	CHECK(parse(&flag, &value, 1, "--value") == -EXIT_USAGE);
	CHECK(parse(&flag, &value, 1, "-x") == -EXIT_USAGE);
	CHECK(usage_errors == 5);
}

static void test_words(void)
{
	CHECK(!strcmp(memory_flags(BH_MEM_READ), "r--"));
	CHECK(!strcmp(memory_flags(BH_MEM_FLAGS), "rwx dma io comm loadable rootshared window"));
	CHECK(!strcmp(memory_flags(1u << 30), "--- 0x40000000"));
	CHECK(!strcmp(cell_flags(0), ""));
	CHECK(!strcmp(cell_flags(BH_CELL_PASSIVE | BH_CELL_LOCKABLE), "passive lockable"));
	CHECK(cell_state_number("shut down") == BH_CELL_SHUT_DOWN);
	CHECK(cell_state_number("running-locked") == BH_CELL_RUNNING_LOCKED);
	CHECK(cell_state_number("asleep") == -1);
	CHECK(!strcmp(exit_name(BH_EXIT_OTHER), "other") && !exit_name(15) && !exit_name(99));
	CHECK(!strcmp(crash_cause(BH_CRASH_STOPPED), "stopped with its cell"));
	CHECK(!strcmp(crash_cause(99), "unknown"));
	CHECK(!strcmp(platform_type(0), "unknown"));
	CHECK(!strcmp(indented_by("a\nb\n", 2), "a\n  b\n  "));
}

static void test_syndromes(void)
{
	CHECK(!strcmp(arm64_syndrome(0x93c08006),
		      "data abort: read of 8 bytes, x0, translation fault, level 2"));
	CHECK(!strcmp(arm64_syndrome(0x93c1804f),
		      "data abort: write of 8 bytes, x1, permission fault, level 3"));
	CHECK(strstr(arm64_syndrome(0x92000046), "of a form without syndrome"));
	CHECK(!strcmp(arm64_syndrome(0x8200000f), "instruction abort: permission fault, level 3"));
	CHECK(!strcmp(arm64_syndrome(0x5e000007), "SMC #0x7"));
	/* MSR ICC_SGI1R_EL1, x5: S3_0_C12_C11_5 */
	CHECK(!strcmp(arm64_syndrome(0x623a30b6), "system register: write of S3_0_C12_C11_5, x5"));
	/* MRS x3, PMCR_EL0: S3_3_C9_C12_0 */
	CHECK(!strcmp(arm64_syndrome(0x6230e479), "system register: read of S3_3_C9_C12_0, x3"));
}

static void test_errors(void)
{
	static const int enable[] = { EBUSY,   EOPNOTSUPP, ENODEV,	  EACCES,     ENOENT,
				      ENOEXEC, EPROTO,	   EADDRNOTAVAIL, EADDRINUSE, ENXIO,
				      ENOSPC,  EFAULT,	   E2BIG,	  ENOMEM,     EHOSTDOWN };
	static const int any[] = { EINVAL, ENOTTY, EINTR, ESHUTDOWN, ENOTCONN };

	for (int i = 1; i <= BH_E_IO; i++) {
		const struct explanation *e = explain_hypervisor(i);

		CHECK(e->number == i && !strstr(e->broken, "unknown to this hvctl") && e->remedy);
	}
	CHECK(strstr(explain_hypervisor(99)->broken, "99"));
	for (size_t i = 0; i < ARRAY_SIZE(enable); i++)
		CHECK(strcmp(explain_request(BH_IOC_ENABLE, enable[i])->broken,
			     strerror(enable[i])));
	for (size_t i = 0; i < ARRAY_SIZE(any); i++)
		CHECK(strcmp(explain_request(BH_IOC_CELL_START, any[i])->broken, strerror(any[i])));
	/* The same number, another meaning. */
	CHECK(strcmp(explain_request(BH_IOC_CELL_SHUTDOWN, EPERM)->broken,
		     explain_request(BH_IOC_CELL_START, EPERM)->broken));
	CHECK(!strcmp(explain_request(BH_IOC_CELL_START, EXDEV)->broken, strerror(EXDEV)));
}

static void test_rule_texts(void)
{
	for (unsigned int i = 1; i < BH_RULE_COUNT; i++) {
		const struct rule_text *text = rule_text(i);

		CHECK(text->name && text->broken && text->why && text->remedy);
		CHECK(rule_by_name(text->name) == i);
		CHECK(rule_by_name(must_format("BH%03u", i)) == i);
	}
	CHECK(rule_by_name("13") == BH_RULE_MEM_ALIGN);
	CHECK(rule_by_name("BH000") == BH_RULE_NONE && rule_by_name("BH999") == BH_RULE_NONE);
	CHECK(rule_text(BH_RULE_COUNT) == rule_text(BH_RULE_NONE));
}

/* --- Core files ----------------------------------------------------------- */

/* A config in memory: RAM of two pages, a device, a page that cannot be read. */
static struct {
	struct bh_config head;
	struct bh_memory memory[4];
} core_config = {
	.head = { .memory = { sizeof(struct bh_config), 4 } },
	.memory = {
		{ .phys = 0x78000000, .virt = 0x1000, .size = 0x3000,
		  .flags = BH_MEM_READ | BH_MEM_WRITE | BH_MEM_EXEC },
		{ .phys = 0x9000000, .virt = 0x9000000, .size = 0x1000,
		  .flags = BH_MEM_READ | BH_MEM_IO },
		{ .virt = 0x10000000, .size = 0x1000,
		  .flags = BH_MEM_READ | BH_MEM_WRITE | BH_MEM_COMM },
		{ .phys = 0x78003000, .virt = 0x20000000, .size = 0x1000, .flags = BH_MEM_READ },
	},
};

/* The first page of the RAM holds its address, the others are zero. */
static int read_pattern(void *ctx, uint64_t address, void *buffer, uint64_t bytes)
{
	memset(buffer, 0, bytes);
	if (address == 0x1000)
		memcpy(buffer, &address, sizeof(address));
	*(uint64_t *)ctx += bytes;
	return 0;
}

static int read_nothing(void *ctx, uint64_t address, void *buffer, uint64_t bytes)
{
	(void)ctx;
	(void)address;
	(void)buffer;
	(void)bytes;
	return EXIT_FAILED;
}

static void check_core(const unsigned char *data, size_t size)
{
	const Elf64_Ehdr *head = (const void *)data;
	const Elf64_Phdr *p = (const void *)(data + sizeof(*head));
	uint64_t value;

	CHECK(size > sizeof(*head) + 3 * sizeof(*p));
	CHECK(!memcmp(head->e_ident, ELFMAG, SELFMAG) && head->e_ident[EI_CLASS] == ELFCLASS64);
	CHECK(head->e_type == ET_CORE && head->e_machine == EM_AARCH64 && head->e_phnum == 3);
	CHECK(p[0].p_type == PT_NOTE && p[0].p_filesz == 2 * 412);
	/* The failed CPU first, its pc in register 32 of the note. */
	memcpy(&value, data + p[0].p_offset + 20 + 112 + 32 * 8, 8);
	CHECK(value == 0x1234);
	CHECK(data[p[0].p_offset + 20 + 32] == 4 && data[p[0].p_offset + 412 + 20 + 32] == 3);
	CHECK(p[1].p_type == PT_LOAD && p[1].p_vaddr == 0x1000 && p[1].p_filesz == 0x3000);
	CHECK(p[1].p_flags == (PF_R | PF_W | PF_X) && p[1].p_offset % 4096 == 0);
	CHECK(p[2].p_vaddr == 0x20000000 && p[2].p_flags == PF_R);
	CHECK(p[2].p_offset + p[2].p_filesz == size);
	memcpy(&value, data + p[1].p_offset, 8);
	CHECK(value == 0x1000);
	memcpy(&value, data + p[2].p_offset, 8);
	CHECK(value == 0);
}

static void test_core(const char *directory)
{
	const struct config_file file = { .config = &core_config.head };
	const char *path = must_format("%s/core", directory);
	struct bh_cpu_status cpus[2] = {
		{ .index = 2, .state = BH_CPU_PARKED },
		{ .index = 3,
		  .state = BH_CPU_FAILED,
		  .crash = { .cause = BH_CRASH_READ, .pc = 0x1234 } },
	};
	uint64_t bytes = 0;
	size_t size;
	void *data;

	CHECK(!core_write(path, &file, cpus, 2, 1, read_pattern, &bytes));
	CHECK(bytes == 0x4000);
	data = read_whole(path, &size);
	CHECK(data);
	if (data)
		check_core(data, size);
	remove(path);
	CHECK(core_write(path, &file, cpus, 2, 1, read_nothing, NULL) == EXIT_FAILED);
	data = read_whole(path, &size);
	CHECK(!data);
}

/* A CPU that was stopped with its cell shows where it was. */
static void test_core_stopped(const char *directory)
{
	const struct config_file file = { .config = &core_config.head };
	const char *path = must_format("%s/core", directory);
	const struct bh_cpu_status cpu = {
		.state = BH_CPU_PARKED,
		.crash = { .cause = BH_CRASH_STOPPED, .pc = 0x123456789abc },
	};
	uint64_t bytes = 0;
	size_t size;
	void *data;

	CHECK(!core_write(path, &file, &cpu, 1, 0, read_pattern, &bytes));
	data = read_whole(path, &size);
	CHECK(data && memmem(data, size, &cpu.crash.pc, sizeof(cpu.crash.pc)));
	remove(path);
}

int main(int argc, char **argv)
{
	if (argc != 2)
		errx(2, "usage: parts DIRECTORY");
	test_numbers();
	test_sizes();
	test_options();
	test_words();
	test_syndromes();
	test_errors();
	test_rule_texts();
	test_core(argv[1]);
	test_core_stopped(argv[1]);
	printf("hvctl parts: %u passed, %u failed\n", passed, failed);
	return failed ? 1 : 0;
}
