// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>
#include <bulkhead/config.h>
#include <bulkhead/status.h>
#include "hvctl.h"
#include "words.h"

struct flag_word {
	uint32_t flag;
	const char *word;
};

static const struct flag_word memory_words[] = {
	{ BH_MEM_DMA, "dma" },
	{ BH_MEM_IO, "io" },
	{ BH_MEM_COMM, "comm" },
	{ BH_MEM_LOADABLE, "loadable" },
	{ BH_MEM_ROOTSHARED, "rootshared" },
	{ BH_MEM_WINDOW, "window" },
};

static const struct flag_word cell_words[] = {
	{ BH_CELL_PASSIVE, "passive" },
	{ BH_CELL_ALLOW_UNPROTECTED_DMA, "allow-unprotected-dma" },
	{ BH_CELL_LOCKABLE, "lockable" },
	{ BH_CELL_GIC_RELAXED, "gic-relaxed" },
	{ BH_CELL_GIC_FILTERED, "gic-filtered" },
};

/* Appends the words of flags; what has no word appears as a number. */
static const char *append(char *text, uint32_t flags, const struct flag_word *words, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (!(flags & words[i].flag))
			continue;
		text = must_format("%s%s%s", text, text[0] ? " " : "", words[i].word);
		flags &= ~words[i].flag;
	}
	if (flags)
		text = must_format("%s%s0x%x", text, text[0] ? " " : "", flags);
	return text;
}

const char *memory_flags(uint32_t flags)
{
	const uint32_t rights = BH_MEM_READ | BH_MEM_WRITE | BH_MEM_EXEC;
	char *text = must_format("%c%c%c", flags & BH_MEM_READ ? 'r' : '-',
				 flags & BH_MEM_WRITE ? 'w' : '-', flags & BH_MEM_EXEC ? 'x' : '-');

	return append(text, flags & ~rights, memory_words, ARRAY_SIZE(memory_words));
}

const char *cell_flags(uint32_t flags)
{
	return append(must_format("%s", ""), flags, cell_words, ARRAY_SIZE(cell_words));
}

#define LOOKUP(names, index)                                                                       \
	((index) < ARRAY_SIZE(names) && (names)[index] ? (names)[index] : "unknown")

const char *platform_type(uint32_t type)
{
	static const char *const names[] = {
		[BH_PLATFORM_GICV3_DIST] = "gicv3-distributor",
		[BH_PLATFORM_GICV3_REDIST] = "gicv3-redistributors",
		[BH_PLATFORM_GICV3_ITS] = "gicv3-its",
	};

	return LOOKUP(names, type);
}

const char *console_type(uint32_t type)
{
	static const char *const names[] = {
		[BH_CONSOLE_NONE] = "none",	      [BH_CONSOLE_PL011] = "pl011",
		[BH_CONSOLE_8250_MMIO] = "8250-mmio", [BH_CONSOLE_8250_PORT] = "8250-port",
		[BH_CONSOLE_HYPERCALL] = "hypercall",
	};

	return LOOKUP(names, type);
}

int cell_state_number(const char *name)
{
	static const char *const names[] = BH_CELL_STATE_NAMES;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (!strcmp(names[i], name))
			return (int)i;
	return -1;
}

const char *exit_name(unsigned int exit)
{
	static const char *const names[BH_EXIT_COUNT] = BH_EXIT_NAMES;

	return exit < BH_EXIT_COUNT ? names[exit] : NULL;
}

const char *crash_cause(uint32_t cause)
{
	static const char *const names[] = BH_CRASH_CAUSE_NAMES;

	return LOOKUP(names, cause);
}

const char *cpu_state(uint32_t state)
{
	static const char *const names[] = { "outside", "running", "parked", "failed" };

	return LOOKUP(names, state);
}

const char *indented_by(const char *text, unsigned int blanks)
{
	size_t lines = 1;
	char *result, *out;

	for (const char *at = text; *at; at++)
		lines += *at == '\n';
	result = must_alloc(strlen(text) + lines * blanks + 1);
	for (out = result; *text; text++) {
		*out++ = *text;
		if (*text != '\n')
			continue;
		memset(out, ' ', blanks);
		out += blanks;
	}
	return result;
}
