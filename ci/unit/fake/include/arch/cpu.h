/* SPDX-License-Identifier: GPL-2.0-only */
/* What core needs of the CPU, on a build host. See fake.h. */
#ifndef ARCH_CPU_H
#define ARCH_CPU_H

#include "types.h"

/** Hypervisor memory is an array of the test program. */
#define FAKE_HYPERVISOR_SIZE (16ul << 20)
extern u8 fake_hypervisor[FAKE_HYPERVISOR_SIZE];
#define ARCH_HYPERVISOR_VIRT ((u64)(uintptr_t)fake_hypervisor)

#define ARCH_PERCPU_SIZE 8192

#define smp_mb() __atomic_thread_fence(__ATOMIC_SEQ_CST)
#define smp_wmb() __atomic_thread_fence(__ATOMIC_RELEASE)
#define smp_rmb() __atomic_thread_fence(__ATOMIC_ACQUIRE)

/** Lets other threads run: the build host may have fewer CPUs than the test. */
void cpu_relax(void);

/** A panic ends here: the program ends with the status FAKE_PANIC. */
__noreturn void arch_halt(void);

#endif
