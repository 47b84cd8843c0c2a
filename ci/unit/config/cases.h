/* SPDX-License-Identifier: GPL-2.0-only */
/* Configs as test cases, and what the rules say to them. */
#ifndef UNIT_CONFIG_CASES_H
#define UNIT_CONFIG_CASES_H

#include "config_rules.h"

extern const struct config_limits config_limits_arm64;

/** struct blob - a config in memory that is exactly as large as it is. */
struct blob {
	char name[64];
	unsigned char *data;
	size_t size;
};

/** struct set - all configs of a directory, the system config first. */
struct set {
	struct blob system;
	struct blob blobs[256];
	unsigned int count;
};

/**
 * struct verdict - what was reported.
 * @passed: as returned
 * @hits: how many rules were broken
 * @rules: bit per rule
 * @hash: over all reports
 */
struct verdict {
	bool passed;
	unsigned int hits;
	uint64_t rules;
	uint64_t hash;
};

/** load_set() - reads a directory; ends the program if it cannot. */
void load_set(struct set *set, const char *directory);

/** free_set() - gives its memory back. */
void free_set(struct set *set);

/** find_blob() - by name; ends the program if there is none. */
const struct blob *find_blob(const struct set *set, const char *name);

/** judge() - all checks that apply, as hypervisor and tools make them. */
struct verdict judge(const void *data, size_t size, const struct bh_config *system,
		     const struct bh_config *const *cells, unsigned int count);

#endif
