// SPDX-License-Identifier: GPL-2.0-only
/*
 * The attacks on arm64, and what they share.
 */
#include "attack-arm64.h"

#define INSN_RET 0xd65f03c0u
#define MAX_IRQS 32

const struct attack attacks_arch[] = {
	{ "gicd", attack_gicd },
	{ "gicr", attack_gicr },
	{ "gic-sizes", attack_gic_sizes },
	{ "its", attack_its },
	{ "odd", attack_odd },
	{ "sgi", attack_sgi },
	{ "psci", attack_psci },
	{ "psci-entry", attack_psci_entry },
	{ "system-off", attack_system_off },
	{ "system-reset", attack_system_reset },
	{ "cpu-off", attack_cpu_off },
	{ "smc", attack_smc },
	{ "hvc", attack_hvc },
	{ "registers", attack_registers },
	{ "sysreg", attack_sysreg },
	{ "sys", attack_sys },
	{ "eret", attack_eret },
	{ "setway", attack_setway },
	{ "pmu", attack_pmu },
	{ "irq-storm", attack_irq_storm },
	{ "timer-storm", attack_timer_storm },
	{ "tlbi-storm", attack_tlbi_storm },
	{ "code-storm", attack_code_storm },
	{ "gic-storm", attack_gic_storm },
	{ "mask-spin", attack_mask_spin },
	{ "wfi-closed", attack_wfi_closed },
	{ "wfe-loop", attack_wfe_loop },
	{ "ack-no-eoi", attack_ack_no_eoi },
	{ "fake-active", attack_fake_active },
	{ "foreign-eoi", attack_foreign_eoi },
	{ "nested", attack_nested },
	{ NULL, NULL },
};

static uint32_t code[16] __attribute__((aligned(64)));

struct call {
	uint64_t x[8];
};

static void do_call(void *arg)
{
	struct call *call = arg;

	call_with_registers(code, call->x);
}

struct insn_result run_insn(uint32_t insn, const uint64_t x[8])
{
	struct call call;
	struct insn_result result;

	memcpy(call.x, x, sizeof(call.x));
	code[0] = insn;
	code[1] = INSN_RET;
	sync_code(code, sizeof(code[0]) * 2);
	result.ok = try_call(do_call, &call);
	result.x0 = call.x[0];
	return result;
}

struct insn_result run_insn1(uint32_t insn, uint64_t x0)
{
	const uint64_t x[8] = { x0 };

	return run_insn(insn, x);
}

void put_return(void *at)
{
	*(volatile uint32_t *)at = INSN_RET;
	sync_code(at, 4);
}

bool own_irq(unsigned int irq)
{
	static uint64_t irqs[MAX_IRQS];
	static size_t count = SIZE_MAX;

	if (count == SIZE_MAX)
		count = arg_list("irqs", irqs, MAX_IRQS);
	for (size_t i = 0; i < count; i++)
		if (irqs[i] == irq)
			return true;
	return false;
}

bool is_own_cpu(uint64_t mpidr)
{
	for (uint32_t i = 0; i < comm()->cpu_count && i < BH_MAX_CPUS; i++)
		if ((comm()->cpus[i] & MPIDR_AFFINITY) == mpidr)
			return true;
	return false;
}
