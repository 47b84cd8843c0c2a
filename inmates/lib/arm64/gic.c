// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * GICv3 (ARM IHI 0069): distributor, this CPU's redistributor and interface.
 */
#include "arm64.h"

#define SPI_FIRST 32u
#define INTID_SPECIAL 1020u
#define IPI_COUNT 8u /* SGIs 0 to 7 */
#define PRIORITY 0xa0u
#define PMR_ALL 0xf0u
#define POLL_TIMEOUT_US 10000

#define CTLR_ENABLE_GRP1 (1u << 1)
#define CTLR_ARE (1u << 4)
#define CTLR_RWP (1u << 31)
#define GICR_CTLR_RWP (1u << 3)
#define CTLR_EOIMODE (1u << 1) /* of ICC_CTLR_EL1 */
#define WAKER_SLEEP (1u << 1)
#define WAKER_CHILDREN_ASLEEP (1u << 2)
#define TYPER_VLPIS (1u << 1)
#define TYPER_LAST (1u << 4)

static struct {
	irq_handler handler;
	void *arg;
} handlers[INMATE_MAX_IRQS];

static uintptr_t platform(uint32_t type, size_t *bytes)
{
	if (bytes)
		*bytes = 0;
	for (unsigned int i = 0; i < BH_COMM_PLATFORM; i++) {
		if (comm()->platform[i].type != type)
			continue;
		if (bytes)
			*bytes = comm()->platform[i].size;
		return comm()->platform[i].phys;
	}
	return 0;
}

uintptr_t gic_dist(void)
{
	return platform(BH_PLATFORM_GICV3_DIST, NULL);
}

uintptr_t gic_redist_range(size_t *bytes)
{
	return platform(BH_PLATFORM_GICV3_REDIST, bytes);
}

uintptr_t gic_its(void)
{
	return platform(BH_PLATFORM_GICV3_ITS, NULL);
}

uintptr_t gic_redist(void)
{
	return percpu()->redist;
}

unsigned int gic_intids(void)
{
	return 32 * ((mmio_read32(gic_dist() + GICD_TYPER) & 31) + 1);
}

/* Waits until bits of a register are clear. */
static bool poll_clear(uintptr_t address, uint32_t bits)
{
	uint64_t end = time_ticks() + us_to_ticks(POLL_TIMEOUT_US);

	while (mmio_read32(address) & bits) {
		if (time_ticks() > end)
			return false;
		cpu_relax();
	}
	return true;
}

/* The frame whose GICR_TYPER (IHI 0069 12.11.35) has this CPU's affinity. */
static uintptr_t find_redist(uint64_t mpidr)
{
	size_t bytes;
	uintptr_t at = gic_redist_range(&bytes), end = at + bytes;
	uint32_t affinity = (uint32_t)((mpidr & 0xffffff) | (mpidr >> 8 & 0xff000000));

	while (at < end) {
		uint32_t typer = mmio_read32(at + GICR_TYPER);

		if (mmio_read32(at + GICR_TYPER + 4) == affinity)
			return at;
		if (typer & TYPER_LAST)
			break;
		at += typer & TYPER_VLPIS ? 0x40000 : 0x20000;
	}
	panic("no redistributor for CPU 0x%lx", mpidr);
}

static void redist_init(uintptr_t redist)
{
	uint32_t waker = mmio_read32(redist + GICR_WAKER);
	uintptr_t sgi = redist + GICR_SGI;

	if (waker & WAKER_SLEEP) {
		mmio_write32(redist + GICR_WAKER, waker & ~WAKER_SLEEP);
		if (!poll_clear(redist + GICR_WAKER, WAKER_CHILDREN_ASLEEP))
			panic("redistributor does not wake");
	}
	mmio_write32(sgi + GICD_ICENABLER, ~0u);
	mmio_write32(sgi + GICD_ICPENDR, ~0u);
	mmio_write32(sgi + GICD_ICACTIVER, ~0u);
	mmio_write32(sgi + GICD_IGROUPR, ~0u);
	for (unsigned int i = 0; i < 32; i += 4)
		mmio_write32(sgi + GICD_IPRIORITYR + i, PRIORITY * 0x01010101u);
	poll_clear(redist + GICR_CTLR, GICR_CTLR_RWP);
}

static void dist_init(void)
{
	uint32_t want = CTLR_ARE | CTLR_ENABLE_GRP1;

	if ((mmio_read32(gic_dist() + GICD_CTLR) & want) == want)
		return;
	mmio_write32(gic_dist() + GICD_CTLR, CTLR_ARE);
	poll_clear(gic_dist() + GICD_CTLR, CTLR_RWP);
	mmio_write32(gic_dist() + GICD_CTLR, want);
	poll_clear(gic_dist() + GICD_CTLR, CTLR_RWP);
}

void gic_cpu_init(void)
{
	struct percpu *cpu = percpu();

	if (cpu->index == 0)
		dist_init();
	if (!cpu->redist)
		cpu->redist = find_redist(cpu->mpidr);
	redist_init(cpu->redist);

	if (!(read_sysreg(ICC_SRE_EL1) & 1)) {
		write_sysreg(7, ICC_SRE_EL1);
		isb();
	}
	/* EOImode; a filtered cell has it, whether it asks for it or not. */
	write_sysreg(arg_u64("eoimode", 0) ? CTLR_EOIMODE : 0, ICC_CTLR_EL1);
	isb();
	cpu->eoi_drops_only = read_sysreg(ICC_CTLR_EL1) & CTLR_EOIMODE;
	write_sysreg(0, ICC_BPR1_EL1);
	write_sysreg(PMR_ALL, ICC_PMR_EL1);
	write_sysreg(1, ICC_IGRPEN1_EL1);
	isb();
}

/* Registers of one interrupt: in the redistributor up to 31, in the distributor above. */
static uintptr_t frame_of(unsigned int irq)
{
	return irq < SPI_FIRST ? gic_redist() + GICR_SGI : gic_dist();
}

static void write_bit(unsigned int reg, unsigned int irq)
{
	mmio_write32(frame_of(irq) + reg + irq / 32 * 4, 1u << irq % 32);
}

static void set_edge(unsigned int irq)
{
	uintptr_t at = frame_of(irq) + GICD_ICFGR + irq / 16 * 4;

	mmio_write32(at, mmio_read32(at) | 2u << irq % 16 * 2);
}

static void set_up(unsigned int irq, irq_handler handler, void *arg, bool edge)
{
	uintptr_t group = frame_of(irq) + GICD_IGROUPR + irq / 32 * 4;

	if (irq >= INMATE_MAX_IRQS)
		panic("no interrupt has the number %u", irq);
	handlers[irq].arg = arg;
	__atomic_store_n(&handlers[irq].handler, handler, __ATOMIC_RELEASE);
	if (irq >= SPI_FIRST) {
		uint64_t mpidr = percpu()->mpidr;

		mmio_write32(group, mmio_read32(group) | 1u << irq % 32);
		mmio_write8(gic_dist() + GICD_IPRIORITYR + irq, PRIORITY);
		mmio_write64(gic_dist() + GICD_IROUTER + irq * 8ul, mpidr);
	}
	if (edge)
		set_edge(irq);
	write_bit(GICD_ISENABLER, irq);
}

void irq_enable(unsigned int irq, irq_handler handler, void *arg)
{
	set_up(irq, handler, arg, false);
}

void irq_enable_edge(unsigned int irq, irq_handler handler, void *arg)
{
	set_up(irq, handler, arg, true);
}

void irq_disable(unsigned int irq)
{
	write_bit(GICD_ICENABLER, irq);
	poll_clear(irq < SPI_FIRST ? gic_redist() + GICR_CTLR : gic_dist() + GICD_CTLR,
		   irq < SPI_FIRST ? GICR_CTLR_RWP : CTLR_RWP);
}

/* Called by vectors.S. */
void gic_dispatch(void)
{
	unsigned int irq = (unsigned int)read_sysreg(ICC_IAR1_EL1);

	dsb();
	if (irq >= INTID_SPECIAL)
		return;
	if (!handlers[irq].handler)
		panic("interrupt %u has no handler", irq);
	handlers[irq].handler(irq, handlers[irq].arg);
	write_sysreg(irq, ICC_EOIR1_EL1);
	isb();
	/* Dropped; deactivated with a second write (IHI 0069 4.8.1). */
	if (percpu()->eoi_drops_only)
		write_sysreg(irq, ICC_DIR_EL1);
}

void irq_unmask(void)
{
	asm volatile("msr daifclr, #2" ::: "memory");
}

void irq_mask(void)
{
	asm volatile("msr daifset, #2" ::: "memory");
}

void irq_wait(void)
{
	wfi();
	irq_unmask();
	isb(); /* what woke the CPU is taken here */
	irq_mask();
}

uint64_t gic_sgi_value(uint64_t mpidr, unsigned int n)
{
	uint64_t aff0 = mpidr & 0xff;

	return (mpidr >> 32 & 0xff) << 48 | (aff0 >> 4) << 44 | (mpidr >> 16 & 0xff) << 32 |
	       (uint64_t)n << 24 | (mpidr >> 8 & 0xff) << 16 | 1ull << (aff0 & 15);
}

void ipi_enable(unsigned int n, irq_handler handler, void *arg)
{
	if (n >= IPI_COUNT)
		panic("no IPI has the number %u", n);
	irq_enable(n, handler, arg);
}

void ipi_send(unsigned int cpu, unsigned int n)
{
	dsb(); /* what was written before is seen by the handler */
	write_sysreg(gic_sgi_value(percpu_of(cpu)->mpidr, n), ICC_SGI1R_EL1);
	isb();
}
