/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What a config source includes. See docs/configuring.md.
 *
 * A source describes one config with plain arrays and ends with a struct named
 * bulkhead_config that names them. Nothing is counted or aligned by hand:
 *
 *	static const struct bh_memory_source memory[] = {
 *		{ BH_HERE("ram"), .phys = 0x78000000, .size = 1 << 20, .flags = BH_MEM_READ },
 *	};
 *
 *	const struct bh_config_source bulkhead_config = {
 *		BH_CONFIG_HERE,
 *		.kind = BH_CONFIG_CELL,
 *		.memory = BH_ARRAY(memory),
 *		...
 *	};
 */
#ifndef BULKHEAD_CONFIG_SOURCE_H
#define BULKHEAD_CONFIG_SOURCE_H

#include <stddef.h>
#include <stdint.h>
#include <bulkhead/config.h>

#define BH_KIB(n) ((uint64_t)(n) << 10)
#define BH_MIB(n) ((uint64_t)(n) << 20)
#define BH_GIB(n) ((uint64_t)(n) << 30)

/**
 * BH_HERE() - starts an entry: remembers file and line and gives the entry a name.
 * @label_: name for messages and for `hvctl config show`, up to 31 characters
 *
 * Must not be used within the arguments of another macro: all lines of such a use
 * are one line to the compiler.
 */
#define BH_HERE(label_) .file = __FILE__, .line = __LINE__, .label = (label_)

/** BH_CONFIG_HERE - starts a struct bh_config_source: remembers file and line. */
#define BH_CONFIG_HERE .file = __FILE__, .line = __LINE__

/** BH_IDENTITY() - of a region that its owner sees where it is: the root cell's. */
#define BH_IDENTITY(address_) .phys = (address_), .virt = (address_)

/** BH_ARRAY() - hands an array of entries over, with its length. */
#define BH_ARRAY(array_)                                                                           \
	{                                                                                          \
		(array_), sizeof(array_) / sizeof((array_)[0])                                     \
	}

/** struct bh_cpu_source - a CPU; @id is its hardware identifier (arm64: MPIDR affinity). */
struct bh_cpu_source {
	const char *file;
	uint32_t line;
	const char *label;
	uint64_t id;
};

/** struct bh_memory_source - a region; as struct bh_memory. */
struct bh_memory_source {
	const char *file;
	uint32_t line;
	const char *label;
	uint64_t phys;
	uint64_t virt;
	uint64_t size;
	uint32_t flags;
};

/** struct bh_irq_source - interrupts @first to @first + @count - 1; as struct bh_irq. */
struct bh_irq_source {
	const char *file;
	uint32_t line;
	const char *label;
	uint32_t first;
	uint32_t count;
	uint32_t flags;
};

/** struct bh_platform_source - a platform device; as struct bh_platform. */
struct bh_platform_source {
	const char *file;
	uint32_t line;
	const char *label;
	uint32_t type;
	uint64_t phys;
	uint64_t size;
};

/**
 * struct bh_config_source - a config, as its author writes it.
 * @file: BH_CONFIG_HERE
 * @line: BH_CONFIG_HERE
 * @arch: enum bh_arch
 * @kind: enum bh_config_kind
 * @flags: BH_CELL_*
 * @fault_policy: enum bh_fault_policy
 * @name: of the cell, or of the machine
 * @cmdline: for the cell, may be left out
 * @entry: address at which the cell starts
 * @entry_arg: value of the first argument register there
 * @hypervisor_phys: hypervisor memory; system configs
 * @hypervisor_size: its size; system configs
 * @console: UART, or none
 * @cpus: BH_ARRAY() of struct bh_cpu_source
 * @memory: BH_ARRAY() of struct bh_memory_source
 * @irqs: BH_ARRAY() of struct bh_irq_source
 * @platform: BH_ARRAY() of struct bh_platform_source; system configs
 *
 * What is left out is 0 or empty.
 */
struct bh_config_source {
	const char *file;
	uint32_t line;
	uint16_t arch;
	uint16_t kind;
	uint32_t flags;
	uint32_t fault_policy;
	const char *name;
	const char *cmdline;
	uint64_t entry;
	uint64_t entry_arg;
	uint64_t hypervisor_phys;
	uint64_t hypervisor_size;
	struct bh_console_config console;
	struct {
		const struct bh_cpu_source *entries;
		size_t count;
	} cpus;
	struct {
		const struct bh_memory_source *entries;
		size_t count;
	} memory;
	struct {
		const struct bh_irq_source *entries;
		size_t count;
	} irqs;
	struct {
		const struct bh_platform_source *entries;
		size_t count;
	} platform;
};

/** The one thing that a config source defines. */
extern const struct bh_config_source bulkhead_config;

#endif
