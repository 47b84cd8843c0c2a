/* SPDX-License-Identifier: GPL-2.0-only */
/* Checks of the machine. */
#ifndef HVCTL_HARDWARE_H
#define HVCTL_HARDWARE_H

#include <stdbool.h>
#include <stddef.h>
#include "config_file.h"

/**
 * struct verdict - result of a check.
 * @result: whether the need is met
 * @found: what was found, in words
 * @remedy: what to do, NULL if it is met
 */
struct verdict {
	enum {
		GOOD,
		UNSURE,
		BAD
	} result;
	const char *found;
	const char *remedy;
};

/** Files of this machine. */
char *machine_text(const char *path);
void *machine_data(const char *path, size_t *size);
bool machine_has(const char *path);

/** check_cpus_listed() - whether all CPUs are in a system config. */
struct verdict check_cpus_listed(const struct config_file *system);

/** check_memory_reserved() - whether Linux leaves the hypervisor's memory alone. */
struct verdict check_memory_reserved(const struct config_file *system);

/** check_ram_listed() - whether the root cell keeps all memory that Linux uses. */
struct verdict check_ram_listed(const struct config_file *system);

#endif
