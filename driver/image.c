// SPDX-License-Identifier: GPL-2.0-only
/*
 * The hypervisor's image: checked, and laid out in hypervisor memory together
 * with the system config as include/bulkhead/image.h says.
 */
#include <linux/align.h>
#include <linux/firmware.h>
#include <linux/io.h>
#include <linux/ioport.h>
#include <linux/sizes.h>
#include <linux/string.h>
#include <bulkhead/image.h>
#include "arch.h"
#include "bulkhead.h"

/* Fewer pages than this cannot hold the root cell's stage 2. */
#define MIN_POOL_BYTES (16 * BH_PAGE_SIZE)
#define MEMORY_UNIT SZ_2M
#define MEMORY_MAX SZ_64M

static bool header_is_sound(const struct bh_image_header *header, size_t bytes)
{
	return header->header_size == sizeof(*header) && header->file_size == bytes &&
	       header->memory_size >= bytes && header->memory_size <= MEMORY_MAX &&
	       header->memory_size % BH_PAGE_SIZE == 0 && header->percpu_size > 0 &&
	       header->percpu_size <= MEMORY_UNIT && header->percpu_size % BH_PAGE_SIZE == 0 &&
	       header->entry >= sizeof(*header) && header->entry < bytes && header->max_cpus > 0 &&
	       strnlen(header->version, sizeof(header->version)) < sizeof(header->version);
}

static int check_image(const struct firmware *image)
{
	const struct bh_image_header *header = (const void *)image->data;

	if (image->size < sizeof(*header) ||
	    memcmp(header->magic, BH_IMAGE_MAGIC, sizeof(header->magic)) != 0)
		return bh_refuse(-ENOEXEC, "%s is not a hypervisor image: install it anew",
				 bh_arch_image);
	if (header->abi_version != BH_ABI_VERSION)
		return bh_refuse(-ENOEXEC,
				 "%s has ABI version %u, this driver %u: install them together",
				 bh_arch_image, header->abi_version, BH_ABI_VERSION);
	if (header->arch != bh_arch_id)
		return bh_refuse(-ENOEXEC, "%s is for another architecture (%u)", bh_arch_image,
				 header->arch);
	if (!header_is_sound(header, image->size))
		return bh_refuse(-ENOEXEC, "%s is damaged: install it anew", bh_arch_image);
	return 0;
}

/* Lays out hypervisor memory. */
static int plan(struct bh_image_header *header, const struct bh_config *config)
{
	u64 cpus = config->cpus.count;

	if (config->hypervisor_phys % MEMORY_UNIT || config->hypervisor_size % MEMORY_UNIT ||
	    config->hypervisor_size < MEMORY_UNIT || config->hypervisor_size > MEMORY_MAX ||
	    config->hypervisor_phys + config->hypervisor_size < config->hypervisor_phys)
		return bh_refuse(
			-EPROTO,
			"hypervisor memory must be 2 to 64 MiB in units of 2 MiB: mend the system config");
	if (cpus > header->max_cpus)
		return bh_refuse(-ENOSPC, "the system config has %llu CPUs, the image serves %u",
				 cpus, header->max_cpus);
	header->phys_base = config->hypervisor_phys;
	header->phys_size = config->hypervisor_size;
	header->config_offset = header->memory_size + cpus * header->percpu_size;
	header->config_size = config->total_size;
	if (header->config_offset + ALIGN(header->config_size, BH_PAGE_SIZE) + MIN_POOL_BYTES >
	    header->phys_size)
		return bh_refuse(
			-ENOSPC,
			"hypervisor memory of %llu bytes is too small for image, CPUs and pool: reserve more",
			header->phys_size);
	return 0;
}

static int claim(const struct bh_image_header *header)
{
	int err = bh_memory_check(header->phys_base, header->phys_size, "hypervisor");

	if (err)
		return err;
	if (!request_mem_region(header->phys_base, header->phys_size, "Bulkhead hypervisor"))
		return bh_refuse(
			-EADDRINUSE,
			"hypervisor memory at %#llx is claimed by something else: see /proc/iomem",
			header->phys_base);
	return 0;
}

/* The image with its zeroed data, the per-CPU areas, and the config. */
static int fill(const struct bh_image_header *header, const struct firmware *image)
{
	size_t bytes = header->config_offset + header->config_size;
	void *memory = memremap(header->phys_base, bytes, MEMREMAP_WB);

	if (!memory)
		return -ENOMEM;
	memcpy(memory, image->data, image->size);
	memcpy(memory, header, sizeof(*header));
	memset(memory + image->size, 0, header->config_offset - image->size);
	memcpy(memory + header->config_offset, bh.blob.config, header->config_size);
	bh_arch_clean(memory, bytes);
	memunmap(memory);
	return 0;
}

static int place(const struct firmware *image, phys_addr_t *entry)
{
	struct bh_image_header header;
	int err = check_image(image);

	if (err)
		return err;
	header = *(const struct bh_image_header *)image->data;
	err = plan(&header, bh.blob.config);
	if (!err)
		err = claim(&header);
	if (err)
		return err;
	bh.phys = header.phys_base;
	bh.size = header.phys_size;
	err = fill(&header, image);
	if (err) {
		bh_image_remove();
		return err;
	}
	memcpy(bh.version, header.version, sizeof(bh.version));
	*entry = bh.phys + header.entry;
	return 0;
}

int bh_image_place(struct device *dev, phys_addr_t *entry)
{
	const struct firmware *image;
	int err = firmware_request_nowarn(&image, bh_arch_image, dev);

	if (err)
		return bh_refuse(err,
				 "%s is not in the firmware path (%d): put it into /lib/firmware",
				 bh_arch_image, err);
	err = place(image, entry);
	release_firmware(image);
	return err;
}

void bh_image_remove(void)
{
	release_mem_region(bh.phys, bh.size);
}
