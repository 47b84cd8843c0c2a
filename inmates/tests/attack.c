// SPDX-License-Identifier: GPL-2.0-only
/*
 * attack: runs the attacks that the command line names.
 *
 *   attack=NAME[,NAME...]   one after the other
 *   seed=1                  of what is random
 *   secs=2                  length of storms
 *
 * Further arguments are described with the attacks.
 */
#include "attack.h"

#define MAX_PRINTED 100 /* breaches; all are counted */

static uint64_t state;
static unsigned int breaches;

static const struct attack attacks_common[] = {
	{ "read", attack_read },
	{ "write", attack_write },
	{ "execute", attack_execute },
	{ "read-only", attack_read_only },
	{ "no-execute", attack_no_execute },
	{ "sweep", attack_sweep },
	{ "comm", attack_comm },
	{ "hypercalls", attack_hypercalls },
	{ "hypercall-storm", attack_hypercall_storm },
	{ "console-flood", attack_console_flood },
	{ NULL, NULL },
};

static void say(const char *what, const char *format, va_list args)
{
	char text[200];

	vsnprintf(text, sizeof(text), format, args);
	printf("%s: %s\n", what, text);
}

void refused(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say("refused", format, args);
	va_end(args);
}

void tried(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say("tried", format, args);
	va_end(args);
}

void breach(const char *format, ...)
{
	va_list args;

	if (++breaches > MAX_PRINTED)
		return;
	va_start(args, format);
	say("BREACH", format, args);
	va_end(args);
}

uint64_t random64(void)
{
	if (!state)
		state = arg_u64("seed", 1) * 0x9e3779b97f4a7c15ull + 1;
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

uint64_t random_edge(void)
{
	uint64_t r = random64(), bit = 1ull << (r & 63);

	switch (r >> 6 & 7) {
	case 0:
		return 0;
	case 1:
		return ~0ull;
	case 2:
		return bit;
	case 3:
		return bit - 1;
	case 4:
		return -bit;
	case 5:
		return r >> 16 & 0xff;
	case 6:
		return random64() & ~0xfffull;
	default:
		return random64();
	}
}

uint64_t deadline(void)
{
	return time_ticks() + arg_u64("secs", 2) * time_hz();
}

static const struct attack *find(const struct attack *list, const char *name, size_t bytes)
{
	for (; list->name; list++)
		if (strlen(list->name) == bytes && strncmp(list->name, name, bytes) == 0)
			return list;
	return NULL;
}

static void run(const char *name, size_t bytes)
{
	const struct attack *attack = find(attacks_common, name, bytes);
	unsigned int before = breaches;

	if (!attack)
		attack = find(attacks_arch, name, bytes);
	if (!attack) {
		breach("there is no attack of this name: %s", name);
		return;
	}
	printf("attack %s: start\n", attack->name);
	attack->run();
	irq_mask();
	if (breaches == before)
		printf("attack %s: survived\n", attack->name);
	else
		printf("attack %s: %u breaches\n", attack->name, breaches - before);
}

static void list(const struct attack *attacks)
{
	for (; attacks->name; attacks++)
		printf("attack: %s\n", attacks->name);
}

int main(void)
{
	const char *arg = arg_str("attack");
	char names[BH_CMDLINE_SIZE], *at = names;

	if (!arg) {
		list(attacks_common);
		list(attacks_arch);
		cell_wait_shutdown();
	}
	memcpy(names, arg, strlen(arg) + 1);
	while (*at) {
		size_t n = 0;

		while (at[n] && at[n] != ',')
			n++;
		run(at, n);
		at += n + (at[n] == ',');
	}
	printf("attack: done, %u breaches\n", breaches);
	cell_wait_shutdown();
}
