/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef HVCTL_CONSOLE_H
#define HVCTL_CONSOLE_H

#include <stdbool.h>

/**
 * console_print() - prints a console.
 * @where: directory below the driver's in sysfs, "." for the hypervisor's
 * @follow: go on with what is written, until the cell is gone or a signal comes
 *
 * Return: exit status.
 */
int console_print(const char *where, bool follow);

#endif
