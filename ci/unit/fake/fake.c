// SPDX-License-Identifier: GPL-2.0-only
/* Memory, CPUs and units of the fake architecture. */
#include <err.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "fake.h"
#include "console.h"
#include "memory.h"
#include "pool.h"
#include "unit.h"
#include "work.h"

#define POOL_PHYS_OFFSET (FAKE_CPUS * ARCH_PERCPU_SIZE)

struct fake fake;
u8 fake_hypervisor[FAKE_HYPERVISOR_SIZE] __aligned(4096);
u64 hypervisor_phys = FAKE_HYPERVISOR, hypervisor_size = FAKE_HYPERVISOR_SIZE;

static u8 ram[FAKE_RAM_BACKED] __aligned(4096);
static _Thread_local u32 current_cpu;
static _Thread_local u64 windows[2];

void cpu_relax(void)
{
	sched_yield();
}

void arch_halt(void)
{
	const struct bh_console *ring = console_hypervisor_ring();
	u32 from = ring->tail > 200 ? ring->tail - 200 : 0;

	for (u32 i = from; i < ring->tail; i++)
		putc(ring->data[i & (ring->size - 1)], stderr);
	fflush(NULL);
	_exit(FAKE_PANIC);
}

void fake_become(u32 cpu)
{
	current_cpu = cpu;
}

struct cpu *this_cpu(void)
{
	return &cpus[current_cpu];
}

/* ---- memory ---- */

u8 *fake_memory(u64 phys)
{
	if (phys - FAKE_RAM < FAKE_RAM_BACKED)
		return ram + (phys - FAKE_RAM);
	if (phys - FAKE_HYPERVISOR < FAKE_HYPERVISOR_SIZE)
		return fake_hypervisor + (phys - FAKE_HYPERVISOR);
	return NULL;
}

void *map_device(u64 phys, u64 size)
{
	(void)phys;
	(void)size;
	return NULL;
}

/* Pages that are nobody's read as nothing. */
static u8 nothing[4096] __aligned(4096);

void *window_map(unsigned int slot, u64 phys)
{
	u8 *memory = fake_memory(phys);

	if (slot > 1 || windows[slot] || phys & PAGE_MASK)
		errx(1, "window %u to %#llx: in use, or not a page", slot,
		     (unsigned long long)phys);
	if (!memory && phys - FAKE_RAM >= FAKE_BARS - FAKE_RAM)
		errx(1, "window to %#llx, which is no memory", (unsigned long long)phys);
	windows[slot] = phys;
	return memory ? memory : nothing;
}

void window_unmap(unsigned int slot)
{
	windows[slot] = 0;
}

static void check_scrub(u64 phys, u64 size)
{
	if (!size || (phys | size) & PAGE_MASK || size > SCRUB_WINDOW_SIZE)
		errx(1, "scrub of %#llx bytes", (unsigned long long)size);
	if (control_lock.next == control_lock.serving)
		errx(1, "scrub without the lock");
}

void scrub(u64 phys, u64 size)
{
	check_scrub(phys, size);
	if (phys < FAKE_HYPERVISOR + FAKE_HYPERVISOR_SIZE && phys + size > FAKE_HYPERVISOR)
		errx(1, "scrub of the hypervisor: %#llx + %#llx", (unsigned long long)phys,
		     (unsigned long long)size);
	fake.scrubbed += size;
	for (u64 offset = 0; offset < size; offset += PAGE_SIZE)
		if (fake_memory(phys + offset))
			memset(fake_memory(phys + offset), 0, PAGE_SIZE);
}

void clean(u64 phys, u64 size)
{
	check_scrub(phys, size);
	fake.cleaned += size;
}

/* ---- what core asks for ---- */

int arch_cell_create(struct cell *cell)
{
	cell->stage2.root = pool_alloc(1, 1);
	if (!cell->stage2.root)
		return -BH_E_NOMEM;
	cell->stage2.root_entries = PT_ENTRIES;
	return 0;
}

void arch_cell_destroy(struct cell *cell)
{
	pool_free(cell->stage2.root, 1);
	cell->stage2.root = NULL;
}

void arch_kick(struct cpu *cpu)
{
	__atomic_fetch_add(&fake.kicks, 1, __ATOMIC_RELAXED);
	WRITE_ONCE(cpu->kick_sent, 1);
}

u64 arch_cpu_status_phys(void)
{
	return FAKE_HYPERVISOR;
}

int arch_raise_irq(struct cell *cell, u64 irq)
{
	/* A slot without a cell has none. */
	if (irq >= FAKE_IRQS || !(cell->arch.raised[irq / 64] & BIT(irq % 64)))
		return -BH_E_NOENT;
	return cell_runs(cell) ? 0 : -BH_E_STATE;
}

int arch_disable_prepare(void)
{
	int err = 0;

	for (u32 i = 0; i < cpu_count; i++) {
		if (cpus[i].status->state != BH_CPU_PARKED)
			continue;
		WRITE_ONCE(cpus[i].request, CPU_REQUEST_OFF);
		err = -BH_E_AGAIN;
	}
	return err;
}

int arch_disable(struct cpu *cpu)
{
	for_each_cell(cell)
		if (cell != root_cell)
			return -BH_E_CELLS;
	fake.left |= BIT(cpu->index);
	return 0;
}

/* ---- CPUs ---- */

void fake_cpu_off(u32 cpu)
{
	if (READ_ONCE(cpus[cpu].status->state) == BH_CPU_RUNNING)
		cell_cpu_parked(&cpus[cpu], false);
}

static void serve(struct cpu *cpu)
{
	u32 request = READ_ONCE(cpu->request);

	smp_rmb();
	if (request & CPU_REQUEST_START) {
		cpu_set_state(cpu, BH_CPU_RUNNING);
		smp_mb();
		__atomic_fetch_and(&cpu->request, (u32)~CPU_REQUEST_START, __ATOMIC_RELEASE);
	} else if (request & CPU_REQUEST_OFF) {
		cpu_set_state(cpu, BH_CPU_OUTSIDE);
		smp_wmb();
		WRITE_ONCE(cpu->request, 0);
	}
}

void fake_cpu_poll(u32 index)
{
	struct cpu *cpu = &cpus[index];
	u32 state = READ_ONCE(cpu->status->state);

	WRITE_ONCE(cpu->kick_sent, 0);
	if (state == BH_CPU_PARKED || state == BH_CPU_FAILED)
		serve(cpu);
	else if (state == BH_CPU_RUNNING && READ_ONCE(cpu->request) & CPU_REQUEST_PARK)
		cell_cpu_parked(cpu, false);
}

void fake_cpu_fault(u32 index)
{
	struct cpu *cpu = &cpus[index];

	/* The root cell is never failed. */
	if (cpu->cell == root_cell || READ_ONCE(cpu->status->state) != BH_CPU_RUNNING)
		return;
	cpu->status->crash.cause = BH_CRASH_WRITE;
	cell_fail(cpu);
	cell_cpu_parked(cpu, true);
}

/* ---- units, and a UART ---- */

static int unit_create(struct cell *cell)
{
	const struct bh_irq *irq = config_irqs(cell->config);

	cell->arch.created++;
	for (u32 i = 0; i < cell->config->irqs.count; i++, irq++)
		for (u32 n = irq->first; irq->flags & BH_IRQ_RAISED && n < irq->first + irq->count;
		     n++)
			cell->arch.raised[n / 64] |= BIT(n % 64);
	return 0;
}

static int unit_create_last(struct cell *cell)
{
	if (cell == root_cell)
		return 0;
	if (fake.on_create)
		fake.on_create(cell);
	return fake.unit_error;
}

static void unit_reset(struct cell *cell)
{
	cell->arch.resets++;
}

static void unit_destroy(struct cell *cell)
{
	/* Bears a cell that it never saw, but none that it is told of twice. */
	if (cell->arch.created > 1)
		errx(1, "created twice");
	memset(&cell->arch, 0, sizeof(cell->arch));
}

const struct unit __units_start[2] = {
	{
		.name = "first",
		.cell_create = unit_create,
		.cell_reset = unit_reset,
		.cell_destroy = unit_destroy,
	},
	{
		.name = "last",
		.cell_create = unit_create_last,
	},
};

static void uart_putc(void *registers, char c)
{
	struct fake *f = registers;

	if (f->uart_count < sizeof(f->uart))
		f->uart[f->uart_count++] = c;
}

const struct uart __uarts_start[1] = {
	{ .type = BH_CONSOLE_PL011, .putc = uart_putc },
};

/* The linker script of an image puts these behind the last. */
__asm__(".globl __units_end\n\t.set __units_end, __units_start + 128\n\t"
	".globl __uarts_end\n\t.set __uarts_end, __uarts_start + 16");
_Static_assert(sizeof(struct unit) == 64 && sizeof(struct uart) == 16, "sizes used above");

/* ---- start ---- */

static void boot_cpus(void)
{
	cpu_count = FAKE_CPUS;
	for (u32 i = 0; i < FAKE_CPUS; i++) {
		void *status = fake_hypervisor + (u64)i * ARCH_PERCPU_SIZE;

		cpus[i].status = status;
		cpus[i].status->index = i;
		cpus[i].status->hw_id = config_cpus(system_config)[i];
		cpus[i].status->state = BH_CPU_RUNNING;
		cpus[i].index = i;
		cpus[i].cell = root_cell;
	}
}

static bool print_rule(void *context, const struct bh_rule_hit *hit)
{
	(void)context;
	errx(1, "the fake's system config breaks rule %d", hit->rule);
}

void fake_system_config(struct fake_blob *blob);

void fake_boot(size_t pool_pages)
{
	static struct fake_blob system;

	fake_system_config(&system);
	if (!config_check_format(&arch_config_limits, &system, sizeof(system), BH_CONFIG_SYSTEM,
				 print_rule, NULL))
		errx(1, "format");
	config_check_system(&arch_config_limits, &system.config, print_rule, NULL);
	system_config = &system.config;
	console_init_ring(console_hypervisor_ring(), CONSOLE_PAGES);
	boot_cpus();
	pool_init(fake_hypervisor + POOL_PHYS_OFFSET, pool_pages);
	if (cell_init_root())
		errx(1, "no root cell");
}
