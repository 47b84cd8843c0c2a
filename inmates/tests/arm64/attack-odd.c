// SPDX-License-Identifier: GPL-2.0-only
/*
 * Accesses to trapped registers of sizes and forms that registers are not made
 * for: most come without a syndrome (Arm ARM, ESR_ELx.ISV), so they cannot be
 * emulated. They must end in an abort or in the failure of the cell.
 *
 *   what=NAME     only this form; all without
 *   addr=A,B,...  device pages of the cell to try as well (exclusives, atomics)
 */
#include "attack-arm64.h"

#define MAX_DEVICES 8
#define CPACR_FPEN (3ull << 20)

#define FORM(id, text)                                                                             \
	static void id(void *at)                                                                   \
	{                                                                                          \
		register uint64_t a asm("x0") = (uint64_t)at;                                      \
		asm volatile(text : "+r"(a)::"x4", "x5", "x6", "memory");                          \
	}

#define REGS "mov x4, #-1\n mov x5, #-1\n"

FORM(read8, "ldrb w4, [%0]")
FORM(read16, "ldrh w4, [%0]")
FORM(read64, "ldr x4, [%0]")
FORM(signed8, "ldrsb x4, [%0]")
FORM(signed32, "ldrsw x4, [%0]")
FORM(write8, REGS "strb w4, [%0]")
FORM(write16, REGS "strh w4, [%0]")
FORM(write64, REGS "str x4, [%0]")
FORM(zero_register, "ldr wzr, [%0]\n str wzr, [%0]")
FORM(unaligned_read, "ldur w4, [%0, #1]")
FORM(unaligned_write, REGS "stur w4, [%0, #1]")
FORM(unaligned_cross, REGS "stur x4, [%0, #-4]")
FORM(ldp, "ldp w4, w5, [%0]")
FORM(stp, REGS "stp w4, w5, [%0]")
FORM(ldp64, "ldp x4, x5, [%0]")
FORM(stp64, REGS "stp x4, x5, [%0]")
FORM(pre_read, "ldr w4, [%0, #4]!")
FORM(post_read, "ldr w4, [%0], #4")
FORM(pre_write, REGS "str w4, [%0, #4]!")
FORM(post_write, REGS "str w4, [%0], #4")
FORM(post_pair, REGS "stp w4, w5, [%0], #8")
FORM(exclusive, REGS "ldxr w4, [%0]\n stxr w6, w5, [%0]")
FORM(exclusive_pair, REGS "ldxp x4, x5, [%0]\n stxp w6, x4, x5, [%0]")
FORM(acquire, "ldar w4, [%0]")
FORM(release, REGS "stlr w4, [%0]")
FORM(prefetch, "prfm pldl1keep, [%0]")
FORM(zero_line, "dc zva, %0")
FORM(clean_line, "dc civac, %0")
FORM(vector, ".inst 0xfd400000") /* ldr d0, [x0] */
FORM(vector_pair, ".inst 0xad400400") /* ldp q0, q1, [x0] */
FORM(vector_write, ".inst 0x3d800000") /* str q0, [x0] */
FORM(atomic_add, REGS ".arch armv8.1-a\n ldaddal w4, w5, [%0]\n .arch armv8-a")
FORM(atomic_swap, REGS ".arch armv8.1-a\n swpal x4, x5, [%0]\n .arch armv8-a")
FORM(atomic_cas, REGS ".arch armv8.1-a\n casal x4, x5, [%0]\n .arch armv8-a")

static const struct {
	const char *name;
	void (*run)(void *at);
} forms[] = {
	{ "read8", read8 },
	{ "read16", read16 },
	{ "read64", read64 },
	{ "signed8", signed8 },
	{ "signed32", signed32 },
	{ "write8", write8 },
	{ "write16", write16 },
	{ "write64", write64 },
	{ "zero-register", zero_register },
	{ "unaligned-read", unaligned_read },
	{ "unaligned-write", unaligned_write },
	{ "unaligned-cross", unaligned_cross },
	{ "ldp", ldp },
	{ "stp", stp },
	{ "ldp64", ldp64 },
	{ "stp64", stp64 },
	{ "pre-read", pre_read },
	{ "post-read", post_read },
	{ "pre-write", pre_write },
	{ "post-write", post_write },
	{ "post-pair", post_pair },
	{ "exclusive", exclusive },
	{ "exclusive-pair", exclusive_pair },
	{ "acquire", acquire },
	{ "release", release },
	{ "prefetch", prefetch },
	{ "zero-line", zero_line },
	{ "clean-line", clean_line },
	{ "vector", vector },
	{ "vector-pair", vector_pair },
	{ "vector-write", vector_write },
	{ "atomic-add", atomic_add },
	{ "atomic-swap", atomic_swap },
	{ "atomic-cas", atomic_cas },
};

/*
 * Registers of the distributor and the redistributor. As ordinary memory in
 * stage 1, so that stage 2 sees unaligned accesses, too.
 */
static void odd(size_t form, uintptr_t at)
{
	bool ok = try_call(forms[form].run, (void *)at);

	if (ok)
		tried("%s at 0x%lx was let through or ignored", forms[form].name, at);
	else
		refused("%s at 0x%lx", forms[form].name, at);
}

/* After all of it, what belongs to others must still look as if it were not there. */
static void check_foreign(void)
{
	for (unsigned int irq = 32; irq < gic_intids(); irq += 32) {
		uint32_t enabled = mmio_read32(gic_dist() + GICD_ISENABLER + irq / 8);

		for (unsigned int i = 0; i < 32; i++)
			if ((enabled >> i & 1) && !own_irq(irq + i))
				breach("INTID %u is seen enabled", irq + i);
	}
}

void attack_odd(void)
{
	bool any = false;
	const char *arg = arg_str("what");
	char what[32] = "";
	uintptr_t dist = gic_dist(), redist = gic_redist();
	uint64_t devices[MAX_DEVICES];
	size_t device_count = arg_list("addr", devices, MAX_DEVICES);
	uintptr_t targets[] = { dist + GICD_ISENABLER + 4, dist + GICD_IPRIORITYR + 32,
				dist + GICD_IROUTER + 32 * 8, redist + GICR_SGI + GICD_ISENABLER,
				redist + GICR_CTLR };

	if (arg)
		snprintf(what, sizeof(what), "%s", arg);
	write_sysreg(CPACR_FPEN, cpacr_el1);
	isb();
	map(dist, dist, 0x10000, MAP_MEMORY);
	map(redist, redist, 0x20000, MAP_MEMORY);
	for (size_t i = 0; i < ARRAY_SIZE(forms); i++) {
		if (what[0] && strcmp(what, forms[i].name))
			continue;
		any = true;
		for (size_t k = 0; k < ARRAY_SIZE(targets); k++)
			odd(i, targets[k]);
		for (size_t k = 0; k < device_count; k++)
			odd(i, devices[k]);
	}
	map(dist, dist, 0x10000, MAP_DEVICE);
	map(redist, redist, 0x20000, MAP_DEVICE);
	if (!any)
		breach("there is no form of this name: %s", what);
	write_sysreg(0, cpacr_el1);
	isb();
	check_foreign();
	gic_cpu_init();
}
