/* SPDX-License-Identifier: GPL-2.0-only */
#include "spinlock.h"

__hot void spin_lock(struct spinlock *lock)
{
	while (unlikely(!spin_trylock(lock)))
		cpu_relax();
}
