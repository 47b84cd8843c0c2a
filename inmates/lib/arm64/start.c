// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Start-up in C, and the other CPUs.
 */
#include "arm64.h"

#define CPU_ON_TIMEOUT_US 1000000

extern char stacks[], stacks_end[];

static struct percpu percpus[INMATE_MAX_CPUS];
static volatile uint32_t started[INMATE_MAX_CPUS]; /* times each CPU came up */

void start_first(const void *entry_arg) __attribute__((noreturn));
void start_secondary(struct percpu *cpu) __attribute__((noreturn));

static void percpu_init(void)
{
	unsigned int count = comm()->cpu_count < INMATE_MAX_CPUS ? comm()->cpu_count
								 : INMATE_MAX_CPUS;

	for (unsigned int i = 0; i < count; i++) {
		percpus[i].index = i;
		percpus[i].mpidr = comm()->cpus[i] & MPIDR_AFFINITY;
		percpus[i].stack_top = (uintptr_t)stacks + (i + 1) * STACK_BYTES;
	}
}

/* Index 0 is the CPU that was started first, whichever place it has in the comm page. */
static void first_is_zero(void)
{
	uint64_t mpidr = read_sysreg(mpidr_el1) & MPIDR_AFFINITY;

	for (unsigned int i = 1; i < cpu_count(); i++) {
		if (percpus[i].mpidr != mpidr)
			continue;
		percpus[i].mpidr = percpus[0].mpidr;
		percpus[0].mpidr = mpidr;
	}
}

void start_first(const void *entry_arg)
{
	int status;

	write_sysreg(&percpus[0], tpidr_el1);
	comm_init(entry_arg);
	console_init();
	percpu_init();
	first_is_zero();
	memory_init((uintptr_t)__image_start, (uintptr_t)__image_end);
	mmu_init();
	console_locking(true);
	gic_cpu_init();
	status = main();
	if (status)
		printf("inmate: main() returned %d\n", status);
	cell_off();
}

void start_secondary(struct percpu *cpu)
{
	started[cpu->index]++;
	gic_cpu_init();
	cpu->fn(cpu->arg);
	irq_mask();
	timer_stop();
	psci(PSCI_CPU_OFF, 0, 0, 0);
	panic("CPU %lu: CPU_OFF returned", cpu->index);
}

struct percpu *percpu_of(unsigned int cpu)
{
	return &percpus[cpu];
}

unsigned int cpu_index(void)
{
	return (unsigned int)percpu()->index;
}

unsigned int cpu_count(void)
{
	uint32_t count = comm()->cpu_count;

	_Static_assert(INMATE_MAX_CPUS == 8, "entry.S has stacks for 8");
	return count < INMATE_MAX_CPUS ? count : INMATE_MAX_CPUS;
}

int cpu_start(unsigned int cpu, void (*fn)(void *arg), void *arg)
{
	struct percpu *target = &percpus[cpu];
	uint32_t before;
	long result;

	if (cpu >= cpu_count())
		return PSCI_INVALID_PARAMETERS;
	before = started[cpu];
	target->fn = fn;
	target->arg = arg;
	target->try_sp = 0;
	memcpy(target->system, percpus[0].system, sizeof(target->system));
	clean_to_memory(target, sizeof(*target));
	clean_to_memory((void *)ram_start(), ram_free() - ram_start());
	result = psci(PSCI_CPU_ON, target->mpidr, (uintptr_t)secondary_entry, (uintptr_t)target);
	if (result)
		return (int)result;
	return wait_for(&started[cpu], before + 1, CPU_ON_TIMEOUT_US) ? 0 : PSCI_ON_PENDING;
}

bool cpu_is_off(unsigned int cpu)
{
	return cpu < cpu_count() && psci(PSCI_AFFINITY_INFO, percpus[cpu].mpidr, 0, 0) == 1;
}

void cpu_relax(void)
{
	asm volatile("yield" ::: "memory");
}

bool wait_for(const volatile uint32_t *word, uint32_t value, uint64_t timeout_us)
{
	uint64_t end = time_ticks() + us_to_ticks(timeout_us);

	while ((int32_t)(__atomic_load_n(word, __ATOMIC_ACQUIRE) - value) < 0) {
		if (time_ticks() > end)
			return false;
		cpu_relax();
	}
	return true;
}

void arch_off(void)
{
	psci(PSCI_SYSTEM_OFF, 0, 0, 0);
}

void arch_idle(void)
{
	wfi();
}
