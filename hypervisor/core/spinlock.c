/* SPDX-License-Identifier: GPL-2.0-only */
#include "spinlock.h"

__attribute__((noinline)) void spin_wait(struct spinlock *lock, u32 ticket)
{
	while (__atomic_load_n(&lock->serving, __ATOMIC_ACQUIRE) != ticket)
		cpu_relax();
}

void spin_lock(struct spinlock *lock)
{
	spin_lock_hot(lock);
}

void spin_unlock(struct spinlock *lock)
{
	spin_unlock_hot(lock);
}
