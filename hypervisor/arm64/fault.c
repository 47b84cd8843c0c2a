/* SPDX-License-Identifier: GPL-2.0-only */
#include "../core/arch.h"
#include "../core/console.h"
#include "../core/control.h"
#include "../core/memory.h"
#include "fault.h"
#include "park.h"
#include "vcpu.h"

#define PAR_ADDRESS(par) ((par)&0x000ffffffffff000ull)
#define PAR_FAILED BIT(0)

/* ---- exceptions for EL1 ---- */

/* Arm ARM D1.3.1 (vectors) and D1.3.4 (PSTATE); 64-bit EL1 only. */
static void inject(u64 esr, u64 far, bool has_far)
{
	u64 spsr = read_sysreg(spsr_el2), mode = spsr & PSR_MODE_MASK, offset;

	if (spsr & PSR_AARCH32)
		offset = 0x600;
	else if (mode == 0)
		offset = 0x400;
	else
		offset = mode == PSR_EL1H ? 0x200 : 0;
	write_sysreg(esr_el1, esr);
	if (has_far)
		write_sysreg(far_el1, far);
	write_sysreg(elr_el1, read_sysreg(elr_el2));
	write_sysreg(spsr_el1, spsr);
	write_sysreg(elr_el2, read_sysreg(vbar_el1) + offset);
	/* PAN is set unless SCTLR_EL1.SPAN (bit 23) says to keep it. */
	write_sysreg(spsr_el2,
		     PSR_DAIF | PSR_EL1H |
			     (read_sysreg(sctlr_el1) & BIT(23) ? spsr & PSR_PAN : PSR_PAN));
}

static bool from_el0(void)
{
	u64 spsr = read_sysreg(spsr_el2);

	return spsr & PSR_AARCH32 || !(spsr & PSR_MODE_MASK);
}

void inject_undefined(void)
{
	inject((u64)EC_UNKNOWN << 26 | ESR_IL, 0, false);
}

/* A synchronous external abort: what a bus says of an address that nobody answers. */
static void inject_abort(u64 esr, bool fetch)
{
	u32 class = fetch ? EC_INSTR_ABORT : EC_DATA_ABORT;

	/* The "same level" class is the next number. */
	if (!from_el0())
		class ++;
	inject((u64) class << 26 | (esr & ESR_IL) | (fetch ? 0 : esr & ISS_WNR) | DFSC_EXTERNAL,
	       read_sysreg(far_el2), true);
}

/* ---- where ---- */

/*
 * HPFAR_EL2 is not valid for permission faults, unless of a stage 1 walk: Arm ARM D19.2.73.
 * Translate again; if that fails, the guest has changed its tables since, and the
 * instruction is best tried again.
 */
static bool fault_address(u64 esr, u64 *address)
{
	u64 far = read_sysreg(far_el2), par, saved;

	if (DFSC_KIND(ISS_DFSC(esr)) != DFSC_PERMISSION || esr & ISS_S1PTW) {
		*address = HPFAR_ADDRESS(read_sysreg(hpfar_el2)) | (far & PAGE_MASK);
		return true;
	}
	saved = read_sysreg(par_el1);
	/* For EL0 too: what it may execute but not read, EL1 may read. */
	__asm__ volatile("at s1e1r, %0; isb" : : "r"(far) : "memory");
	par = read_sysreg(par_el1);
	write_sysreg(par_el1, saved);
	*address = PAR_ADDRESS(par) | (far & PAGE_MASK);
	return !(par & PAR_FAILED);
}

/* ---- what becomes of it ---- */

static u32 cause_of(u64 esr, bool fetch)
{
	if (fetch)
		return BH_CRASH_EXEC;
	return esr & ISS_WNR && !(esr & ISS_S1PTW) ? BH_CRASH_WRITE : BH_CRASH_READ;
}

static u32 flags_of(u32 cause)
{
	return cause == BH_CRASH_EXEC	 ? BH_MEM_EXEC
	       : cause == BH_CRASH_WRITE ? BH_MEM_WRITE
					 : BH_MEM_READ;
}

static void report(const struct percpu *percpu, u32 cause, u64 address)
{
	static const char *const names[] = BH_CRASH_CAUSE_NAMES;
	static const char *const flags[] = { "", "READ", "WRITE", "EXEC" };
	const struct cpu *cpu = percpu->cpu;

	printk("bulkhead: cell %s, CPU %u: %s at 0x%lx, pc 0x%lx", cpu->cell->config->name,
	       cpu->index, names[cause], address, read_sysreg(elr_el2));
	if (cause <= BH_CRASH_EXEC && address - hypervisor_phys >= hypervisor_size)
		printk("; a memory region around virt 0x%lx with BH_MEM_%s would allow it",
		       address & ~PAGE_MASK, flags[cause]);
	printk("\n");
}

/* The cell ends here: this CPU keeps its registers for the crash record, and parks. */
static __noreturn void fail(struct percpu *percpu, struct frame *frame, u32 cause, u64 address,
			    u64 esr)
{
	report(percpu, cause, address);
	vcpu_crash(percpu, frame, cause, address, read_sysreg(far_el2), esr);
	cell_fail(percpu->cpu);
	cpu_park(percpu, true);
}

/*
 * Other management work may have this very entry out for a moment to replace it, or
 * have put it back by now: then the access is good, and is made again.
 */
static bool is_passing(struct cell *cell, u64 address, u32 flags)
{
	bool passing = true;

	if (cell == root_cell && spin_trylock(&control_lock)) {
		passing = pt_allows(&cell->stage2, address, flags);
		spin_unlock(&control_lock);
	}
	return cell == root_cell && passing;
}

/* Powers of two, so that a guest that tries for ever does not fill the log. */
static bool worth_a_line(struct percpu *percpu)
{
	u32 n = ++percpu->aborts;

	return !(n & (n - 1));
}

static void handle_fault(struct percpu *percpu, struct frame *frame, u64 esr, u64 address,
			 bool fetch, u32 cause)
{
	struct cell *cell = percpu->cpu->cell;

	if (is_passing(cell, address, flags_of(cause)))
		return;
	count_exit(percpu->cpu, BH_EXIT_FAULT);
	if (cell != root_cell && cell->config->fault_policy == BH_FAULT_STOP)
		fail(percpu, frame, cause, address, esr);
	if (worth_a_line(percpu))
		report(percpu, cause, address);
	inject_abort(esr, fetch);
}

/* Called back: the cell's stage 2 has been revoked, so that any access comes here. */
static void park_if_asked(struct percpu *percpu, struct frame *frame, u64 esr)
{
	if (likely(!(READ_ONCE(percpu->cpu->request) & CPU_REQUEST_PARK)))
		return;
	count_exit(percpu->cpu, BH_EXIT_KICK);
	vcpu_crash(percpu, frame, BH_CRASH_STOPPED, 0, read_sysreg(far_el2), esr);
	cpu_park(percpu, false);
}

void trap_instruction_abort(struct percpu *percpu, struct frame *frame, u64 esr)
{
	u64 address;

	park_if_asked(percpu, frame, esr);
	if (fault_address(esr, &address))
		handle_fault(percpu, frame, esr, address, true, BH_CRASH_EXEC);
}

__cold void fault_data_abort(struct percpu *percpu, struct frame *frame, u64 esr)
{
	u32 cause = cause_of(esr, false);
	u64 address;

	park_if_asked(percpu, frame, esr);
	if (!fault_address(esr, &address))
		return;
	/* Registers trap for each access, but without a syndrome this one cannot be served. */
	if (!(esr & ISS_CM) && mmio_find(&percpu->cpu->cell->mmio, address))
		cause = BH_CRASH_DECODE;
	handle_fault(percpu, frame, esr, address, false, cause);
}
