// SPDX-License-Identifier: GPL-2.0-only
/* Rings, and the formatter. */
#include <string.h>
#include "test.h"
#include "cell.h"
#include "console.h"
#include "pool.h"

static void ring_sizes(void)
{
	for (unsigned int pages = 1; pages <= 16; pages++) {
		struct bh_console *ring = pool_alloc(pages, 1);
		size_t room = pages * PAGE_SIZE - sizeof(*ring);

		console_init_ring(ring, pages);
		if (pages == 1)
			continue; /* a page with its header has no room for a page of text */
		CHECK(ring->size && !(ring->size & (ring->size - 1)));
		CHECK(ring->size <= room && ring->size * 2 > room);
	}
}

/* Byte n is at n modulo the size, tails wrap at 2^32, nothing is written outside. */
static void ring_wraps(void)
{
	struct bh_console *ring = pool_alloc(CELL_CONSOLE_PAGES, 1);
	char text[100];
	u32 written = 0xffffff00;

	console_init_ring(ring, CELL_CONSOLE_PAGES);
	ring->tail = written;
	for (u32 round = 0; round < 1000; round++) {
		size_t bytes = test_random_below(sizeof(text));

		for (size_t i = 0; i < bytes; i++)
			text[i] = (char)((written + i) * 7);
		console_append(ring, text, bytes);
		written += (u32)bytes;
		CHECK_EQ(ring->tail, written);
		for (u32 back = 1; back <= MIN(ring->size, (round + 1) * 20u) && back < 300; back++)
			if (round > 10)
				CHECK_EQ(ring->data[(written - back) & (ring->size - 1)],
					 (char)((written - back) * 7));
	}
	for (size_t i = sizeof(*ring) + ring->size; i < CELL_CONSOLE_PAGES * PAGE_SIZE; i++)
		CHECK(!((u8 *)ring)[i]);
}

/* More at once than there is room for: the end of it remains. */
static void ring_overruns(void)
{
	struct bh_console *ring = pool_alloc(CELL_CONSOLE_PAGES, 1);
	static char text[10000];

	console_init_ring(ring, CELL_CONSOLE_PAGES);
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = (char)(i % 251);
	console_append(ring, text, sizeof(text));
	CHECK_EQ(ring->tail, sizeof(text));
	for (u32 n = (u32)sizeof(text) - ring->size; n < sizeof(text); n++)
		CHECK_EQ(ring->data[n & (ring->size - 1)], text[n]);
}

static u32 mark;

static const char *printed(void)
{
	static char text[512];
	const struct bh_console *ring = console_hypervisor_ring();
	u32 n = 0;

	for (u32 i = mark; i != ring->tail; i++)
		text[n++] = ring->data[i & (ring->size - 1)];
	text[n] = 0;
	mark = ring->tail;
	return text;
}

#define CHECK_PRINTS(text, ...)                                                                    \
	do {                                                                                       \
		const char *is;                                                                    \
		mark = console_hypervisor_ring()->tail;                                            \
		printk(__VA_ARGS__);                                                               \
		is = printed();                                                                    \
		if (strcmp(is, text))                                                              \
			fprintf(stderr, "printed: %s\n", is);                                      \
		CHECK(!strcmp(is, text));                                                          \
	} while (0)

static void formats(void)
{
	const volatile u32 high = 0xfffffff0;

	CHECK_PRINTS("plain\n", "plain\n");
	CHECK_PRINTS("<>", "<%s>", "");
	CHECK_PRINTS("a and b", "%s and %s", "a", "b");
	CHECK_PRINTS("0 -1 2147483647 -2147483648", "%d %d %d %d", 0, -1, 0x7fffffff,
		     -0x7fffffff - 1);
	CHECK_PRINTS("4294967280", "%u", high);
	CHECK_PRINTS("fffffff0", "%x", high);
	CHECK_PRINTS("18446744073709551615", "%lu", ~0ul);
	CHECK_PRINTS("-9223372036854775808", "%ld", (long)(1ul << 63));
	CHECK_PRINTS("ffffffffffffffff 0", "%lx %lx", ~0ul, 0ul);
	CHECK_PRINTS("0000001f", "%08x", 0x1f);
	CHECK_PRINTS("      1f|", "%8x|", 0x1f);
	CHECK_PRINTS("123456", "%3d", 123456);
	CHECK_PRINTS("    -42", "%7d", -42);
	CHECK_PRINTS("00000000deadbeef", "%016lx", 0xdeadbeeful);
	CHECK_PRINTS("1234abcd5678", "%p", (void *)0x1234abcd5678);
	/* A width beyond what there is room for is cut, not overrun. */
	CHECK_PRINTS("                       7", "%99d", 7);
	/* More than six arguments come by the stack. */
	CHECK_PRINTS("1 2 3 4 5 6 7 8 -9", "%d %u %x %d %u %x %lu %ld %d", 1, 2u, 3u, 4, 5u, 6u,
		     7ul, 8l, -9);
}

static void to_uart(void)
{
	printk("not there yet");
	CHECK(!fake.uart_count);
	console_set_uart(BH_CONSOLE_8250_MMIO, &fake);
	printk("nobody drives this one");
	CHECK(!fake.uart_count);
	console_set_uart(BH_CONSOLE_PL011, &fake);
	printk("a\nb%d", 7);
	CHECK(fake.uart_count == 5 && !memcmp(fake.uart, "a\r\nb7", 5));
	/* What the root cell says is not the hypervisor's, who drives the UART. */
	cell_console_write(root_cell, "x", 1);
	CHECK_EQ(fake.uart_count, 5);
}

static void in_panic(void)
{
	/* Whoever holds the lock is gone. */
	panic("reason %d", 5);
}

static void panics(void)
{
	CHECK(test_panics(in_panic));
}

const struct test console_tests[] = {
	{ "ring sizes", ring_sizes },
	{ "ring wraps", ring_wraps },
	{ "ring overruns", ring_overruns },
	{ "formats", formats },
	{ "to UART", to_uart },
	{ "panics", panics },
	{ NULL, NULL },
};
