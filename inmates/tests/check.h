/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the parts of the inmates check and witness share.
 */
#ifndef CHECK_H
#define CHECK_H

#include "inmate.h"

/** expect() - print and count when @ok is false. Return: @ok. */
bool expect(bool ok, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** check_cpus_arch() - the comm page's CPU list fits this CPU. */
void check_cpus_arch(void);
/** check_irq_arch() - what the cell writes about its interrupt takes effect. */
void check_irq_arch(unsigned int irq);
/** watch_all_irqs() - enable whatever the cell is allowed to, but the timer (arch). */
void watch_all_irqs(irq_handler handler);

#endif
