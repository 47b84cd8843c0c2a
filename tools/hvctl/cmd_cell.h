/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef HVCTL_CMD_CELL_H
#define HVCTL_CMD_CELL_H

#include "config_file.h"
#include "hvctl.h"

int cell_create(const struct command *command, int argc, char **argv);
int cell_load(const struct command *command, int argc, char **argv);
int cell_start(const struct command *command, int argc, char **argv);
int cell_shutdown(const struct command *command, int argc, char **argv);
int cell_destroy(const struct command *command, int argc, char **argv);
int cell_list(const struct command *command, int argc, char **argv);
int cell_stats(const struct command *command, int argc, char **argv);
int cell_console(const struct command *command, int argc, char **argv);
int cell_raise(const struct command *command, int argc, char **argv);
int cell_crash(const struct command *command, int argc, char **argv);
int cell_core(const struct command *command, int argc, char **argv);

/** cell_config() - the config of a cell that exists; false after a message. */
bool cell_config(const char *name, struct config_file *file);

struct bh_cpu_status;

/**
 * cell_crash_records() - what is known of the CPUs of a cell.
 * @name: of the cell
 * @count: out: CPUs
 *
 * Return: one entry per CPU, NULL after a message.
 */
const struct bh_cpu_status *cell_crash_records(const char *name, unsigned int *count);

#endif
