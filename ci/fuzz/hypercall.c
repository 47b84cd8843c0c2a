// SPDX-License-Identifier: GPL-2.0-only
/*
 * libFuzzer target: hypercalls, cells and their CPUs, in any order.
 *
 * Input: a byte. Odd: a config follows, as long as it says itself, which the root cell hands
 * in. Then steps, as machine.c takes them.
 */
#include <string.h>
#include "cells.h"
#include "machine.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define POOL_PAGES 1000

static size_t hand_in(const uint8_t *data, size_t size)
{
	size_t bytes = size;
	u32 total;

	if (size >= sizeof(struct bh_config)) {
		memcpy(&total, data + offsetof(struct bh_config, total_size), sizeof(total));
		bytes = MIN(size, total);
	}
	if (bytes > BH_CONFIG_MAX_SIZE)
		return 0;
	for (u32 cpu = 1; cpu < cpu_count; cpu++)
		fake_cpu_off(cpu);
	memcpy(fake_memory(FAKE_CONFIG), data, bytes);
	call(BH_HC_CELL_CREATE, FAKE_CONFIG, bytes, 0, 0);
	check_partition();
	return bytes;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static bool ready;
	size_t used = 1;

	if (!size)
		return 0;
	if (!ready) {
		fake_boot(POOL_PAGES);
		machine_begin();
		ready = true;
	}
	/* Each input finds the same. */
	memset(fake_memory(FAKE_RAM), 0, FAKE_RAM_BACKED);
	if (*data & 1)
		used += hand_in(data + 1, size - 1);
	machine_run(data + used, size - used);
	machine_end();
	return 0;
}
