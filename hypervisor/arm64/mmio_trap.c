/* SPDX-License-Identifier: GPL-2.0-only */
/* Data aborts that are accesses to trapped registers: the frequent case, and short. */
#include "../core/arch.h"
#include "../core/mmio.h"
#include "fault.h"
#include "traps.h"

static u64 extend_sign(u64 value, u64 esr)
{
	u32 unused = 64 - (8u << ISS_SAS(esr));

	value = (u64)((s64)(value << unused) >> unused);
	return esr & ISS_SF ? value : (u32)value;
}

/* The registers that C keeps are not loaded on the way back, unless named by the result. */
static u64 load(struct frame *frame, u64 esr, u64 value)
{
	u32 rt = ISS_SRT(esr);

	if (unlikely(esr & ISS_SSE))
		value = extend_sign(value, esr);
	/* There is a place for the zero register, too. */
	frame->x[rt] = value;
	return rt - 19 < 11 ? rt : 0;
}

/*
 * An access is served here if it is of one register (ISV; then it is no cache maintenance,
 * and no walk of stage 1 tables either), at a translation fault (so that the address is in
 * HPFAR_EL2, whose other bits are zero), aligned, and in a trapped page. Arm ARM D19.2.40,
 * "Data Abort", and D19.2.73.
 */
__hot u64 trap_data_abort(struct frame *frame, u64 esr)
{
	struct percpu *percpu = this_percpu();
	const struct mmio_region *region = percpu->cpu->cell->mmio.regions;
	u64 address = read_sysreg(hpfar_el2) << 8 | (read_sysreg(far_el2) & PAGE_MASK), offset;
	u64 value;
	u32 size = 1u << ISS_SAS(esr);

	if (unlikely(!(esr & ISS_ISV) || !(esr & ESR_IL) ||
		     DFSC_KIND(ISS_DFSC(esr)) != DFSC_TRANSLATION))
		goto fault;
	while ((offset = address - region->start) >= region->size)
		if (!(region++)->size)
			goto fault;
	if (unlikely(offset & (size - 1)))
		goto fault;
	percpu->exits[BH_EXIT_IRQCHIP]++;
	write_sysreg(elr_el2, read_sysreg(elr_el2) + 4);
	if (esr & ISS_WNR) {
		value = ISS_SRT(esr) < 31 ? frame->x[ISS_SRT(esr)] : 0;
		region->handler(percpu->cpu, region, offset, size | MMIO_WRITE, value);
		return 0;
	}
	value = region->handler(percpu->cpu, region, offset, size, 0);
	/* Rather look at it again than keep parts of it over the call. */
	__asm__("" : "+r"(esr));
	return load(frame, esr, value);
fault:
	fault_data_abort(percpu, frame, esr);
	return 0;
}
