/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Bulkhead ABI: versions, architectures, limits and error numbers.
 *
 * include/bulkhead is the only thing that hypervisor, driver, tools and cells
 * share. All multi-byte fields are little endian, all structures are laid out
 * without implicit padding, and every reserved field is zero.
 */
#ifndef BULKHEAD_ABI_H
#define BULKHEAD_ABI_H

#ifdef __KERNEL__
#include <linux/types.h>
#else
#include <stdint.h>
#endif

/** Version of everything in this directory; all parts must agree exactly. */
#define BH_ABI_VERSION 1u

/** enum bh_arch - architecture of an image or a config. */
enum bh_arch {
	BH_ARCH_ARM64 = 1,
	BH_ARCH_X86_64 = 2,
};

#define BH_NAME_SIZE 32 /**< bytes of a cell's name, with its NUL */
#define BH_CMDLINE_SIZE 256 /**< bytes of a cell's command line, with its NUL */
#define BH_MAX_CELLS 16 /**< cells at one time, the root cell included */
#define BH_MAX_CPUS 64 /**< CPUs in a system config */
#define BH_PAGE_SIZE 4096u /**< unit of everything that is mapped */

/**
 * enum bh_error - negative results of hypercalls.
 *
 * A hypercall returns 0 or a positive value on success. Results at or below
 * -BH_E_RULE name the config rule (rules.h) that refused a config:
 * rule = -result - BH_E_RULE.
 */
enum bh_error {
	BH_E_NOSYS = 1, /**< no hypercall has this number */
	BH_E_PERM = 2, /**< only the root cell may call this */
	BH_E_INVAL = 3, /**< an argument is out of range */
	BH_E_NOENT = 4, /**< no such cell, CPU or item */
	BH_E_BUSY = 5, /**< another management operation is under way */
	BH_E_NOMEM = 6, /**< the hypervisor's page pool is exhausted */
	BH_E_EXIST = 7, /**< a cell of this name exists, or no free cell slot */
	BH_E_STATE = 8, /**< the cell is not in a state that allows this */
	BH_E_LOCKED = 9, /**< a running cell has locked the partitioning */
	BH_E_AGAIN = 10, /**< a slice of the work is done: call again */
	BH_E_DENIED = 11, /**< the cell refused to shut down */
	BH_E_CPU = 12, /**< a CPU of the config is not offline in the root cell */
	BH_E_CELLS = 13, /**< cells other than the root cell still exist */
	BH_E_VERSION = 14, /**< image, config and driver differ in version */
	BH_E_FEATURE = 15, /**< the CPU or interrupt controller lacks something needed */
	BH_E_IO = 16, /**< hardware did not answer within its bound */
	BH_E_RULE = 4096, /**< base: a config rule refused; see rules.h */
};

#endif
