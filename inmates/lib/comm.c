// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The comm page, and the command line that it carries.
 */
#include "inmate.h"

#define IDLE_PERIOD_US 10000

static struct bh_comm stand_in;
static volatile struct bh_comm *page;

static bool is_comm_page(const void *entry_arg)
{
	return entry_arg && (uintptr_t)entry_arg % BH_PAGE_SIZE == 0 &&
	       memcmp(entry_arg, BH_COMM_MAGIC, sizeof(stand_in.magic)) == 0;
}

void comm_init(const void *entry_arg)
{
	if (is_comm_page(entry_arg)) {
		page = (volatile struct bh_comm *)entry_arg;
		return;
	}
	arch_stand_in(&stand_in, entry_arg);
	page = &stand_in;
}

volatile struct bh_comm *comm(void)
{
	return page;
}

bool in_cell(void)
{
	return page != &stand_in;
}

enum comm_answer comm_serve(void)
{
	page->heartbeat = page->heartbeat + 1;
	if (page->message == BH_COMM_MSG_SHUTDOWN && page->reply == BH_COMM_REPLY_NONE)
		return COMM_SHUTDOWN;
	return COMM_QUIET;
}

void comm_reply(uint32_t reply)
{
	__atomic_store_n(&page->reply, reply, __ATOMIC_RELEASE);
}

void comm_set_state(uint32_t state)
{
	__atomic_store_n(&page->state, state, __ATOMIC_RELEASE);
}

void cell_agree_shutdown(void)
{
	irq_mask();
	timer_stop();
	comm_reply(BH_COMM_REPLY_DONE);
	for (;;)
		arch_idle();
}

void cell_off(void)
{
	irq_mask();
	comm_set_state(BH_COMM_SHUT_DOWN);
	arch_off();
	for (;;)
		arch_idle();
}

static void idle_tick(unsigned int irq, void *arg)
{
	(void)irq;
	(void)arg;
	timer_set(time_ticks() + us_to_ticks(IDLE_PERIOD_US));
}

void cell_wait_shutdown(void)
{
	if (!in_cell())
		cell_off();
	irq_mask();
	irq_enable(timer_irq(), idle_tick, NULL);
	timer_set(time_ticks() + us_to_ticks(IDLE_PERIOD_US));
	while (comm_serve() != COMM_SHUTDOWN)
		irq_wait();
	cell_agree_shutdown();
}

/* The value of a key in the command line as it is, up to a blank. */
static const volatile char *find(const char *key)
{
	const volatile char *line = page->cmdline;
	size_t i = 0, n = strlen(key);

	while (i < BH_CMDLINE_SIZE && line[i]) {
		size_t at = 0;

		while (line[i] == ' ')
			i++;
		while (at < n && i + at < BH_CMDLINE_SIZE && line[i + at] == key[at])
			at++;
		if (at == n && i + at < BH_CMDLINE_SIZE && line[i + at] == '=')
			return &line[i + at + 1];
		while (i < BH_CMDLINE_SIZE && line[i] && line[i] != ' ')
			i++;
	}
	return NULL;
}

const char *arg_str(const char *key)
{
	static char value[BH_CMDLINE_SIZE];
	const volatile char *from = find(key);
	size_t i;

	if (!from)
		return NULL;
	for (i = 0; &from[i] < &page->cmdline[BH_CMDLINE_SIZE - 1] && from[i] && from[i] != ' ';
	     i++)
		value[i] = from[i];
	value[i] = '\0';
	return value;
}

size_t arg_list(const char *key, uint64_t *values, size_t max)
{
	const char *s = arg_str(key);
	size_t n = 0;

	while (s && *s && n < max) {
		s = parse_u64(s, &values[n++]);
		if (*s == ',')
			s++;
		else if (*s)
			panic("command line: %s= wants numbers", key);
	}
	return n;
}

uint64_t arg_u64(const char *key, uint64_t fallback)
{
	uint64_t value;

	return arg_list(key, &value, 1) ? value : fallback;
}
