// SPDX-License-Identifier: GPL-2.0-only
/*
 * Attacks by SMC and HVC with numbers that nobody has given out.
 *
 *   count=10000   random SMCs
 */
#include "attack-arm64.h"

#define INSN_HVC(imm) (0xd4000002u | (uint32_t)(imm) << 5)
#define INSN_SMC(imm) (0xd4000003u | (uint32_t)(imm) << 5)

#define INSN_DC_ISW 0xd5087640u /* dc isw, x0 */
#define INSN_WFI 0xd503207fu

/* SMCCC (DEN 0028) functions that may answer: version, features, workarounds. */
static bool may_answer(uint32_t id)
{
	static const uint32_t ids[] = { 0x80000000, 0x80000001, 0x80000002, 0x80008000,
					0x80007fff, 0x80003fff, 0x80003ffe };

	for (size_t i = 0; i < ARRAY_SIZE(ids); i++)
		if (id == ids[i])
			return true;
	return false;
}

/* PSCI has an attack of its own. */
static bool is_psci(uint32_t id)
{
	return (id & 0xbfffffe0u) == 0x84000000u;
}

static uint32_t random_id(void)
{
	static const uint32_t bases[] = { 0x00000000, 0x01000000, 0x02000000, 0x30000000,
					  0x32000000, 0x80000000, 0x80008000, 0x81000000,
					  0x82000000, 0x83000000, 0x84000000, 0x85000000,
					  0x86000000, 0x8600ff00, 0x87000000, 0xaf000000,
					  0xb0000000, 0xb2000000, 0xbf000000, 0xbf00ff00 };
	uint64_t r = random64();
	uint32_t id = bases[r % ARRAY_SIZE(bases)];

	if (r >> 16 & 1)
		id |= 1u << 30;
	if (r >> 17 & 1)
		return id + (r >> 20 & 0x1ff);
	if (r >> 18 & 1)
		return id + (r >> 20 & 0xffff);
	return (uint32_t)(r >> 20);
}

void attack_smc(void)
{
	uint64_t count = arg_u64("count", 10000), answers = 0, undefined = 0;

	for (uint64_t i = 0; i < count; i++) {
		uint64_t x[8] = { random_id() };
		struct insn_result result;

		if (is_psci((uint32_t)x[0]))
			continue;
		for (size_t k = 1; k < ARRAY_SIZE(x); k++)
			x[k] = random_edge();
		if (i & 1)
			x[0] |= random64() << 32;
		result = run_insn(INSN_SMC(0), x);
		undefined += !result.ok;
		if (!result.ok || (int32_t)result.x0 == -1)
			continue;
		answers++;
		if (!may_answer((uint32_t)x[0]))
			breach("SMC 0x%lx returned 0x%lx", x[0], result.x0);
	}
	refused("%lu random SMCs, %lu answered, %lu undefined", count, answers, undefined);
	for (uint32_t imm = 1; imm < 0x10000; imm += 1 + imm / 8)
		run_insn1(INSN_SMC(imm), 0x8400000f);
	refused("SMC with other immediates");
}

void attack_hvc(void)
{
	uint64_t undefined = 0, tries = 0;

	for (uint32_t imm = 1; imm < 0x10000; imm += 1 + imm / 64) {
		struct insn_result result;

		if (imm == BH_HVC_IMM)
			continue;
		tries++;
		result = run_insn1(INSN_HVC(imm), random_edge());
		if (!result.ok)
			undefined++;
		else if ((int32_t)result.x0 >= 0)
			breach("HVC #0x%x returned 0x%lx", imm, result.x0);
	}
	refused("%lu HVCs with other immediates, %lu undefined", tries, undefined);
}

/* x1 to x29 across each kind of call: neither changed nor used to leak anything. */
static struct kept {
	uint32_t code[16] __attribute__((aligned(64)));
	uint64_t x0, changed;
} kept;

static void do_kept(void *arg)
{
	(void)arg;
	kept.changed = kept_registers(kept.code, kept.x0, random64());
}

static void one_kind(const char *name, uint32_t insn, uint64_t x0, uint64_t allowed)
{
	kept.x0 = x0;
	kept.code[0] = insn;
	put_return(&kept.code[1]);
	sync_code(kept.code, sizeof(kept.code));
	if (!try_call(do_kept, NULL))
		refused("%s is undefined", name);
	else if (kept.changed & ~allowed)
		breach("%s changed registers: mask 0x%lx", name, kept.changed & ~allowed);
	else
		refused("%s leaves registers alone", name);
}

static void ignore(unsigned int irq, void *arg)
{
	(void)irq;
	(void)arg;
}

void attack_registers(void)
{
	/* SMCCC 1.1: results in x0 to x3. */
	const uint64_t results = 0xe;

	one_kind("hypercall", INSN_HVC(BH_HVC_IMM), BH_HC_VERSION, 0);
	one_kind("unknown hypercall", INSN_HVC(BH_HVC_IMM), 255, 0);
	one_kind("root-only hypercall", INSN_HVC(BH_HVC_IMM), BH_HC_CELL_START, 0);
	one_kind("PSCI by SMC", INSN_SMC(0), PSCI_VERSION, results);
	one_kind("PSCI by HVC", INSN_HVC(0), PSCI_VERSION, results);
	one_kind("unknown SMC", INSN_SMC(0), 0xc2001234, results);
	one_kind("dc isw", INSN_DC_ISW, 0, 0);
	irq_enable(timer_irq(), ignore, NULL); /* what ends the sleep */
	timer_set(time_ticks() + us_to_ticks(1000));
	one_kind("wfi", INSN_WFI, 0, 0);
	timer_stop();
}
