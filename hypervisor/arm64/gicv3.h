/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * GICv3 without list registers: interrupts of group 1 go straight to EL1 of the CPU they
 * are routed to, which acknowledges and ends them at the physical interface. What decides where
 * they go (distributor, redistributors, SGI registers) is trapped and filtered.
 *
 * Register layouts: Arm IHI 0069 (GIC architecture), chapter 12.
 */
#ifndef ARM64_GICV3_H
#define ARM64_GICV3_H

#include "../core/cell.h"
#include "../core/mmio.h"
#include "percpu.h"

#define GICD_CTLR 0x0000u
#define GICD_TYPER 0x0004u
#define GICD_SETSPI_NSR 0x0040u
#define GICD_CLRSPI_NSR 0x0048u
#define GICD_IGROUPR 0x0080u
#define GICD_ISENABLER 0x0100u
#define GICD_ICENABLER 0x0180u
#define GICD_ISPENDR 0x0200u
#define GICD_ICPENDR 0x0280u
#define GICD_ICACTIVER 0x0380u
#define GICD_IPRIORITYR 0x0400u
#define GICD_ICFGR 0x0c00u
#define GICD_IROUTER 0x6000u
#define GIC_ID_REGISTERS 0xffd0u /* PIDR4 to CIDR3 of any frame */

#define GICR_CTLR 0x0000u
#define GICR_IIDR 0x0004u
#define GICR_TYPER 0x0008u
#define GICR_WAKER 0x0014u
#define GICR_TYPER_VLPIS BIT(1)
#define GICR_TYPER_LAST BIT(4)
#define GICR_SGI_FRAME 0x10000u

#define GICD_CTLR_RWP BIT(31)
#define GICD_TYPER_ESPI BIT(8)
#define GICR_CTLR_RWP BIT(3)
#define GICR_CTLR_CES BIT(1)
#define GICR_CTLR_ENABLE_LPIS BIT(0)

#define GIC_SPI_FIRST 32u
#define GIC_SPI_LAST 1019u

/** The SGI that calls a CPU back. Owned by the hypervisor on parked CPUs, shared on others. */
#define GIC_KICK 7u
/** Priority of the kick, and the highest that a guest may give. */
#define GIC_PRIORITY_KICK 0x00u
#define GIC_PRIORITY_GUEST 0x10u
#define GIC_PRIORITY_DEFAULT 0xa0u

extern u8 *gicd;
extern u64 gicr_size;
/** Guards read-modify-write of distributor registers, and the cells' masks of interrupts. */
extern struct spinlock gicd_lock;

static inline u32 gic_read(const void *frame, u64 offset)
{
	return *(const volatile u32 *)((const u8 *)frame + offset);
}

static inline void gic_write(void *frame, u64 offset, u32 value)
{
	*(volatile u32 *)((u8 *)frame + offset) = value;
}

static inline u64 gic_read64(const void *frame, u64 offset)
{
	return *(const volatile u64 *)((const u8 *)frame + offset);
}

static inline void gic_write64(void *frame, u64 offset, u64 value)
{
	*(volatile u64 *)((u8 *)frame + offset) = value;
}

/** Aff3, Aff2, Aff1 and range selector of a CPU, where ICC_SGI1R_EL1 has them. */
static inline u64 sgi_affinity(u64 mpidr)
{
	return ((mpidr >> 32) & 0xff) << 48 | ((mpidr >> 4) & 15) << 44 |
	       ((mpidr >> 16) & 0xff) << 32 | ((mpidr >> 8) & 0xff) << 16;
}

/** Trapped registers; see gicv3_dist.c and gicv3_redist.c. */
u64 gicv3_dist_access(struct cpu *cpu, const struct mmio_region *region, u64 offset, u32 how,
		      u64 value);
u64 gicv3_redist_access(struct cpu *cpu, const struct mmio_region *region, u64 offset, u32 how,
			u64 value);

/** Give a cell its interrupts, in reset state; take them back to the root cell's. */
void gicv3_dist_take(struct cell *cell);
void gicv3_dist_reset(struct cell *cell);
void gicv3_dist_return(struct cell *cell);

/** Have all interrupts of a cell go to CPUs that are its own, after it has lost some. */
void gicv3_dist_reroute(struct cell *cell);

/** Wait, not for ever, until a redistributor has done what was written to it. */
void gicv3_redist_settle(struct percpu *percpu);

/** Bring a redistributor's SGIs and PPIs to reset state, with nothing enabled but the kick. */
void gicv3_redist_reset(struct percpu *percpu);

/**
 * gicv3_sysreg() - a trapped register of the CPU interface.
 *
 * @encoding: see sysreg.c
 * Returns false if it is none of them.
 */
bool gicv3_sysreg(struct percpu *percpu, u32 encoding, bool write, u64 *value);

/** The cluster of a CPU that the cell has or, if it is the root cell, had; else NULL. */
struct gic_cluster *gicv3_find_cluster(struct arch_cell *arch, u64 hw_id);

/** Tell the fast path which CPUs a CPU of this cell may send SGIs to. */
void gicv3_note_targets(struct percpu *percpu);

/** LPIs are the root cell's: keep them away from a CPU that it gave away, or let them back. */
void gicv3_switch_lpis(struct percpu *percpu, bool root);

/** Program this CPU's interface for its cell, at reset state. */
void gicv3_cpu_start(struct percpu *percpu);

/** What cpu_wait() changes of a guest's interface. */
struct gic_interface {
	u64 igrpen1, pmr, ap1r0, bpr1;
};

/** Let any pending interrupt, the kick before all, end a WFI; and back. */
void gicv3_open(struct percpu *percpu, struct gic_interface *saved);
void gicv3_restore(struct percpu *percpu, const struct gic_interface *saved);

/** Send the kick. */
void gicv3_send_kick(const struct cpu *cpu);

/** Acknowledge and end what is pending on this CPU, whose interface is open; was it the kick? */
bool gicv3_take_kick(void);

/** Has the kick arrived at this CPU, and not been taken? */
bool gicv3_kick_is_pending(const struct percpu *percpu);

#endif
