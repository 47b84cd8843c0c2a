/* SPDX-License-Identifier: GPL-2.0-only */
/* PSCI 1.0 (Arm DEN 0022) and SMCCC 1.1 (DEN 0028), as cells see them. */
#ifndef ARM64_PSCI_H
#define ARM64_PSCI_H

#include "percpu.h"

#define PSCI_VERSION 0x84000000u
#define PSCI_VERSION_1_0 0x10000

/** Results of AFFINITY_INFO. */
#define PSCI_ON 0
#define PSCI_OFF 1
#define PSCI_ON_PENDING 2

/** Serve an SMC, or an HVC #0, of this CPU's cell; returns what goes to x0. */
s64 firmware_call(struct percpu *percpu, struct frame *frame);

/** Turn this CPU off for good, at the real firmware. */
void psci_firmware_cpu_off(void) __noreturn;

/** Ask the real firmware about a CPU. */
s64 psci_firmware_affinity_info(u64 hw_id);

#endif
