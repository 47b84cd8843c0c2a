// SPDX-License-Identifier: GPL-2.0-only
/*
 * arm64: what is at EL2, how to enter it, how to call it.
 *
 * The kernel, booted at EL2 and gone down to EL1, leaves a stub at EL2 that
 * answers HVC #0 with a function number in x0 (Linux, arch/arm64/include/asm/virt.h).
 */
#include <linux/irqflags.h>
#include <linux/of.h>
#include <linux/stringify.h>
#include <asm/barrier.h>
#include <asm/cpufeature.h>
#include <asm/cputype.h>
#include <asm/sysreg.h>
#include <bulkhead/hypercall.h>
#include "../arch.h"

/* Functions of the kernel's stub. */
#define STUB_SOFT_RESTART 1
#define STUB_RESET_VECTORS 2
/* No stub function, no KVM call and no firmware call has this number. */
#define STUB_NO_FUNCTION 0xc6ffffffUL
/* The stub's answer to it. Whoever else has EL2 answers with -1. */
#define STUB_NO_FUNCTION_ANSWER 0xbadca11UL

/* CNTx_CTL_EL0 (Arm ARM D19.12) */
#define TIMER_ENABLE BIT(0)

const char bh_arch_image[] = "bulkhead-arm64.bin";
const u16 bh_arch_id = BH_ARCH_ARM64;

/* What answers may change all that a procedure call may. */
static unsigned long hvc0(unsigned long function, unsigned long arg0, unsigned long arg1)
{
	register unsigned long x0 asm("x0") = function;
	register unsigned long x1 asm("x1") = arg0;
	register unsigned long x2 asm("x2") = arg1;

	asm volatile("hvc #0"
		     : "+r"(x0), "+r"(x1), "+r"(x2)
		     :
		     : "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13", "x14",
		       "x15", "x16", "x17", "cc", "memory");
	return x0;
}

/*
 * An HVC that nobody enabled is an undefined instruction, which the kernel does
 * not survive, so HVC must not be tried where the kernel was booted at EL1
 * although the CPU has EL2. Such a kernel ticks by the virtual timer, one booted
 * at EL2 by the physical one.
 */
static bool booted_at_el1(void)
{
	return (read_sysreg(cntv_ctl_el0) & TIMER_ENABLE) &&
	       !(read_sysreg(cntp_ctl_el0) & TIMER_ENABLE);
}

static bool has_el2(void)
{
	u64 pfr0 = read_sysreg(id_aa64pfr0_el1);

	return cpuid_feature_extract_unsigned_field(pfr0, ID_AA64PFR0_EL1_EL2_SHIFT) != 0;
}

int bh_arch_check(void)
{
	unsigned long flags;
	unsigned long answer;

	if (read_sysreg(CurrentEL) == CurrentEL_EL2)
		return -EOPNOTSUPP;
	if (!has_el2() || booted_at_el1())
		return -ENODEV;
	if (system_uses_irq_prio_masking())
		return -ENOSYS;
	local_irq_save(flags);
	answer = hvc0(STUB_NO_FUNCTION, 0, 0);
	local_irq_restore(flags);
	return answer == STUB_NO_FUNCTION_ANSWER ? 0 : -EACCES;
}

const char *bh_arch_reason(int err)
{
	switch (err) {
	case -EOPNOTSUPP:
		return "the kernel itself runs at EL2 (VHE): boot it with id_aa64mmfr1.vh=0 kvm-arm.mode=none";
	case -ENODEV:
		return "this machine gives its kernel no EL2: enable virtualization in the firmware or emulator";
	case -ENOSYS:
		return "the kernel masks interrupts by priority: boot it without irqchip.gicv3_pseudo_nmi=1";
	case -EACCES:
		return "EL2 is held by KVM or firmware: boot with kvm-arm.mode=none (or kvm.enable_virt_at_load=0)";
	default:
		return "the CPU cannot be taken over";
	}
}

u64 bh_arch_this_cpu_id(void)
{
	return read_cpuid_mpidr() & MPIDR_HWID_BITMASK;
}

/* The device tree has it in one cell or two (cpus.yaml: "reg"). */
static int read_reg(const struct device_node *node, u64 *id)
{
	u32 low = 0;
	int err;

	if (of_n_addr_cells((struct device_node *)node) > 1)
		return of_property_read_u64(node, "reg", id);
	err = of_property_read_u32(node, "reg", &low);
	*id = low;
	return err;
}

int bh_arch_offline_cpu_id(unsigned int cpu, u64 *id)
{
	struct device_node *node = of_get_cpu_node(cpu, NULL);
	int err;

	if (!node)
		return -ENODATA;
	err = read_reg(node, id);
	of_node_put(node);
	*id &= MPIDR_HWID_BITMASK;
	return err ? -ENODATA : 0;
}

long bh_arch_enter(phys_addr_t entry, unsigned long argument)
{
	unsigned long flags;
	long result = -BH_E_FEATURE;

	local_irq_save(flags);
	/* Leaves the stub in EL2, whoever was there before. */
	if (hvc0(STUB_RESET_VECTORS, 0, 0) == 0)
		result = hvc0(STUB_SOFT_RESTART, entry, argument);
	local_irq_restore(flags);
	return result;
}

long bh_arch_hypercall(unsigned long number, u64 arg0, u64 arg1, u64 arg2, u64 arg3)
{
	register unsigned long x0 asm("x0") = number;
	register unsigned long x1 asm("x1") = arg0;
	register unsigned long x2 asm("x2") = arg1;
	register unsigned long x3 asm("x3") = arg2;
	register unsigned long x4 asm("x4") = arg3;

	asm volatile("hvc #" __stringify(BH_HVC_IMM)
		     : "+r"(x0)
		     : "r"(x1), "r"(x2), "r"(x3), "r"(x4)
		     : "memory");
	return x0;
}

void bh_arch_clean(const void *start, size_t bytes)
{
	/* CTR_EL0.DminLine: log2 of the words in the smallest data cache line */
	size_t line = 4UL << ((read_sysreg(ctr_el0) >> 16) & 0xf);
	unsigned long at = (unsigned long)start & ~(line - 1);
	unsigned long end = (unsigned long)start + bytes;

	for (; at < end; at += line)
		asm volatile("dc civac, %0" : : "r"(at) : "memory");
	dsb(sy);
	/*
	 * Instruction caches may hold what was there before, for EL2 with its caches off
	 * too (Arm ARM B2.7.1, Non-cacheable Normal memory): another image, enabled earlier.
	 */
	asm volatile("ic ialluis" : : : "memory");
	dsb(ish);
	isb();
}
