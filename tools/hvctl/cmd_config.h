/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef HVCTL_CMD_CONFIG_H
#define HVCTL_CMD_CONFIG_H

#include "config_file.h"

int config_show(const struct command *command, int argc, char **argv);
int config_compile(const struct command *command, int argc, char **argv);

/**
 * config_check_one() - applies the rules to one config.
 * @file: the config
 * @system: the machine's; not used if @file is a system config
 * @cells: further cells that exist, fewer than BH_MAX_CELLS
 * @count: of them
 * @findings: told of what is wrong
 *
 * Return: true if nothing is wrong.
 */
bool config_check_one(const struct config_file *file, const struct config_file *system,
		      const struct config_file *const *cells, unsigned int count,
		      struct findings *findings);

#endif
