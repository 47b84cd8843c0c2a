/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of the driver share. */
#ifndef BH_DRIVER_H
#define BH_DRIVER_H

#include <linux/cpumask.h>
#include <linux/kobject.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/printk.h>
#include <linux/ratelimit.h>
#include <linux/rwsem.h>
#include <linux/workqueue.h>
#include <bulkhead/config.h>
#include <bulkhead/ioctl.h>
#include <bulkhead/status.h>

struct device;

/**
 * struct bh_blob - a config, copied in and with sound bounds.
 * @config: its start, in physically contiguous pages; NULL if there is none
 * @order: of the pages
 */
struct bh_blob {
	struct bh_config *config;
	unsigned int order;
};

/**
 * struct bh_ring - a console of the hypervisor, mapped.
 * @ring: the mapping, NULL if there is none
 * @size: bytes of text in it
 */
struct bh_ring {
	const struct bh_console *ring;
	u32 size;
};

/**
 * struct bh_irqs - interrupts that were bound to CPUs which went to a cell.
 * @count: entries
 * @entry: see struct bh_irq_binding
 */
struct bh_irqs {
	unsigned int count;
	struct bh_irq_binding *entry;
};

/**
 * struct bh_cell - a cell, the root cell included.
 * @kobj: its directory below cells/; the last reference frees the cell
 * @node: in bh.cells; not the root cell (changed under bh_lock and bh_view)
 * @id: identifier
 * @name: from its config, also the name of its claims in /proc/iomem
 * @blob: its config; the root cell's is bh.blob
 * @cpus: CPUs that are kept from Linux for it
 * @restore: those of them that were online and have to be again
 * @irqs: interrupts that have to be bound to them again
 * @claimed: bit per memory region that was claimed in iomem_resource
 * @loaded: something was copied into it
 * @status: status page; NULL once the hypervisor may take it back (bh_view)
 * @console: its console (bh_view)
 * @watch: looks at @status for changes of state
 * @seen: state that @watch has told of
 */
struct bh_cell {
	struct kobject kobj;
	struct list_head node;
	u32 id;
	char name[BH_NAME_SIZE];
	struct bh_blob blob;
	struct cpumask cpus;
	struct cpumask restore;
	struct bh_irqs irqs;
	DECLARE_BITMAP(claimed, BH_CONFIG_MAX_ENTRIES);
	bool loaded;
	const struct bh_cell_status *status;
	struct bh_ring console;
	struct delayed_work watch;
	u32 seen;
};

/**
 * struct bh_system - the machine.
 * @enabled: this kernel is the root cell; written under bh_lock and bh_view
 * @broken: a CPU could not be got back: only a reboot helps
 * @going_down: no more requests are served
 * @phys: hypervisor memory
 * @size: its bytes
 * @version: of the image
 * @blob: system config
 * @linux_cpu: by index in the system config: Linux's number of the CPU, or -1
 * @inside: CPUs that run under the hypervisor, while entering and leaving it
 * @root: the root cell
 * @cells: the others
 * @console: the hypervisor's console (bh_view)
 * @cpu_status: struct bh_cpu_status of CPU 0 (bh_view)
 * @cpu_stride: bytes from one CPU's to the next one's
 */
struct bh_system {
	bool enabled;
	bool broken;
	bool going_down;
	phys_addr_t phys;
	u64 size;
	char version[40];
	struct bh_blob blob;
	int linux_cpu[BH_MAX_CPUS];
	struct cpumask inside;
	struct bh_cell *root;
	struct list_head cells;
	struct bh_ring console;
	const void *cpu_status;
	size_t cpu_stride;
};

extern struct bh_system bh;
/* Outermost: one management operation at a time. */
extern struct mutex bh_lock;
/* Innermost: readers of the hypervisor's pages against their end. */
extern struct rw_semaphore bh_view;
extern struct ratelimit_state bh_refusals;

/** bh_refuse() - one sentence for the kernel log, then the errno given. */
#define bh_refuse(err, fmt, ...)                                                                   \
	({                                                                                         \
		if (__ratelimit(&bh_refusals))                                                     \
			pr_err("bulkhead: " fmt "\n", ##__VA_ARGS__);                              \
		(err);                                                                             \
	})

/* config.c */

/**
 * bh_blob_get() - copy a config in and check its header.
 * @blob: result
 * @request: names it
 * @kind: what it must be
 *
 * All that the driver reads of a config afterwards is within its bounds.
 * Return: 0, -EFAULT, -E2BIG, -ENOMEM or -EPROTO.
 */
int bh_blob_get(struct bh_blob *blob, const struct bh_ioc_config *request,
		enum bh_config_kind kind);
void bh_blob_put(struct bh_blob *blob);

static inline const u64 *bh_blob_cpus(const struct bh_blob *blob)
{
	return (const void *)blob->config + blob->config->cpus.offset;
}

static inline const struct bh_memory *bh_blob_memory(const struct bh_blob *blob)
{
	return (const void *)blob->config + blob->config->memory.offset;
}

/** bh_cpu_index() - index in the system config of a hardware identifier, -1 if none. */
int bh_cpu_index(u64 hw_id);

/* image.c */

/**
 * bh_image_place() - bring image and system config into hypervisor memory.
 * @dev: for the firmware loader
 * @entry: physical address of the entry point
 *
 * Uses bh.blob; claims the memory and sets bh.phys, bh.size and bh.version.
 * Return: 0 or the errno of the precondition that failed, reported.
 */
int bh_image_place(struct device *dev, phys_addr_t *entry);

/** bh_image_remove() - release hypervisor memory. */
void bh_image_remove(void);

/* enable.c: requests, called with bh_lock held */

int bh_enable(struct bh_ioc_config *request, struct device *dev);
int bh_disable(struct bh_ioc_head *head);
/** bh_map() - map pages of the hypervisor that may be read; NULL if that fails. */
const void *bh_map(long phys, long bytes);

/* cpus.c */

int bh_cpus_init(void);
void bh_cpus_exit(void);
/** bh_cpus_hold() - from now on Linux does not bring the CPUs of a cell online. */
void bh_cpus_hold(struct bh_cell *cell);
/** bh_cpus_offline() - take the CPUs of a cell offline. Return: 0 or -EBUSY, reported. */
int bh_cpus_offline(struct bh_cell *cell);
/** bh_cpus_give_back() - undo both; @online: bring back online what was. */
void bh_cpus_give_back(struct bh_cell *cell, bool online);

/* irqs.c */

/** bh_irqs_save() - note which interrupts are bound to these CPUs alone. */
int bh_irqs_save(struct bh_irqs *irqs, const struct cpumask *cpus);
/** bh_irqs_restore() - bind them again, if @bind, and forget them. */
void bh_irqs_restore(struct bh_irqs *irqs, bool bind);

/* memory.c */

/**
 * bh_memory_check() - may this range be taken from Linux?
 * Return: 0, or -EADDRNOTAVAIL if Linux uses it or it is no memory, reported.
 */
int bh_memory_check(phys_addr_t start, u64 bytes, const char *name);
/** bh_memory_claim() - claim the private memory of a cell. Return: 0 or an errno, reported. */
int bh_memory_claim(struct bh_cell *cell);
void bh_memory_release(struct bh_cell *cell);

/* loading.c: requests, called with bh_lock held */

int bh_cell_load(struct bh_ioc_load *request);
int bh_cell_read(struct bh_ioc_read *request);
/** bh_cell_is_empty() - would a cell begin in memory that nothing was loaded into? bh_lock held. */
bool bh_cell_is_empty(const struct bh_cell *cell);

/* cell.c: requests, called with bh_lock held */

int bh_cell_create(struct bh_ioc_config *request);
int bh_cell_start(struct bh_ioc_head *head);
int bh_cell_shutdown(struct bh_ioc_shutdown *request);
int bh_cell_destroy(struct bh_ioc_head *head);
int bh_cell_raise_irq(struct bh_ioc_irq *request);
/** bh_cell_find() - the cell of a request. Return: NULL with its error set. */
struct bh_cell *bh_cell_find(struct bh_ioc_head *head);
/** bh_cells_end() - the machine goes down: stop and destroy all cells. */
void bh_cells_end(void);
/** bh_cell_add_root() - make the root cell visible. */
int bh_cell_add_root(void);
/** bh_cell_unmap() - end all access to a cell's pages; bh_view held for writing. */
void bh_cell_unmap(struct bh_cell *cell);
/** bh_cell_remove() - take a cell off sysfs and free it with its last reference. */
void bh_cell_remove(struct bh_cell *cell);

/* console.c */

/** bh_ring_map() - map a ring; on failure there is none. */
void bh_ring_map(struct bh_ring *ring, long phys, long bytes);
void bh_ring_unmap(struct bh_ring *ring);
/** bh_ring_show_tail(), bh_ring_read(), bh_ring_stream() - see docs/driver.md; bh_view held. */
ssize_t bh_ring_show_tail(const struct bh_ring *ring, char *buf);
ssize_t bh_ring_read(const struct bh_ring *ring, char *buf, loff_t offset, size_t count);
ssize_t bh_ring_stream(const struct bh_ring *ring, char *buf, loff_t offset, size_t count);

/* sysfs.c */

extern const struct attribute_group *bh_groups[];
extern struct kset *bh_cells_kset;
/** bh_cpu_status() - status page of a CPU; bh_view held, mapped. */
const struct bh_cpu_status *bh_cpu_status(unsigned int index);
/** bh_state_name(), bh_exit_name(), bh_crash_name() - see status.h. */
const char *bh_state_name(u32 state);
const char *bh_exit_name(unsigned int reason);
const char *bh_crash_name(u32 cause);

/* cell_sysfs.c */

/** bh_cell_init() - prepare a fresh cell: one reference, not visible yet. */
void bh_cell_init(struct bh_cell *cell);
/** bh_cell_show() - make it visible and begin to watch it. */
int bh_cell_show(struct bh_cell *cell);
/** bh_cell_hide() - undo it; waits for readers. */
void bh_cell_hide(struct bh_cell *cell);

#endif
