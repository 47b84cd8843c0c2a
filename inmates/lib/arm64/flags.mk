# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Alignment: before the MMU is on, all memory is of a device type.
CFLAGS += -mgeneral-regs-only -mstrict-align -mno-outline-atomics -march=armv8-a
BARE_QEMU ?= qemu-system-aarch64 -M virt,gic-version=3 -cpu cortex-a57 -smp 2 -m 256M \
	-nographic -nic none -no-reboot
