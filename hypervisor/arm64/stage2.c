/* SPDX-License-Identifier: GPL-2.0-only */
/* A cell's translation context: root table, VMID, flushing. */
#include "../core/arch.h"
#include "../core/memory.h"
#include "../core/pool.h"
#include <arch/pte.h>
#include "percpu.h"
#include "stage2.h"
#include "sysregs.h"

#define ROOT_PAGES 2 /* concatenated tables at level 1 */

/* A CPU that has left executes the root cell without stage 2: nothing would keep it out. */
static bool any_has_left(void)
{
	for (u32 i = 0; i < cpu_count; i++)
		if (percpu_of(i)->leaving)
			return true;
	return false;
}

int arch_cell_create(struct cell *cell)
{
	u64 *root;

	if (any_has_left())
		return -BH_E_STATE;
	root = pool_alloc(ROOT_PAGES, ROOT_PAGES);
	if (!root)
		return -BH_E_NOMEM;
	cell->stage2.root = root;
	cell->stage2.root_entries = ROOT_PAGES * PT_ENTRIES;
	/*
	 * The root cell has VMID 0, as Linux has without a hypervisor (its boot code zeroes
	 * VTTBR_EL2): while CPUs come in and leave one after the other, the TLB maintenance of
	 * each must reach the others, and it reaches its own VMID only. Arm ARM D8.13.5.
	 */
	cell->arch.vttbr = virt_to_phys(root) | (u64)cell->id << 48;
	cell->arch.hcr = stage2_hcr(cell);
	/* The VMID may have been another cell's. */
	arch_stage2_flush(cell);
	return 0;
}

void arch_cell_destroy(struct cell *cell)
{
	if (cell->stage2.root)
		arch_stage2_flush(cell);
	pool_free(cell->stage2.root, ROOT_PAGES);
	cell->stage2.root = NULL;
}

/*
 * By VMID, so it must be the current one for the moment: Arm ARM D8.13.5. The first
 * barrier makes table writes visible to walks, the last waits for all CPUs.
 */
void arch_stage2_flush(struct cell *cell)
{
	u64 current = read_sysreg(vttbr_el2);
	bool other = current != cell->arch.vttbr;

	dsb(ishst);
	if (other) {
		write_sysreg(vttbr_el2, cell->arch.vttbr);
		isb();
	}
	/* Twice, as in mmu.c. */
	__asm__ volatile("tlbi vmalls12e1is; dsb ish; tlbi vmalls12e1is; dsb ish" : : : "memory");
	if (other)
		write_sysreg(vttbr_el2, current);
	isb();
}

u64 stage2_hcr(const struct cell *cell)
{
	u64 hcr = HCR_VM | HCR_SWIO | HCR_FMO | HCR_TSC | HCR_TIDCP | HCR_TACR | HCR_TSW | HCR_RW;

	/* Pointer authentication (ISAR1 APA, API) is the guest's own. */
	if (read_sysreg(id_aa64isar1_el1) & 0xff0 || read_sysreg(s3_0_c0_c6_2) & 0xf000)
		hcr |= HCR_APK | HCR_API;
	if (cell != root_cell)
		return hcr | HCR_TWI | HCR_TLOR | HCR_TERR;
	/* Memory tags stay with the root cell: scrubbing does not reach them. */
	if (((read_sysreg(id_aa64pfr1_el1) >> 8) & 15) >= 2)
		hcr |= HCR_ATA;
	return hcr;
}
