// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Device registers. Each access is one plain load or store: a pair or one with
 * write-back would carry no syndrome (Arm ARM D17.2.37, ISS encoding for a Data
 * Abort, ISV), and whoever emulates the register could not tell what it was.
 */
#include "arm64.h"

uint8_t mmio_read8(uintptr_t address)
{
	uint32_t value;

	asm volatile("ldrb %w0, [%1]" : "=r"(value) : "r"(address) : "memory");
	return (uint8_t)value;
}

uint16_t mmio_read16(uintptr_t address)
{
	uint32_t value;

	asm volatile("ldrh %w0, [%1]" : "=r"(value) : "r"(address) : "memory");
	return (uint16_t)value;
}

uint32_t mmio_read32(uintptr_t address)
{
	uint32_t value;

	asm volatile("ldr %w0, [%1]" : "=r"(value) : "r"(address) : "memory");
	return value;
}

uint64_t mmio_read64(uintptr_t address)
{
	uint64_t value;

	asm volatile("ldr %0, [%1]" : "=r"(value) : "r"(address) : "memory");
	return value;
}

void mmio_write8(uintptr_t address, uint8_t value)
{
	asm volatile("strb %w0, [%1]" ::"r"(value), "r"(address) : "memory");
}

void mmio_write16(uintptr_t address, uint16_t value)
{
	asm volatile("strh %w0, [%1]" ::"r"(value), "r"(address) : "memory");
}

void mmio_write32(uintptr_t address, uint32_t value)
{
	asm volatile("str %w0, [%1]" ::"r"(value), "r"(address) : "memory");
}

void mmio_write64(uintptr_t address, uint64_t value)
{
	asm volatile("str %0, [%1]" ::"r"(value), "r"(address) : "memory");
}
