// SPDX-License-Identifier: GPL-2.0-only
/* The commands, by name. */
#include "hvctl.h"

const struct command commands[] = {
	{
		.name = "config",
		.arguments = "COMMAND",
		.summary = "Look at configs and check them.",
		.sub = config_commands,
	},
	{ 0 },
};
