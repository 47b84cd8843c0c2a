/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A parked CPU sleeps in WFI at EL2, its interrupt controller interface open for one
 * interrupt only: the kick. Whoever wants something of it sets a request, then kicks.
 */
#include "../core/arch.h"
#include "../core/control.h"
#include "../core/unit.h"
#include "gicv3.h"
#include "park.h"
#include "psci.h"
#include "setup.h"
#include "vcpu.h"

/* Kick polls before a start: far more than an SGI takes to arrive. */
#define KICK_ARRIVES 100000u

void arch_kick(struct cpu *cpu)
{
	/*
	 * The flag first, so that the target knows one is under way even if it sees the
	 * request (or its cell's revoked stage 2) before the SGI arrives.
	 */
	WRITE_ONCE(cpu->kick_sent, 1);
	dsb(ishst);
	gicv3_send_kick(cpu);
	/* WFE in the guest: an event ends it, and the next fetch faults. */
	__asm__ volatile("dsb ish; sev" : : : "memory");
}

/*
 * WFI in EL2 with interrupts routed to EL2, or else they are no wake-up event here: Arm ARM
 * D1.6.2. They stay masked, so none is taken.
 */
static void wait_for_interrupt(void)
{
	u64 hcr = read_sysreg(hcr_el2);

	write_sysreg(hcr_el2, hcr | HCR_IMO);
	isb();
	__asm__ volatile("dsb sy; wfi" : : : "memory");
	write_sysreg(hcr_el2, hcr);
	isb();
}

void cpu_wait(struct percpu *percpu)
{
	struct gic_interface saved;

	gicv3_open(percpu, &saved);
	/* A kick that came before this look is pending, and ends the wait at once. */
	if (!READ_ONCE(percpu->cpu->request))
		wait_for_interrupt();
	gicv3_restore(percpu, &saved);
}

/*
 * The CPU may have seen the request, or its revoked stage 2, before the SGI arrived. Wait for
 * it, or whoever has the CPU next would get it. Pending is all it can be: since before it was
 * sent no guest has executed an instruction here.
 */
static void absorb_kick(struct percpu *percpu)
{
	for (u32 i = 0; i < KICK_ARRIVES && READ_ONCE(percpu->cpu->kick_sent); i++)
		if (gicv3_kick_is_pending(percpu))
			break;
	WRITE_ONCE(percpu->cpu->kick_sent, 0);
}

static u32 wait_for_request(struct cpu *cpu)
{
	u32 request;

	while (!(request = READ_ONCE(cpu->request) & (CPU_REQUEST_START | CPU_REQUEST_OFF))) {
		wait_for_interrupt();
		if (gicv3_take_kick())
			WRITE_ONCE(cpu->kick_sent, 0);
	}
	smp_rmb();
	return request;
}

static __noreturn void serve(struct percpu *percpu)
{
	struct cpu *cpu = percpu->cpu;

	if (wait_for_request(cpu) & CPU_REQUEST_START)
		cpu_run(percpu);
	/* Given back to firmware; a later CPU_ON finds it as it was before enable. */
	absorb_kick(percpu);
	for_each_unit(unit, cpu_leave)
		unit->cpu_leave(cpu);
	cpu_set_state(cpu, BH_CPU_OUTSIDE);
	smp_wmb();
	WRITE_ONCE(cpu->request, 0);
	psci_firmware_cpu_off();
}

void cpu_park(struct percpu *percpu, bool failed)
{
	vcpu_quiesce();
	/* The cell's tables may be gone before the CPU has another cell. */
	write_sysreg(vttbr_el2, root_cell->arch.vttbr);
	absorb_kick(percpu);
	for_each_unit(unit, cpu_reset)
		unit->cpu_reset(percpu->cpu);
	cell_cpu_parked(percpu->cpu, failed);
	serve(percpu);
}

void cpu_run(struct percpu *percpu)
{
	struct cpu *cpu = percpu->cpu;

	absorb_kick(percpu);
	cpu_activate(percpu);
	gicv3_cpu_start(percpu);
	vcpu_reset(percpu, cpu->entry, cpu->entry_arg);
	/* Running, then the request forgotten: who looks in between sees one or the other. */
	cpu_set_state(cpu, BH_CPU_RUNNING);
	smp_mb();
	__atomic_fetch_and(&cpu->request, ~CPU_REQUEST_START, __ATOMIC_RELEASE);
	vcpu_begin(frame_of(percpu));
}

bool cpu_is_off(const struct cpu *cpu)
{
	return cpu->status->state == BH_CPU_RUNNING ||
	       psci_firmware_affinity_info(cpu->status->hw_id) == PSCI_OFF;
}
