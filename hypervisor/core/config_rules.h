/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The config rules: one checker for the build, for hvctl and for the hypervisor.
 *
 * Freestanding, without memory of its own, without recursion; the work is bounded
 * by BH_CONFIG_MAX_ENTRIES and BH_MAX_CELLS. It names no architecture: what
 * differs between them is in a struct config_limits that the caller passes.
 */
#ifndef BULKHEAD_CONFIG_RULES_H
#define BULKHEAD_CONFIG_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <bulkhead/config.h>
#include <bulkhead/rules.h>

/**
 * struct config_platform_limit - what a platform device must look like.
 * @type: enum bh_platform_type
 * @unit: bytes; the size is a multiple of it (of one CPU's part, if @per_cpu)
 * @align: alignment of its address, a power of two
 * @per_cpu: the size is at least @unit for each CPU of the system config;
 *           otherwise it is exactly @unit
 * @needed: a system config without one is refused
 * @many: there may be more than one
 */
struct config_platform_limit {
	uint32_t type;
	uint32_t unit;
	uint32_t align;
	bool per_cpu;
	bool needed;
	bool many;
};

/**
 * struct config_limits - what an architecture allows.
 * @arch: enum bh_arch
 * @address_bits: width of physical and guest-physical addresses, 32 to 63
 * @irq_first: lowest interrupt number that can be given to a cell
 * @irq_last: highest one
 * @entry_align: alignment of the entry address, a power of two
 * @cpu_id_mask: bits that a CPU's hardware identifier can have
 * @port_last: highest I/O port, 0 where there are none
 * @flags: BH_CELL_* that exist on this architecture
 * @exclusive_flags: of them, at most one may be set
 * @platform: platform devices that exist
 * @platform_count: of them
 */
struct config_limits {
	uint16_t arch;
	uint16_t address_bits;
	uint32_t irq_first;
	uint32_t irq_last;
	uint32_t entry_align;
	uint64_t cpu_id_mask;
	uint32_t port_last;
	uint32_t flags;
	uint32_t exclusive_flags;
	uint32_t platform_count;
	const struct config_platform_limit *platform;
};

/**
 * struct bh_rule_where - an entry of a config.
 * @config: the config, NULL for none
 * @list: enum bh_config_list
 * @index: of the entry in that list, 0 with BH_LIST_HEADER
 */
struct bh_rule_where {
	const struct bh_config *config;
	uint32_t list;
	uint32_t index;
};

/**
 * struct bh_rule_hit - a rule that is broken.
 * @rule: which
 * @a: the entry that breaks it
 * @b: the other entry, where two clash
 */
struct bh_rule_hit {
	enum bh_rule rule;
	struct bh_rule_where a, b;
};

/**
 * typedef bh_rule_fn - told of each broken rule.
 *
 * Return: true to be told of further ones, false to hear no more.
 */
typedef bool (*bh_rule_fn)(void *ctx, const struct bh_rule_hit *hit);

/**
 * config_check_format() - whether bytes are a config that can be read at all.
 * @limits: of the architecture expected
 * @blob: the bytes, any bytes; 8-byte aligned
 * @size: how many there are
 * @kind: enum bh_config_kind that is expected
 * @fn: told of the first thing that is wrong
 * @ctx: passed to @fn
 *
 * The other checks, and the accessors below, may only be used on bytes that
 * passed this one and cannot change any more. Arrays may overlap each other.
 *
 * Return: true if nothing is wrong.
 */
bool config_check_format(const struct config_limits *limits, const void *blob, size_t size,
			 uint16_t kind, bh_rule_fn fn, void *ctx);

/**
 * config_check_system() - apply all rules to a system config.
 * @limits: of its architecture
 * @system: the config; config_check_format() has passed
 * @fn: told of what is wrong
 * @ctx: passed to @fn
 *
 * Return: true if nothing is wrong.
 */
bool config_check_system(const struct config_limits *limits, const struct bh_config *system,
			 bh_rule_fn fn, void *ctx);

/**
 * config_check_cell() - apply all rules to the config of a further cell.
 * @limits: of its architecture
 * @system: the system config; all checks have passed
 * @cells: configs of the further cells that exist
 * @count: of them
 * @cell: the config; config_check_format() has passed
 * @fn: told of what is wrong
 * @ctx: passed to @fn
 *
 * Return: true if nothing is wrong.
 */
bool config_check_cell(const struct config_limits *limits, const struct bh_config *system,
		       const struct bh_config *const *cells, unsigned int count,
		       const struct bh_config *cell, bh_rule_fn fn, void *ctx);

static inline const uint64_t *config_cpus(const struct bh_config *config)
{
	return (const uint64_t *)((const char *)config + config->cpus.offset);
}

static inline const struct bh_memory *config_memory(const struct bh_config *config)
{
	return (const struct bh_memory *)((const char *)config + config->memory.offset);
}

static inline const struct bh_irq *config_irqs(const struct bh_config *config)
{
	return (const struct bh_irq *)((const char *)config + config->irqs.offset);
}

static inline const struct bh_platform *config_platform(const struct bh_config *config)
{
	return (const struct bh_platform *)((const char *)config + config->platform.offset);
}

#endif
