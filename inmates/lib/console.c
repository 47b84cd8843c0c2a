// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The console: the cell's ring in the hypervisor, or a UART of its own.
 */
#include "inmate.h"

#define CONSOLE_HC_BYTES 48 /* most that one BH_HC_CONSOLE_WRITE takes */
#define UART_TIMEOUT_US 100000

/* PL011 (ARM DDI 0183) */
#define PL011_DR 0x00
#define PL011_FR 0x18
#define PL011_FR_TXFF (1u << 5)

static uint32_t type;
static uintptr_t uart;
static int lock;
static bool locking;

void console_init(void)
{
	type = comm()->console.type;
	uart = comm()->console.phys;
}

void console_locking(bool on)
{
	locking = on;
}

static void hypercall_write(const char *text, size_t bytes)
{
	while (bytes) {
		uint64_t args[7] = { bytes < CONSOLE_HC_BYTES ? bytes : CONSOLE_HC_BYTES };

		memcpy(&args[1], text, args[0]);
		if (hypercall(BH_HC_CONSOLE_WRITE, args) <= 0)
			return;
		text += args[0];
		bytes -= args[0];
	}
}

static void pl011_put(char c)
{
	uint64_t end = time_ticks() + us_to_ticks(UART_TIMEOUT_US);

	while ((mmio_read32(uart + PL011_FR) & PL011_FR_TXFF) && time_ticks() < end)
		cpu_relax();
	mmio_write32(uart + PL011_DR, (uint8_t)c);
}

static void pl011_write(const char *text, size_t bytes)
{
	while (bytes--) {
		if (*text == '\n')
			pl011_put('\r');
		pl011_put(*text++);
	}
}

/* Bounded: a CPU that died with the lock must not silence the others. */
static bool take_lock(void)
{
	uint64_t end = time_ticks() + time_hz();

	if (!locking)
		return false;
	while (__atomic_exchange_n(&lock, 1, __ATOMIC_ACQUIRE)) {
		if (time_ticks() > end)
			return false;
		cpu_relax();
	}
	return true;
}

void console_write(const char *text, size_t bytes)
{
	bool locked = take_lock();

	if (type == BH_CONSOLE_HYPERCALL)
		hypercall_write(text, bytes);
	else if (type == BH_CONSOLE_PL011)
		pl011_write(text, bytes);
	if (locked)
		__atomic_store_n(&lock, 0, __ATOMIC_RELEASE);
}

static int print(const char *format, va_list args)
{
	char buffer[512];
	int n = vsnprintf(buffer, sizeof(buffer), format, args);

	console_write(buffer, strlen(buffer));
	return n;
}

int printf(const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = print(format, args);
	va_end(args);
	return n;
}

void panic(const char *format, ...)
{
	va_list args;

	console_locking(false);
	printf("inmate: PANIC: ");
	va_start(args, format);
	print(format, args);
	va_end(args);
	printf("\n");
	cell_off();
}
