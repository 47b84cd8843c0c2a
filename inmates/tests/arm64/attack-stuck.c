// SPDX-License-Identifier: GPL-2.0-only
/*
 * A CPU that does not want to be had back: deaf, asleep, or with an interrupt
 * controller in a state that lets nothing through. None of these returns; the
 * root cell must be able to stop the cell all the same, and use the CPU.
 *
 *   then=spin|wfi   what follows; each attack has its own without
 */
#include "attack-arm64.h"

#define ALL_PRIORITIES 16

static void spin(void) __attribute__((noreturn));
static void sleep(void) __attribute__((noreturn));

static void spin(void)
{
	asm volatile("msr daifset, #0xf\n1:	b 1b");
	__builtin_unreachable();
}

static void sleep(void)
{
	asm volatile("msr daifset, #0xf\n1:	dsb sy\n	wfi\n	b 1b");
	__builtin_unreachable();
}

static void finish(bool by_spinning) __attribute__((noreturn));

static void finish(bool by_spinning)
{
	const char *then = arg_str("then");

	if (then)
		by_spinning = strcmp(then, "spin") == 0;
	if (by_spinning)
		spin();
	sleep();
}

void attack_mask_spin(void)
{
	tried("everything masked, branching to itself");
	finish(true);
}

void attack_wfi_closed(void)
{
	tried("CPU interface closed, asleep");
	write_sysreg(0, ICC_IGRPEN1_EL1);
	write_sysreg(0, ICC_IGRPEN0_EL1);
	write_sysreg(0, ICC_PMR_EL1);
	isb();
	finish(false);
}

void attack_wfe_loop(void)
{
	tried("everything masked, waiting for events");
	asm volatile("msr daifset, #0xf\n1:	wfe\n	b 1b");
}

/* As many active interrupts as there are priorities, the highest the last. */
void attack_ack_no_eoi(void)
{
	uintptr_t sgi = gic_redist() + GICR_SGI;
	unsigned int acknowledged = 0;

	for (unsigned int n = 0; n < ALL_PRIORITIES; n++)
		probe_write(sgi + GICD_IPRIORITYR + n, 1, 0xf0 - 0x10 * n);
	mmio_write32(sgi + GICD_ISENABLER, 0xffff);
	for (unsigned int n = 0; n < ALL_PRIORITIES; n++) {
		uint64_t end = time_ticks() + us_to_ticks(1000);

		write_sysreg(gic_sgi_value(percpu()->mpidr, n), ICC_SGI1R_EL1);
		isb();
		while (time_ticks() < end)
			if (read_sysreg(ICC_IAR1_EL1) < 16) {
				acknowledged++;
				break;
			}
	}
	if (!acknowledged)
		breach("no interrupt of the cell's own could be acknowledged");
	tried("%u interrupts acknowledged and not ended", acknowledged);
	finish(false);
}

static void write_ap0(void *arg)
{
	write_sysreg((uint64_t)arg, ICC_AP0R0_EL1);
	write_sysreg(7, ICC_BPR0_EL1);
}

void attack_fake_active(void)
{
	tried("all priorities active, nothing preempts, EOImode 1");
	write_sysreg(2, ICC_CTLR_EL1); /* EOImode (IHI 0069 12.2.5) */
	write_sysreg(7, ICC_BPR1_EL1);
	try_call(write_ap0, (void *)0xffffffffull);
	write_sysreg(0xffffffffull, ICC_AP1R0_EL1);
	isb();
	finish(false);
}

static void write_dir(void *arg)
{
	write_sysreg((uint64_t)arg, ICC_DIR_EL1);
}

/* Ends of interrupts that the cell has not got, by both ways there are. */
void attack_foreign_eoi(void)
{
	uint64_t irq;

	for (irq = 0; irq < 1024; irq++)
		if (!own_irq((unsigned int)irq))
			write_sysreg(irq, ICC_EOIR1_EL1);
	write_sysreg(2, ICC_CTLR_EL1);
	isb();
	for (irq = 0; irq < 1024; irq++) {
		if (own_irq((unsigned int)irq))
			continue;
		write_sysreg(irq, ICC_EOIR1_EL1);
		try_call(write_dir, (void *)irq);
	}
	write_sysreg(0, ICC_CTLR_EL1);
	isb();
	tried("ends and deactivations of all 1024 numbers");
}

/*
 * Exceptions that never end: the vectors lie where nothing can be fetched.
 *
 *   vectors=ADDRESS   there; without, where stage 1 maps nothing
 */
void attack_nested(void)
{
	uintptr_t vectors = arg_u64("vectors", 0);

	tried("exceptions without end");
	if (!vectors) {
		vectors = 0x7f00000000;
		map(vectors, vectors, BH_PAGE_SIZE, MAP_NONE);
	} else {
		map(0x7f00000000, vectors & ~(BH_PAGE_SIZE - 1ul), BH_PAGE_SIZE, MAP_MEMORY);
		vectors = 0x7f00000000;
	}
	write_sysreg(vectors, vbar_el1);
	isb();
	asm volatile("brk #0");
}
