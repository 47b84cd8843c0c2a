// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every interrupt that the GIC lets this cell enable.
 */
#include "arm64.h"
#include "check.h"

void watch_all_irqs(irq_handler handler)
{
	unsigned int end = in_cell() ? gic_intids() : 32; /* bare: the board's devices are live */

	for (unsigned int irq = 0; irq < end && irq < INMATE_MAX_IRQS; irq++)
		if (irq != timer_irq())
			irq_enable(irq, handler, NULL);
}
