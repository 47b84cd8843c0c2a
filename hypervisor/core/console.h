/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Console output: the hypervisor's own messages, and the rings of cells.
 */
#ifndef CORE_CONSOLE_H
#define CORE_CONSOLE_H

#include <bulkhead/status.h>
#include "types.h"

struct cell;

#define CONSOLE_PAGES 4u /**< pages of the hypervisor's ring, header included */
#define CELL_CONSOLE_PAGES 2u /**< pages of a cell's ring, header included */

/** Prepare a ring in @pages pages of zeroed memory; its size is the largest power of two. */
void console_init_ring(struct bh_console *ring, unsigned int pages);

/** Append bytes to a ring. Callers serialise per ring. */
void console_append(struct bh_console *ring, const char *text, size_t bytes);

/** The hypervisor's own ring. */
struct bh_console *console_hypervisor_ring(void);

/** Write to a cell's ring; the root cell's text goes to the hypervisor's. */
void cell_console_write(struct cell *cell, const char *text, size_t bytes);

/**
 * printk() - write a message to the hypervisor's ring, and to its UART if it has one.
 *
 * Knows %s %d %u %x %p, with l, width and zero padding. Any context.
 */
void printk(const char *format, ...) __printf(1, 2);

/** A driver for the hypervisor's own UART, chosen by the system config's console type. */
struct uart {
	u32 type; /**< enum bh_console_type */
	void (*putc)(void *registers, char c);
};

#define UART(name) static const struct uart name __section(".uarts")

/** Use the UART the system config names, if any; @registers is where it is mapped. */
void console_set_uart(u32 type, void *registers);

/**
 * panic() - the hypervisor's own defect: say where, stop this CPU for good.
 *
 * Never called in reaction to what a guest does.
 */
#define panic(...) panic_at(__FILE__, __LINE__, __VA_ARGS__)
void panic_at(const char *file, int line, const char *format, ...) __printf(3, 4) __noreturn;

#endif
