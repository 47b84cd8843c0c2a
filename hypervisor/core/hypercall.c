/* SPDX-License-Identifier: GPL-2.0-only */
/* Who may call what with which arguments; what is done is elsewhere. */
#include <bulkhead/hypercall.h>
#include "arch.h"
#include "console.h"
#include "control.h"
#include "hypercall.h"
#include "memory.h"
#include "pool.h"
#include "transfer.h"

#define CONSOLE_WRITE_MAX 48u

static s64 console_write(struct cpu *cpu, const u64 *args)
{
	if (!args[0] || args[0] > CONSOLE_WRITE_MAX)
		return -BH_E_INVAL;
	cell_console_write(cpu->cell, (const char *)&args[1], args[0]);
	return (s64)args[0];
}

static s64 self_info(struct cpu *cpu, const u64 *args)
{
	switch (args[0]) {
	case BH_SELF_CELL:
		return cpu->cell->id;
	case BH_SELF_CPU:
		return cpu->index;
	case BH_SELF_CPU_COUNT:
		return cpu->cell->config->cpus.count;
	case BH_SELF_STATE:
		return cpu->cell->state;
	default:
		return -BH_E_INVAL;
	}
}

static s64 count_cells(void)
{
	s64 count = 0;

	for_each_cell(cell)
		count++;
	return count;
}

static s64 info(const u64 *args)
{
	switch (args[0]) {
	case BH_INFO_POOL_PAGES:
		return (s64)pool_total();
	case BH_INFO_POOL_USED:
		return (s64)pool_used();
	case BH_INFO_CELLS:
		return count_cells();
	case BH_INFO_CPUS:
		return cpu_count;
	case BH_INFO_CONSOLE_PHYS:
		return (s64)virt_to_phys(console_hypervisor_ring());
	case BH_INFO_CONSOLE_BYTES:
		return CONSOLE_PAGES * PAGE_SIZE;
	case BH_INFO_CPU_STATUS_PHYS:
		return (s64)arch_cpu_status_phys();
	case BH_INFO_CPU_STATUS_STRIDE:
		return ARCH_PERCPU_SIZE;
	default:
		return -BH_E_INVAL;
	}
}

/* The further cell a management call is about; the root cell is none. */
static struct cell *cell_of(u64 id)
{
	if (!id || id >= BH_MAX_CELLS || cells[id].state == BH_CELL_NONE)
		return NULL;
	return &cells[id];
}

static s64 cell_info(const u64 *args)
{
	struct cell *cell = args[0] ? cell_of(args[0]) : root_cell;

	if (!cell)
		return -BH_E_NOENT;
	switch (args[1]) {
	case BH_CELL_INFO_STATE:
		cell_refresh_state(cell);
		return cell->state;
	case BH_CELL_INFO_STATUS_PHYS:
		return (s64)virt_to_phys(cell->status);
	case BH_CELL_INFO_CONSOLE_PHYS:
		return (s64)virt_to_phys(cell->console);
	case BH_CELL_INFO_CONSOLE_BYTES:
		return CELL_CONSOLE_PAGES * PAGE_SIZE;
	default:
		return -BH_E_INVAL;
	}
}

static s64 cpu_info(const u64 *args)
{
	if (args[0] >= cpu_count)
		return -BH_E_NOENT;
	switch (args[1]) {
	case BH_CPU_INFO_CELL:
		return cpus[args[0]].cell->id;
	case BH_CPU_INFO_STATE:
		return cpus[args[0]].status->state;
	default:
		return -BH_E_INVAL;
	}
}

static s64 disable_prepare(void)
{
	return count_cells() > 1 ? -BH_E_CELLS : arch_disable_prepare();
}

/* Calls about a cell that exists. */
static s64 manage_cell(u64 number, const u64 *args)
{
	struct cell *cell = cell_of(args[0]);

	if (!cell)
		return -BH_E_NOENT;
	switch (number) {
	case BH_HC_CELL_STEP:
		return cell_step(cell);
	case BH_HC_CELL_SET_LOADABLE:
		return cell_set_loadable(cell);
	case BH_HC_CELL_LOAD_DONE:
		return cell_load_done(cell);
	case BH_HC_CELL_START:
		return cell_start(cell);
	case BH_HC_CELL_SHUTDOWN:
		return args[1] > BH_SHUTDOWN_CANCEL ? -BH_E_INVAL
						    : cell_shutdown(cell, (u32)args[1]);
	case BH_HC_CELL_DESTROY:
		return cell_destroy(cell);
	case BH_HC_CELL_READ:
		return cell_read(cell, args[1], args[2], args[3]);
	default:
		return -BH_E_NOSYS;
	}
}

static s64 manage(struct cpu *cpu, u64 number, const u64 *args)
{
	switch (number) {
	case BH_HC_INFO:
		return info(args);
	case BH_HC_CELL_CREATE:
		return cell_create(args[0], args[1]);
	case BH_HC_CELL_INFO:
		return cell_info(args);
	case BH_HC_CPU_INFO:
		return cpu_info(args);
	case BH_HC_DISABLE_PREPARE:
		return disable_prepare();
	case BH_HC_DISABLE:
		return arch_disable(cpu);
	default:
		return manage_cell(number, args);
	}
}

/* A slot that no cell has has no interrupts either: that it is free need not be asked. */
static s64 raise_irq(const u64 *args)
{
	if (unlikely(!args[0] || args[0] >= BH_MAX_CELLS))
		return -BH_E_NOENT;
	return arch_raise_irq(&cells[args[0]], args[1]);
}

/* One CPU at a time; the others are told to try again. */
static __attribute__((noinline)) s64 manage_locked(struct cpu *cpu, u64 number, const u64 *args)
{
	s64 result;

	if (!spin_trylock(&control_lock))
		return -BH_E_BUSY;
	result = manage(cpu, number, args);
	spin_unlock(&control_lock);
	return result;
}

/* Short calls first; what is long is kept out, so that they do not pay for it. */
__attribute__((noinline)) s64 hypercall_other(struct cpu *cpu, u64 number, const u64 *args)
{
	if (number == BH_HC_CELL_RAISE_IRQ && likely(cpu->cell == root_cell))
		return raise_irq(args);
	if (number == BH_HC_CONSOLE_WRITE)
		return console_write(cpu, args);
	if (number == BH_HC_SELF_INFO)
		return self_info(cpu, args);
	if (number < BH_HC_INFO || number > BH_HC_DISABLE)
		return -BH_E_NOSYS;
	if (cpu->cell != root_cell)
		return -BH_E_PERM;
	return manage_locked(cpu, number, args);
}
