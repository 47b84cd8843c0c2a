/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What inmates for arm64 may use beyond inmate.h.
 */
#ifndef INMATE_ARM64_H
#define INMATE_ARM64_H

#include "percpu.h"
#include "inmate.h"

#define STRINGIFY_(x) #x
#define STRINGIFY(x) STRINGIFY_(x)

#define read_sysreg(name)                                                                          \
	({                                                                                         \
		uint64_t value_;                                                                   \
		asm volatile("mrs %0, " STRINGIFY(name) : "=r"(value_)::"memory");                 \
		value_;                                                                            \
	})
#define write_sysreg(value, name)                                                                  \
	asm volatile("msr " STRINGIFY(name) ", %0" ::"r"((uint64_t)(value)) : "memory")

#define isb() asm volatile("isb" ::: "memory")
#define dsb() asm volatile("dsb sy" ::: "memory")
#define wfi() asm volatile("dsb sy; wfi" ::: "memory")

/* Names that older assemblers do not know. */
#define ICC_IAR1_EL1 S3_0_C12_C12_0
#define ICC_EOIR1_EL1 S3_0_C12_C12_1
#define ICC_HPPIR1_EL1 S3_0_C12_C12_2
#define ICC_BPR1_EL1 S3_0_C12_C12_3
#define ICC_CTLR_EL1 S3_0_C12_C12_4
#define ICC_SRE_EL1 S3_0_C12_C12_5
#define ICC_IGRPEN0_EL1 S3_0_C12_C12_6
#define ICC_IGRPEN1_EL1 S3_0_C12_C12_7
#define ICC_IAR0_EL1 S3_0_C12_C8_0
#define ICC_EOIR0_EL1 S3_0_C12_C8_1
#define ICC_BPR0_EL1 S3_0_C12_C8_3
#define ICC_AP0R0_EL1 S3_0_C12_C8_4
#define ICC_AP1R0_EL1 S3_0_C12_C9_0
#define ICC_DIR_EL1 S3_0_C12_C11_1
#define ICC_RPR_EL1 S3_0_C12_C11_3
#define ICC_SGI1R_EL1 S3_0_C12_C11_5
#define ICC_ASGI1R_EL1 S3_0_C12_C11_6
#define ICC_SGI0R_EL1 S3_0_C12_C11_7
#define ICC_PMR_EL1 S3_0_C4_C6_0

/* Affinity fields of MPIDR_EL1 (Arm ARM D17.2.101). */
#define MPIDR_AFFINITY 0xff00ffffffull

/**
 * struct percpu - what belongs to one CPU; TPIDR_EL1 points to it.
 * @stack_top: its stack
 * @try_sp: frame of the innermost try_call(), 0 outside
 * @index: of the CPU in the cell
 * @mpidr: affinity fields
 * @fn: what a secondary CPU runs
 * @arg: its argument
 * @system: SCTLR, TCR, MAIR, TTBR0 and VBAR for its start
 * @redist: its redistributor, 0 until found
 * @eoi_drops_only: ending an interrupt does not deactivate it
 * @fault: the last one caught
 */
struct percpu {
	uint64_t stack_top;
	uint64_t try_sp;
	uint64_t index;
	uint64_t mpidr;
	void (*fn)(void *arg);
	void *arg;
	uint64_t system[5];
	uintptr_t redist;
	bool eoi_drops_only;
	struct fault fault;
};

_Static_assert(offsetof(struct percpu, stack_top) == PERCPU_STACK_TOP, "percpu.h");
_Static_assert(offsetof(struct percpu, try_sp) == PERCPU_TRY_SP, "percpu.h");
_Static_assert(offsetof(struct percpu, system) == PERCPU_SYSTEM, "percpu.h");

/** percpu() - of this CPU. */
static inline struct percpu *percpu(void)
{
	struct percpu *p;

	asm volatile("mrs %0, tpidr_el1" : "=r"(p));
	return p;
}

/** percpu_of() - of a CPU by its index. */
struct percpu *percpu_of(unsigned int cpu);

/** struct smc_result - what SMC and HVC #0 return in x0 to x3. */
struct smc_result {
	uint64_t x[4];
};

/** smc() - SMC #0 with x0 to x7. */
struct smc_result smc(const uint64_t x[8]);
/** hvc0() - HVC #0 with x0 to x7. */
struct smc_result hvc0(const uint64_t x[8]);

/* PSCI (ARM DEN 0022), 64-bit calls where both exist. */
#define PSCI_VERSION 0x84000000u
#define PSCI_CPU_SUSPEND 0xc4000001u
#define PSCI_CPU_OFF 0x84000002u
#define PSCI_CPU_ON 0xc4000003u
#define PSCI_AFFINITY_INFO 0xc4000004u
#define PSCI_MIGRATE 0xc4000005u
#define PSCI_SYSTEM_OFF 0x84000008u
#define PSCI_SYSTEM_RESET 0x84000009u
#define PSCI_FEATURES 0x8400000au

#define PSCI_SUCCESS 0
#define PSCI_NOT_SUPPORTED -1
#define PSCI_INVALID_PARAMETERS -2
#define PSCI_DENIED -3
#define PSCI_ALREADY_ON -4
#define PSCI_ON_PENDING -5
#define PSCI_INVALID_ADDRESS -9

/** psci() - by SMC in a cell, by what the board has elsewhere. Return: x0. */
long psci(uint32_t function, uint64_t a1, uint64_t a2, uint64_t a3);

/** gic_dist() - address of the distributor. */
uintptr_t gic_dist(void);
/** gic_redist() - address of this CPU's redistributor. */
uintptr_t gic_redist(void);
/** gic_its() - address of the ITS, 0 if the comm page names none. */
uintptr_t gic_its(void);
/** gic_redist_range() - all redistributors: address and bytes. */
uintptr_t gic_redist_range(size_t *bytes);
/** gic_spis() - number of INTIDs the distributor has, SPIs end there. */
unsigned int gic_intids(void);
/** gic_cpu_init() - redistributor and CPU interface of this CPU. */
void gic_cpu_init(void);
/** gic_sgi_value() - of ICC_SGI1R_EL1 for SGI @n to the CPU with these affinity fields. */
uint64_t gic_sgi_value(uint64_t mpidr, unsigned int n);

#define GICD_CTLR 0x0000
#define GICD_TYPER 0x0004
#define GICD_IIDR 0x0008
#define GICD_IGROUPR 0x0080
#define GICD_ISENABLER 0x0100
#define GICD_ICENABLER 0x0180
#define GICD_ISPENDR 0x0200
#define GICD_ICPENDR 0x0280
#define GICD_ISACTIVER 0x0300
#define GICD_ICACTIVER 0x0380
#define GICD_IPRIORITYR 0x0400
#define GICD_ITARGETSR 0x0800
#define GICD_ICFGR 0x0c00
#define GICD_IGRPMODR 0x0d00
#define GICD_NSACR 0x0e00
#define GICD_SGIR 0x0f00
#define GICD_IROUTER 0x6000
#define GICR_CTLR 0x0000
#define GICR_TYPER 0x0008
#define GICR_WAKER 0x0014
#define GICR_PROPBASER 0x0070
#define GICR_PENDBASER 0x0078
#define GICR_SGI 0x10000 /**< second frame; same layout as the distributor's first words */

/** sync_code() - make instructions written to memory visible to fetches. */
void sync_code(void *start, size_t bytes);
/** clean_to_memory() - data that a CPU with caches off is to see. */
void clean_to_memory(const void *start, size_t bytes);

/* --- between the library's parts --- */

extern char __image_start[], __image_end[], _vectors[], secondary_entry[];
void mmu_init(void);
void exceptions_report(const char *what, const uint64_t *frame);
void try_unwind(uint64_t sp) __attribute__((noreturn));
void gic_dispatch(void);

#endif
