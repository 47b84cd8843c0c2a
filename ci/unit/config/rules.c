// SPDX-License-Identifier: GPL-2.0-only
/*
 * rules FIXTURES GOOD: each bhNNN-*.cell in FIXTURES breaks rule NNN and no other,
 * each ok-*.cell and every config in GOOD none; and each rule has a case.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cases.h"

static unsigned int passed, failed;
static uint64_t covered;

static void print_rules(uint64_t rules)
{
	for (unsigned int i = 0; i < BH_RULE_COUNT; i++)
		if (rules & (1ull << i))
			printf(" BH%03u", i);
}

static void expect(const char *name, const struct verdict *verdict, unsigned int rule)
{
	uint64_t wanted = rule ? 1ull << rule : 0;

	covered |= wanted;
	if (verdict->rules == wanted && verdict->passed == !rule) {
		passed++;
		return;
	}
	failed++;
	printf("%s: expected", name);
	print_rules(wanted);
	printf(", got");
	print_rules(verdict->rules);
	putchar('\n');
}

static const struct bh_config *config_of(const struct blob *blob)
{
	return (const struct bh_config *)blob->data;
}

static void test_fixtures(const struct set *set)
{
	const struct bh_config *other = config_of(find_blob(set, "other"));
	struct verdict verdict = judge(set->system.data, set->system.size, NULL, NULL, 0);

	expect("system", &verdict, BH_RULE_NONE);
	for (unsigned int i = 0; i < set->count; i++) {
		const struct blob *blob = &set->blobs[i];
		unsigned int rule = 0;
		bool is_other = config_of(blob) == other;

		if (!is_other && strncmp(blob->name, "ok-", 3) &&
		    sscanf(blob->name, "bh%3u-", &rule) != 1)
			errx(1, "%s: the name does not say what is expected", blob->name);
		verdict = judge(blob->data, blob->size, config_of(&set->system), &other,
				is_other ? 0 : 1);
		expect(blob->name, &verdict, rule);
	}
}

static void test_good(const struct set *set)
{
	struct verdict verdict = judge(set->system.data, set->system.size, NULL, NULL, 0);

	expect("system", &verdict, BH_RULE_NONE);
	for (unsigned int i = 0; i < set->count; i++) {
		verdict = judge(set->blobs[i].data, set->blobs[i].size, config_of(&set->system),
				NULL, 0);
		expect(set->blobs[i].name, &verdict, BH_RULE_NONE);
	}
}

/* --- What no source can express ------------------------------------------ */

/* A copy of a good config, to be broken. */
static struct bh_config *copy(const struct blob *blob)
{
	void *data = malloc(blob->size);

	if (!data)
		err(1, "memory");
	return memcpy(data, blob->data, blob->size);
}

static void test_patched(const struct set *set, const char *what, unsigned int rule,
			 void (*patch)(struct bh_config *))
{
	const struct blob *blob = find_blob(set, "ok-cell");
	struct bh_config *config = copy(blob);
	struct verdict verdict;

	patch(config);
	verdict = judge(config, blob->size, config_of(&set->system), NULL, 0);
	expect(what, &verdict, rule);
	free(config);
}

static void bad_magic(struct bh_config *c)
{
	c->magic[7] = 'l';
}

static void bad_version(struct bh_config *c)
{
	c->version++;
}

static void bad_total_size(struct bh_config *c)
{
	c->total_size = c->file_size + 8;
}

static void odd_total_size(struct bh_config *c)
{
	c->total_size -= 4;
}

static void bad_file_size(struct bh_config *c)
{
	c->file_size = c->total_size - 8;
}

static void bad_name(struct bh_config *c)
{
	memset(c->name, 'a', sizeof(c->name));
}

static void bad_cmdline(struct bh_config *c)
{
	memset(c->cmdline, 'a', sizeof(c->cmdline));
}

static void array_outside(struct bh_config *c)
{
	c->memory.count = (c->total_size - c->memory.offset) / sizeof(struct bh_memory) + 1;
}

static void array_odd(struct bh_config *c)
{
	c->irqs.offset += 4;
}

static void array_in_header(struct bh_config *c)
{
	c->cpus.offset = 8;
}

static void array_huge(struct bh_config *c)
{
	c->memory.count = 0x80000001;
}

static void array_wraps(struct bh_config *c)
{
	c->cpus.offset = 0xfffffff8;
}

static void array_empty(struct bh_config *c)
{
	c->irqs.count = 0;
}

static void reserved_array(struct bh_config *c)
{
	c->reserved[9].count = 1;
}

static void reserved_memory(struct bh_config *c)
{
	((struct bh_memory *)config_memory(c))->reserved = 1;
}

static void reserved_irq(struct bh_config *c)
{
	((struct bh_irq *)config_irqs(c))->reserved = 1;
}

static void test_patches(const struct set *set)
{
	static const struct {
		const char *what;
		unsigned int rule;
		void (*patch)(struct bh_config *);
	} patches[] = {
		{ "magic", BH_RULE_FORMAT, bad_magic },
		{ "version", BH_RULE_VERSION, bad_version },
		{ "total_size beyond the end", BH_RULE_FORMAT, bad_total_size },
		{ "odd total_size", BH_RULE_FORMAT, odd_total_size },
		{ "file_size below total_size", BH_RULE_FORMAT, bad_file_size },
		{ "name without end", BH_RULE_FORMAT, bad_name },
		{ "command line without end", BH_RULE_FORMAT, bad_cmdline },
		{ "array beyond the end", BH_RULE_FORMAT, array_outside },
		{ "array at an odd offset", BH_RULE_FORMAT, array_odd },
		{ "array in the header", BH_RULE_FORMAT, array_in_header },
		{ "array of many entries", BH_RULE_FORMAT, array_huge },
		{ "array at the end of 32 bits", BH_RULE_FORMAT, array_wraps },
		{ "empty array with an offset", BH_RULE_FORMAT, array_empty },
		{ "array of a version to come", BH_RULE_FLAGS, reserved_array },
		{ "reserved field of a region", BH_RULE_FLAGS, reserved_memory },
		{ "reserved field of interrupts", BH_RULE_FLAGS, reserved_irq },
	};

	for (size_t i = 0; i < sizeof(patches) / sizeof(patches[0]); i++)
		test_patched(set, patches[i].what, patches[i].rule, patches[i].patch);
}

/* Each length that is too short is refused without a look beyond it. */
static void test_truncated(const struct set *set)
{
	const struct blob *blob = find_blob(set, "ok-cell");
	unsigned int total = config_of(blob)->total_size, refused = 0;

	for (unsigned int size = 0; size < total; size++) {
		unsigned char *data = malloc(size ? size : 1);
		struct verdict verdict;

		if (!data)
			err(1, "memory");
		memcpy(data, blob->data, size);
		verdict = judge(data, size, config_of(&set->system), NULL, 0);
		refused += verdict.rules == 1ull << BH_RULE_FORMAT;
		free(data);
	}
	if (refused == total) {
		passed++;
		return;
	}
	failed++;
	printf("truncated: %u of %u lengths were refused\n", refused, total);
}

static bool hear_one(void *ctx, const struct bh_rule_hit *hit)
{
	(void)hit;
	return ++*(unsigned int *)ctx < 1;
}

/* The hypervisor wants to hear of one broken rule only. */
static void test_stops(const struct set *set)
{
	struct bh_config *config = copy(&set->system);
	unsigned int heard = 0;

	config->flags = ~0u;
	config->console.type = 99;
	config->hypervisor_size = 1;
	if (!config_check_system(&config_limits_arm64, config, hear_one, &heard) && heard == 1) {
		passed++;
	} else {
		failed++;
		printf("stop after the first: %u were reported\n", heard);
	}
	free(config);
}

int main(int argc, char **argv)
{
	static struct set fixtures, good;

	if (argc != 3)
		errx(2, "usage: rules FIXTURES GOOD");
	load_set(&fixtures, argv[1]);
	load_set(&good, argv[2]);
	test_fixtures(&fixtures);
	test_good(&good);
	test_patches(&fixtures);
	test_truncated(&fixtures);
	test_stops(&fixtures);
	for (unsigned int i = 1; i < BH_RULE_COUNT; i++) {
		if (covered & (1ull << i))
			continue;
		failed++;
		printf("BH%03u: no fixture breaks it\n", i);
	}
	free_set(&fixtures);
	free_set(&good);
	printf("config rules: %u passed, %u failed\n", passed, failed);
	return failed ? 1 : 0;
}
