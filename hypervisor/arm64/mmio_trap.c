/* SPDX-License-Identifier: GPL-2.0-only */
/* Data aborts that are accesses to trapped registers: the frequent case, and short. */
#include "../core/arch.h"
#include "../core/mmio.h"
#include "fault.h"
#include "traps.h"

/* What must be as it is for an access of one register whose address is in HPFAR_EL2. */
#define PLAIN_MASK (ISS_CM | ISS_S1PTW | 0x3c)

static u64 extend_sign(u64 value, u64 esr, u32 size)
{
	u32 unused = 64 - size * 8;

	value = (u64)((s64)(value << unused) >> unused);
	return esr & ISS_SF ? value : (u32)value;
}

/* False if this is not an aligned access of one register to a trapped page. */
static inline __attribute__((always_inline)) bool emulate(struct frame *frame, u64 esr)
{
	struct percpu *percpu = this_percpu();
	u32 size = 1u << ISS_SAS(esr);
	const struct mmio_region *region;
	u64 address, value;

	if (unlikely(!(esr & ISS_ISV) || (esr & PLAIN_MASK) != DFSC_TRANSLATION))
		return false;
	address = HPFAR_ADDRESS(read_sysreg(hpfar_el2)) | (read_sysreg(far_el2) & PAGE_MASK);
	region = mmio_find(&percpu->cpu->cell->mmio, address);
	if (unlikely(!region || address & (size - 1)))
		return false;
	percpu->exits[BH_EXIT_IRQCHIP]++;
	/* The length of the instruction: 4, or 2 if IL is clear. */
	write_sysreg(elr_el2, read_sysreg(elr_el2) + 2 + ((esr & ESR_IL) >> 24));
	address -= region->start;
	if (esr & ISS_WNR) {
		value = ISS_SRT(esr) < 31 ? frame->x[ISS_SRT(esr)] : 0;
		region->handler(percpu->cpu, region, address, size | MMIO_WRITE, value);
		return true;
	}
	value = region->handler(percpu->cpu, region, address, size, 0);
	if (unlikely(esr & ISS_SSE))
		value = extend_sign(value, esr, size);
	/* There is a place for the zero register, too. */
	frame->x[ISS_SRT(esr)] = value;
	return true;
}

__hot bool mmio_fast(struct frame *frame, u64 esr)
{
	if (ISS_SRT(esr) - 19 < 11)
		return false;
	return emulate(frame, esr);
}

void trap_data_abort(struct frame *frame, u64 esr)
{
	if (!emulate(frame, esr))
		fault_data_abort(this_percpu(), frame, esr);
}
