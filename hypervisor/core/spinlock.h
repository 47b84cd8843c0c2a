/* SPDX-License-Identifier: GPL-2.0-only */
/* Locks between CPUs; held for bounded sections only, never across a return to a guest. */
#ifndef CORE_SPINLOCK_H
#define CORE_SPINLOCK_H

#include "types.h"
#include <arch/cpu.h>

struct spinlock {
	u32 held;
};

/** Take the lock if it is free. */
static inline bool spin_trylock(struct spinlock *lock)
{
	return !__atomic_exchange_n(&lock->held, 1, __ATOMIC_ACQUIRE);
}

/** Take the lock; waits for a holder, whose section is bounded. */
void spin_lock(struct spinlock *lock);

static inline void spin_unlock(struct spinlock *lock)
{
	__atomic_store_n(&lock->held, 0, __ATOMIC_RELEASE);
}

#endif
