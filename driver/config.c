// SPDX-License-Identifier: GPL-2.0-only
/*
 * Configs: copied in, and their headers checked as far as the driver reads them.
 * Whether a config makes sense is decided by the hypervisor's rules.
 */
#include <linux/ctype.h>
#include <linux/gfp.h>
#include <linux/overflow.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include "arch.h"
#include "bulkhead.h"

static bool array_fits(const struct bh_config *config, struct bh_array array, size_t entry,
		       u32 limit)
{
	if (!array.count)
		return true;
	return array.count <= limit && array.offset % 8 == 0 && array.offset >= sizeof(*config) &&
	       array.offset <= config->total_size &&
	       array.count * entry <= config->total_size - array.offset;
}

/* The name becomes that of a directory and of claims, and is in messages. */
static bool name_is_sound(const char *name)
{
	size_t length = strnlen(name, BH_NAME_SIZE);
	size_t i;

	for (i = 0; i < length; i++)
		if (!isascii(name[i]) || !isgraph(name[i]) || name[i] == '/')
			return false;
	return length > 0 && length < BH_NAME_SIZE && name[0] != '.';
}

static int check_header(const struct bh_config *config, size_t bytes, enum bh_config_kind kind)
{
	const char *expected = kind == BH_CONFIG_SYSTEM ? "system config" : "cell config";

	if (memcmp(config->magic, BH_CONFIG_MAGIC, sizeof(config->magic)) != 0)
		return bh_refuse(-EPROTO, "this is not a %s: give a .cell file", expected);
	if (config->version != BH_CONFIG_VERSION)
		return bh_refuse(-EPROTO, "the %s has version %u, not %u: build it anew", expected,
				 config->version, BH_CONFIG_VERSION);
	if (config->arch != bh_arch_id)
		return bh_refuse(-EPROTO, "the %s is for another architecture (%u)", expected,
				 config->arch);
	if (config->kind != kind)
		return bh_refuse(-EPROTO, "a %s is needed here, not the other kind", expected);
	if (config->total_size != bytes ||
	    !array_fits(config, config->cpus, sizeof(u64), BH_MAX_CPUS) ||
	    !array_fits(config, config->memory, sizeof(struct bh_memory), BH_CONFIG_MAX_ENTRIES))
		return bh_refuse(-EPROTO, "the %s is damaged: its sizes do not fit together",
				 expected);
	if (!name_is_sound(config->name))
		return bh_refuse(-EPROTO, "the %s has no proper name", expected);
	return 0;
}

int bh_blob_get(struct bh_blob *blob, const struct bh_ioc_config *request, enum bh_config_kind kind)
{
	u64 bytes = request->config_size;
	int err;

	if (bytes > BH_CONFIG_MAX_SIZE)
		return bh_refuse(-E2BIG, "the config is larger than %u bytes", BH_CONFIG_MAX_SIZE);
	if (bytes < sizeof(struct bh_config))
		return bh_refuse(-EPROTO, "the config is too short to be one");
	blob->order = get_order(bytes);
	blob->config = (void *)__get_free_pages(GFP_KERNEL | __GFP_ZERO, blob->order);
	if (!blob->config)
		return -ENOMEM;
	if (copy_from_user(blob->config, u64_to_user_ptr(request->config), bytes))
		err = -EFAULT;
	else
		err = check_header(blob->config, bytes, kind);
	if (err)
		bh_blob_put(blob);
	return err;
}

void bh_blob_put(struct bh_blob *blob)
{
	if (blob->config)
		free_pages((unsigned long)blob->config, blob->order);
	blob->config = NULL;
}

int bh_cpu_index(u64 hw_id)
{
	const u64 *cpus = bh_blob_cpus(&bh.blob);
	u32 i;

	for (i = 0; i < bh.blob.config->cpus.count; i++)
		if (cpus[i] == hw_id)
			return i;
	return -1;
}
