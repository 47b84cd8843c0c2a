/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Configs: the flat, versioned form that the hypervisor reads (.cell files).
 *
 * A file is a struct bh_config, then arrays that it names by offset and count.
 * The hypervisor is given the first total_size bytes. What follows, up to
 * file_size, is for tools: source lines and names of the entries. Authors write
 * C sources (see docs/configuring.md), never offsets, counts or sizes.
 */
#ifndef BULKHEAD_CONFIG_H
#define BULKHEAD_CONFIG_H

#include <bulkhead/abi.h>

#define BH_CONFIG_MAGIC "BULKCELL" /**< eight bytes, no NUL */
#define BH_CONFIG_VERSION 1u
#define BH_CONFIG_MAX_SIZE 65536u /**< of total_size, in bytes */
#define BH_CONFIG_MAX_ENTRIES 256u /**< of any one array */

/** enum bh_config_kind - what a config describes. */
enum bh_config_kind {
	BH_CONFIG_SYSTEM = 1, /**< the machine and the root cell */
	BH_CONFIG_CELL = 2, /**< one further cell */
};

/**
 * struct bh_array - where an array lies.
 * @offset: bytes from the start of the config, a multiple of 8
 * @count: entries; an empty array has offset 0
 */
struct bh_array {
	uint32_t offset;
	uint32_t count;
};

/** Cell flags. */
#define BH_CELL_PASSIVE (1u << 0) /**< has no part in shutdown: not asked, just stopped */
#define BH_CELL_ALLOW_UNPROTECTED_DMA (1u << 1) /**< devices of it may do DMA without an IOMMU */
#define BH_CELL_LOCKABLE (1u << 2) /**< may lock the partitioning (running-locked) */
/**
 * arm64, GICv3: the cell runs with EOImode 0 and without priority masking so
 * that a guest that drops and deactivates separately (Linux) has no trap per
 * interrupt. Without it priorities and EOImode are exact, and a guest that
 * uses EOImode 1 traps once per interrupt.
 */
#define BH_CELL_GIC_RELAXED (1u << 8)
/** arm64, GICv3: deactivation is trapped and checked, one trap per interrupt. */
#define BH_CELL_GIC_FILTERED (1u << 9)
#define BH_CELL_FLAGS                                                                              \
	(BH_CELL_PASSIVE | BH_CELL_ALLOW_UNPROTECTED_DMA | BH_CELL_LOCKABLE |                      \
	 BH_CELL_GIC_RELAXED | BH_CELL_GIC_FILTERED)

/** enum bh_fault_policy - what becomes of a cell that breaks its bounds. */
enum bh_fault_policy {
	BH_FAULT_STOP = 0, /**< the cell is stopped and FAILED (the default) */
	BH_FAULT_INJECT = 1, /**< the CPU gets an abort, and the cell runs on */
};

/** Memory flags. */
#define BH_MEM_READ (1u << 0)
#define BH_MEM_WRITE (1u << 1)
#define BH_MEM_EXEC (1u << 2)
#define BH_MEM_DMA (1u << 3) /**< reached by the cell's devices, too */
#define BH_MEM_IO (1u << 4) /**< device registers: device memory type */
#define BH_MEM_COMM (1u << 5) /**< the communication page (comm.h); phys is 0 */
#define BH_MEM_LOADABLE (1u << 6) /**< the root cell may write it until the cell starts */
#define BH_MEM_ROOTSHARED (1u << 7) /**< stays accessible to the root cell */
#define BH_MEM_WINDOW (1u << 8) /**< window of a virtio device; stays accessible, too */
#define BH_MEM_FLAGS                                                                               \
	(BH_MEM_READ | BH_MEM_WRITE | BH_MEM_EXEC | BH_MEM_DMA | BH_MEM_IO | BH_MEM_COMM |         \
	 BH_MEM_LOADABLE | BH_MEM_ROOTSHARED | BH_MEM_WINDOW)

/**
 * struct bh_memory - one region of a cell's memory.
 * @phys: physical address
 * @virt: address at which the cell sees it (IPA, GPA); in the root cell equal to @phys
 * @size: bytes
 * @flags: BH_MEM_*
 * @reserved: 0
 *
 * All three are multiples of the page size. Regions of a further cell are taken
 * from the root cell for as long as the cell exists.
 */
struct bh_memory {
	uint64_t phys;
	uint64_t virt;
	uint64_t size;
	uint32_t flags;
	uint32_t reserved;
};

/** Interrupt flags. */
/**
 * Reserved number that no device drives: the root cell raises it towards the
 * cell (BH_HC_CELL_RAISE_IRQ), and it is edge triggered.
 */
#define BH_IRQ_RAISED (1u << 0)
#define BH_IRQ_FLAGS BH_IRQ_RAISED

/**
 * struct bh_irq - a range of interrupts of a cell.
 * @first: first number (arm64: INTID of an SPI, 32 to 1019)
 * @count: how many
 * @flags: BH_IRQ_*
 * @reserved: 0
 */
struct bh_irq {
	uint32_t first;
	uint32_t count;
	uint32_t flags;
	uint32_t reserved;
};

/** enum bh_platform_type - hardware that the hypervisor drives or filters. */
enum bh_platform_type {
	BH_PLATFORM_GICV3_DIST = 1, /**< arm64: distributor frame, 64 KiB */
	BH_PLATFORM_GICV3_REDIST = 2, /**< arm64: one contiguous range of redistributors */
	BH_PLATFORM_GICV3_ITS = 3, /**< arm64: interrupt translation service, 128 KiB */
};

/**
 * struct bh_platform - a piece of hardware, in system configs only.
 * @type: enum bh_platform_type
 * @flags: 0
 * @phys: physical address of its registers
 * @size: bytes of its registers
 */
struct bh_platform {
	uint32_t type;
	uint32_t flags;
	uint64_t phys;
	uint64_t size;
};

/** enum bh_console_type - a UART, or none. */
enum bh_console_type {
	BH_CONSOLE_NONE = 0,
	BH_CONSOLE_PL011 = 1,
	BH_CONSOLE_8250_MMIO = 2,
	BH_CONSOLE_8250_PORT = 3,
	BH_CONSOLE_HYPERCALL = 4, /**< cells: BH_HC_CONSOLE_WRITE */
};

/**
 * struct bh_console_config - where console output goes.
 * @type: enum bh_console_type. System config: the hypervisor's own messages go
 *        there besides the ring. Cell config: passed on in the comm page.
 * @irq: interrupt of the UART, 0 if none (cells)
 * @phys: address of its registers, as the owner sees it
 */
struct bh_console_config {
	uint32_t type;
	uint32_t irq;
	uint64_t phys;
};

/**
 * struct bh_config - the header of a config.
 * @magic: BH_CONFIG_MAGIC
 * @version: BH_CONFIG_VERSION
 * @arch: enum bh_arch
 * @kind: enum bh_config_kind
 * @total_size: bytes of header and arrays, a multiple of 8
 * @file_size: bytes with the part for tools, equal to total_size without one
 * @flags: BH_CELL_*
 * @fault_policy: enum bh_fault_policy; the root cell always gets an abort
 * @name: of the cell, of the machine in a system config; NUL-terminated,
 *        [A-Za-z0-9_.-], not starting with a dot or dash
 * @cmdline: passed to the cell in its comm page, NUL-terminated
 * @entry: address at which the cell's first CPU starts (arm64: with the MMU
 *         off, at EL1); cells only
 * @entry_arg: value of the first argument register there (arm64: x0)
 * @hypervisor_phys: hypervisor memory, system only; 2 MiB aligned
 * @hypervisor_size: its size in bytes; a multiple of 2 MiB, 2 to 64 MiB
 * @console: see struct bh_console_config
 * @cpus: array of uint64_t: hardware identifiers (arm64: MPIDR affinity
 *        fields). The system config lists all CPUs; a position in that list is
 *        the CPU's index everywhere in this ABI.
 * @memory: array of struct bh_memory
 * @irqs: array of struct bh_irq
 * @platform: array of struct bh_platform, system only
 * @source: array of struct bh_source, beyond total_size, for tools only
 * @source_file: array of bytes, for tools only: names of source files, each NUL-terminated
 * @reserved: arrays of versions to come, 0
 */
struct bh_config {
	char magic[8];
	uint32_t version;
	uint16_t arch;
	uint16_t kind;
	uint32_t total_size;
	uint32_t file_size;
	uint32_t flags;
	uint32_t fault_policy;
	char name[BH_NAME_SIZE];
	char cmdline[BH_CMDLINE_SIZE];
	uint64_t entry;
	uint64_t entry_arg;
	uint64_t hypervisor_phys;
	uint64_t hypervisor_size;
	struct bh_console_config console;
	struct bh_array cpus;
	struct bh_array memory;
	struct bh_array irqs;
	struct bh_array platform;
	struct bh_array source;
	struct bh_array source_file;
	struct bh_array reserved[10];
};

/** enum bh_config_list - the arrays, as named by rule reports and source lines. */
enum bh_config_list {
	BH_LIST_HEADER = 0,
	BH_LIST_CPUS = 1,
	BH_LIST_MEMORY = 2,
	BH_LIST_IRQS = 3,
	BH_LIST_PLATFORM = 4,
};

/**
 * struct bh_source - where an entry was written.
 * @list: enum bh_config_list
 * @index: of the entry in its array
 * @line: line in the source file, 0 if unknown
 * @file: where in source_file the name of that file starts
 * @label: what the author called it, NUL-terminated
 */
struct bh_source {
	uint32_t list;
	uint32_t index;
	uint32_t line;
	uint32_t file;
	char label[32];
};

#endif
