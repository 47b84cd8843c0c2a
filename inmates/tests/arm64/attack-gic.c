// SPDX-License-Identifier: GPL-2.0-only
/*
 * Attacks on the interrupt controller's register frames.
 *
 *   irqs=A,B,...   SPIs that the cell has; all others are foreign
 *   its=ADDRESS    of the ITS, if the comm page names none
 *
 * Foreign bits must read as 0 whatever was written. That the write itself did
 * nothing is for the owners to notice.
 */
#include "attack-arm64.h"

#define FRAME 0x10000u
#define REDIST_STRIDE 0x20000u
#define GICD_CTLR_RWP (1u << 31)
#define GITS_CTLR 0x0000
#define GITS_CBASER 0x0080
#define GITS_TRANSLATER 0x10040

static const struct {
	const char *name;
	unsigned int offset;
} masks[] = {
	{ "IGROUPR", GICD_IGROUPR },	 { "ISENABLER", GICD_ISENABLER },
	{ "ICENABLER", GICD_ICENABLER }, { "ISPENDR", GICD_ISPENDR },
	{ "ICPENDR", GICD_ICPENDR },	 { "ISACTIVER", GICD_ISACTIVER },
	{ "ICACTIVER", GICD_ICACTIVER }, { "IGRPMODR", GICD_IGRPMODR },
};

/* Writes a value to every word of a frame, and reads every word. */
static void batter(uintptr_t frame, uint32_t value)
{
	for (uintptr_t at = frame; at < frame + FRAME; at += 4)
		probe_write(at, 4, value);
	for (uintptr_t at = frame; at < frame + FRAME; at += 4)
		probe_read(at, 4, NULL);
}

static uint32_t own_mask(unsigned int first)
{
	uint32_t mask = 0;

	for (unsigned int i = 0; i < 32; i++)
		mask |= (uint32_t)own_irq(first + i) << i;
	return mask;
}

static void write_then_check(const char *name, uintptr_t at, unsigned int bytes, uint64_t foreign,
			     unsigned int irq)
{
	static const uint64_t values[] = { ~0ull, 0 };
	uint64_t value;

	for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
		probe_write(at, bytes, values[i]);
		if (probe_read(at, bytes, &value) && (value & foreign))
			breach("%s of INTID %u reads 0x%lx, foreign bits 0x%lx", name, irq, value,
			       value & foreign);
	}
}

static void check_foreign_spis(void)
{
	unsigned int end = gic_intids();

	for (unsigned int irq = 32; irq < end; irq += 32) {
		for (size_t i = 0; i < ARRAY_SIZE(masks); i++)
			write_then_check(masks[i].name, gic_dist() + masks[i].offset + irq / 8, 4,
					 ~own_mask(irq), irq);
	}
	for (unsigned int irq = 32; irq < end; irq++) {
		uintptr_t cfg = gic_dist() + GICD_ICFGR + irq / 16 * 4;

		if (own_irq(irq))
			continue;
		write_then_check("IPRIORITYR", gic_dist() + GICD_IPRIORITYR + irq, 1, 0xff, irq);
		write_then_check("IPRIORITYR", gic_dist() + GICD_IPRIORITYR + (irq & ~3u), 4,
				 0xffull << irq % 4 * 8, irq);
		write_then_check("ICFGR", cfg, 4, 3ull << irq % 16 * 2, irq);
		write_then_check("IROUTER", gic_dist() + GICD_IROUTER + irq * 8ul, 8, ~0ull, irq);
	}
	refused("registers of %u SPIs written with ones and zeros", end - 32);
}

/* An interrupt of the cell must not be sent to a CPU of another one. */
static void check_routing(void)
{
	for (unsigned int irq = 32; irq < gic_intids(); irq++) {
		uintptr_t at = gic_dist() + GICD_IROUTER + irq * 8ul;
		uint64_t value;

		for (uint64_t cpu = 0; cpu < 16 && own_irq(irq); cpu++) {
			if (is_own_cpu(cpu))
				continue;
			probe_write(at, 8, cpu);
			if (probe_read(at, 8, &value) && (value & MPIDR_AFFINITY) == cpu)
				breach("INTID %u routed to foreign CPU 0x%lx", irq, cpu);
			probe_write(at, 8, 1ull << 31 | cpu);
			if (probe_read(at, 8, &value) && (value >> 31 & 1))
				breach("INTID %u routed to any CPU", irq);
			probe_write(gic_dist() + GICD_ISPENDR + irq / 32 * 4, 4, 1u << irq % 32);
		}
		if (own_irq(irq)) {
			probe_write(at, 8, percpu()->mpidr);
			refused("INTID %u routed to CPUs of others", irq);
		}
	}
}

static void check_global(void)
{
	static const unsigned int message[] = { 0x40, 0x48, 0x50, 0x58 }; /* SETSPI, CLRSPI */
	uint32_t before = mmio_read32(gic_dist() + GICD_CTLR) & ~GICD_CTLR_RWP, after;

	probe_write(gic_dist() + GICD_CTLR, 4, 0);
	after = mmio_read32(gic_dist() + GICD_CTLR) & ~GICD_CTLR_RWP;
	if (after != before)
		breach("GICD_CTLR changed from 0x%x to 0x%x", before, after);
	else
		refused("GICD_CTLR written with 0");
	for (size_t i = 0; i < ARRAY_SIZE(message); i++)
		for (uint32_t irq = 0; irq < gic_intids(); irq++)
			if (!own_irq(irq))
				probe_write(gic_dist() + message[i], 4, irq);
	tried("SETSPI and CLRSPI of every foreign SPI");
	for (uint32_t target = 0; target < 4; target++)
		for (uint32_t n = 0; n < 16; n++)
			probe_write(gic_dist() + GICD_SGIR, 4, target << 24 | 0xffu << 16 | n);
	tried("GICD_SGIR with every number and target");
}

static void quiet_own(void)
{
	for (unsigned int irq = 32; irq < gic_intids(); irq += 32) {
		probe_write(gic_dist() + GICD_ICENABLER + irq / 8, 4, ~0u);
		probe_write(gic_dist() + GICD_ICPENDR + irq / 8, 4, ~0u);
		probe_write(gic_dist() + GICD_ICACTIVER + irq / 8, 4, ~0u);
		probe_write(gic_dist() + GICD_IGROUPR + irq / 8, 4, ~0u);
	}
}

void attack_gicd(void)
{
	check_global();
	check_foreign_spis();
	check_routing();
	batter(gic_dist(), ~0u);
	batter(gic_dist(), 0);
	check_foreign_spis();
	quiet_own();
	refused("every word of the distributor written and read");
}

static void check_rd_frame(uintptr_t rd)
{
	static const struct {
		const char *name;
		unsigned int offset, bytes;
	} regs[] = {
		{ "CTLR", GICR_CTLR, 4 },
		{ "WAKER", GICR_WAKER, 4 },
		{ "PROPBASER", GICR_PROPBASER, 8 },
		{ "PENDBASER", GICR_PENDBASER, 8 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(regs); i++) {
		uint64_t before = 0, after = 0;
		bool readable = probe_read(rd + regs[i].offset, 4, &before);

		probe_write(rd + regs[i].offset, regs[i].bytes, ~0ull);
		probe_write(rd + regs[i].offset, 4, ~0u);
		if (readable && probe_read(rd + regs[i].offset, 4, &after) && after != before)
			breach("GICR_%s at 0x%lx changed from 0x%lx to 0x%lx", regs[i].name, rd,
			       before, after);
		else
			refused("GICR_%s at 0x%lx", regs[i].name, rd);
	}
}

static void check_foreign_redist(uintptr_t rd)
{
	uintptr_t sgi = rd + GICR_SGI;

	batter(rd, ~0u);
	batter(sgi, ~0u);
	for (size_t i = 0; i < ARRAY_SIZE(masks); i++)
		write_then_check(masks[i].name, sgi + masks[i].offset, 4, ~0u, 0);
	for (unsigned int irq = 0; irq < 32; irq += 4)
		write_then_check("IPRIORITYR", sgi + GICD_IPRIORITYR + irq, 4, ~0u, irq);
	batter(sgi, 0);
	refused("redistributor at 0x%lx", rd);
}

/* Whether a redistributor belongs to a CPU of this cell. */
static bool own_redist(uintptr_t rd)
{
	uint64_t affinity;

	if (rd == gic_redist())
		return true;
	if (!probe_read(rd + GICR_TYPER + 4, 4, &affinity))
		return false;
	return is_own_cpu((affinity & 0xffffff) | (affinity >> 24) << 32);
}

void attack_gicr(void)
{
	size_t bytes;
	uintptr_t first = gic_redist_range(&bytes);
	unsigned int max = (unsigned int)arg_u64("redists", 4), n = 0;

	check_rd_frame(gic_redist());
	for (uintptr_t rd = first; rd < first + bytes && n < max; rd += REDIST_STRIDE, n++) {
		if (own_redist(rd))
			continue;
		check_rd_frame(rd);
		check_foreign_redist(rd);
	}
	batter(gic_redist(), ~0u);
	batter(gic_redist() + GICR_SGI, ~0u);
	batter(gic_redist() + GICR_SGI, 0);
	gic_cpu_init();
	refused("every word of the cell's own redistributor written and read");
}

/* Every size at every offset: what is no register, or part of one, reads as nothing. */
void attack_gic_sizes(void)
{
	size_t bytes;
	uintptr_t redists = gic_redist_range(&bytes);
	uint64_t tries = 0;

	if (bytes > 4 * REDIST_STRIDE)
		bytes = 4 * REDIST_STRIDE;
	for (unsigned int size = 1; size <= 8; size *= 2) {
		for (uintptr_t at = 0; at < FRAME; at += size, tries++)
			probe_read(gic_dist() + at, size, NULL);
		for (uintptr_t at = 0; at < bytes; at += size, tries++)
			/* The identification, with a little before it; the rest sparsely. */
			if (at % FRAME < 0x200 || at % FRAME >= 0xfe00)
				probe_read(redists + at, size, NULL);
		comm_serve();
	}
	for (unsigned int size = 1; size <= 8; size *= 2) {
		for (uintptr_t at = 0; at < FRAME; at += size, tries++)
			probe_write(gic_dist() + at, size, 0);
		for (uintptr_t at = 0; at < bytes; at += size, tries++)
			if (at % FRAME < 0x200 || at % FRAME >= 0xfe00)
				probe_write(redists + at, size, 0);
		comm_serve();
	}
	quiet_own();
	gic_cpu_init();
	refused("%lu accesses of 1 to 8 bytes", tries);
}

void attack_its(void)
{
	uintptr_t its = gic_its() ? gic_its() : arg_u64("its", 0x08080000);
	uint64_t before = 0, after = 0;

	if (!probe_read(its + GITS_CBASER, 8, &before)) {
		refused("read of the ITS");
	} else if (before) {
		breach("GITS_CBASER reads 0x%lx", before);
	}
	probe_write(its + GITS_CTLR, 4, 0);
	probe_write(its + GITS_CBASER, 8, ~0ull);
	if (probe_read(its + GITS_CBASER, 8, &after) && after != before)
		breach("GITS_CBASER can be written: 0x%lx", after);
	else
		refused("write to the ITS");
	probe_write(its + GITS_TRANSLATER, 4, 0);
	tried("message to the ITS");
}
