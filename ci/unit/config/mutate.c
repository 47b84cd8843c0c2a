// SPDX-License-Identifier: GPL-2.0-only
/*
 * mutate DIRECTORY...: every byte and every field of every config is set to values
 * at the edge, and configs are mutated at random (always the same). The checker and
 * hvctl's reader must neither read beyond the bytes (the sanitizers see to that)
 * nor say two things about the same bytes.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cases.h"
#include "config_file.h"

#define RANDOM_ROUNDS 3000

static uint64_t runs, accepted;

/* xorshift64*, so that every run is the same. */
static uint64_t random_state = 0x9e3779b97f4a7c15;

static uint64_t random_number(void)
{
	random_state ^= random_state >> 12;
	random_state ^= random_state << 25;
	random_state ^= random_state >> 27;
	return random_state * 0x2545f4914f6cdd1d;
}

/* What hvctl does with the part for tools, which the rules do not cover. */
static uint64_t read_as_tool(const unsigned char *data, size_t size)
{
	const struct config_file file = { .path = "mutated",
					  .config = (struct bh_config *)data,
					  .size = size };
	uint64_t sum = 0;

	for (uint32_t list = BH_LIST_HEADER; list <= BH_LIST_PLATFORM; list++) {
		const struct bh_source *source = config_source(&file, list, 0);
		const char *path = config_source_path(&file, source);

		sum += path ? strlen(path) : 0;
		sum += strlen(config_label(&file, list, 1)) + (source ? source->line : 0);
	}
	return sum;
}

static void try(const unsigned char *data, size_t size, const struct set *set)
{
	const struct bh_config *system = (const struct bh_config *)set->system.data;
	const struct bh_config *cells[2] = {
		(const struct bh_config *)set->blobs[set->count - 1].data,
		(const struct bh_config *)set->blobs[set->count / 2].data,
	};
	unsigned char *copy = malloc(size);
	struct verdict first, second;

	if (!copy)
		err(1, "memory");
	memcpy(copy, data, size);
	first = judge(copy, size, system, cells, 2);
	second = judge(copy, size, system, cells, 2);
	if (first.hash != second.hash || first.hits != second.hits)
		errx(1, "two verdicts on the same bytes");
	if (memcmp(copy, data, size))
		errx(1, "the bytes were changed");
	/* Tools read only what passed the format rules. */
	if (!(first.rules &
	      ((1ull << BH_RULE_FORMAT) | (1ull << BH_RULE_VERSION) | (1ull << BH_RULE_ARCH))))
		read_as_tool(copy, size);
	runs++;
	accepted += first.passed;
	free(copy);
}

static void mutate_bytes(const struct blob *blob, const struct set *set)
{
	static const unsigned char values[] = { 0, 1, 0x7f, 0x80, 0xff };
	unsigned char *data = malloc(blob->size);

	if (!data)
		err(1, "memory");
	memcpy(data, blob->data, blob->size);
	for (size_t at = 0; at < blob->size; at++) {
		for (size_t i = 0; i < sizeof(values); i++) {
			data[at] = values[i];
			try(data, blob->size, set);
		}
		data[at] = blob->data[at];
	}
	free(data);
}

static void mutate_fields(const struct blob *blob, const struct set *set, size_t width)
{
	static const uint64_t values[] = {
		0,
		1,
		8,
		255,
		257,
		0x1000,
		0x7fffffff,
		0x80000000,
		0xfffffff8,
		0xffffffff,
		0x7fffffffffffffff,
		0xfffffffffffff000,
		0xffffffffffffffff,
	};
	unsigned char *data = malloc(blob->size);

	if (!data)
		err(1, "memory");
	memcpy(data, blob->data, blob->size);
	for (size_t at = 0; at + width <= blob->size; at += width) {
		for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
			memcpy(data + at, &values[i], width);
			try(data, blob->size, set);
		}
		memcpy(data + at, blob->data + at, width);
	}
	free(data);
}

static void mutate_randomly(const struct blob *blob, const struct set *set)
{
	unsigned char *data = malloc(blob->size);

	if (!data)
		err(1, "memory");
	for (unsigned int round = 0; round < RANDOM_ROUNDS; round++) {
		unsigned int changes = 1 + random_number() % 8;

		memcpy(data, blob->data, blob->size);
		while (changes--) {
			size_t at = random_number() % blob->size;
			size_t length = 1 + random_number() % 8;
			uint64_t value = random_number() >> (random_number() % 64);

			if (length > blob->size - at)
				length = blob->size - at;
			memcpy(data + at, &value, length);
		}
		/* Sometimes cut short, too. */
		try(data, round % 4 ? blob->size : 1 + random_number() % blob->size, set);
	}
	free(data);
}

static void mutate(const struct blob *blob, const struct set *set)
{
	mutate_bytes(blob, set);
	mutate_fields(blob, set, 4);
	mutate_fields(blob, set, 8);
	mutate_randomly(blob, set);
}

int main(int argc, char **argv)
{
	static struct set set;

	for (int i = 1; i < argc; i++) {
		load_set(&set, argv[i]);
		mutate(&set.system, &set);
		for (unsigned int j = 0; j < set.count; j++) {
			/* Of the broken ones a few are enough. */
			if (!strncmp(set.blobs[j].name, "bh", 2) && j % 16)
				continue;
			mutate(&set.blobs[j], &set);
		}
		free_set(&set);
	}
	if (!accepted || accepted == runs)
		errx(1, "%llu of %llu accepted: the mutations do not work",
		     (unsigned long long)accepted, (unsigned long long)runs);
	printf("config mutations: %llu tried, %llu of them harmless\n", (unsigned long long)runs,
	       (unsigned long long)accepted);
	return 0;
}
