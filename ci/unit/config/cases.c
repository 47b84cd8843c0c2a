// SPDX-License-Identifier: GPL-2.0-only
#include <dirent.h>
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cases.h"

static void load_blob(struct blob *blob, const char *directory, const char *file)
{
	char path[512];
	long size;
	FILE *in;

	snprintf(path, sizeof(path), "%s/%s", directory, file);
	in = fopen(path, "rb");
	if (!in || fseek(in, 0, SEEK_END) || (size = ftell(in)) <= 0 || fseek(in, 0, SEEK_SET))
		err(1, "%s", path);
	blob->size = (size_t)size;
	blob->data = malloc(blob->size);
	if (!blob->data || fread(blob->data, 1, blob->size, in) != blob->size)
		err(1, "%s", path);
	fclose(in);
	snprintf(blob->name, sizeof(blob->name), "%.*s", (int)(strlen(file) - strlen(".cell")),
		 file);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct blob *)a)->name, ((const struct blob *)b)->name);
}

void load_set(struct set *set, const char *directory)
{
	DIR *dir = opendir(directory);
	struct dirent *entry;

	memset(set, 0, sizeof(*set));
	if (!dir)
		err(1, "%s", directory);
	while ((entry = readdir(dir))) {
		const char *dot = strrchr(entry->d_name, '.');

		if (!dot || strcmp(dot, ".cell"))
			continue;
		if (!strcmp(entry->d_name, "system.cell"))
			load_blob(&set->system, directory, entry->d_name);
		else if (set->count < sizeof(set->blobs) / sizeof(set->blobs[0]))
			load_blob(&set->blobs[set->count++], directory, entry->d_name);
		else
			errx(1, "%s: too many files", directory);
	}
	closedir(dir);
	if (!set->system.data || !set->count)
		errx(1, "%s: no system.cell, or nothing else", directory);
	qsort(set->blobs, set->count, sizeof(set->blobs[0]), by_name);
}

void free_set(struct set *set)
{
	free(set->system.data);
	for (unsigned int i = 0; i < set->count; i++)
		free(set->blobs[i].data);
	memset(set, 0, sizeof(*set));
}

const struct blob *find_blob(const struct set *set, const char *name)
{
	for (unsigned int i = 0; i < set->count; i++)
		if (!strcmp(set->blobs[i].name, name))
			return &set->blobs[i];
	errx(1, "%s.cell is not there", name);
}

static void mix(struct verdict *verdict, uint64_t value)
{
	verdict->hash = (verdict->hash ^ value) * 0x100000001b3;
}

static void mix_where(struct verdict *verdict, const struct bh_rule_where *where)
{
	/* Whoever reports it will look the entry up: read it here, too. */
	if (where->config) {
		mix(verdict, where->config->kind);
		if (where->list == BH_LIST_CPUS)
			mix(verdict, config_cpus(where->config)[where->index]);
		else if (where->list == BH_LIST_MEMORY)
			mix(verdict, config_memory(where->config)[where->index].flags);
		else if (where->list == BH_LIST_IRQS)
			mix(verdict, config_irqs(where->config)[where->index].flags);
		else if (where->list == BH_LIST_PLATFORM)
			mix(verdict, config_platform(where->config)[where->index].type);
	}
	mix(verdict, where->list);
	mix(verdict, where->index);
}

static bool note(void *ctx, const struct bh_rule_hit *hit)
{
	struct verdict *verdict = ctx;

	if (hit->rule <= BH_RULE_NONE || hit->rule >= BH_RULE_COUNT)
		errx(1, "rule %d does not exist", hit->rule);
	verdict->hits++;
	verdict->rules |= 1ull << hit->rule;
	mix(verdict, hit->rule);
	mix_where(verdict, &hit->a);
	mix_where(verdict, &hit->b);
	return true;
}

static bool judge_content(const struct bh_config *config, const struct bh_config *system,
			  const struct bh_config *const *cells, unsigned int count, bh_rule_fn fn,
			  void *ctx)
{
	if (config->kind == BH_CONFIG_SYSTEM)
		return config_check_system(&config_limits_arm64, config, fn, ctx);
	return config_check_cell(&config_limits_arm64, system, cells, count, config, fn, ctx);
}

struct verdict judge(const void *data, size_t size, const struct bh_config *system,
		     const struct bh_config *const *cells, unsigned int count)
{
	const struct bh_config *config = data;
	struct verdict verdict = { .hash = 0xcbf29ce484222325 };
	uint16_t kind = BH_CONFIG_CELL;

	if (size >= sizeof(*config) && config->kind == BH_CONFIG_SYSTEM)
		kind = BH_CONFIG_SYSTEM;
	verdict.passed =
		config_check_format(&config_limits_arm64, data, size, kind, note, &verdict);
	if (verdict.passed)
		verdict.passed = judge_content(config, system, cells, count, note, &verdict);
	if (verdict.passed != !verdict.hits)
		errx(1, "%u reports, but the result is %d", verdict.hits, verdict.passed);
	return verdict;
}
