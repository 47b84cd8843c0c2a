// SPDX-License-Identifier: GPL-2.0-only
/*
 * Attacks on memory: addresses that the cell does not have, or has with less.
 *
 *   addr=A,B,...       addresses to attack (read, write, execute, read-only, no-execute)
 *   own=A,SIZE,...     sweep: what the cell has besides its RAM and comm page
 *   from=A to=B step=N sweep: addresses that are read, from 0 to 4 GiB each 2 MiB
 *
 * In a cell whose fault policy is to stop, the first access ends the cell.
 */
#include "attack.h"

#define MAX_ADDRESSES 16
#define ALIAS 0x7e00000000ul /* unused by any board; attacked pages are seen there */
#define PATTERN 0x4b4e4b4e4b4e4b4eull

/*
 * Each attacked page is mapped as ordinary memory, so that nothing but stage 2
 * stands in the way. Its address may be beyond what stage 1 maps one to one.
 */
static uintptr_t reach(uint64_t address)
{
	map(ALIAS, address & ~(BH_PAGE_SIZE - 1ull), BH_PAGE_SIZE, MAP_MEMORY);
	return ALIAS + address % BH_PAGE_SIZE;
}

static size_t targets(uint64_t *addresses)
{
	size_t n = arg_list("addr", addresses, MAX_ADDRESSES);

	if (!n)
		breach("nothing to attack: addr= is missing");
	return n;
}

void attack_read(void)
{
	uint64_t addresses[MAX_ADDRESSES], value;
	size_t n = targets(addresses);

	for (size_t i = 0; i < n; i++) {
		if (probe_read(reach(addresses[i]), 8, &value))
			breach("read at 0x%lx: 0x%lx", addresses[i], value);
		else
			refused("read at 0x%lx", addresses[i]);
	}
}

void attack_write(void)
{
	uint64_t addresses[MAX_ADDRESSES];
	size_t n = targets(addresses);

	for (size_t i = 0; i < n; i++) {
		if (probe_write(reach(addresses[i]), 8, PATTERN))
			breach("write at 0x%lx", addresses[i]);
		else
			refused("write at 0x%lx", addresses[i]);
	}
}

void attack_execute(void)
{
	uint64_t addresses[MAX_ADDRESSES];
	size_t n = targets(addresses);

	for (size_t i = 0; i < n; i++) {
		bool returned = probe_execute(reach(addresses[i]));

		/* An exception at another place means that something was executed. */
		if (returned || last_fault()->pc / BH_PAGE_SIZE != ALIAS / BH_PAGE_SIZE ||
		    last_fault()->address != last_fault()->pc)
			breach("fetch at 0x%lx", addresses[i]);
		else
			refused("fetch at 0x%lx", addresses[i]);
	}
}

void attack_read_only(void)
{
	uint64_t addresses[MAX_ADDRESSES], before, after;
	size_t n = targets(addresses);

	for (size_t i = 0; i < n; i++) {
		uintptr_t at = reach(addresses[i]);
		bool written;

		if (!probe_read(at, 8, &before)) {
			breach("0x%lx cannot even be read: wrong address?", addresses[i]);
			continue;
		}
		written = probe_write(at, 8, before ^ PATTERN);
		if (!probe_read(at, 8, &after) || after != before)
			breach("read-only memory at 0x%lx was changed", addresses[i]);
		else
			refused("write to read-only memory at 0x%lx%s", addresses[i],
				written ? " (ignored)" : "");
	}
}

void attack_no_execute(void)
{
	uint64_t addresses[MAX_ADDRESSES], value;
	size_t n = targets(addresses);

	for (size_t i = 0; i < n; i++) {
		uintptr_t at = reach(addresses[i] & ~7ull);

		if (!probe_read(at, 8, &value)) {
			breach("0x%lx cannot even be read: wrong address?", addresses[i]);
			continue;
		}
		if (try_call((void (*)(void *))put_return, (void *)at))
			tried("code written to 0x%lx", addresses[i]);
		if (probe_execute(at))
			breach("fetch from no-execute memory at 0x%lx", addresses[i]);
		else
			refused("fetch from no-execute memory at 0x%lx", addresses[i]);
	}
}

static bool inside(uint64_t address, uint64_t start, uint64_t bytes)
{
	return address >= start && address - start < bytes;
}

static bool is_own(uint64_t address, const uint64_t *own, size_t count)
{
	if (inside(address, ram_start(), ram_end() - ram_start()) ||
	    inside(address, (uintptr_t)comm(), BH_PAGE_SIZE))
		return true;
	for (unsigned int i = 0; i < BH_COMM_PLATFORM; i++)
		if (inside(address, comm()->platform[i].phys, comm()->platform[i].size))
			return true;
	for (size_t i = 0; i + 1 < count; i += 2)
		if (inside(address, own[i], own[i + 1]))
			return true;
	return false;
}

void attack_sweep(void)
{
	uint64_t own[MAX_ADDRESSES], from = arg_u64("from", 0), to = arg_u64("to", 1ull << 32);
	uint64_t step = arg_u64("step", 2u << 20), tries = 0;
	size_t n = arg_list("own", own, MAX_ADDRESSES);

	for (uint64_t at = from; at < to && step; at += step) {
		if (is_own(at, own, n))
			continue;
		tries++;
		if (probe_read(reach(at), 4, NULL))
			breach("read at 0x%lx", at);
		if (probe_write(reach(at), 4, 0))
			breach("write at 0x%lx", at);
	}
	refused("%lu reads and writes from 0x%lx to 0x%lx", tries, from, to);
}

/*
 * Nonsense in the comm page: every word of it, again and again. What the library
 * needs of it is put back at the end.
 */
void attack_comm(void)
{
	static uint64_t saved[BH_PAGE_SIZE / sizeof(uint64_t)];
	volatile uint64_t *words = (volatile uint64_t *)comm();
	uint64_t end = deadline(), count = 0;

	for (size_t i = 0; i < ARRAY_SIZE(saved); i++)
		saved[i] = words[i];
	for (; time_ticks() < end; count++)
		words[random64() % ARRAY_SIZE(saved)] = random_edge();
	for (size_t i = 0; i < ARRAY_SIZE(saved); i++)
		words[i] = saved[i];
	tried("%lu words of nonsense written to the comm page", count);
}
