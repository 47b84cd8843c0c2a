/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The order in which everything comes up:
 *
 *   first CPU:  early_map, MMU on, hypervisor_init (config, CPU areas, pool)
 *   each CPU:   its own stack, cpu_enter: host state saved, vectors set
 *   first CPU:  units, root cell
 *   each CPU:   units' cpu_enter, cpu_activate; back to the loader, now in the root cell
 */
#include <bulkhead/image.h>
#include "../core/arch.h"
#include "../core/console.h"
#include "../core/control.h"
#include "../core/memory.h"
#include "../core/pool.h"
#include "../core/string.h"
#include "../core/unit.h"
#include <arch/pte.h>
#include "gicv3.h"
#include "mmu.h"
#include "park.h"
#include "setup.h"
#include "stage2.h"
#include "vcpu.h"

_Static_assert(offsetof(struct percpu, exits) == PERCPU_EXITS, "percpu.h");
_Static_assert(offsetof(struct percpu, sgi_key) == PERCPU_SGI_KEY, "percpu.h");
_Static_assert(offsetof(struct percpu, sgi_mask) == PERCPU_SGI_MASK, "percpu.h");
_Static_assert(sizeof(struct frame) == FRAME_SIZE, "percpu.h");
_Static_assert(sizeof(struct bh_cpu_status) <= PAGE_SIZE, "status page");
_Static_assert(BH_ABI_VERSION == 1 && BH_MAX_CPUS == 64, "entry.S");

extern const struct bh_image_header image_start;
extern u8 __memory_end[], el2_vectors[];
void cpu_leave_el2(struct frame *frame, s64 result, u64 sctlr) __noreturn;
void el2_panic(u64 esr, u64 elr, u64 far) __noreturn;

/* Read by entry.S. */
u64 cpu_ids[BH_MAX_CPUS];
const u64 percpu_bytes = sizeof(struct percpu);

/* Of the first CPU: for those that come from firmware. */
static struct host_el2 first_host;
/* Set when the first CPU is in; the others may follow. */
static bool ready;

struct cpu *this_cpu(void)
{
	return this_percpu()->cpu;
}

u64 arch_cpu_status_phys(void)
{
	return hypervisor_phys + (u64)(__memory_end - (const u8 *)&image_start) + PAGE_SIZE;
}

static s64 check_config(const struct bh_config *config, u64 size)
{
	int err = -BH_E_INVAL;

	if (!config_check_format(&arch_config_limits, config, size, BH_CONFIG_SYSTEM, note_rule,
				 &err))
		return err;
	if (!config_check_system(&arch_config_limits, config, note_rule, &err))
		return err;
	if (config->hypervisor_phys != hypervisor_phys ||
	    config->hypervisor_size != hypervisor_size)
		return -BH_E_INVAL;
	return 0;
}

static void init_cpus(void)
{
	map_percpu(cpu_count);
	for (u32 i = 0; i < cpu_count; i++) {
		struct percpu *percpu = percpu_of(i);
		struct cpu *cpu = &cpus[i];

		cpu_ids[i] = config_cpus(system_config)[i];
		memset((u8 *)(percpu + 1) - PAGE_SIZE, 0, 2 * PAGE_SIZE);
		cpu->index = i;
		cpu->cell = root_cell;
		cpu->status = (struct bh_cpu_status *)(percpu + 1);
		cpu->status->index = i;
		cpu->status->hw_id = cpu_ids[i];
		percpu->cpu = cpu;
		percpu->exits = cpu->status->exits;
	}
}

s64 hypervisor_init(void)
{
	const struct bh_image_header *header = &image_start;
	const struct bh_config *config = phys_to_virt(hypervisor_phys + header->config_offset);
	u64 size = header->config_size, pool, areas;
	s64 err = check_config(config, size);

	if (err)
		return err;
	areas = (u64)(__memory_end - (const u8 *)header) +
		(u64)config->cpus.count * ARCH_PERCPU_SIZE;
	pool = ALIGN_UP(header->config_offset + size, PAGE_SIZE);
	if (areas > header->config_offset || pool + 16 * PAGE_SIZE > hypervisor_size)
		return -BH_E_NOMEM;
	system_config = config;
	cpu_count = config->cpus.count;
	init_cpus();
	pool_init(phys_to_virt(hypervisor_phys + pool), (hypervisor_size - pool) / PAGE_SIZE);
	console_init_ring(console_hypervisor_ring(), CONSOLE_PAGES);
	return 0;
}

/* ---- what EL2 was set to before ---- */

/* What the kernel keeps trapped (arm64.nosve, arm64.nosme) may be trapped by EL3 as well. */
static bool has_sve(const struct host_el2 *host)
{
	return (read_sysreg(id_aa64pfr0_el1) >> 32) & 15 && !(host->cptr & CPTR_TZ);
}

static bool has_sme(const struct host_el2 *host)
{
	return (read_sysreg(id_aa64pfr1_el1) >> 24) & 15 && !(host->cptr & CPTR_TSM);
}

static bool has_fgt(void)
{
	return (read_sysreg(id_aa64mmfr0_el1) >> 56) & 15;
}

static bool has_hcrx(void)
{
	return (read_sysreg(id_aa64mmfr1_el1) >> 40) & 15;
}

static void host_save(struct host_el2 *host)
{
	host->vbar = read_sysreg(vbar_el2);
	host->hcr = read_sysreg(hcr_el2);
	host->cptr = read_sysreg(cptr_el2);
	host->mdcr = read_sysreg(mdcr_el2);
	host->cnthctl = read_sysreg(cnthctl_el2);
	host->vpidr = read_sysreg(vpidr_el2);
	host->vmpidr = read_sysreg(vmpidr_el2);
	host->cntvoff = read_sysreg(cntvoff_el2);
	host->sre = read_sysreg(ICC_SRE_EL2);
	if (has_sve(host))
		host->zcr = read_sysreg(ZCR_EL2);
	if (has_sme(host))
		host->smcr = read_sysreg(SMCR_EL2);
	if (has_hcrx())
		host->hcrx = read_sysreg(HCRX_EL2);
	if (has_fgt()) {
		host->hfgrtr = read_sysreg(HFGRTR_EL2);
		host->hfgwtr = read_sysreg(HFGWTR_EL2);
		host->hfgitr = read_sysreg(HFGITR_EL2);
		host->hdfgrtr = read_sysreg(HDFGRTR_EL2);
		host->hdfgwtr = read_sysreg(HDFGWTR_EL2);
	}
}

/* What a CPU needs besides what cpu_activate() sets, as the kernel's boot code left it. */
static void host_replay(const struct host_el2 *host)
{
	write_sysreg(vpidr_el2, host->vpidr);
	write_sysreg(vmpidr_el2, host->vmpidr);
	write_sysreg(cntvoff_el2, host->cntvoff);
	write_sysreg(ICC_SRE_EL2, host->sre);
	/* Before what it may trap, at EL2 as well. */
	write_sysreg(cptr_el2, host->cptr);
	isb();
	if (has_sve(host))
		write_sysreg(ZCR_EL2, host->zcr);
	if (has_sme(host))
		write_sysreg(SMCR_EL2, host->smcr);
	if (has_hcrx())
		write_sysreg(HCRX_EL2, host->hcrx);
	if (has_fgt()) {
		write_sysreg(HFGRTR_EL2, host->hfgrtr);
		write_sysreg(HFGWTR_EL2, host->hfgwtr);
		write_sysreg(HFGITR_EL2, host->hfgitr);
		write_sysreg(HDFGRTR_EL2, host->hdfgrtr);
		write_sysreg(HDFGWTR_EL2, host->hdfgwtr);
	}
}

/* ---- what EL2 is set to while a cell executes ---- */

/* Does the PMU stop counting at EL2 when told so (MDCR_EL2.HPMD, FEAT_PMUv3p1)? */
static bool pmu_stops_at_el2(void)
{
	u64 version = (read_sysreg(id_aa64dfr0_el1) >> 8) & 15;

	return version >= 4 && version != 15;
}

/*
 * Debug and performance monitors. A further cell has neither. The root cell has its
 * debug registers; counters only where they cannot count what EL2 does.
 */
static u64 mdcr_for(const struct cell *cell)
{
	u64 version = (read_sysreg(id_aa64dfr0_el1) >> 8) & 15;
	u64 mdcr = first_host.mdcr & ~MDCR_TDE;

	if (version && version != 15)
		mdcr = (mdcr & ~MDCR_HPMN_MASK) | ((read_sysreg(pmcr_el0) >> 11) & 31);
	if (pmu_stops_at_el2())
		mdcr |= MDCR_HPMD | (version >= 6 ? MDCR_HCCD : 0);
	if (cell == root_cell)
		return pmu_stops_at_el2() ? mdcr : mdcr | MDCR_TPM | MDCR_TPMCR;
	/* E2PB, E2TB zero: profiling and trace buffers are EL2's, and trapped. */
	return (mdcr & (MDCR_HPMN_MASK | MDCR_HPMD | MDCR_HCCD)) | MDCR_TPM | MDCR_TPMCR |
	       MDCR_TDA | MDCR_TDOSA | MDCR_TDRA | MDCR_TPMS | MDCR_TTRF;
}

void cpu_activate(struct percpu *percpu)
{
	const struct cell *cell = percpu->cpu->cell;

	write_sysreg(cptr_el2,
		     cell == root_cell ? first_host.cptr : first_host.cptr | CPTR_TTA | CPTR_TAM);
	write_sysreg(mdcr_el2, mdcr_for(cell));
	/* Counters and physical timer direct: EL1PCTEN, EL1PCEN. Arm ARM D19.12.2. */
	write_sysreg(cnthctl_el2, 3);
	write_sysreg(hstr_el2, 0);
	write_sysreg(vtcr_el2, VTCR_EL2_VALUE);
	write_sysreg(vttbr_el2, cell->arch.vttbr);
	write_sysreg(hcr_el2, cell->arch.hcr);
	isb();
	gicv3_note_targets(percpu);
}

/* ---- in ---- */

static int init_first(void)
{
	int err = 0;

	for_each_unit(unit, init)
		if (!err)
			err = unit->init();
	if (!err)
		err = cell_init_root();
	return err ? err : export_status();
}

static void leave_units(struct cpu *cpu, const struct unit *end)
{
	for (const struct unit *unit = __units_start; unit < end; unit++)
		if (unit->cpu_leave)
			unit->cpu_leave(cpu);
}

/* All units, or none. */
static int enter_units(struct percpu *percpu)
{
	for_each_unit(unit, cpu_enter) {
		int err = unit->cpu_enter(percpu->cpu);

		if (err) {
			leave_units(percpu->cpu, unit);
			return err;
		}
	}
	percpu->entered = true;
	return 0;
}

void cpu_enter(struct frame *frame, u64 first, u64 host_sctlr)
{
	struct percpu *percpu = this_percpu();
	int err = 0;

	if (!first && !ready) {
		cpu_leave_el2(frame, -BH_E_STATE, host_sctlr);
	}
	host_save(&percpu->host);
	percpu->host.sctlr = host_sctlr;
	percpu->leaving = false;
	write_sysreg(vbar_el2, (u64)el2_vectors);
	isb();
	if (first) {
		first_host = percpu->host;
		err = init_first();
	}
	if (!err)
		err = enter_units(percpu);
	if (err)
		cpu_leave(percpu, err);
	cpu_activate(percpu);
	arch_stage2_flush(root_cell);
	cpu_set_state(percpu->cpu, BH_CPU_RUNNING);
	if (first) {
		printk("bulkhead: %s, %u CPUs, %lu pages of %lu used\n", image_start.version,
		       cpu_count, pool_used(), pool_total());
		ready = true;
	}
	frame->x[0] = 0;
}

void cpu_cold(struct frame *frame)
{
	struct percpu *percpu = this_percpu();
	struct cpu *cpu = percpu->cpu;
	int err;

	(void)frame;
	write_sysreg(vbar_el2, (u64)el2_vectors);
	percpu->host = first_host;
	percpu->host.vpidr = read_sysreg(midr_el1);
	percpu->host.vmpidr = read_sysreg(mpidr_el1);
	percpu->leaving = false;
	host_replay(&percpu->host);
	__asm__ volatile("tlbi alle1; dsb nsh; isb" : : : "memory");
	err = enter_units(percpu);
	if (err)
		panic("CPU %u came up differently: error %d", cpu->index, err);
	for_each_unit(unit, cpu_reset)
		unit->cpu_reset(cpu);
	cpu_run(percpu);
}

/* ---- out ---- */

void cpu_leave(struct percpu *percpu, s64 result)
{
	const struct host_el2 *host = &percpu->host;

	if (percpu->entered)
		leave_units(percpu->cpu, __units_end);
	percpu->entered = false;
	cpu_set_state(percpu->cpu, BH_CPU_OUTSIDE);
	write_sysreg(hcr_el2, host->hcr);
	write_sysreg(vttbr_el2, 0);
	write_sysreg(mdcr_el2, host->mdcr);
	write_sysreg(cnthctl_el2, host->cnthctl);
	host_replay(host);
	write_sysreg(vbar_el2, host->vbar);
	isb();
	__asm__ volatile("tlbi vmalls12e1; dsb nsh; isb" : : : "memory");
	cpu_leave_el2(frame_of(percpu), result, host->sctlr);
}

static bool any_root_cpu(u32 state)
{
	for (u32 i = 0; i < cpu_count; i++)
		if (cpus[i].status->state == state)
			return true;
	return false;
}

int arch_disable_prepare(void)
{
	int err = 0;

	for (u32 i = 0; i < cpu_count; i++) {
		if (cpus[i].status->state == BH_CPU_PARKED && !READ_ONCE(cpus[i].request)) {
			WRITE_ONCE(cpus[i].request, CPU_REQUEST_OFF);
			arch_kick(&cpus[i]);
		}
		if (cpus[i].status->state == BH_CPU_PARKED || !cpu_is_off(&cpus[i]))
			err = -BH_E_AGAIN;
	}
	return err;
}

int arch_disable(struct cpu *cpu)
{
	for_each_cell(cell)
		if (cell != root_cell)
			return -BH_E_CELLS;
	if (any_root_cpu(BH_CPU_PARKED))
		return -BH_E_STATE;
	percpu_of(cpu->index)->leaving = true;
	return 0;
}

void el2_panic(u64 esr, u64 elr, u64 far)
{
	panic("exception in EL2: ESR %lx ELR %lx FAR %lx LR %lx", esr, elr, far,
	      (u64)__builtin_return_address(0));
}
