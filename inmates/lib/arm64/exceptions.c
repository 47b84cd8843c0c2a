// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Exceptions other than interrupts: caught by try_call(), or the end.
 */
#include "arm64.h"

#define FRAME_ELR 31
#define FRAME_SPSR 32

static const char *const kinds[] = { "exception", "FIQ", "SError" };

/* Called by vectors.S with registers x0 to x30, ELR and SPSR. */
void on_exception(const uint64_t *frame, unsigned int kind) __attribute__((noreturn));

void on_exception(const uint64_t *frame, unsigned int kind)
{
	struct percpu *cpu = percpu();

	if (cpu->try_sp && kind != 1) {
		cpu->fault.address = read_sysreg(far_el1);
		cpu->fault.syndrome = read_sysreg(esr_el1);
		cpu->fault.pc = frame[FRAME_ELR];
		try_unwind(cpu->try_sp);
	}
	console_locking(false);
	for (unsigned int i = 0; i < 30; i += 2)
		printf("inmate: x%-2u %016lx  x%-2u %016lx\n", i, frame[i], i + 1, frame[i + 1]);
	panic("%s on CPU %lu: ESR 0x%lx FAR 0x%lx PC 0x%lx (image + 0x%lx) LR 0x%lx SPSR 0x%lx",
	      kinds[kind], cpu->index, read_sysreg(esr_el1), read_sysreg(far_el1), frame[FRAME_ELR],
	      frame[FRAME_ELR] - (uintptr_t)__image_start, frame[30], frame[FRAME_SPSR]);
}

const struct fault *last_fault(void)
{
	return &percpu()->fault;
}

struct access {
	uintptr_t address;
	unsigned int bytes;
	uint64_t value;
};

static void do_read(void *arg)
{
	struct access *a = arg;

	switch (a->bytes) {
	case 1:
		a->value = mmio_read8(a->address);
		break;
	case 2:
		a->value = mmio_read16(a->address);
		break;
	case 4:
		a->value = mmio_read32(a->address);
		break;
	default:
		a->value = mmio_read64(a->address);
	}
	dsb(); /* an asynchronous abort belongs to this access */
}

static void do_write(void *arg)
{
	struct access *a = arg;

	switch (a->bytes) {
	case 1:
		mmio_write8(a->address, (uint8_t)a->value);
		break;
	case 2:
		mmio_write16(a->address, (uint16_t)a->value);
		break;
	case 4:
		mmio_write32(a->address, (uint32_t)a->value);
		break;
	default:
		mmio_write64(a->address, a->value);
	}
	dsb();
}

static void do_execute(void *arg)
{
	((void (*)(void))arg)();
}

bool probe_read(uintptr_t address, unsigned int bytes, uint64_t *value)
{
	struct access a = { address, bytes, 0 };
	bool ok = try_call(do_read, &a);

	if (value)
		*value = a.value;
	return ok;
}

bool probe_write(uintptr_t address, unsigned int bytes, uint64_t value)
{
	struct access a = { address, bytes, value };

	return try_call(do_write, &a);
}

bool probe_execute(uintptr_t address)
{
	return try_call(do_execute, (void *)address);
}
