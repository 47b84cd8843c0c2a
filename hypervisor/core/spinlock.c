/* SPDX-License-Identifier: GPL-2.0-only */
#include "spinlock.h"

__hot void spin_lock(struct spinlock *lock)
{
	u32 ticket = __atomic_fetch_add(&lock->next, 1, __ATOMIC_RELAXED);

	while (unlikely(__atomic_load_n(&lock->serving, __ATOMIC_ACQUIRE) != ticket))
		cpu_relax();
}
