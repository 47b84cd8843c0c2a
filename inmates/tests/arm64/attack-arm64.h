/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the attacks on arm64 share.
 */
#ifndef ATTACK_ARM64_H
#define ATTACK_ARM64_H

#include "arm64.h"
#include "attack.h"

/** struct insn_result - of run_insn(). @ok: false if it raised an exception. */
struct insn_result {
	bool ok;
	uint64_t x0;
};

/** run_insn() - execute one instruction with x0 to x7 set, in a try_call(). */
struct insn_result run_insn(uint32_t insn, const uint64_t x[8]);

/** run_insn1() - the same with x0 only. */
struct insn_result run_insn1(uint32_t insn, uint64_t x0);

/** own_irq() - whether irqs=A,B,... of the command line has this number. */
bool own_irq(unsigned int irq);

/** is_own_cpu() - whether the comm page lists these affinity fields. */
bool is_own_cpu(uint64_t mpidr);

void attack_gicd(void);
void attack_gicr(void);
void attack_gic_sizes(void);
void attack_its(void);
void attack_odd(void);
void attack_sgi(void);
void attack_psci(void);
void attack_psci_entry(void);
void attack_system_off(void);
void attack_system_reset(void);
void attack_cpu_off(void);
void attack_smc(void);
void attack_hvc(void);
void attack_registers(void);
void attack_sysreg(void);
void attack_sys(void);
void attack_eret(void);
void attack_setway(void);
void attack_pmu(void);
void attack_irq_storm(void);
void attack_timer_storm(void);
void attack_tlbi_storm(void);
void attack_code_storm(void);
void attack_gic_storm(void);
void attack_mask_spin(void);
void attack_wfi_closed(void);
void attack_wfe_loop(void);
void attack_ack_no_eoi(void);
void attack_fake_active(void);
void attack_foreign_eoi(void);
void attack_nested(void);

/* attack-asm.S */
/** eret_with() - ERET with this SPSR to where CurrentEL is read. Return: CurrentEL. */
uint64_t eret_with(uint64_t spsr);

void call_with_registers(void *code, uint64_t x[8]);
/** kept_registers() - x1 to x30 set, @code called, compared. Return: mask of changed ones. */
uint64_t kept_registers(void *code, uint64_t x0, uint64_t pattern);

#endif
