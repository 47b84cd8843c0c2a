/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the hypervisor shows of itself: pages of its own memory that the root
 * cell may read, never write. Reading costs no trap. Their physical addresses
 * come from BH_HC_INFO and BH_HC_CELL_INFO; those of a cell are valid until it is
 * destroyed.
 */
#ifndef BULKHEAD_STATUS_H
#define BULKHEAD_STATUS_H

#include <bulkhead/abi.h>

/** enum bh_cell_state - life of a cell. */
enum bh_cell_state {
	BH_CELL_NONE = 0, /**< no such cell */
	BH_CELL_CREATING = 1, /**< resources reserved, memory being scrubbed */
	BH_CELL_CREATED = 2, /**< ready to be loaded */
	BH_CELL_LOADED = 3, /**< loadable memory taken from the root cell */
	BH_CELL_RUNNING = 4, /**< running */
	BH_CELL_RUNNING_LOCKED = 5, /**< running, and nobody may reconfigure anything */
	BH_CELL_STOPPING = 6, /**< its CPUs are being regained */
	BH_CELL_SHUT_DOWN = 7, /**< ended by itself or on request */
	BH_CELL_FAILED = 8, /**< stopped for a fault; see the crash records */
	BH_CELL_DESTROYING = 9, /**< memory being scrubbed and given back */
	BH_CELL_STATES
};

/** Names of enum bh_cell_state, in order. */
#define BH_CELL_STATE_NAMES                                                                        \
	{                                                                                          \
		"none", "creating", "created", "loaded", "running", "running-locked", "stopping",  \
			"shut down", "failed", "destroying"                                        \
	}

/** enum bh_cpu_state - what a CPU does. */
enum bh_cpu_state {
	BH_CPU_OUTSIDE = 0, /**< not taken over: offline since before enable */
	BH_CPU_RUNNING = 1, /**< executes its cell */
	BH_CPU_PARKED = 2, /**< waits in the hypervisor: off, as its cell sees it */
	BH_CPU_FAILED = 3, /**< parked by a fault; its crash record says which */
	BH_CPU_STATES
};

/** enum bh_exit - reasons for leaving a cell, as counted per CPU. */
enum bh_exit {
	BH_EXIT_HYPERCALL = 0, /**< BH_HC_* */
	BH_EXIT_FIRMWARE = 1, /**< arm64: SMC, and HVC #0: PSCI, SMCCC */
	BH_EXIT_IPI = 2, /**< arm64: SGI sent */
	BH_EXIT_IRQCHIP = 3, /**< interrupt controller register */
	BH_EXIT_MMIO = 4, /**< any other trapped register page */
	BH_EXIT_SYSREG = 5, /**< arm64: system register; x86: MSR, CR */
	BH_EXIT_HALT = 6, /**< arm64: WFI; x86: HLT */
	BH_EXIT_CACHE = 7, /**< arm64: cache maintenance by set and way */
	BH_EXIT_FAULT = 8, /**< access that nothing answers for */
	BH_EXIT_KICK = 9, /**< the hypervisor called the CPU back */
	BH_EXIT_OTHER = 10, /**< anything else */
	BH_EXIT_COUNT = 16 /**< size of the array */
};

/** Names of enum bh_exit, in order; NULL where there is none yet. */
#define BH_EXIT_NAMES                                                                              \
	{                                                                                          \
		"hypercall", "firmware", "ipi", "irqchip", "mmio", "sysreg", "halt", "cache",      \
			"fault", "kick", "other", 0, 0, 0, 0, 0                                    \
	}

/** enum bh_crash_cause - why a cell failed. */
enum bh_crash_cause {
	BH_CRASH_NONE = 0,
	BH_CRASH_READ = 1, /**< read of an address it does not have */
	BH_CRASH_WRITE = 2, /**< write to an address it may not write */
	BH_CRASH_EXEC = 3, /**< fetch from an address it may not execute */
	BH_CRASH_SYSREG = 4, /**< forbidden system register */
	BH_CRASH_EXCEPTION = 5, /**< exception that no cell may cause (not on arm64) */
	BH_CRASH_DECODE = 6, /**< trapped access of a form that cannot be emulated */
	BH_CRASH_STOPPED = 7, /**< not at fault: stopped with its cell, or shut down */
	BH_CRASH_CAUSES
};

/** Names of enum bh_crash_cause, in order. */
#define BH_CRASH_CAUSE_NAMES                                                                       \
	{                                                                                          \
		"none", "read outside its memory", "write outside its memory",                     \
			"fetch outside its memory", "forbidden system register",                   \
			"forbidden exception", "access that cannot be emulated",                   \
			"stopped with its cell"                                                    \
	}

/**
 * struct bh_crash - registers of a CPU when its cell failed.
 * @cause: enum bh_crash_cause
 * @reserved: 0
 * @address: physical address as the cell sees it (IPA, GPA), if the cause has one
 * @virtual_address: address that the instruction used, if known
 * @syndrome: arm64: ESR_EL2; x86: exit reason in the low half, qualification above
 * @pc: address of the instruction
 * @sp: stack pointer in use
 * @flags: arm64: PSTATE; x86: RFLAGS
 * @regs: arm64: x0 to x30; x86: rax rcx rdx rbx rsp rbp rsi rdi r8 to r15
 * @system: arm64: SCTLR_EL1 TCR_EL1 TTBR0_EL1 TTBR1_EL1 VBAR_EL1 ESR_EL1 FAR_EL1
 *          ELR_EL1; x86: CR0 CR2 CR3 CR4 EFER and zeros
 */
struct bh_crash {
	uint32_t cause;
	uint32_t reserved;
	uint64_t address;
	uint64_t virtual_address;
	uint64_t syndrome;
	uint64_t pc;
	uint64_t sp;
	uint64_t flags;
	uint64_t regs[31];
	uint64_t system[8];
};

/**
 * struct bh_cpu_status - one CPU, one page.
 * @index: of the CPU in the system config
 * @state: enum bh_cpu_state
 * @cell: identifier of the cell it belongs to
 * @reserved: 0
 * @hw_id: hardware identifier as in the config
 * @exits: by enum bh_exit, since it came to its cell
 * @crash: valid where its cause is not BH_CRASH_NONE: of the CPU that failed, and of those that
 *         were stopped with it or shut down. Until the cell starts again
 */
struct bh_cpu_status {
	uint32_t index;
	uint32_t state;
	uint32_t cell;
	uint32_t reserved;
	uint64_t hw_id;
	uint64_t exits[BH_EXIT_COUNT];
	struct bh_crash crash;
};

/**
 * struct bh_cell_status - one cell, at the start of a page.
 * @id: identifier
 * @state: enum bh_cell_state
 * @name: as in its config
 * @cpu_mask: bit per CPU index
 * @memory_bytes: sum of its regions, registers of devices apart
 * @pool_pages: pages of the hypervisor's pool it uses
 * @failed_cpu: index of the CPU whose fault failed the cell
 * @reserved: 0
 */
struct bh_cell_status {
	uint32_t id;
	uint32_t state;
	char name[BH_NAME_SIZE];
	uint64_t cpu_mask;
	uint64_t memory_bytes;
	uint32_t pool_pages;
	uint32_t failed_cpu;
};

/**
 * struct bh_console - ring of console output.
 * @size: bytes of @data, a power of two
 * @tail: bytes ever written, modulo 2^32; byte n is at data[n % size]. Written
 *        after the data. A reader that lags by more than size bytes has lost the
 *        oldest, and knows it.
 * @data: the text
 */
struct bh_console {
	uint32_t size;
	uint32_t tail;
	char data[];
};

#endif
