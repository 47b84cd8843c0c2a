/* SPDX-License-Identifier: GPL-2.0-only */
/* .cell files: reading them, finding source lines, applying the rules. */
#ifndef HVCTL_CONFIG_FILE_H
#define HVCTL_CONFIG_FILE_H

#include "config_rules.h"
#include "hvctl.h"

/**
 * struct config_file - a config that passed the format check.
 * @path: as it was given
 * @config: its bytes
 * @size: of the file
 * @limits: of its architecture
 */
struct config_file {
	const char *path;
	struct bh_config *config;
	size_t size;
	const struct config_limits *limits;
};

/**
 * struct findings - where rule reports go.
 * @json: collect them for findings_json(), instead of printing them
 * @file: the file under scrutiny
 * @others: further files that reports may name, the system config among them
 * @other_count: of them
 * @count: reports so far
 * @explained: bit per rule: the remedy has been printed
 */
struct findings {
	bool json;
	const struct config_file *file;
	const struct config_file *const *others;
	unsigned int other_count;
	unsigned int count;
	uint64_t explained;
};

/** limits_of() - limits of an architecture, NULL if it is unknown. */
const struct config_limits *limits_of(uint16_t arch);

/** arch_name() - "arm64". */
const char *arch_name(uint16_t arch);

/**
 * config_load() - reads a file and applies the format rules.
 * @file: out
 * @path: of the file
 * @findings: told of broken rules
 *
 * Return: false if it cannot be used; a message has been printed.
 */
bool config_load(struct config_file *file, const char *path, struct findings *findings);

/** config_adopt() - as config_load(), for bytes that are in memory. */
bool config_adopt(struct config_file *file, const char *path, void *blob, size_t size,
		  struct findings *findings);

/** config_is_system() - whether it is a system config. */
bool config_is_system(const struct config_file *file);

/** config_source() - line and label of an entry, NULL if the file does not tell. */
const struct bh_source *config_source(const struct config_file *file, uint32_t list,
				      uint32_t index);

/** config_label() - what the author called an entry, "" if that is not known. */
const char *config_label(const struct config_file *file, uint32_t list, uint32_t index);

/** config_source_path() - name of the file an entry is in, NULL if the file does not tell. */
const char *config_source_path(const struct config_file *file, const struct bh_source *source);

/** config_describe() - an entry in words, with its numbers; allocated. */
char *config_describe(const struct config_file *file, uint32_t list, uint32_t index);

/** findings_report() - a bh_rule_fn; the context is a struct findings. */
bool findings_report(void *findings, const struct bh_rule_hit *hit);

/** system_in_use() - the system config of the running hypervisor, false if there is none. */
bool system_in_use(struct config_file *file);

#endif
