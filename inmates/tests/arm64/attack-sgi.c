// SPDX-License-Identifier: GPL-2.0-only
/*
 * Attacks by interrupts sent to others' CPUs: every encoding of ICC_SGI1R_EL1,
 * ICC_SGI0R_EL1 and ICC_ASGI1R_EL1 (IHI 0069 12.2.36). That nothing arrives is
 * for the others to notice; what arrives at this CPU is its own.
 *
 *   count=20000   random values per register
 */
#include "attack-arm64.h"

#define IRM (1ull << 40)

static uint64_t sent, undefined;

static void put_sgi1r(void *value)
{
	write_sysreg((uint64_t)value, ICC_SGI1R_EL1);
}

static void put_asgi1r(void *value)
{
	write_sysreg((uint64_t)value, ICC_ASGI1R_EL1);
}

static void put_sgi0r(void *value)
{
	write_sysreg((uint64_t)value, ICC_SGI0R_EL1);
}

static void (*const put[])(void *) = { put_sgi1r, put_asgi1r, put_sgi0r };

static void send(uint64_t value)
{
	for (size_t i = 0; i < ARRAY_SIZE(put); i++) {
		sent++;
		if (!try_call(put[i], (void *)value))
			undefined++;
	}
	if (sent % 4096 == 0)
		comm_serve();
}

static uint64_t value(uint64_t aff3, uint64_t rs, uint64_t aff2, uint64_t aff1, uint64_t n)
{
	return aff3 << 48 | rs << 44 | aff2 << 32 | n << 24 | aff1 << 16 | 0xffff;
}

void attack_sgi(void)
{
	uint64_t count = arg_u64("count", 20000);

	sent = undefined = 0;
	for (uint64_t n = 0; n < 16; n++) {
		for (uint64_t rs = 0; rs < 16; rs++)
			send(value(0, rs, 0, 0, n));
		for (uint64_t a = 0; a < 256; a++) {
			send(value(a, 0, 0, 0, n));
			send(value(0, 0, a, 0, n));
			send(value(0, 0, 0, a, n));
		}
		for (uint64_t list = 0; list < 16; list++)
			send(n << 24 | 1ull << list);
		send(IRM | n << 24);
		send(IRM | n << 24 | 0xffff);
		send(IRM | value(255, 15, 255, 255, n));
	}
	while (count--)
		send(random64());
	/* What the cell has sent to itself. */
	mmio_write32(gic_redist() + GICR_SGI + GICD_ICPENDR, 0xffff);
	tried("%lu SGIs in every encoding, %lu undefined", sent, undefined);
}
