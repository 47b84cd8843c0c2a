// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bulkhead's driver: the device, its requests, and the end of the machine.
 */
#include <linux/capability.h>
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/reboot.h>
#include <linux/suspend.h>
#include <linux/uaccess.h>
#include "bulkhead.h"

struct bh_system bh = { .cells = LIST_HEAD_INIT(bh.cells) };
DEFINE_MUTEX(bh_lock);
DECLARE_RWSEM(bh_view);
/* Whoever is refused more often than this has been told. */
DEFINE_RATELIMIT_STATE(bh_refusals, 5 * HZ, 50);

static struct miscdevice bh_device;

static int serve_enable(void *request)
{
	return bh_enable(request, bh_device.this_device);
}

static int serve_disable(void *request)
{
	return bh_disable(request);
}

static int serve_create(void *request)
{
	return bh_cell_create(request);
}

static int serve_load(void *request)
{
	return bh_cell_load(request);
}

static int serve_start(void *request)
{
	return bh_cell_start(request);
}

static int serve_shutdown(void *request)
{
	return bh_cell_shutdown(request);
}

static int serve_destroy(void *request)
{
	return bh_cell_destroy(request);
}

static int serve_read(void *request)
{
	return bh_cell_read(request);
}

static int serve_raise_irq(void *request)
{
	return bh_cell_raise_irq(request);
}

/**
 * struct bh_request - how a request is served.
 * @command: its number with direction and size
 * @serve: function that gets the structure
 * @flags: flags that are allowed in its head
 * @anytime: allowed while not enabled
 */
struct bh_request {
	unsigned int command;
	int (*serve)(void *request);
	u32 flags;
	bool anytime;
};

static const struct bh_request requests[] = {
	{ BH_IOC_ENABLE, serve_enable, 0, true },
	{ BH_IOC_DISABLE, serve_disable },
	{ BH_IOC_CELL_CREATE, serve_create },
	{ BH_IOC_CELL_LOAD, serve_load },
	{ BH_IOC_CELL_START, serve_start },
	{ BH_IOC_CELL_SHUTDOWN, serve_shutdown, BH_IOC_SHUTDOWN_FORCE },
	{ BH_IOC_CELL_DESTROY, serve_destroy },
	{ BH_IOC_CELL_READ, serve_read },
	{ BH_IOC_CELL_RAISE_IRQ, serve_raise_irq },
};

/* Any request: they all start with the head. */
union bh_any_request {
	struct bh_ioc_head head;
	struct bh_ioc_config config;
	struct bh_ioc_load load;
	struct bh_ioc_shutdown shutdown;
	struct bh_ioc_read read;
	struct bh_ioc_irq irq;
};

static int serve(const struct bh_request *request, union bh_any_request *any)
{
	int err;

	if (mutex_lock_interruptible(&bh_lock))
		return -EINTR;
	if (bh.going_down)
		err = -ESHUTDOWN;
	else if (bh.broken)
		err = bh_refuse(-EHOSTDOWN,
				"a CPU could not be got back from the hypervisor: reboot");
	else if (!bh.enabled && !request->anytime)
		err = -ENOTCONN;
	else
		err = request->serve(any);
	mutex_unlock(&bh_lock);
	return err;
}

static long bh_ioctl(struct file *file, unsigned int command, unsigned long address)
{
	void __user *user = (void __user *)address;
	unsigned int number = _IOC_NR(command);
	union bh_any_request any;
	int err;

	if (number >= ARRAY_SIZE(requests) || requests[number].command != command)
		return -ENOTTY;
	if (copy_from_user(&any, user, _IOC_SIZE(command)))
		return -EFAULT;
	if (any.head.size != _IOC_SIZE(command) || any.head.flags & ~requests[number].flags)
		return -EINVAL;
	any.head.error = 0;
	err = serve(&requests[number], &any);
	if (copy_to_user(user, &any.head, sizeof(any.head)))
		return -EFAULT;
	return err;
}

static int bh_open(struct inode *inode, struct file *file)
{
	return capable(CAP_SYS_ADMIN) ? 0 : -EPERM;
}

static const struct file_operations bh_operations = {
	.owner = THIS_MODULE,
	.open = bh_open,
	.unlocked_ioctl = bh_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.llseek = noop_llseek,
};

static struct miscdevice bh_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "bulkhead",
	.mode = 0600,
	.fops = &bh_operations,
	.groups = bh_groups,
};

/* Reboot, power-off and kexec: the next kernel finds the machine as firmware left it. */
static int bh_reboot(struct notifier_block *block, unsigned long action, void *data)
{
	mutex_lock(&bh_lock);
	bh.going_down = true;
	if (bh.enabled) {
		struct bh_ioc_head head = {};

		bh_cells_end();
		bh_disable(&head);
	}
	mutex_unlock(&bh_lock);
	return NOTIFY_DONE;
}

static struct notifier_block bh_reboot_block = { .notifier_call = bh_reboot };

/* What wakes a machine up goes through firmware, past the hypervisor. */
static int bh_suspend(struct notifier_block *block, unsigned long action, void *data)
{
	int err = 0;

	if (action != PM_SUSPEND_PREPARE && action != PM_HIBERNATION_PREPARE)
		return NOTIFY_DONE;
	mutex_lock(&bh_lock);
	if (bh.enabled)
		err = bh_refuse(-EBUSY,
				"no suspend while the hypervisor is enabled: disable it first");
	mutex_unlock(&bh_lock);
	return notifier_from_errno(err);
}

static struct notifier_block bh_suspend_block = { .notifier_call = bh_suspend };

static int __init bh_init(void)
{
	int err;

	ratelimit_set_flags(&bh_refusals, RATELIMIT_MSG_ON_RELEASE);
	err = bh_cpus_init();
	if (err)
		return err;
	err = misc_register(&bh_device);
	if (err)
		goto no_device;
	bh_cells_kset = kset_create_and_add("cells", NULL, &bh_device.this_device->kobj);
	if (!bh_cells_kset) {
		err = -ENOMEM;
		goto no_cells;
	}
	err = register_reboot_notifier(&bh_reboot_block);
	if (err)
		goto no_reboot;
	err = register_pm_notifier(&bh_suspend_block);
	if (err)
		goto no_suspend;
	return 0;
no_suspend:
	unregister_reboot_notifier(&bh_reboot_block);
no_reboot:
	kset_unregister(bh_cells_kset);
no_cells:
	misc_deregister(&bh_device);
no_device:
	bh_cpus_exit();
	return err;
}

/* Not reached while enabled: that holds a reference to the module. */
static void __exit bh_exit(void)
{
	unregister_pm_notifier(&bh_suspend_block);
	unregister_reboot_notifier(&bh_reboot_block);
	kset_unregister(bh_cells_kset);
	misc_deregister(&bh_device);
	bh_cpus_exit();
}

module_init(bh_init);
module_exit(bh_exit);
MODULE_DESCRIPTION("Bulkhead: loads the hypervisor and manages its cells");
MODULE_AUTHOR("The Bulkhead authors");
MODULE_VERSION(BH_VERSION);
MODULE_FIRMWARE("bulkhead-arm64.bin");
MODULE_LICENSE("GPL");
