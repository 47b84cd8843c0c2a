/* SPDX-License-Identifier: GPL-2.0-only */
/* Numbers of the ABI in words. */
#ifndef HVCTL_WORDS_H
#define HVCTL_WORDS_H

#include <stdint.h>

/** memory_flags() - BH_MEM_* as "rwx loadable"; allocated. */
const char *memory_flags(uint32_t flags);

/** cell_flags() - BH_CELL_* as words, "" for none; allocated. */
const char *cell_flags(uint32_t flags);

/** platform_type() - enum bh_platform_type. */
const char *platform_type(uint32_t type);

/** console_type() - enum bh_console_type. */
const char *console_type(uint32_t type);

/** cell_state_number() - enum bh_cell_state of a name, -1 if there is none. */
int cell_state_number(const char *name);

/** exit_name() - enum bh_exit, NULL if it has no name. */
const char *exit_name(unsigned int exit);

/** crash_cause() - enum bh_crash_cause. */
const char *crash_cause(uint32_t cause);

/** cpu_state() - enum bh_cpu_state. */
const char *cpu_state(uint32_t state);

/** indented_by() - text whose further lines are indented; allocated. */
const char *indented_by(const char *text, unsigned int blanks);

#endif
