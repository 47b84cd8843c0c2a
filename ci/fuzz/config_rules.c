// SPDX-License-Identifier: GPL-2.0-only
/*
 * libFuzzer target: the config rules.
 *
 * Input: the size of a system config as two bytes, little endian, in units of 8;
 * the system config; what remains is the config of a cell. Each is given to the
 * checker in memory of its exact size.
 */
#include <stdlib.h>
#include <string.h>
#include "config_rules.h"

extern const struct config_limits config_limits_arm64;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool look(void *ctx, const struct bh_rule_hit *hit)
{
	volatile uint64_t *sum = ctx;

	if (hit->rule <= BH_RULE_NONE || hit->rule >= BH_RULE_COUNT)
		abort();
	/* Whoever reports a broken rule reads the entry. */
	if (hit->a.config && hit->a.list == BH_LIST_MEMORY)
		*sum += config_memory(hit->a.config)[hit->a.index].phys;
	if (hit->b.config && hit->b.list == BH_LIST_IRQS)
		*sum += config_irqs(hit->b.config)[hit->b.index].first;
	return true;
}

static void *copy(const uint8_t *data, size_t size)
{
	void *memory = malloc(size ? size : 1);

	if (!memory)
		abort();
	return memcpy(memory, data, size);
}

static bool format(const void *blob, size_t size, uint16_t kind)
{
	uint64_t sum = 0;

	return config_check_format(&config_limits_arm64, blob, size, kind, look, &sum);
}

static void check(const struct bh_config *system, size_t system_size, const struct bh_config *cell,
		  size_t cell_size)
{
	const struct bh_config *const cells[] = { cell };
	uint64_t sum = 0;
	bool good;

	if (!format(system, system_size, BH_CONFIG_SYSTEM))
		return;
	config_check_system(&config_limits_arm64, system, look, &sum);
	if (!format(cell, cell_size, BH_CONFIG_CELL))
		return;
	good = config_check_cell(&config_limits_arm64, system, NULL, 0, cell, look, &sum);
	/* A cell cannot exist twice, whatever it is: its name is taken at least. */
	if (config_check_cell(&config_limits_arm64, system, cells, 1, cell, look, &sum))
		abort();
	if (good != config_check_cell(&config_limits_arm64, system, NULL, 0, cell, look, &sum))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t system_size;
	void *system, *cell;

	if (size < 2)
		return 0;
	system_size = 8u * (data[0] | (size_t)data[1] << 8);
	data += 2;
	size -= 2;
	if (system_size > size)
		system_size = size;
	system = copy(data, system_size);
	cell = copy(data + system_size, size - system_size);
	check(system, system_size, cell, size - system_size);
	free(system);
	free(cell);
	return 0;
}
