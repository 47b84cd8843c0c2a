/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Numbers of the config rules.
 *
 * One set of rules (hypervisor/core/config_rules.c) is applied by the build, by
 * `hvctl config check` and by the hypervisor. Numbers are stable: they are
 * never reused, and new rules take the next one.
 */
#ifndef BULKHEAD_RULES_H
#define BULKHEAD_RULES_H

/** enum bh_rule - what a config must satisfy. */
enum bh_rule {
	BH_RULE_NONE = 0,
	BH_RULE_FORMAT = 1, /**< magic, sizes and array bounds are sound */
	BH_RULE_VERSION = 2, /**< version is the one this build reads */
	BH_RULE_ARCH = 3, /**< architecture is the one expected */
	BH_RULE_KIND = 4, /**< a system config where one is needed, a cell's elsewhere */
	BH_RULE_NAME = 5, /**< name is well formed */
	BH_RULE_NAME_TWICE = 6, /**< no two cells bear one name */
	BH_RULE_FLAGS = 7, /**< no unknown flags or policies, reserved fields are 0 */
	BH_RULE_NO_CPU = 8, /**< at least one CPU */
	BH_RULE_CPU_TWICE = 9, /**< a CPU is listed once */
	BH_RULE_CPU_UNKNOWN = 10, /**< a cell's CPUs are in the system config */
	BH_RULE_CPU_TAKEN = 11, /**< a CPU belongs to one cell */
	BH_RULE_CPU_ALL = 12, /**< the root cell keeps at least one CPU */
	BH_RULE_MEM_ALIGN = 13, /**< addresses and sizes are page multiples, size not 0 */
	BH_RULE_MEM_WRAP = 14, /**< no region ends beyond the address space */
	BH_RULE_MEM_FLAGS = 15, /**< flags of a region make sense together */
	BH_RULE_MEM_OVERLAP_VIRT =
		16, /**< regions of a cell do not overlap as the cell sees them */
	BH_RULE_MEM_OVERLAP_PHYS = 17, /**< physical regions of a cell do not overlap */
	BH_RULE_MEM_TAKEN = 18, /**< private memory belongs to one cell */
	BH_RULE_MEM_NOT_ROOT = 19, /**< a cell's memory is part of the root cell's */
	BH_RULE_MEM_HYPERVISOR = 20, /**< no region touches the hypervisor's memory */
	BH_RULE_MEM_PLATFORM = 21, /**< no region touches a trapped platform device */
	BH_RULE_MEM_IDENTITY = 22, /**< the root cell sees its memory where it is */
	BH_RULE_HV_MEMORY = 23, /**< hypervisor memory: 2 MiB aligned, 2 to 64 MiB */
	BH_RULE_IRQ_RANGE = 24, /**< interrupt numbers exist */
	BH_RULE_IRQ_TWICE = 25, /**< an interrupt is listed once */
	BH_RULE_IRQ_TAKEN = 26, /**< an interrupt belongs to one cell */
	BH_RULE_IRQ_NOT_ROOT = 27, /**< a cell's interrupts are in the root cell's list */
	BH_RULE_PLATFORM = 28, /**< platform devices: known type, aligned, present once */
	BH_RULE_PLATFORM_MISSING = 29, /**< the interrupt controller is described */
	BH_RULE_ENTRY = 30, /**< the entry address is in executable memory */
	BH_RULE_COMM = 31, /**< at most one comm page, one page long */
	BH_RULE_COMM_NEEDED = 32, /**< a cell that is asked to shut down has a comm page */
	BH_RULE_DMA = 33, /**< DMA without an IOMMU needs allow_unprotected_dma */
	BH_RULE_CONSOLE = 34, /**< console of a known type, at an address the owner has */
	BH_RULE_GIC_MODE = 35, /**< relaxed and filtered exclude each other */
	BH_RULE_COUNT
};

#endif
