/* SPDX-License-Identifier: GPL-2.0-only */
#include "../core/arch.h"
#include "../core/console.h"
#include "../core/memory.h"
#include "../core/string.h"
#include "vcpu.h"

/* SCTLR_EL1 at reset: RES1 bits of ARMv8.0; MMU and caches off. Arm ARM D19.2.136. */
#define SCTLR_EL1_RESET 0x30d00800

static void clear_keys(void)
{
	if (!(read_sysreg(hcr_el2) & HCR_APK))
		return;
	write_sysreg(APIAKEYLO_EL1, 0);
	write_sysreg(APIAKEYHI_EL1, 0);
	write_sysreg(APIBKEYLO_EL1, 0);
	write_sysreg(APIBKEYHI_EL1, 0);
	write_sysreg(APDAKEYLO_EL1, 0);
	write_sysreg(APDAKEYHI_EL1, 0);
	write_sysreg(APDBKEYLO_EL1, 0);
	write_sysreg(APDBKEYHI_EL1, 0);
	write_sysreg(APGAKEYLO_EL1, 0);
	write_sysreg(APGAKEYHI_EL1, 0);
}

/*
 * Streaming mode and the matrix array go off, and so are cleared: left on, the next owner's
 * first vector instruction would trap. Arm ARM B1.4.5, C5.2 (SVCR).
 */
static void stop_streaming(void)
{
	if (!((read_sysreg(id_aa64pfr1_el1) >> 24) & 15) || read_sysreg(cptr_el2) & CPTR_TSM)
		return;
	write_sysreg(SVCR, 0);
	write_sysreg(SMCR_EL1, 0);
	write_sysreg(SMPRI_EL1, 0);
	write_sysreg(TPIDR2_EL0, 0);
}

/*
 * Profiling and trace buffers that the owner could program (it has them if E2PB, E2TB say
 * so). In a cell that has not, they would be EL2's: left on, they would write to addresses
 * that their former owner chose, in EL2's address space. Arm ARM D17.5, D6.2.
 */
static void stop_buffers(void)
{
	u64 mdcr = read_sysreg(mdcr_el2);

	/* Linux sets E2PB where EL3 keeps the buffer (PMBIDR_EL1.P), too: then leave it alone. */
	if (mdcr & MDCR_E2PB && !(read_sysreg(PMBIDR_EL1) & BIT(4))) {
		__asm__ volatile("hint #17; dsb nsh" : : : "memory"); /* PSB CSYNC */
		write_sysreg(PMBLIMITR_EL1, 0);
	}
	if (mdcr & MDCR_E2TB) {
		__asm__ volatile("hint #18; dsb nsh" : : : "memory"); /* TSB CSYNC */
		write_sysreg(TRBLIMITR_EL1, 0);
	}
}

/* Counters of the former owner do not go on counting what the next one does. */
static void stop_counters(void)
{
	u64 version = (read_sysreg(id_aa64dfr0_el1) >> 8) & 15;

	if (version && version != 15)
		write_sysreg(pmcr_el0, 0);
}

void vcpu_quiesce(void)
{
	/*
	 * A bus error that is still to come is the former owner's. ESB keeps it from the next
	 * one (with FEAT_RAS; elsewhere it does nothing). Arm ARM C6.2, "ESB".
	 */
	__asm__ volatile("dsb sy; hint #16" : : : "memory");
	stop_streaming();
	stop_buffers();
	stop_counters();
	write_sysreg(cntv_ctl_el0, 0);
	write_sysreg(cntp_ctl_el0, 0);
	write_sysreg(mdscr_el1, 0);
	isb();
}

static void reset_el1(void)
{
	write_sysreg(sctlr_el1, SCTLR_EL1_RESET);
	write_sysreg(tcr_el1, 0);
	write_sysreg(ttbr0_el1, 0);
	write_sysreg(ttbr1_el1, 0);
	write_sysreg(mair_el1, 0);
	write_sysreg(amair_el1, 0);
	write_sysreg(contextidr_el1, 0);
	write_sysreg(cpacr_el1, 0);
	write_sysreg(csselr_el1, 0);
	write_sysreg(vbar_el1, 0);
	write_sysreg(esr_el1, 0);
	write_sysreg(far_el1, 0);
	write_sysreg(afsr0_el1, 0);
	write_sysreg(afsr1_el1, 0);
	write_sysreg(par_el1, 0);
	write_sysreg(elr_el1, 0);
	write_sysreg(spsr_el1, 0);
	write_sysreg(sp_el0, 0);
	write_sysreg(sp_el1, 0);
	write_sysreg(tpidr_el0, 0);
	write_sysreg(tpidrro_el0, 0);
	write_sysreg(tpidr_el1, 0);
	write_sysreg(cntkctl_el1, 0);
	write_sysreg(cntv_cval_el0, 0);
	write_sysreg(cntp_cval_el0, 0);
	if ((read_sysreg(id_aa64pfr0_el1) >> 32) & 15 && !(read_sysreg(cptr_el2) & BIT(8)))
		write_sysreg(ZCR_EL1, 0);
	clear_keys();
}

void vcpu_reset(struct percpu *percpu, u64 entry, u64 argument)
{
	struct frame *frame = frame_of(percpu);
	u64 dfr0 = read_sysreg(id_aa64dfr0_el1);

	vcpu_quiesce();
	reset_el1();
	/* Breakpoints and watchpoints: as many as ID_AA64DFR0_EL1 says, less one, of each. */
	vcpu_clear_debug((dfr0 >> 12) & 15, (dfr0 >> 20) & 15);
	memset(frame, 0, sizeof(*frame));
	frame->x[0] = argument;
	write_sysreg(elr_el2, entry);
	write_sysreg(spsr_el2, PSR_DAIF | PSR_EL1H);
	/* Whatever this CPU remembers of the addresses and code of its last owner. */
	__asm__ volatile("isb; tlbi vmalls12e1; ic iallu; dsb nsh; isb" : : : "memory");
}

/* Where there is room: see vectors.S. */
__section(".head.code") void vcpu_crash(struct percpu *percpu, struct frame *frame, u32 cause,
					u64 address, u64 virt, u64 esr)
{
	struct bh_crash *crash = &percpu->cpu->status->crash;
	u64 spsr = read_sysreg(spsr_el2);

	crash->cause = cause;
	crash->address = address;
	crash->virtual_address = virt;
	crash->syndrome = esr;
	crash->pc = read_sysreg(elr_el2);
	crash->sp = (spsr & PSR_MODE_MASK) == PSR_EL1H ? read_sysreg(sp_el1) : read_sysreg(sp_el0);
	crash->flags = spsr;
	memcpy(crash->regs, frame->x, sizeof(crash->regs));
	crash->system[0] = read_sysreg(sctlr_el1);
	crash->system[1] = read_sysreg(tcr_el1);
	crash->system[2] = read_sysreg(ttbr0_el1);
	crash->system[3] = read_sysreg(ttbr1_el1);
	crash->system[4] = read_sysreg(vbar_el1);
	crash->system[5] = read_sysreg(esr_el1);
	crash->system[6] = read_sysreg(far_el1);
	crash->system[7] = read_sysreg(elr_el1);
}

int export_status(void)
{
	u64 phys = virt_to_phys(console_hypervisor_ring());
	int err = pt_map(&root_cell->stage2, phys, phys, CONSOLE_PAGES * PAGE_SIZE, BH_MEM_READ);

	phys = arch_cpu_status_phys();
	for (u32 i = 0; i < cpu_count && !err; i++, phys += ARCH_PERCPU_SIZE)
		err = pt_map(&root_cell->stage2, phys, phys, PAGE_SIZE, BH_MEM_READ);
	return err;
}
