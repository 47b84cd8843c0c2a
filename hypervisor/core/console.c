/* SPDX-License-Identifier: GPL-2.0-only */
/* Console rings, and the formatter that writes into the hypervisor's. */
#include <stdarg.h>
#include <arch/cpu.h>
#include "cell.h"
#include "console.h"
#include "spinlock.h"
#include "string.h"

static u8 ring_memory[CONSOLE_PAGES * PAGE_SIZE] __aligned(4096) __section(".bss.exported");
static struct spinlock console_lock;
static const struct uart *uart;
static void *uart_registers;

extern const struct uart __uarts_start[], __uarts_end[];

void console_init_ring(struct bh_console *ring, unsigned int pages)
{
	u32 size = (u32)PAGE_SIZE;

	while (size * 2ul <= pages * PAGE_SIZE - sizeof(*ring))
		size *= 2;
	ring->size = size;
}

struct bh_console *console_hypervisor_ring(void)
{
	return (struct bh_console *)ring_memory;
}

void console_append(struct bh_console *ring, const char *text, size_t bytes)
{
	u32 tail = ring->tail, mask = ring->size - 1;

	for (size_t i = 0; i < bytes; i++)
		ring->data[tail++ & mask] = text[i];
	/* A reader that sees the new tail must see the text before it. */
	smp_wmb();
	WRITE_ONCE(ring->tail, tail);
}

static void put(char c)
{
	console_append(console_hypervisor_ring(), &c, 1);
	if (!uart)
		return;
	if (c == '\n')
		uart->putc(uart_registers, '\r');
	uart->putc(uart_registers, c);
}

void cell_console_write(struct cell *cell, const char *text, size_t bytes)
{
	bool root = cell == root_cell;
	struct spinlock *lock = root ? &console_lock : &cell->console_lock;

	spin_lock(lock);
	console_append(root ? console_hypervisor_ring() : cell->console, text, bytes);
	spin_unlock(lock);
}

void console_set_uart(u32 type, void *registers)
{
	for (const struct uart *u = __uarts_start; u < __uarts_end; u++) {
		if (u->type == type) {
			uart_registers = registers;
			uart = u;
		}
	}
}

static void put_number(u64 value, unsigned int base, bool negative, unsigned int width, char pad)
{
	char digits[24];
	unsigned int n = 0;

	do {
		digits[n++] = "0123456789abcdef"[value % base];
		value /= base;
	} while (value);
	if (negative)
		digits[n++] = '-';
	while (n < width && n < sizeof(digits))
		digits[n++] = pad;
	while (n)
		put(digits[--n]);
}

/*
 * One conversion, from behind the percent sign; returns what follows it. All arguments are
 * taken as words, and cut to their type: on the architectures at hand each occupies one.
 */
static const char *put_conversion(const char *f, u64 value)
{
	bool is_long = false, negative = false;
	unsigned int width = 0;
	char pad = *f == '0' ? '0' : ' ';

	for (; *f >= '0' && *f <= '9'; f++)
		width = width * 10 + (unsigned int)(*f - '0');
	for (; *f == 'l'; f++)
		is_long = true;
	if (*f == 's') {
		for (const char *s = (const char *)(uintptr_t)value; *s; s++)
			put(*s);
		return f + 1;
	}
	if (*f == 'd') {
		s64 number = is_long ? (s64)value : (s32)value;

		negative = number < 0;
		value = negative ? -(u64)number : (u64)number;
	} else if (!is_long && *f != 'p') {
		value = (u32)value;
	}
	put_number(value, *f == 'd' || *f == 'u' ? 10 : 16, negative, width, pad);
	return f + 1;
}

static void put_format(const char *f, va_list *args)
{
	while (*f) {
		if (*f == '%')
			f = put_conversion(f + 1, va_arg(*args, u64));
		else
			put(*f++);
	}
}

void printk(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	spin_lock(&console_lock);
	put_format(format, &args);
	spin_unlock(&console_lock);
	va_end(args);
}

void panic_at(const char *file, int line, const char *format, ...)
{
	va_list args;

	/* The lock is left alone: its holder may be the one that panicked. */
	va_start(args, format);
	put_format("bulkhead: PANIC at ", &args);
	put_format(file, &args);
	put(':');
	put_number((u64)line, 10, false, 0, ' ');
	put_format(": ", &args);
	put_format(format, &args);
	put('\n');
	va_end(args);
	arch_halt();
}
