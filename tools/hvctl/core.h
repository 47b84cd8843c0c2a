/* SPDX-License-Identifier: GPL-2.0-only */
/* ELF core files. */
#ifndef HVCTL_CORE_H
#define HVCTL_CORE_H

#include <stdint.h>
#include <stdbool.h>
#include <bulkhead/status.h>
#include "config_file.h"

/**
 * typedef core_reader - reads memory of the cell.
 * @ctx: as passed to core_write()
 * @address: as the cell sees it
 * @buffer: for the bytes
 * @bytes: how many
 *
 * Return: 0, or an exit status after a message.
 */
typedef int (*core_reader)(void *ctx, uint64_t address, void *buffer, uint64_t bytes);

/**
 * core_write() - writes a core file of an arm64 cell.
 * @path: of the file; an existing one is replaced
 * @config: of the cell
 * @cpus: its CPUs, @count of them
 * @count: at most BH_MAX_CPUS
 * @first: index in @cpus of the one that debuggers show first
 * @reader: source of memory
 * @ctx: passed to @reader
 *
 * Return: exit status; after a message, and without file, if it is not 0.
 */
int core_write(const char *path, const struct config_file *config, const struct bh_cpu_status *cpus,
	       unsigned int count, unsigned int first, core_reader reader, void *ctx);

#endif
