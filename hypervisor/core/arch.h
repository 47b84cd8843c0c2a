/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What core asks of an architecture. Which one it is, is decided by what is linked.
 */
#ifndef CORE_ARCH_H
#define CORE_ARCH_H

#include "cell.h"
#include "config_rules.h"

/** The CPU this runs on. */
struct cpu *this_cpu(void);

/** What config rules need to know of the architecture. */
extern const struct config_limits arch_config_limits;

/** Prepare @cell's translation context; stage2.root is set by it. Returns 0 or -BH_E_*. */
int arch_cell_create(struct cell *cell);

/** Free what arch_cell_create() allocated. */
void arch_cell_destroy(struct cell *cell);

/**
 * Make a CPU look at its requests, wherever it is: bounded, if its cell's stage 2 has been
 * revoked or it is parked.
 */
void arch_kick(struct cpu *cpu);

/** Physical address of CPU 0's status page; the others follow ARCH_PERCPU_SIZE bytes apart. */
u64 arch_cpu_status_phys(void);

/**
 * arch_raise_irq() - raise a BH_IRQ_RAISED interrupt in a running cell. From any CPU.
 *
 * Returns 0, -BH_E_NOENT for an interrupt that is not one, -BH_E_STATE if it does not run.
 */
int arch_raise_irq(struct cell *cell, u64 irq);

/** See BH_HC_DISABLE_PREPARE. Returns 0 or -BH_E_AGAIN. */
int arch_disable_prepare(void);

/** See BH_HC_DISABLE: arranges that @cpu, this one, leaves instead of going back to its cell. */
int arch_disable(struct cpu *cpu);

#endif
