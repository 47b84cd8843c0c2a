// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>
#include <bulkhead/abi.h>
#include <bulkhead/ioctl.h>
#include "errors.h"
#include "hvctl.h"

/* <bulkhead/abi.h>, enum bh_error */
static const struct explanation hypervisor[] = {
	{ BH_E_NOSYS, "the hypervisor does not know this call",
	  "Install hvctl, driver and hypervisor of one version." },
	{ BH_E_PERM, "only the root cell may do this",
	  "Run it in the root cell, with the driver that enabled the hypervisor." },
	{ BH_E_INVAL, "an argument is out of range",
	  "Check cell, addresses and numbers against `hvctl config show`." },
	{ BH_E_NOENT, "the cell, CPU or item does not exist (any more)",
	  "`hvctl cell list` shows the cells; `hvctl config show FILE` what one of them has." },
	{ BH_E_BUSY, "another management operation is under way", "Try again when it has ended." },
	{ BH_E_NOMEM, "the hypervisor's page pool is exhausted",
	  "Destroy a cell, or enable with more hypervisor memory (.hypervisor_size).\n"
	  "Regions aligned to 2 MiB need fewer pages." },
	{ BH_E_EXIST, "a cell of this name exists, or there are as many cells as there can be",
	  "Destroy the other cell first, or rename this one." },
	{ BH_E_STATE, "the cell is not in a state that allows this",
	  "`hvctl cell list` shows the state. The order is create, load, start, shutdown, destroy." },
	{ BH_E_LOCKED, "a running cell has locked the partitioning",
	  "Wait until it unlocks or ends; `hvctl cell list` shows which one is running-locked." },
	{ BH_E_AGAIN, "the hypervisor has not finished yet", "Try again." },
	{ BH_E_DENIED, "the cell refused to shut down",
	  "Try again later, or use --force: the cell then has no chance to put things in order." },
	{ BH_E_CPU, "a CPU of the config could not be taken from Linux",
	  "Look in the kernel log. Try `echo 0 > /sys/devices/system/cpu/cpuN/online`." },
	{ BH_E_CELLS, "cells other than the root cell still exist",
	  "Destroy them first: hvctl cell destroy NAME" },
	{ BH_E_VERSION, "hypervisor image, config and driver differ in version",
	  "Install all parts of one version, and compile the configs with it." },
	{ BH_E_FEATURE, "the CPU or interrupt controller lacks something needed",
	  "docs/getting-started.md lists what the machine must have." },
	{ BH_E_IO, "hardware did not answer in time",
	  "Check the platform devices of the system config against the device tree." },
};

/* <bulkhead/ioctl.h>: preconditions of BH_IOC_ENABLE */
static const struct explanation enable[] = {
	{ EBUSY, "the hypervisor is enabled already", "`hvctl status` shows with which config." },
	{ EOPNOTSUPP, "the kernel itself runs at EL2 (VHE)",
	  "Boot with `id_aa64mmfr1.vh=0 kvm-arm.mode=none` on the kernel command line." },
	{ ENODEV, "the CPU has no EL2, or the firmware keeps it",
	  "Look for virtualization in the firmware's setup; in QEMU use -M virt,virtualization=on." },
	{ EACCES, "EL2 is in use: KVM is live or protected",
	  "Boot with `kvm-arm.mode=none` on the kernel command line." },
	{ ENOSYS, "the kernel masks interrupts by priority (pseudo-NMI)",
	  "Boot without `irqchip.gicv3_pseudo_nmi=1` on the kernel command line." },
	{ ENOENT, "the hypervisor image is not there",
	  "Put bulkhead-arm64.bin into /lib/firmware." },
	{ ENOEXEC, "the hypervisor image is damaged or of another version",
	  "Install image, driver and hvctl of one version." },
	{ EPROTO, "the config is not a system config of this version and architecture",
	  "Check it: hvctl config check FILE" },
	{ EADDRNOTAVAIL, "the hypervisor's memory is not reserved: Linux uses it",
	  "Reserve it: a no-map node below /reserved-memory in the device tree, or mem= on the\n"
	  "kernel command line. `hvctl hardware SYSTEM.cell` says what overlaps." },
	{ EADDRINUSE, "the hypervisor's memory overlaps something that is claimed",
	  "`hvctl hardware SYSTEM.cell` says what; move .hypervisor_phys." },
	{ ENXIO, "a CPU of this machine is not in the config",
	  "List all CPUs in the system config; `hvctl hardware SYSTEM.cell` names the missing one." },
	{ ENOSPC, "the hypervisor's memory is too small for image, CPUs and page pool",
	  "Enlarge .hypervisor_size by 2 MiB, and the reservation with it." },
	{ EHOSTDOWN, "an earlier disable failed half-way", "Reboot the machine." },
};

static const struct explanation create[] = {
	{ EPROTO, "it is not a cell config of this version and architecture",
	  "Check it: hvctl config check FILE" },
	{ EADDRNOTAVAIL, "memory of the cell is memory that Linux uses",
	  "Move the region into reserved memory, or reserve it (no-map below /reserved-memory,\n"
	  "or mem=). `grep -i ram /proc/iomem` shows what Linux uses." },
	{ EADDRINUSE, "memory or registers of the cell are claimed by a Linux driver",
	  "Unbind the driver first: echo DEVICE > /sys/bus/.../drivers/.../unbind; the kernel log\n"
	  "names the claimed range." },
	{ EBUSY, "Linux cannot take a CPU of the cell offline",
	  "Look in the kernel log. Try `echo 0 > /sys/devices/system/cpu/cpuN/online`." },
};

static const struct explanation load[] = {
	{ ERANGE, "the image does not fit there: it must lie in one loadable region",
	  "`hvctl config show` lists the cell's regions; give another address, or enlarge it." },
};

static const struct explanation start[] = {
	{ ENODATA, "nothing was loaded into it",
	  "Load its program first: hvctl cell load NAME IMAGE" },
};

static const struct explanation shutdown[] = {
	{ ETIMEDOUT, "the cell has not answered; it runs on",
	  "Give it longer (--timeout SECONDS), or use --force: it is then stopped without asking." },
	{ EPERM, "the cell refused; it runs on",
	  "Try again later, or use --force: it is then stopped without asking." },
};

/* What any request may meet. */
static const struct explanation common[] = {
	{ ENOTCONN, "the hypervisor is not enabled", "Run `hvctl enable SYSTEM.cell` first." },
	{ EINVAL, "the driver found the request malformed",
	  "Install hvctl and driver of one version." },
	{ ENOTTY, "the driver does not know this request",
	  "Install hvctl and driver of one version." },
	{ EINTR, "interrupted by a signal", "Try again." },
	{ ESHUTDOWN, "the machine is going down", "Try again after the reboot." },
	{ EPERM, "this needs the capability CAP_SYS_ADMIN", "Run it as root." },
	{ ENOMEM, "Linux has no memory for it", "Free some memory and try again." },
	{ E2BIG, "the config is too large", "It may have 64 KiB; reduce it." },
	{ EFAULT, "the driver could not read or write hvctl's memory", "Try again." },
};

static const struct explanation *find(const struct explanation *list, size_t count, int number)
{
	for (size_t i = 0; i < count; i++)
		if (list[i].number == number)
			return &list[i];
	return NULL;
}

const struct explanation *explain_hypervisor(int number)
{
	static struct explanation unknown;
	const struct explanation *found = find(hypervisor, ARRAY_SIZE(hypervisor), number);

	if (found)
		return found;
	unknown.number = number;
	unknown.broken =
		must_format("the hypervisor answered with error %d, unknown to this hvctl", number);
	unknown.remedy = "Install hvctl, driver and hypervisor of one version.";
	return &unknown;
}

#define FIND(list) found = find(list, ARRAY_SIZE(list), number)

const struct explanation *explain_request(unsigned long request, int number)
{
	static struct explanation unknown;
	const struct explanation *found = NULL;

	switch (request) {
	case BH_IOC_ENABLE:
		FIND(enable);
		break;
	case BH_IOC_CELL_CREATE:
		FIND(create);
		break;
	case BH_IOC_CELL_LOAD:
		FIND(load);
		break;
	case BH_IOC_CELL_START:
		FIND(start);
		break;
	case BH_IOC_CELL_SHUTDOWN:
		FIND(shutdown);
		break;
	}
	if (!found)
		FIND(common);
	if (found)
		return found;
	unknown.number = number;
	unknown.broken = strerror(number);
	unknown.remedy = "The kernel log may say more: dmesg | tail";
	return &unknown;
}
