/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The comm page: shared by a cell (which writes it) and the hypervisor. It is
 * the only thing a cell finds in its memory that it did not bring along.
 */
#ifndef BULKHEAD_COMM_H
#define BULKHEAD_COMM_H

#include <bulkhead/abi.h>
#include <bulkhead/config.h>

#define BH_COMM_MAGIC "BULKCOMM" /**< eight bytes, no NUL */

/** enum bh_comm_state - what a cell says of itself. */
enum bh_comm_state {
	BH_COMM_RUNNING = 0,
	BH_COMM_LOCKED = 1, /**< reconfiguration is refused; needs BH_CELL_LOCKABLE */
	BH_COMM_SHUT_DOWN = 2, /**< done: it may be stopped without asking */
};

/** enum bh_comm_message - from the root cell. */
enum bh_comm_message {
	BH_COMM_MSG_NONE = 0,
	BH_COMM_MSG_SHUTDOWN = 1, /**< asks whether the cell may be stopped now */
};

/** enum bh_comm_reply - the cell's answer to a message. */
enum bh_comm_reply {
	BH_COMM_REPLY_NONE = 0,
	BH_COMM_REPLY_DONE = 1, /**< agreed; the cell has put its things in order */
	BH_COMM_REPLY_DENIED = 2, /**< refused */
};

#define BH_COMM_PLATFORM 8 /**< platform entries in the comm page */

/**
 * struct bh_comm - the page, 4096 bytes, the rest of it zero and the cell's own.
 *
 * It may be read in any way before it is first written; from then on a cell accesses it as
 * normal, write-back, inner shareable memory with its caches on, as the hypervisor does.
 *
 * Written by the cell:
 * @magic: BH_COMM_MAGIC (by the hypervisor)
 * @version: BH_ABI_VERSION (by the hypervisor)
 * @state: enum bh_comm_state
 * @message: enum bh_comm_message (by the hypervisor); the cell answers by
 *           writing @reply; it is set back to NONE by the hypervisor
 * @reply: enum bh_comm_reply; set to NONE by the hypervisor with each message
 * @heartbeat: counts up while the cell is well
 *
 * Written once by the hypervisor, before the cell starts:
 * @cell: identifier
 * @cpu_count: CPUs of the cell
 * @cpus: their hardware identifiers
 * @console: as in the config
 * @platform: the interrupt controller and what else the system config names
 * @name: of the cell
 * @cmdline: as in the config
 */
struct bh_comm {
	char magic[8];
	uint32_t version;
	uint32_t state;
	uint32_t message;
	uint32_t reply;
	uint64_t heartbeat;
	uint32_t cell;
	uint32_t cpu_count;
	uint64_t cpus[BH_MAX_CPUS];
	struct bh_console_config console;
	struct bh_platform platform[BH_COMM_PLATFORM];
	char name[BH_NAME_SIZE];
	char cmdline[BH_CMDLINE_SIZE];
};

#endif
