/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * EL2's own address space. One set of tables for all CPUs:
 *
 *   ARCH_HYPERVISOR_VIRT               hypervisor memory: image by pages, code RX, constants R,
 *                                      data RW; the page pool by 2 MiB blocks, RW
 *   PERCPU_VIRT                        a guard page, stack page and status page for each CPU
 *   WINDOW_VIRT                        windows to guest memory, two pages for each CPU, and the
 *                                      scrub window
 *   DEVICE_VIRT                        device registers
 *   the image's first page, physical   RX, to switch the MMU on and off
 *
 * Descriptors: Arm ARM D8.3, single-stage EL2 regime. Nothing is writable and executable
 * (SCTLR_EL2.WXN enforces it besides).
 */
#include <bulkhead/abi.h>
#include <arch/cpu.h>
#include "../core/console.h"
#include "../core/memory.h"
#include "../core/pool.h"
#include "mmu.h"
#include "percpu.h"

#define WINDOW_VIRT (ARCH_HYPERVISOR_VIRT + 0x08200000)
#define DEVICE_VIRT (ARCH_HYPERVISOR_VIRT + 0x0c000000)
#define DEVICE_END (ARCH_HYPERVISOR_VIRT + 0x40000000)
#define SCRUB_VIRT (WINDOW_VIRT + 0x100000)
#define HYPERVISOR_MAX 0x04000000ull

#define DESC_TABLE 3ull
#define DESC_PAGE 3ull
#define DESC_BLOCK 1ull
#define DESC_DEVICE (1ull << 2) /* AttrIndx 1 */
#define DESC_RES1 BIT(6) /* AP[1], of a regime with one exception level: Arm ARM D8.4.1 */
#define DESC_RO BIT(7)
#define DESC_SHARED (3ull << 8)
#define DESC_AF BIT(10)
#define DESC_XN BIT(54)
#define ATTR_RX (DESC_RES1 | DESC_RO | DESC_SHARED | DESC_AF)
#define ATTR_R (DESC_RES1 | DESC_RO | DESC_SHARED | DESC_AF | DESC_XN)
#define ATTR_RW (DESC_RES1 | DESC_SHARED | DESC_AF | DESC_XN)
#define ATTR_DEVICE (DESC_RES1 | DESC_DEVICE | DESC_AF | DESC_XN)

#define TABLE(name) static u64 name[512] __aligned(4096) __section(".bss.tables")

u64 el2_level0[512] __aligned(4096) __section(".bss.tables");
TABLE(level1);
TABLE(level2);
TABLE(level3_image);
TABLE(level3_percpu);
TABLE(level3_windows);
TABLE(level1_identity);
TABLE(level2_identity);
TABLE(level3_identity);

extern u64 boot_phys_base, boot_phys_size, boot_config_offset, boot_config_size;
extern u8 image_start[], __text_end[], __rodata_end[], __memory_end[], trampoline_end[];
extern u8 __early_start[], __early_end[];

u64 hypervisor_phys __section(".bss.early"), hypervisor_size __section(".bss.early");
static u64 next_device = DEVICE_VIRT;

static u64 index_at(u64 address, unsigned int shift)
{
	return (address >> shift) & 511;
}

/*
 * With the MMU off, the address of a symbol is its physical address; what is computed
 * from constants here, and nothing that would need a relocated pointer, may be used.
 */

static void early_image(u64 phys)
{
	u64 text = (u64)(__text_end - image_start), rodata = (u64)(__rodata_end - image_start);
	u64 end = (u64)(__memory_end - image_start);

	for (u64 offset = 0; offset < end; offset += PAGE_SIZE) {
		u64 attr = offset < text ? ATTR_RX : offset < rodata ? ATTR_R : ATTR_RW;

		level3_image[offset / PAGE_SIZE] = (phys + offset) | attr | DESC_PAGE;
	}
	/* What follows in the first 2 MiB: the CPUs' areas are left out by map_percpu(). */
	for (u64 offset = end; offset < BIT(21); offset += PAGE_SIZE)
		level3_image[offset / PAGE_SIZE] = (phys + offset) | ATTR_RW | DESC_PAGE;
}

static void early_tables(u64 phys, u64 size)
{
	el2_level0[index_at(ARCH_HYPERVISOR_VIRT, 39)] = (u64)level1 | DESC_TABLE;
	level1[index_at(ARCH_HYPERVISOR_VIRT, 30)] = (u64)level2 | DESC_TABLE;
	level2[0] = (u64)level3_image | DESC_TABLE;
	for (u64 offset = BIT(21); offset < size; offset += BIT(21))
		level2[offset >> 21] = (phys + offset) | ATTR_RW | DESC_BLOCK;
	level2[index_at(PERCPU_VIRT, 21)] = (u64)level3_percpu | DESC_TABLE;
	level2[index_at(WINDOW_VIRT, 21)] = (u64)level3_windows | DESC_TABLE;

	el2_level0[index_at(phys, 39)] = (u64)level1_identity | DESC_TABLE;
	level1_identity[index_at(phys, 30)] = (u64)level2_identity | DESC_TABLE;
	level2_identity[index_at(phys, 21)] = (u64)level3_identity | DESC_TABLE;
	level3_identity[index_at(phys, 12)] = phys | ATTR_RX | DESC_PAGE;
}

/*
 * What this CPU needs to have: 4 KiB granule in both stages, 40 bits of physical address, the
 * system registers of a GIC, which everything that follows uses.
 */
static bool cpu_fits(void)
{
	u64 mmfr0 = read_sysreg(id_aa64mmfr0_el1);
	u64 tgran4_2 = (mmfr0 >> 40) & 15, tgran4 = (mmfr0 >> 28) & 15;

	/* Where HCR_EL2.E2H cannot be 0, the registers of EL2 are laid out otherwise. */
	return !(read_sysreg(hcr_el2) & HCR_E2H) && (mmfr0 & 15) >= 2 && tgran4 != 15 &&
	       tgran4_2 != 1 && (read_sysreg(id_aa64pfr0_el1) >> 24) & 15;
}

s64 early_map(u64 phys)
{
	u64 image = (u64)(__memory_end - image_start);

	if (!cpu_fits())
		return -BH_E_FEATURE;
	if (phys != boot_phys_base || phys & (BIT(21) - 1) || boot_phys_size & (BIT(21) - 1) ||
	    !boot_phys_size || boot_phys_size > HYPERVISOR_MAX || image > BIT(21) ||
	    index_at(phys, 39) == index_at(ARCH_HYPERVISOR_VIRT, 39) ||
	    boot_config_offset & PAGE_MASK || boot_config_offset < image ||
	    boot_config_offset > boot_phys_size ||
	    boot_config_size > boot_phys_size - boot_config_offset)
		return -BH_E_INVAL;
	early_image(phys);
	early_tables(phys, boot_phys_size);
	hypervisor_phys = phys;
	hypervisor_size = boot_phys_size;
	/*
	 * Written past the caches: drop lines that speculation through the loader's mapping
	 * may have fetched since the loader cleaned them. Nothing but a barrier orders such
	 * writes before cache maintenance: Arm ARM D7.5.9.
	 */
	dsb(sy);
	for (u8 *line = __early_start; line < __early_end; line += 16)
		__asm__ volatile("dc civac, %0" : : "r"(line) : "memory");
	dsb(sy);
	return 0;
}

/* ---- with the MMU on ---- */

/*
 * On all CPUs, for what is mapped here is there to be walked by speculation of any. All
 * there is: an address would not arrive everywhere (i.MX8QM, ERR050104). Twice: the first may
 * be said to be complete too early (Cortex-A76, Neoverse-N1 and later, erratum 4193800).
 */
static __attribute__((noinline)) void flush_all(void)
{
	__asm__ volatile("dsb ishst; tlbi alle2is; dsb ish; tlbi alle2is; dsb ish; isb"
			 :
			 :
			 : "memory");
}

void map_percpu(u32 count)
{
	u64 phys = hypervisor_phys + (u64)(__memory_end - image_start);

	for (u32 i = 0; i < count; i++, phys += ARCH_PERCPU_SIZE) {
		u64 *entry = &level3_percpu[(u64)i << (PERCPU_STRIDE_SHIFT - 12)];
		u64 offset = phys - hypervisor_phys;

		entry[1] = phys | ATTR_RW | DESC_PAGE;
		entry[2] = (phys + PAGE_SIZE) | ATTR_RW | DESC_PAGE;
		/* Reached there only, so that the guard pages guard. */
		level3_image[offset / PAGE_SIZE] = 0;
		level3_image[offset / PAGE_SIZE + 1] = 0;
	}
	flush_all();
}

static bool map_device_page(u64 virt, u64 phys)
{
	u64 *level3, *entry = &level2[index_at(virt, 21)];

	if (!*entry) {
		level3 = pool_alloc(1, 1);
		if (!level3)
			return false;
		/* Zeroes first: a walk may come by before the table is used. */
		dsb(ishst);
		*entry = virt_to_phys(level3) | DESC_TABLE;
	}
	level3 = phys_to_virt(*entry & ~PAGE_MASK);
	level3[index_at(virt, 12)] = phys | ATTR_DEVICE | DESC_PAGE;
	return true;
}

void *map_device(u64 phys, u64 size)
{
	u64 virt = next_device;

	if (phys & PAGE_MASK || size & PAGE_MASK || size > DEVICE_END - virt)
		return NULL;
	for (u64 offset = 0; offset < size; offset += PAGE_SIZE)
		if (!map_device_page(virt + offset, phys + offset))
			return NULL;
	next_device += size;
	dsb(ishst);
	isb();
	return (void *)virt;
}

static u64 window_virt(unsigned int slot)
{
	return WINDOW_VIRT + (this_percpu()->cpu->index * 2 + slot) * PAGE_SIZE;
}

void *window_map(unsigned int slot, u64 phys)
{
	u64 virt = window_virt(slot);

	level3_windows[index_at(virt, 12)] = phys | ATTR_RW | DESC_PAGE;
	dsb(ishst);
	isb();
	return (void *)virt;
}

void window_unmap(unsigned int slot)
{
	level3_windows[index_at(window_virt(slot), 12)] = 0;
	flush_all();
}

static u64 *scrub_entries(void)
{
	return &level3_windows[index_at(SCRUB_VIRT, 12)];
}

/* The scrub window is one for all CPUs, which take turns with the management lock. */
static u8 *scrub_map(u64 phys, u64 size)
{
	u64 *entry = scrub_entries();

	for (u64 end = phys + size; phys != end; phys += PAGE_SIZE)
		*entry++ = phys | ATTR_RW | DESC_PAGE;
	dsb(ishst);
	isb();
	return (u8 *)SCRUB_VIRT;
}

static void scrub_unmap(u64 size)
{
	u64 *entry = scrub_entries();

	for (u64 *end = entry + size / PAGE_SIZE; entry != end;)
		*entry++ = 0;
	flush_all();
}

static u64 line_bytes(void)
{
	/* CTR_EL0.DminLine: log2 of words in the smallest data cache line. */
	return 4ull << ((read_sysreg(ctr_el0) >> 16) & 15);
}

static void clean_range(u8 *start, u64 size)
{
	u64 line = line_bytes();

	/* Four at a time: this is what creating and destroying a cell takes most of its time for. */
	line = MIN(line, PAGE_SIZE / 4);
	for (u8 *p = start, *end = start + size; p != end;)
		__asm__ volatile("dc civac, %0; add %0, %0, %1; dc civac, %0; add %0, %0, %1\n"
				 "dc civac, %0; add %0, %0, %1; dc civac, %0; add %0, %0, %1"
				 : "+r"(p)
				 : "r"(line)
				 : "memory");
	/* Instruction caches may hold what was there before. */
	__asm__ volatile("dsb sy; ic ialluis; dsb ish; isb" : : : "memory");
}

void clean(u64 phys, u64 size)
{
	clean_range(scrub_map(phys, size), size);
	scrub_unmap(size);
}

void scrub(u64 phys, u64 size)
{
	u8 *start = scrub_map(phys, size);
	/* BS; DZP is about EL1 and EL0, here DC ZVA is never prohibited. Arm ARM D19.2.36. */
	u64 block = 4ull << (read_sysreg(dczid_el0) & 15);

	/* Two at a time: a block is 2 KiB at most. */
	for (u8 *p = start, *end = start + size; p != end;)
		__asm__ volatile("dc zva, %0; add %0, %0, %1; dc zva, %0; add %0, %0, %1"
				 : "+r"(p)
				 : "r"(block)
				 : "memory");
	clean_range(start, size);
	scrub_unmap(size);
}
