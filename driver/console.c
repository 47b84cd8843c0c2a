// SPDX-License-Identifier: GPL-2.0-only
/*
 * Console rings: written by the hypervisor at any time, read here without a lock.
 */
#include <linux/io.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/sysfs.h>
#include <asm/barrier.h>
#include "bulkhead.h"

/* How often a text that changes while it is read is read again. */
#define RETRIES 8

void bh_ring_map(struct bh_ring *ring, long phys, long bytes)
{
	const struct bh_console *console = NULL;

	if (bytes > (long)sizeof(*console))
		console = bh_map(phys, bytes);
	if (!console)
		return;
	ring->ring = console;
	ring->size = console->size;
	if (!is_power_of_2(ring->size) || ring->size > bytes - sizeof(*console))
		bh_ring_unmap(ring);
}

void bh_ring_unmap(struct bh_ring *ring)
{
	if (ring->ring)
		memunmap((void *)ring->ring);
	ring->ring = NULL;
}

/* Bytes ever written; what is read from the ring afterwards is as new as that. */
static u32 ring_tail(const struct bh_ring *ring)
{
	return smp_load_acquire(&ring->ring->tail);
}

/*
 * Copies from a position on. Return: bytes, or -ENODATA when the text is not in
 * the ring, or went while it was read.
 */
static ssize_t ring_copy(const struct bh_ring *ring, char *buf, u32 position, size_t count)
{
	u32 there = ring_tail(ring) - position;
	u32 offset = position % ring->size;
	u32 first;

	if (there > ring->size)
		return -ENODATA;
	count = min_t(size_t, count, there);
	first = min_t(size_t, count, ring->size - offset);
	memcpy(buf, ring->ring->data + offset, first);
	memcpy(buf + first, ring->ring->data, count - first);
	/* The text has been read before the tail is looked at again. */
	smp_rmb();
	return ring_tail(ring) - position > ring->size ? -ENODATA : (ssize_t)count;
}

ssize_t bh_ring_show_tail(const struct bh_ring *ring, char *buf)
{
	return ring->ring ? sysfs_emit(buf, "%u\n", ring_tail(ring)) : -ENODEV;
}

ssize_t bh_ring_stream(const struct bh_ring *ring, char *buf, loff_t offset, size_t count)
{
	return ring->ring ? ring_copy(ring, buf, offset, count) : -ENODEV;
}

ssize_t bh_ring_read(const struct bh_ring *ring, char *buf, loff_t offset, size_t count)
{
	ssize_t done = -ENODATA;
	int i;

	if (!ring->ring)
		return -ENODEV;
	for (i = 0; i < RETRIES && done == -ENODATA; i++) {
		u32 tail = ring_tail(ring);
		u32 there = min(tail, ring->size);

		if (offset >= there)
			return 0;
		done = ring_copy(ring, buf, tail - there + offset, count);
	}
	return done;
}
