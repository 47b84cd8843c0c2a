// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the config rules need to know of arm64. Also compiled into hvctl, so that
 * a config is judged there as it is here.
 */
#include "../core/config_rules.h"

static const struct config_platform_limit platform[] = {
	/* GICv3 specification (IHI 0069) 12.8: frames of 64 KiB, at such addresses. */
	{
		.type = BH_PLATFORM_GICV3_DIST,
		.unit = 0x10000,
		.align = 0x10000,
		.needed = true,
	},
	/* 12.10: two frames per CPU. */
	{
		.type = BH_PLATFORM_GICV3_REDIST,
		.unit = 0x20000,
		.align = 0x10000,
		.per_cpu = true,
		.needed = true,
	},
	/* 12.18: control and translation frame. */
	{
		.type = BH_PLATFORM_GICV3_ITS,
		.unit = 0x20000,
		.align = 0x10000,
		.many = true,
	},
};

const struct config_limits arch_config_limits = {
	.arch = BH_ARCH_ARM64,
	.address_bits = 40, /* of the stage 2 format: see include/arch/pte.h */
	.irq_first = 32,
	.irq_last = 1019,
	.entry_align = 4,
	.cpu_id_mask = 0xff00ffffff, /* MPIDR_EL1: Aff3 and Aff2 to Aff0 */
	.flags = BH_CELL_FLAGS,
	.exclusive_flags = BH_CELL_GIC_RELAXED | BH_CELL_GIC_FILTERED,
	.platform = platform,
	.platform_count = sizeof(platform) / sizeof(platform[0]),
};
