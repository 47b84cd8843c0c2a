// SPDX-License-Identifier: GPL-2.0-only
/* The config rules on the format: whether bytes can be read as a config at all. */
#include "config_rules.h"

static bool magic_fits(const struct bh_config *config)
{
	for (int i = 0; i < 8; i++)
		if (config->magic[i] != BH_CONFIG_MAGIC[i])
			return false;
	return true;
}

static bool terminated(const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (!text[i])
			return true;
	return false;
}

static bool array_fits(const struct bh_config *config, struct bh_array array, size_t entry_size,
		       uint32_t max)
{
	if (!array.count)
		return !array.offset;
	return array.count <= max && array.offset % 8 == 0 &&
	       array.offset >= sizeof(struct bh_config) &&
	       array.offset + (uint64_t)array.count * entry_size <= config->total_size;
}

static bool sizes_fit(const struct bh_config *config, size_t size)
{
	return config->total_size >= sizeof(*config) && config->total_size <= size &&
	       config->total_size <= BH_CONFIG_MAX_SIZE && config->total_size % 8 == 0 &&
	       config->file_size >= config->total_size;
}

static bool arrays_fit(const struct bh_config *config)
{
	const uint32_t max = BH_CONFIG_MAX_ENTRIES;

	return array_fits(config, config->cpus, sizeof(uint64_t), BH_MAX_CPUS) &&
	       array_fits(config, config->memory, sizeof(struct bh_memory), max) &&
	       array_fits(config, config->irqs, sizeof(struct bh_irq), max) &&
	       array_fits(config, config->platform, sizeof(struct bh_platform), max);
}

static bool strings_fit(const struct bh_config *config)
{
	return terminated(config->name, BH_NAME_SIZE) &&
	       terminated(config->cmdline, BH_CMDLINE_SIZE);
}

static enum bh_rule format_rule(const struct config_limits *limits, const void *blob, size_t size)
{
	const struct bh_config *config = blob;

	if (size < sizeof(*config) || (uintptr_t)blob % 8 || !magic_fits(config))
		return BH_RULE_FORMAT;
	if (config->version != BH_CONFIG_VERSION)
		return BH_RULE_VERSION;
	if (config->arch != limits->arch)
		return BH_RULE_ARCH;
	if (!sizes_fit(config, size) || !arrays_fit(config) || !strings_fit(config))
		return BH_RULE_FORMAT;
	return BH_RULE_NONE;
}

bool config_check_format(const struct config_limits *limits, const void *blob, size_t size,
			 uint16_t kind, bh_rule_fn fn, void *ctx)
{
	struct bh_rule_hit hit = { .rule = format_rule(limits, blob, size) };

	if (hit.rule == BH_RULE_NONE) {
		/* From here on it can be read, and named. */
		hit.a.config = blob;
		if (hit.a.config->kind == kind)
			return true;
		hit.rule = BH_RULE_KIND;
	}
	fn(ctx, &hit);
	return false;
}
