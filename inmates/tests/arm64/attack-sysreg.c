// SPDX-License-Identifier: GPL-2.0-only
/*
 * Attacks by system registers: each of the 32768 encodings is read, and written
 * with zeros, ones and noise, but for those that this CPU cannot do without.
 */
#include "attack-arm64.h"

#define INSN_MRS 0xd5200000u
#define INSN_MSR 0xd5000000u
#define INSN_SYS 0xd5080000u
#define INSN_DC_ISW 0xd5087640u
#define INSN_DC_CSW 0xd5087a40u
#define INSN_DC_CISW 0xd5087e40u

/* op0, op1, CRn, CRm, op2 as in an instruction (Arm ARM C5.2) */
#define REG(op0, op1, n, m, op2)                                                                   \
	((uint32_t)(op0) << 19 | (op1) << 16 | (n) << 12 | (m) << 8 | (op2) << 5)
#define OP0(reg) ((reg) >> 19 & 3)
#define OP1(reg) ((reg) >> 16 & 7)
#define CRN(reg) ((reg) >> 12 & 15)
#define CRM(reg) ((reg) >> 8 & 15)
#define OP2(reg) ((reg) >> 5 & 7)

/* Without these the attacker itself would not run on. */
static const uint32_t needed[] = {
	REG(3, 0, 1, 0, 0), /* SCTLR_EL1 */
	REG(3, 0, 1, 0, 3), /* SCTLR2_EL1 */
	REG(3, 0, 2, 0, 0), /* TTBR0_EL1 */
	REG(3, 0, 2, 0, 2), /* TCR_EL1 */
	REG(3, 0, 2, 0, 3), /* TCR2_EL1 */
	REG(3, 0, 2, 5, 0), /* GCSCR_EL1 */
	REG(3, 0, 4, 2, 0), /* SPSel */
	REG(3, 0, 10, 2, 0), /* MAIR_EL1 */
	REG(3, 0, 12, 0, 0), /* VBAR_EL1 */
	REG(3, 0, 13, 0, 4), /* TPIDR_EL1 */
	REG(3, 3, 4, 2, 1), /* DAIF */
};

static uint64_t reads, writes, undefined;

static bool is_needed(uint32_t reg)
{
	for (size_t i = 0; i < ARRAY_SIZE(needed); i++)
		if (needed[i] == reg)
			return true;
	return false;
}

/* Why a register must not be within reach; NULL if the CPU's owner may have it. */
static const char *forbidden(uint32_t reg)
{
	if (OP0(reg) == 2)
		return "debug or trace register";
	if (OP1(reg) >= 4)
		return "register of a higher exception level";
	if (CRN(reg) == 11 || CRN(reg) == 15)
		return "implementation defined register";
	if (reg == REG(3, 0, 1, 0, 1))
		return "ACTLR_EL1";
	if (OP1(reg) == 0 && CRN(reg) == 10 && CRM(reg) == 4)
		return "LORegion register";
	if (OP1(reg) == 0 && CRN(reg) == 5 && (CRM(reg) == 4 || CRM(reg) == 5))
		return "RAS error record";
	if (CRN(reg) == 13 && OP2(reg) == 7)
		return "SCXTNUM";
	return NULL;
}

static void report(const char *what, uint32_t reg, const char *why, uint64_t value)
{
	breach("%s of %s S%u_%u_C%u_C%u_%u: 0x%lx", what, why, OP0(reg), OP1(reg), CRN(reg),
	       CRM(reg), OP2(reg), value);
}

/* Registers of higher levels are undefined here; what is emulated reads as a constant. */
static void one_register(uint32_t reg)
{
	const char *why = forbidden(reg);
	struct insn_result before = run_insn1(INSN_MRS | reg, 0), after;
	const uint64_t values[] = { 0, ~0ull, random64(), ~before.x0 };

	reads++;
	undefined += !before.ok;
	if (before.ok && why && OP1(reg) >= 4 && OP0(reg) == 3)
		report("read", reg, why, before.x0);
	for (size_t i = 0; i < ARRAY_SIZE(values) && !is_needed(reg); i++) {
		writes++;
		undefined += !run_insn1(INSN_MSR | reg, values[i]).ok;
		if (!before.ok)
			continue;
		after = run_insn1(INSN_MRS | reg, 0);
		/* A counter may run; a written value that is found again is the sign. */
		if (why && after.ok && after.x0 != before.x0 && after.x0 == values[i])
			report("write", reg, why, after.x0);
	}
	if (before.ok && !is_needed(reg))
		run_insn1(INSN_MSR | reg, before.x0);
}

static void check_sre(void)
{
	write_sysreg(0, ICC_SRE_EL1);
	isb();
	if (!(read_sysreg(ICC_SRE_EL1) & 1))
		breach("ICC_SRE_EL1: the system register interface can be switched off");
	else
		refused("ICC_SRE_EL1 written with 0");
}

void attack_sysreg(void)
{
	reads = writes = undefined = 0;
	for (uint32_t op0 = 2; op0 < 4; op0++) {
		for (uint32_t rest = 0; rest < 1u << 14; rest++) {
			one_register(op0 << 19 | rest << 5);
			if (rest % 1024 == 0)
				comm_serve();
		}
	}
	gic_cpu_init();
	timer_stop();
	check_sre();
	refused("%lu reads and %lu writes of system registers, %lu undefined", reads, writes,
		undefined);
}

/* Every SYS instruction: cache, TLB, address translation, prediction. x0 is an own address. */
void attack_sys(void)
{
	uintptr_t page = (uintptr_t)alloc(BH_PAGE_SIZE, BH_PAGE_SIZE);
	uint64_t tries = 0;

	undefined = 0;
	for (uint32_t rest = 0; rest < 1u << 14; rest++, tries++) {
		undefined += !run_insn1(INSN_SYS | rest << 5, page).ok;
		if (rest % 1024 == 0)
			comm_serve();
	}
	refused("%lu system instructions, %lu undefined", tries, undefined);
}

static uint64_t level;

static void do_eret(void *spsr)
{
	level = eret_with((uint64_t)spsr);
}

/* Exception returns to a higher level are illegal (Arm ARM D1.4.4), and stay here. */
void attack_eret(void)
{
	static const uint64_t modes[] = { 0x8, 0x9, 0xc, 0xd, 0x1a, 0x16, 0xf };

	for (size_t i = 0; i < ARRAY_SIZE(modes); i++) {
		level = 0;
		if (try_call(do_eret, (void *)(0x3c0 | modes[i])) || level >> 2 > 1)
			breach("ERET to mode 0x%lx: CurrentEL 0x%lx", modes[i], level);
		else
			refused("ERET to mode 0x%lx", modes[i]);
	}
}

/* All sets and ways of all levels, as far as CCSIDR_EL1 tells, and beyond. */
void attack_setway(void)
{
	static const uint32_t insns[] = { INSN_DC_ISW, INSN_DC_CSW, INSN_DC_CISW };
	volatile uint64_t *canary = alloc(64 * 1024, 64);
	uint64_t tries = 0;

	for (size_t i = 0; i < 64 * 1024 / 8; i++)
		canary[i] = i * 0x9e3779b97f4a7c15ull;
	for (size_t insn = 0; insn < ARRAY_SIZE(insns); insn++) {
		for (uint64_t level = 0; level < 7; level++) {
			for (uint64_t way = 0; way < 16; way++) {
				for (uint64_t set = 0; set < 64; set++, tries++)
					run_insn1(insns[insn], way << 28 | set << 6 | level << 1);
			}
			comm_serve();
		}
	}
	for (size_t i = 0; i < 64 * 1024 / 8; i++)
		if (canary[i] != i * 0x9e3779b97f4a7c15ull) {
			breach("memory was lost by set/way operations at word %zu", i);
			return;
		}
	refused("%lu cache operations by set and way, memory kept", tries);
}
