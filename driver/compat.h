/* SPDX-License-Identifier: GPL-2.0-only */
/* Everything that depends on the kernel's version is here. */
#ifndef BH_COMPAT_H
#define BH_COMPAT_H

#include <linux/version.h>
#include <linux/irqnr.h>
#include <linux/sysfs.h>

/*
 * Binary attributes became const in steps: 6.13 brought second members for the
 * const forms, and 6.18 left only those, under the old names.
 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 18, 0)
#define BH_BIN_CONST const
#define BH_BIN_READ read
#define BH_BIN_ATTRS bin_attrs
#elif LINUX_VERSION_CODE >= KERNEL_VERSION(6, 13, 0)
#define BH_BIN_CONST const
#define BH_BIN_READ read_new
#define BH_BIN_ATTRS bin_attrs_new
#else
#define BH_BIN_CONST
#define BH_BIN_READ read
#define BH_BIN_ATTRS bin_attrs
#endif

typedef BH_BIN_CONST struct bin_attribute bh_bin_attribute;

/** BH_BIN_ATTR - defines a read-only binary attribute of unknown size. */
#define BH_BIN_ATTR(_name, _mode, _read)                                                           \
	static bh_bin_attribute bin_attr_##_name = {                                               \
		.attr = { .name = #_name, .mode = (_mode) },                                       \
		.BH_BIN_READ = (_read),                                                            \
	}

/** bh_irq_limit() - one more than the highest interrupt number of Linux. */
static inline unsigned int bh_irq_limit(void)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 13, 0)
	return irq_get_nr_irqs();
#else
	return nr_irqs;
#endif
}

#endif
