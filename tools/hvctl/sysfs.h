/* SPDX-License-Identifier: GPL-2.0-only */
/* What the driver shows in sysfs (docs/driver.md). */
#ifndef HVCTL_SYSFS_H
#define HVCTL_SYSFS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** sysfs_root() - the driver's directory; BULKHEAD_SYSFS overrides it for tests. */
const char *sysfs_root(void);

/** sysfs_path() - path of a file below the driver's directory; allocated. */
char *__attribute__((format(printf, 1, 2))) sysfs_path(const char *format, ...);

/** sysfs_text() - a file's text without its last newline, NULL if it cannot be read. */
char *__attribute__((format(printf, 1, 2))) sysfs_text(const char *format, ...);

/** sysfs_data() - a binary file, NULL if it cannot be read. */
void *__attribute__((format(printf, 2, 3))) sysfs_data(size_t *size, const char *format, ...);

/** sysfs_number() - a file with a number, 0 if it cannot be read. */
uint64_t __attribute__((format(printf, 1, 2))) sysfs_number(const char *format, ...);

/** driver_loaded() - whether the driver is there. */
bool driver_loaded(void);

/** hypervisor_enabled() - whether it is, and the hypervisor is enabled. */
bool hypervisor_enabled(void);

/** struct cell_list - names of the cells, ordered by identifier. */
struct cell_list {
	unsigned int count;
	struct {
		uint32_t id;
		const char *name;
	} cells[64];
};

/** list_cells() - the cells there are now. */
void list_cells(struct cell_list *list);

/**
 * find_cell() - identifier of a cell.
 * @name: its name
 * @id: out
 *
 * Return: false after a message if there is no such cell.
 */
bool find_cell(const char *name, uint32_t *id);

/** require_enabled() - false after a message if the hypervisor is not enabled. */
bool require_enabled(void);

#endif
