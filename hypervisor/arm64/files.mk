# SPDX-License-Identifier: GPL-2.0-only
# What the architecture adds to core.
arch-objs := entry.o vectors.o mmu.o setup.o stage2.o vcpu.o park.o traps.o mmio_trap.o fault.o sysreg.o \
	psci.o gicv3.o gicv3_dist.o gicv3_redist.o gicv3_cpu.o pl011.o config_limits.o
arch-cflags := -mgeneral-regs-only -mstrict-align -mcmodel=tiny -fno-pic -fno-pie -ffixed-x18 \
	-mno-outline-atomics -march=armv8-a -fno-jump-tables \
	-mfix-cortex-a53-835769 -mfix-cortex-a53-843419
images := bulkhead-arm64
arch-hot-objs := traps.o mmio_trap.o
