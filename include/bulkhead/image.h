/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Header of a hypervisor image (bulkhead-*.bin) and what its loader fills in.
 *
 * The image is loaded at the start of the hypervisor memory of the system
 * config. In that memory follow each other: the image with its zeroed data
 * (memory_size bytes), the per-CPU areas (percpu_size times the number of CPUs
 * in the system config), the system config (page aligned, at config_offset),
 * and the page pool up to the end.
 */
#ifndef BULKHEAD_IMAGE_H
#define BULKHEAD_IMAGE_H

#include <bulkhead/abi.h>

#define BH_IMAGE_MAGIC "BULKHEAD" /**< eight bytes, no NUL */

/**
 * struct bh_image_header - first bytes of the image.
 * @magic: BH_IMAGE_MAGIC
 * @abi_version: BH_ABI_VERSION of the build
 * @arch: enum bh_arch
 * @header_size: sizeof(struct bh_image_header) of the build
 * @file_size: bytes of the file
 * @memory_size: bytes in memory including zeroed data, a multiple of the page size
 * @text_size: bytes of code, for reports
 * @percpu_size: bytes of one CPU's area, a multiple of the page size
 * @max_cpus: CPUs the image can serve
 * @entry: offset of the entry point from the start of the image
 * @version: NUL-terminated version of the source
 *
 * Filled in by the loader in memory, zero in the file:
 * @phys_base: physical address of the image, 2 MiB aligned
 * @phys_size: bytes of hypervisor memory, a multiple of 2 MiB
 * @config_offset: offset of the system config from the start of the image,
 *                 page aligned, at or above memory_size + CPUs * percpu_size
 * @config_size: bytes of the system config given (its total_size)
 */
struct bh_image_header {
	char magic[8];
	uint32_t abi_version;
	uint16_t arch;
	uint16_t header_size;
	uint64_t file_size;
	uint64_t memory_size;
	uint64_t text_size;
	uint32_t percpu_size;
	uint32_t max_cpus;
	uint64_t entry;
	char version[40];
	uint64_t phys_base;
	uint64_t phys_size;
	uint64_t config_offset;
	uint64_t config_size;
};

/**
 * Argument of the entry point.
 *
 * The loader enters on one CPU with BH_ENTER_FIRST, and when that has returned
 * 0, on each other online CPU of the config with BH_ENTER_NEXT, in any order.
 * The entry returns to its caller with 0, the caller now running in the root
 * cell, or with a negative enum bh_error and nothing changed on that CPU. A CPU
 * that is offline then is taken over when the root cell brings it online.
 *
 * arm64: entered at EL2 by the kernel stub's HVC_SOFT_RESTART with the MMU off;
 * x0 carries the argument in and the result out; x18-x30 survive.
 */
#define BH_ENTER_FIRST 1
#define BH_ENTER_NEXT 0

#endif
