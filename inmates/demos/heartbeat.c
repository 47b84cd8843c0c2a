// SPDX-License-Identifier: GPL-2.0-only
/*
 * heartbeat: a cell's side of the comm page.
 *
 *   period_us=1000   between heartbeats
 *   deny=0           shutdown requests to refuse before one is agreed to
 *   lock=0           seconds to keep the partitioning locked after the start
 *   off_after=0      seconds after which the cell ends by itself; 0: never
 */
#include "inmate.h"

static uint64_t period;

static void on_timer(unsigned int irq, void *arg)
{
	(void)irq;
	(void)arg;
	timer_set(time_ticks() + period);
}

static void lock(bool on, uint64_t seconds)
{
	comm_set_state(on ? BH_COMM_LOCKED : BH_COMM_RUNNING);
	if (on)
		printf("heartbeat: locked for %lu s\n", seconds);
	else
		printf("heartbeat: unlocked\n");
}

int main(void)
{
	uint64_t deny = arg_u64("deny", 0), lock_s = arg_u64("lock", 0);
	uint64_t off_s = arg_u64("off_after", 0), denied = 0;
	uint64_t start = time_ticks(), locked_until = start + lock_s * time_hz();

	period = us_to_ticks(arg_u64("period_us", 1000));
	printf("heartbeat: cell %s, a beat every %lu us, will refuse %lu\n", (char *)comm()->name,
	       arg_u64("period_us", 1000), deny);
	if (lock_s)
		lock(true, lock_s);
	irq_enable(timer_irq(), on_timer, NULL);
	timer_set(start + period);
	for (;;) {
		irq_wait();
		if (lock_s && time_ticks() >= locked_until) {
			lock(false, 0);
			lock_s = 0;
		}
		if (off_s && time_ticks() - start >= off_s * time_hz()) {
			printf("heartbeat: OK beats=%lu, ending by itself\n", comm()->heartbeat);
			return 0;
		}
		if (comm_serve() != COMM_SHUTDOWN)
			continue;
		if (denied == deny)
			break;
		denied++;
		printf("heartbeat: shutdown refused, %lu of %lu\n", denied, deny);
		comm_reply(BH_COMM_REPLY_DENIED);
	}
	printf("heartbeat: OK beats=%lu denied=%lu, shutting down\n", comm()->heartbeat, denied);
	cell_agree_shutdown();
}
