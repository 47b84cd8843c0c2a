/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * /dev/bulkhead: what user space asks of the driver. Needs CAP_SYS_ADMIN.
 *
 * Every structure starts with its own size and flags; a wrong size or an unknown
 * flag is refused with EINVAL, an unknown request with ENOTTY. State, counters,
 * consoles and crash records are read from sysfs (docs/driver.md).
 *
 * Preconditions of BH_IOC_ENABLE have an errno each:
 *
 *   EBUSY            already enabled
 *   EOPNOTSUPP       the kernel runs at EL2 itself (VHE)
 *   ENODEV           the CPU has no EL2, or firmware keeps it
 *   EACCES           EL2 is not ours: KVM is live or protected
 *   ENOSYS           the kernel masks interrupts by priority (pseudo-NMI)
 *   ENOENT           the hypervisor image is not in the firmware path
 *   ENOEXEC          the image is not one, or of another ABI version
 *   EPROTO           the config is not one, or of another version or architecture
 *   EADDRNOTAVAIL    hypervisor memory is not reserved (the kernel uses it)
 *   EADDRINUSE       hypervisor memory overlaps something else that is claimed
 *   ENXIO            a CPU of this machine is not in the config
 *   ENOSPC           hypervisor memory is too small for image, CPUs and pool
 *   EFAULT, E2BIG, ENOMEM as usual
 *   EREMOTEIO        the hypervisor refused; its reason is in the error field
 *
 * All other requests fail with ENOTCONN while not enabled and EREMOTEIO when the
 * hypervisor refused; the error field of the structure then holds the hypercall's
 * result (enum bh_error, negative). The same sentence goes to the kernel log.
 */
#ifndef BULKHEAD_IOCTL_H
#define BULKHEAD_IOCTL_H

#include <bulkhead/abi.h>
#ifdef __KERNEL__
#include <linux/ioctl.h>
#else
#include <sys/ioctl.h>
#endif

/**
 * struct bh_ioc_head - start of every request.
 * @size: of the whole structure, in bytes
 * @flags: none defined but those named with a request
 * @error: out: 0 or the hypervisor's negative result
 * @cell: identifier of the cell the request is about; out of BH_IOC_CELL_CREATE
 */
struct bh_ioc_head {
	uint32_t size;
	uint32_t flags;
	int32_t error;
	uint32_t cell;
};

/**
 * struct bh_ioc_config - BH_IOC_ENABLE and BH_IOC_CELL_CREATE.
 * @head: see there
 * @config: user address of the config
 * @config_size: bytes, its total_size (without the part for tools)
 *
 * CELL_CREATE takes the config's CPUs offline in Linux first, and brings them
 * back if creation fails. On success the cell is CREATED.
 */
struct bh_ioc_config {
	struct bh_ioc_head head;
	uint64_t config;
	uint64_t config_size;
};

/**
 * struct bh_ioc_load - BH_IOC_CELL_LOAD: copy one image into a cell.
 * @head: see there
 * @source: user address of the bytes
 * @bytes: how many
 * @address: where the cell will see them; must lie in one loadable region
 *
 * Allowed in state CREATED; a cell that is shut down or failed is made loadable
 * first. May be called in pieces.
 */
struct bh_ioc_load {
	struct bh_ioc_head head;
	uint64_t source;
	uint64_t bytes;
	uint64_t address;
};

#define BH_IOC_SHUTDOWN_FORCE (1u << 0) /**< flag: do not ask the cell */

/**
 * struct bh_ioc_shutdown - BH_IOC_CELL_SHUTDOWN.
 * @head: see there
 * @timeout_ms: how long an answer is awaited, 0 for the default of 5000.
 *              ETIMEDOUT when none came, EPERM when the cell refused; it runs on.
 * @reserved: 0
 */
struct bh_ioc_shutdown {
	struct bh_ioc_head head;
	uint32_t timeout_ms;
	uint32_t reserved;
};

/**
 * struct bh_ioc_read - BH_IOC_CELL_READ: memory of a failed or shut-down cell.
 * @head: see there
 * @target: user address of the buffer
 * @bytes: how many; short reads do not happen
 * @address: as the cell sees it
 */
struct bh_ioc_read {
	struct bh_ioc_head head;
	uint64_t target;
	uint64_t bytes;
	uint64_t address;
};

/**
 * struct bh_ioc_irq - BH_IOC_CELL_RAISE_IRQ.
 * @head: see there
 * @irq: a BH_IRQ_RAISED interrupt of the cell
 * @reserved: 0
 */
struct bh_ioc_irq {
	struct bh_ioc_head head;
	uint32_t irq;
	uint32_t reserved;
};

#define BH_IOC_MAGIC 0xbb
#define BH_IOC_ENABLE _IOWR(BH_IOC_MAGIC, 0, struct bh_ioc_config)
#define BH_IOC_DISABLE _IOWR(BH_IOC_MAGIC, 1, struct bh_ioc_head)
#define BH_IOC_CELL_CREATE _IOWR(BH_IOC_MAGIC, 2, struct bh_ioc_config)
#define BH_IOC_CELL_LOAD _IOWR(BH_IOC_MAGIC, 3, struct bh_ioc_load)
#define BH_IOC_CELL_START _IOWR(BH_IOC_MAGIC, 4, struct bh_ioc_head)
#define BH_IOC_CELL_SHUTDOWN _IOWR(BH_IOC_MAGIC, 5, struct bh_ioc_shutdown)
#define BH_IOC_CELL_DESTROY _IOWR(BH_IOC_MAGIC, 6, struct bh_ioc_head)
#define BH_IOC_CELL_READ _IOWR(BH_IOC_MAGIC, 7, struct bh_ioc_read)
#define BH_IOC_CELL_RAISE_IRQ _IOWR(BH_IOC_MAGIC, 8, struct bh_ioc_irq)

#endif
