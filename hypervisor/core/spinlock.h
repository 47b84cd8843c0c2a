/* SPDX-License-Identifier: GPL-2.0-only */
/* Locks between CPUs; held for bounded sections only, never across a return to a guest. */
#ifndef CORE_SPINLOCK_H
#define CORE_SPINLOCK_H

#include "types.h"
#include <arch/cpu.h>

/**
 * struct spinlock - a ticket lock: those who wait are served in the order they came, so that
 * nobody can keep another from it.
 */
struct spinlock {
	u32 next;
	u32 serving;
};

/** Take the lock if it is free. */
static inline bool spin_trylock(struct spinlock *lock)
{
	u32 ticket = __atomic_load_n(&lock->serving, __ATOMIC_ACQUIRE);

	return __atomic_compare_exchange_n(&lock->next, &ticket, ticket + 1, false,
					   __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
}

/** Take the lock; waits for those who came before, whose sections are bounded. */
void spin_lock(struct spinlock *lock);

/** The rest of spin_lock_hot(), when the lock is not free. */
void spin_wait(struct spinlock *lock, u32 ticket);

/** spin_lock() for frequent traps: short where the lock is free, larger where it is called. */
static inline __attribute__((always_inline)) void spin_lock_hot(struct spinlock *lock)
{
	u32 ticket = __atomic_fetch_add(&lock->next, 1, __ATOMIC_RELAXED);

	if (unlikely(__atomic_load_n(&lock->serving, __ATOMIC_ACQUIRE) != ticket))
		spin_wait(lock, ticket);
}

/** The same as spin_unlock(), in line. */
static inline __attribute__((always_inline)) void spin_unlock_hot(struct spinlock *lock)
{
	__atomic_store_n(&lock->serving, lock->serving + 1, __ATOMIC_RELEASE);
}

/** Give the lock to whoever came next. */
void spin_unlock(struct spinlock *lock);

#endif
