// SPDX-License-Identifier: GPL-2.0-only
/* hvctl hardware SYSTEM.cell: the config against the machine. */
#include <inttypes.h>
#include <string.h>
#include "hardware.h"

/* "reg" of a CPU's node in the device tree: 4 or 8 bytes, big endian. */
static bool cpu_hw_id(unsigned int cpu, uint64_t *id)
{
	size_t size;
	const unsigned char *reg =
		machine_data(must_format("/sys/devices/system/cpu/cpu%u/of_node/reg", cpu), &size);

	if (!reg || !size || size > 8)
		return false;
	*id = 0;
	for (size_t i = 0; i < size; i++)
		*id = *id << 8 | reg[i];
	return true;
}

static bool listed(const struct config_file *system, uint64_t id)
{
	for (uint32_t i = 0; i < system->config->cpus.count; i++)
		if (config_cpus(system->config)[i] == id)
			return true;
	return false;
}

struct verdict check_cpus_listed(const struct config_file *system)
{
	unsigned int cpu = 0;
	uint64_t id;

	for (; machine_has(must_format("/sys/devices/system/cpu/cpu%u", cpu)); cpu++) {
		if (!cpu_hw_id(cpu, &id))
			return (struct verdict){
				UNSURE, must_format("the device tree has nothing on CPU %u", cpu),
				"Compare the CPUs' MPIDR with .cpus by hand."
			};
		if (!listed(system, id))
			return (struct verdict){
				BAD,
				must_format("CPU %u, hardware id 0x%" PRIx64
					    ", is not in the config",
					    cpu, id),
				must_format("Add { BH_HERE(\"cpu%u\"), .id = 0x%" PRIx64
					    " } to .cpus.",
					    cpu, id)
			};
	}
	if (cpu < system->config->cpus.count)
		return (struct verdict){
			UNSURE,
			must_format("the config lists %u, Linux knows %u of them",
				    system->config->cpus.count, cpu),
			"If the machine does not have the others, remove them from .cpus and shorten the\n"
			"range of redistributors. If Linux was told to ignore them, all is well."
		};
	return (struct verdict){ GOOD, must_format("all %u are in the config", cpu), NULL };
}

/* A line of /proc/iomem: "  40000000-77ffffff : System RAM". */
static bool next_range(char **text, uint64_t *start, uint64_t *end, const char **name)
{
	char *line, *colon;

	while ((line = strsep(text, "\n"))) {
		colon = strstr(line, " : ");
		if (!colon || sscanf(line, "%" SCNx64 "-%" SCNx64, start, end) != 2)
			continue;
		*name = colon + 3;
		return true;
	}
	return false;
}

struct verdict check_memory_reserved(const struct config_file *system)
{
	const uint64_t first = system->config->hypervisor_phys;
	const uint64_t last = first + system->config->hypervisor_size - 1;
	char *text = machine_text("/proc/iomem");
	uint64_t start, end, highest = 0;
	const char *name;

	while (text && next_range(&text, &start, &end, &name)) {
		highest = end > highest ? end : highest;
		if (start > last || end < first || !strcmp(name, "reserved") ||
		    !strncmp(name, "Bulkhead", 8))
			continue;
		return (struct verdict){
			BAD,
			must_format("0x%" PRIx64 "-0x%" PRIx64 " is used: %s", start, end, name),
			"Reserve it: a no-map node below /reserved-memory in the device tree, or\n"
			"mem= on the kernel command line; or move .hypervisor_phys."
		};
	}
	if (!highest)
		return (struct verdict){ UNSURE, "/proc/iomem shows no addresses",
					 "Run it as root." };
	return (struct verdict){
		GOOD, must_format("0x%" PRIx64 "-0x%" PRIx64 " is reserved", first, last), NULL
	};
}

static bool covered(const struct config_file *system, uint64_t start, uint64_t end)
{
	const struct bh_memory *m = config_memory(system->config);

	/* Adjacent regions may cover a range together: go from region to region. */
	for (uint32_t i = 0; i < system->config->memory.count && start <= end; i++) {
		if (start - m[i].phys >= m[i].size)
			continue;
		if (m[i].size > end - m[i].phys)
			return true;
		start = m[i].phys + m[i].size;
		i = (uint32_t)-1;
	}
	return start > end;
}

struct verdict check_ram_listed(const struct config_file *system)
{
	char *text = machine_text("/proc/iomem");
	uint64_t start, end;
	const char *name;
	bool any = false;

	while (text && next_range(&text, &start, &end, &name)) {
		if (strcmp(name, "System RAM") || !end)
			continue;
		any = true;
		if (!covered(system, start, end))
			return (struct verdict){ BAD,
						 must_format(
							 "0x%" PRIx64 "-0x%" PRIx64
							 " is System RAM, but not in the config",
							 start, end),
						 "Linux would fault on it: add it to .memory." };
	}
	if (!any)
		return (struct verdict){ UNSURE, "/proc/iomem shows no addresses",
					 "Run it as root." };
	return (struct verdict){ GOOD, "all of it is in the config", NULL };
}
