/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What an inmate may use, on every architecture.
 *
 * An inmate is a C program with a main(). The library has the MMU and caches on,
 * the console working and the interrupt controller of the first CPU ready when
 * main() is called; interrupts are masked. When main() returns, the cell ends.
 *
 * An inmate also runs on a bare machine, without the hypervisor: the library
 * then makes up a comm page that describes the board.
 */
#ifndef INMATE_H
#define INMATE_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <bulkhead/comm.h>
#include <bulkhead/hypercall.h>

#define INMATE_MAX_CPUS 8 /**< CPUs that the library has stacks for */
#define INMATE_MAX_IRQS 1020 /**< interrupt numbers that can have a handler */

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/** main() - the inmate. Return: 0 for success; anything else is printed. */
int main(void);

/* --- strings (string.c) --- */

void *memcpy(void *to, const void *from, size_t bytes);
void *memmove(void *to, const void *from, size_t bytes);
void *memset(void *to, int value, size_t bytes);
int memcmp(const void *a, const void *b, size_t bytes);
size_t strlen(const char *s);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t bytes);

/** parse_u64() - decimal, or hexadecimal after 0x. Return: first character not used. */
const char *parse_u64(const char *s, uint64_t *value);

/* --- console (console.c, printf.c) --- */

/** printf() - %d %i %u %x %p %s %c %%, with l, ll, z, width, - and 0. One call is one piece. */
int printf(const char *format, ...) __attribute__((format(printf, 1, 2)));
int vsnprintf(char *buffer, size_t bytes, const char *format, va_list args);
int snprintf(char *buffer, size_t bytes, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/** console_write() - bytes to the console as they are. */
void console_write(const char *text, size_t bytes);

/** panic() - print and end the cell. */
void panic(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));

/* --- comm page and command line (comm.c) --- */

/** comm() - the comm page, or its stand-in on a bare machine. */
volatile struct bh_comm *comm(void);

/** in_cell() - whether Bulkhead runs below. */
bool in_cell(void);

/** enum comm_answer - what comm_serve() found. */
enum comm_answer {
	COMM_QUIET, /**< no message */
	COMM_SHUTDOWN, /**< asked to shut down, and not answered yet */
};

/** comm_serve() - count one heartbeat and look for a message. */
enum comm_answer comm_serve(void);

/** comm_reply() - answer a message: enum bh_comm_reply. */
void comm_reply(uint32_t reply);

/** comm_set_state() - tell the hypervisor a state: enum bh_comm_state. */
void comm_set_state(uint32_t state);

/** cell_wait_shutdown() - be idle until asked to shut down, agree and stop. */
void cell_wait_shutdown(void) __attribute__((noreturn));

/** cell_agree_shutdown() - answer that the cell may be stopped, and stop. */
void cell_agree_shutdown(void) __attribute__((noreturn));

/** cell_off() - end the cell (a bare machine is powered off). */
void cell_off(void) __attribute__((noreturn));

/** arg_str() - value of "key=value" in the command line, NULL without. Static buffer. */
const char *arg_str(const char *key);

/** arg_u64() - number from the command line, or @fallback. */
uint64_t arg_u64(const char *key, uint64_t fallback);

/** arg_list() - numbers of "key=a,b,c". Return: how many (at most @max). */
size_t arg_list(const char *key, uint64_t *values, size_t max);

/* --- memory (memory.c) --- */

/** ram_start() - address of the cell's memory, where the image lies. */
uintptr_t ram_start(void);
/** ram_end() - end of it: command line ram=BYTES, 1 MiB without. */
uintptr_t ram_end(void);
/** ram_free() - first byte that neither image nor stacks nor alloc() use. */
uintptr_t ram_free(void);
/** alloc() - memory that is never given back; panics when there is none. @align: power of 2. */
void *alloc(size_t bytes, size_t align);

/* --- registers of devices, and accesses that may fault (arch) --- */

uint8_t mmio_read8(uintptr_t address);
uint16_t mmio_read16(uintptr_t address);
uint32_t mmio_read32(uintptr_t address);
uint64_t mmio_read64(uintptr_t address);
void mmio_write8(uintptr_t address, uint8_t value);
void mmio_write16(uintptr_t address, uint16_t value);
void mmio_write32(uintptr_t address, uint32_t value);
void mmio_write64(uintptr_t address, uint64_t value);

/**
 * struct fault - an exception that try_call() caught.
 * @address: that the instruction accessed, if there is one
 * @pc: of the instruction
 * @syndrome: as the architecture has it (arm64: ESR_EL1)
 */
struct fault {
	uint64_t address;
	uint64_t pc;
	uint64_t syndrome;
};

/**
 * try_call() - call a function that may fault.
 * @fn: the function
 * @arg: its argument
 *
 * Return: true if it returned, false if an exception ended it; last_fault() has it.
 */
bool try_call(void (*fn)(void *arg), void *arg);

/** last_fault() - the last exception that try_call() caught on this CPU. */
const struct fault *last_fault(void);

/** probe_read() - read @bytes (1, 2, 4, 8). Return: false if the access faulted. */
bool probe_read(uintptr_t address, unsigned int bytes, uint64_t *value);
/** probe_write() - write @bytes (1, 2, 4, 8). Return: false if the access faulted. */
bool probe_write(uintptr_t address, unsigned int bytes, uint64_t value);
/** probe_execute() - call @address. Return: false if that faulted. */
bool probe_execute(uintptr_t address);

/** enum map_type - how addresses are to be accessed. */
enum map_type {
	MAP_DEVICE, /**< registers, not executable */
	MAP_MEMORY, /**< cached memory, everything allowed */
	MAP_NONE, /**< faults in the cell itself */
};

/** map() - set how addresses are accessed; page multiples. Everything is MAP_DEVICE at first. */
void map(uintptr_t address, uint64_t phys, size_t bytes, enum map_type type);

/* --- time (arch) --- */

/** time_ticks() - the counter, in ticks. */
uint64_t time_ticks(void);
/** time_hz() - ticks per second. */
uint64_t time_hz(void);
/** ticks_to_ns() - of a duration. */
uint64_t ticks_to_ns(uint64_t ticks);
/** us_to_ticks() - of a duration. */
uint64_t us_to_ticks(uint64_t us);
/** delay_us() - wait, spinning. */
void delay_us(uint64_t us);

/** timer_set() - interrupt this CPU when time_ticks() reaches @ticks. */
void timer_set(uint64_t ticks);
/** timer_stop() - no interrupt to come. */
void timer_stop(void);
/** timer_irq() - number of the timer's interrupt. */
unsigned int timer_irq(void);

/* --- interrupts (arch) --- */

typedef void (*irq_handler)(unsigned int irq, void *arg);

/** irq_enable() - set the handler and enable the interrupt, towards this CPU. */
void irq_enable(unsigned int irq, irq_handler handler, void *arg);
/** irq_enable_edge() - the same, edge triggered. */
void irq_enable_edge(unsigned int irq, irq_handler handler, void *arg);
void irq_disable(unsigned int irq);
/** irq_unmask() - take interrupts on this CPU. */
void irq_unmask(void);
void irq_mask(void);
/** irq_wait() - sleep until an interrupt is pending, then take it. Called masked. */
void irq_wait(void);

/** ipi_enable() - set handler of inter-processor interrupt @n (0 to 7) on this CPU. */
void ipi_enable(unsigned int n, irq_handler handler, void *arg);
/** ipi_send() - to a CPU of the cell, by its index. */
void ipi_send(unsigned int cpu, unsigned int n);

/* --- CPUs (arch) --- */

/** cpu_index() - which CPU of the cell this is; 0 runs main(). */
unsigned int cpu_index(void);
/** cpu_count() - CPUs of the cell, at most INMATE_MAX_CPUS. */
unsigned int cpu_count(void);
/** cpu_start() - run @fn on another CPU; it goes off when that returns. Return: 0 or an error. */
int cpu_start(unsigned int cpu, void (*fn)(void *arg), void *arg);
/** cpu_is_off() - whether the CPU is off, as the firmware interface says. */
bool cpu_is_off(unsigned int cpu);
/** cpu_relax() - in spinning loops. */
void cpu_relax(void);

/** wait_for() - spin until *@word >= @value. Return: false after @timeout_us. */
bool wait_for(const volatile uint32_t *word, uint32_t value, uint64_t timeout_us);

/* --- hypercalls (arch) --- */

/** hypercall() - BH_HC_* with up to seven arguments. Only in a cell. */
long hypercall(unsigned long number, const uint64_t args[7]);

/* --- called by the library's parts --- */

void comm_init(const void *entry_arg);
void memory_init(uintptr_t image_start, uintptr_t image_end);
void console_init(void);
/** console_locking() - whether output takes a lock: with caches on, but not from a fault. */
void console_locking(bool on);
/** arch_stand_in() - fill in the comm page on a bare machine; @entry_arg as at entry. */
void arch_stand_in(struct bh_comm *page, const void *entry_arg);
void arch_off(void);
void arch_idle(void);

#endif
