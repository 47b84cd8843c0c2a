// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "hvctl.h"
#include "rule_text.h"

static const struct rule_text texts[BH_RULE_COUNT] = {
	[BH_RULE_NONE] = {
		"unknown",
		"a rule that this hvctl does not know is broken",
		"The hypervisor is newer than hvctl.",
		"Install hvctl and hypervisor of one version.",
	},
	[BH_RULE_FORMAT] = {
		"format",
		"this is not a config, or it is damaged",
		"A config is read by the hypervisor; each offset, count and size in it must be sound.",
		"Build the .cell file anew from its source (hvctl config compile).",
	},
	[BH_RULE_VERSION] = {
		"version",
		"the config has another format version",
		"Fields may have moved or changed their meaning between versions.",
		"Compile the source again with the tools of this version.",
	},
	[BH_RULE_ARCH] = {
		"arch",
		"the config is for another architecture",
		"Addresses, interrupts and CPU identifiers mean something else there.",
		"Use the config of this machine, or correct .arch in the source.",
	},
	[BH_RULE_KIND] = {
		"kind",
		"a system config and a cell config have been mistaken for each other",
		"A system config describes the machine; a cell config one further cell of it.",
		"Give `hvctl enable` a system config, `hvctl cell create` a cell config; correct .kind.",
	},
	[BH_RULE_NAME] = {
		"name",
		"the name is empty or has characters that names cannot have",
		"Names appear as directories in sysfs and as arguments of commands.",
		"Use letters, digits, '_', '.', '-', not starting with '.' or '-', at most 31.",
	},
	[BH_RULE_NAME_TWICE] = {
		"name-twice",
		"another cell has this name",
		"Cells are told apart by name; the root cell has the name of the system config.",
		"Give the cell another name.",
	},
	[BH_RULE_FLAGS] = {
		"flags",
		"unknown flags or policy, or a field is set that does not apply here",
		"What this version ignores might mean something in a later one.",
		"Remove the flag or field. PASSIVE and LOCKABLE, the entry and the command line are for\n"
		"further cells only; hypervisor memory and platform devices for system configs only.",
	},
	[BH_RULE_NO_CPU] = {
		"no-cpu",
		"there is no CPU",
		"CPUs are not shared: what runs needs one of its own.",
		"List at least one CPU in .cpus.",
	},
	[BH_RULE_CPU_TWICE] = {
		"cpu-twice",
		"a CPU is listed twice",
		"A position in the list is a CPU's index; each CPU has one.",
		"Remove one of the two lines, or correct its id.",
	},
	[BH_RULE_CPU_UNKNOWN] = {
		"cpu-unknown",
		"the machine has no such CPU",
		"Only CPUs of the system config can be given to a cell.",
		"Use a hardware identifier from the system config (`hvctl config show` lists them).",
	},
	[BH_RULE_CPU_TAKEN] = {
		"cpu-taken",
		"the CPU belongs to another cell",
		"CPUs are not shared.",
		"Use another CPU, or destroy the other cell first.",
	},
	[BH_RULE_CPU_ALL] = {
		"cpu-all",
		"no CPU would be left for the root cell",
		"The root cell manages the others and needs a CPU for that.",
		"Give the cell fewer CPUs, or destroy another cell first.",
	},
	[BH_RULE_MEM_ALIGN] = {
		"mem-align",
		"address or size is not a multiple of 4096, or the size is 0",
		"Memory is handed out in pages.",
		"Round addresses and size to multiples of 0x1000.",
	},
	[BH_RULE_MEM_WRAP] = {
		"mem-wrap",
		"the region ends beyond the address space",
		"No address of this architecture is that large.",
		"Correct the address or the size.",
	},
	[BH_RULE_MEM_FLAGS] = {
		"mem-flags",
		"these flags make no sense together",
		"Every region is readable. IO, COMM, LOADABLE, ROOTSHARED and WINDOW exclude each other\n"
		"(IO with ROOTSHARED excepted); IO is neither executable nor target of DMA; a comm page\n"
		"is READ, WRITE and has phys 0; the root cell's regions are RAM or IO.",
		"Choose one kind, and READ with it.",
	},
	[BH_RULE_MEM_OVERLAP_VIRT] = {
		"mem-overlap-virt",
		"two regions overlap as the cell sees them",
		"An address can lead to one place only.",
		"Move one region (.virt), or shorten it.",
	},
	[BH_RULE_MEM_OVERLAP_PHYS] = {
		"mem-overlap-phys",
		"two regions overlap physically",
		"One page seen at two addresses would make its rights depend on the way to it.",
		"Move one region (.phys), or shorten it.",
	},
	[BH_RULE_MEM_TAKEN] = {
		"mem-taken",
		"the memory belongs to another cell",
		"Private memory has one owner. Only ROOTSHARED regions may be common to cells.",
		"Move the region (.phys), mark both ROOTSHARED, or destroy the other cell first.",
	},
	[BH_RULE_MEM_NOT_ROOT] = {
		"mem-not-root",
		"the region is not a part of one region of the root cell with the same rights",
		"Memory is taken from the root cell. RAM cannot become IO or gain rights on the way:\n"
		"two views of one page that differ in type would break the coherence of caches.",
		"Move the region into one of the system config, or extend the system config;\n"
		"compare the flags (IO in both or in none).",
	},
	[BH_RULE_MEM_HYPERVISOR] = {
		"mem-hypervisor",
		"the region touches the hypervisor's memory",
		"No cell, the root cell included, may reach the hypervisor.",
		"Move or shorten the region; .hypervisor_phys and .hypervisor_size say where it is.",
	},
	[BH_RULE_MEM_PLATFORM] = {
		"mem-platform",
		"the region touches a device that the hypervisor drives or filters",
		"Cells reach the interrupt controller through the hypervisor only.",
		"Leave the device's registers out of .memory: nothing needs to be listed for it.",
	},
	[BH_RULE_MEM_IDENTITY] = {
		"mem-identity",
		"the root cell would see this memory at another address",
		"Linux was booted with these addresses and goes on using them.",
		"Use BH_IDENTITY(address) in system configs.",
	},
	[BH_RULE_HV_MEMORY] = {
		"hv-memory",
		"hypervisor memory is not 2 MiB aligned, or not of 2 to 64 MiB",
		"It is mapped in blocks of 2 MiB and holds image, per-CPU data and page pool.",
		"Set .hypervisor_phys and .hypervisor_size to multiples of 2 MiB; 4 MiB is plenty.",
	},
	[BH_RULE_IRQ_RANGE] = {
		"irq-range",
		"there are no such interrupts",
		"On arm64 SPIs, INTIDs 32 to 1019, can be given to cells. A device tree's\n"
		"<0 n x> is INTID 32 + n. Each cell has its own timers and IPIs without listing them.",
		"Correct .first and .count (at least 1).",
	},
	[BH_RULE_IRQ_TWICE] = {
		"irq-twice",
		"an interrupt is listed twice",
		"It might be with different flags.",
		"Shorten or remove one of the ranges.",
	},
	[BH_RULE_IRQ_TAKEN] = {
		"irq-taken",
		"an interrupt belongs to another cell",
		"An interrupt is delivered to one cell.",
		"Remove it here, or destroy the other cell first.",
	},
	[BH_RULE_IRQ_NOT_ROOT] = {
		"irq-not-root",
		"the interrupts are not a part of one range of the root cell with the same flags",
		"Interrupts are taken from the root cell. Those marked BH_IRQ_RAISED are driven by no\n"
		"device: they can be raised by the root cell, others cannot, and both sides must agree.",
		"Use a range within one of the system config, with its flags.",
	},
	[BH_RULE_PLATFORM] = {
		"platform",
		"a platform device is unknown, misplaced, of wrong size, or there twice",
		"The hypervisor drives these devices and must know them exactly.",
		"Take address and size from the device tree. arm64: distributor 64 KiB; redistributors\n"
		"128 KiB per CPU; ITS 128 KiB; all 64 KiB aligned, outside of hypervisor memory.",
	},
	[BH_RULE_PLATFORM_MISSING] = {
		"platform-missing",
		"the interrupt controller is not described",
		"Without it nobody's interrupts could be kept apart.",
		"arm64: add the GICv3 distributor and redistributors to .platform.",
	},
	[BH_RULE_ENTRY] = {
		"entry",
		"the entry address is not in executable memory, or not aligned",
		"The cell's first CPU starts there.",
		"Set .entry to an address (as the cell sees it) in a region with BH_MEM_EXEC.",
	},
	[BH_RULE_COMM] = {
		"comm",
		"there are two comm pages, or one that is not 4096 bytes long",
		"The comm page is one page.",
		"Keep one region with BH_MEM_COMM, with .size = BH_PAGE_SIZE.",
	},
	[BH_RULE_COMM_NEEDED] = {
		"comm-needed",
		"a cell that is asked before it is stopped needs a comm page",
		"Requests and answers are exchanged there.",
		"Add a BH_MEM_COMM region, or set BH_CELL_PASSIVE: then it is stopped without asking.",
	},
	[BH_RULE_DMA] = {
		"dma",
		"devices could write beyond this region: there is no IOMMU to hold them",
		"A device without an IOMMU reaches all memory, whatever the hypervisor does.",
		"Remove BH_MEM_DMA from the region if no device uses it. Otherwise accept the risk by\n"
		"setting BH_CELL_ALLOW_UNPROTECTED_DMA: the cell's drivers are then trusted.",
	},
	[BH_RULE_CONSOLE] = {
		"console",
		"the console is of unknown type, or its address or interrupt is not this owner's",
		"Who writes to a UART must have it.",
		"Add the UART's registers (BH_MEM_IO) and interrupt to the config, or use\n"
		"BH_CONSOLE_HYPERCALL (cells), or leave .console out.",
	},
	[BH_RULE_GIC_MODE] = {
		"gic-mode",
		"BH_CELL_GIC_RELAXED and BH_CELL_GIC_FILTERED exclude each other",
		"One gives up exactness for speed, the other speed for exactness.",
		"Remove one of the two.",
	},
};

const struct rule_text *rule_text(unsigned int rule)
{
	return &texts[rule < BH_RULE_COUNT ? rule : BH_RULE_NONE];
}

enum bh_rule rule_by_name(const char *name)
{
	uint64_t number;

	for (unsigned int i = 1; i < BH_RULE_COUNT; i++)
		if (!strcasecmp(name, texts[i].name))
			return i;
	if (!strncasecmp(name, "BH", 2))
		name += 2;
	while (name[0] == '0' && name[1])
		name++;
	if (parse_number(name, &number) && number < BH_RULE_COUNT)
		return (enum bh_rule)number;
	return BH_RULE_NONE;
}
