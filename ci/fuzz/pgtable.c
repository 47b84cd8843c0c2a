// SPDX-License-Identifier: GPL-2.0-only
/*
 * libFuzzer target: page tables against their model.
 *
 * Input: a byte, whose lowest bits say how it ends, then operations (struct model_operation).
 */
#include <string.h>
#include "pgtable_model.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define POOL_PAGES 4000
#define COMPARE_EVERY 32

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static bool ready;
	struct model_operation operation;
	bool by_unmap, revoke;

	if (!size)
		return 0;
	if (!ready)
		fake_boot(POOL_PAGES);
	ready = true;
	by_unmap = *data & 1;
	revoke = *data++ & 2;
	size--;
	model_begin();
	for (u32 n = 1; size >= sizeof(operation); n++) {
		memcpy(&operation, data, sizeof(operation));
		data += sizeof(operation);
		size -= sizeof(operation);
		model_do(&operation);
		if (n % COMPARE_EVERY == 0)
			model_compare();
	}
	if (revoke)
		model_revoke();
	model_end(by_unmap);
	return 0;
}
