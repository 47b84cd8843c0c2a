// SPDX-License-Identifier: GPL-2.0-only
/*
 * Attacks by PSCI (DEN 0022): other cells' CPUs, and the whole machine.
 *
 *   entry=ADDRESS   psci-entry: where the second CPU is started, outside memory
 */
#include "attack-arm64.h"

static uint64_t tries;

static uint32_t cpu_on_32(void)
{
	return PSCI_CPU_ON & ~(1u << 30);
}

static void one_target(uint64_t mpidr)
{
	uintptr_t entry = (uintptr_t)secondary_entry;
	long result;

	if (is_own_cpu(mpidr & MPIDR_AFFINITY))
		return;
	tries++;
	result = psci(PSCI_CPU_ON, mpidr, entry, 0);
	if (result >= 0 || result == PSCI_ALREADY_ON || result == PSCI_ON_PENDING)
		breach("CPU_ON of 0x%lx returned %ld", mpidr, result);
	result = psci(cpu_on_32(), mpidr, entry, 0);
	if ((result >= 0 || result == PSCI_ALREADY_ON) && !is_own_cpu((uint32_t)mpidr))
		breach("CPU_ON (32 bits) of 0x%lx returned %ld", mpidr, result);
	for (uint64_t level = 0; level < 4; level++) {
		result = psci(PSCI_AFFINITY_INFO, mpidr, level, 0);
		if (result >= 0 && level == 0)
			breach("AFFINITY_INFO of 0x%lx returned %ld", mpidr, result);
	}
	result = psci(PSCI_MIGRATE, mpidr, 0, 0);
	if (result >= 0)
		breach("MIGRATE to 0x%lx returned %ld", mpidr, result);
}

/* Calls that would end or freeze something are refused outright, or not made here. */
static void other_functions(void)
{
	static const uint32_t functions[] = { 0x0b, 0x0c, 0x0d, 0x0e, 0x0f, 0x10, 0x11,
					      0x13, 0x14, 0x15, 0x16, 0x17, 0x18 };

	for (size_t i = 0; i < ARRAY_SIZE(functions); i++) {
		for (uint32_t wide = 0; wide < 2; wide++) {
			uint32_t id = 0x84000000u | wide << 30 | functions[i];
			long result = psci(id, random_edge(), random_edge(), random_edge());

			tries++;
			if (result >= 0)
				breach("PSCI function 0x%x returned %ld", id, result);
		}
	}
}

void attack_psci(void)
{
	tries = 0;
	for (uint64_t a = 0; a < 256; a++) {
		one_target(a);
		one_target(a << 8);
		one_target(a << 16);
		one_target(a << 32);
		one_target(a << 24 | a);
		one_target(a << 40 | a);
		one_target(a << 56 | a);
	}
	for (int i = 0; i < 2000; i++)
		one_target(random_edge());
	other_functions();
	refused("%lu PSCI calls about others' CPUs", tries);
}

static void never(void *arg)
{
	(void)arg;
}

/* Where the second CPU ends up is its own affair: at worst the cell fails. */
void attack_psci_entry(void)
{
	uint64_t entry = arg_u64("entry", 0x40000000);
	long result = psci(PSCI_CPU_ON, percpu_of(1)->mpidr, entry, 0);

	if (cpu_count() < 2)
		breach("two CPUs are needed");
	if (result < 0)
		refused("CPU_ON at 0x%lx: %ld", entry, result);
	else
		tried("CPU_ON at 0x%lx", entry);
	delay_us(100000);
	if (result < 0 && cpu_start(1, never, NULL))
		breach("second CPU cannot be started any more");
}

void attack_system_off(void)
{
	breach("SYSTEM_OFF returned %ld", psci(PSCI_SYSTEM_OFF, 0, 0, 0));
}

void attack_system_reset(void)
{
	breach("SYSTEM_RESET returned %ld", psci(PSCI_SYSTEM_RESET, 0, 0, 0));
}

void attack_cpu_off(void)
{
	breach("CPU_OFF returned %ld", psci(PSCI_CPU_OFF, 0, 0, 0));
}
