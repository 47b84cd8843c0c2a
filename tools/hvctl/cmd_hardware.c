// SPDX-License-Identifier: GPL-2.0-only
/*
 * hvctl hardware: whether this machine has what Bulkhead needs. Everything is read
 * from /proc, /sys and /lib/firmware; nothing is changed, nothing is probed.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>
#include <bulkhead/image.h>
#include "config_file.h"
#include "hardware.h"
#include "json.h"
#include "sysfs.h"
#include "words.h"

/* Tests read a copy of another machine's files. */
static const char *root(void)
{
	const char *path = getenv("HVCTL_ROOT");

	return path ? path : "";
}

char *machine_text(const char *path)
{
	return read_whole(must_format("%s%s", root(), path), NULL);
}

void *machine_data(const char *path, size_t *size)
{
	return read_whole(must_format("%s%s", root(), path), size);
}

bool machine_has(const char *path)
{
	return !access(must_format("%s%s", root(), path), F_OK);
}

/* --- The checks ---------------------------------------------------------- */

static struct verdict check_architecture(void)
{
	const char *fake = getenv("HVCTL_MACHINE");
	struct utsname name;

	uname(&name);
	if (!strcmp(fake ? fake : name.machine, "aarch64"))
		return (struct verdict){ GOOD, "arm64", NULL };
	return (struct verdict){ BAD, must_format("%s is not supported", name.machine),
				 "Use a 64-bit Arm machine with a 64-bit kernel." };
}

/* A word of /proc/cmdline with its value. */
static bool booted_with(const char *word)
{
	char *cmdline = machine_text("/proc/cmdline"), *next;

	while (cmdline && (next = strsep(&cmdline, " \n")))
		if (!strcmp(next, word))
			return true;
	return false;
}

/*
 * The kernel uses the EL2 timer (INTID 26) when it runs at EL2 itself, the physical
 * one (30) when it was entered at EL2 and went down to EL1, and the virtual one (27)
 * when it was entered at EL1. Under Bulkhead it keeps what it had.
 */
static int timer_intid(void)
{
	char *text = machine_text("/proc/interrupts"), *line;

	while (text && (line = strsep(&text, "\n"))) {
		char *name = strstr(line, "arch_timer"), *chip = strstr(line, "GIC");
		int intid;

		if (name && chip && sscanf(chip, "%*s %d", &intid) == 1)
			return intid;
	}
	return 0;
}

static struct verdict check_exception_level(void)
{
	switch (timer_intid()) {
	case 26:
		return (struct verdict){ BAD, "the kernel itself runs at EL2 (VHE)",
					 "Boot with id_aa64mmfr1.vh=0 kvm-arm.mode=none on the "
					 "kernel command line." };
	case 27:
		return (struct verdict){ BAD,
					 "the kernel was started at EL1: EL2 is absent or kept",
					 "Enable virtualization in the firmware; in QEMU use -M "
					 "virt,virtualization=on." };
	case 30:
		return (struct verdict){ GOOD, "the kernel runs at EL1 and was started at EL2",
					 NULL };
	}
	return (struct verdict){ UNSURE, "/proc/interrupts does not tell",
				 "Look for 'started at EL2' in the kernel log." };
}

static struct verdict check_kvm(void)
{
	if (hypervisor_enabled() || booted_with("kvm-arm.mode=none"))
		return (struct verdict){ GOOD, "off", NULL };
	if (booted_with("kvm-arm.mode=protected"))
		return (struct verdict){ BAD, "KVM is in protected mode and keeps EL2",
					 "Boot with kvm-arm.mode=none on the kernel command line." };
	if (machine_has("/dev/kvm"))
		return (struct verdict){ UNSURE, "KVM is there and may hold EL2",
					 "Boot with kvm-arm.mode=none on the kernel command line." };
	return (struct verdict){ GOOD, "not there", NULL };
}

static struct verdict check_irqchip(void)
{
	const char *text = machine_text("/proc/interrupts");

	if (text && strstr(text, "GICv3"))
		return (struct verdict){ GOOD, "GICv3 (or later)", NULL };
	if (text && strstr(text, "GICv2"))
		return (struct verdict){ BAD, "GICv2",
					 "A GICv3 is needed; in QEMU use -M virt,gic-version=3." };
	return (struct verdict){ UNSURE, "/proc/interrupts does not tell", "A GICv3 is needed." };
}

static struct verdict check_hotplug(void)
{
	if (machine_has("/sys/devices/system/cpu/cpu1/online"))
		return (struct verdict){ GOOD, "CPUs can be taken from Linux", NULL };
	if (!machine_has("/sys/devices/system/cpu/cpu1"))
		return (struct verdict){ UNSURE, "there is one CPU: none can be given to a cell",
					 "Bulkhead can be enabled, but cells need further CPUs." };
	return (struct verdict){ BAD, "CPUs cannot be taken offline",
				 "The firmware must offer PSCI, the kernel CONFIG_HOTPLUG_CPU." };
}

static struct verdict check_driver(void)
{
	struct utsname name;
	const char *path;

	if (driver_loaded())
		return (struct verdict){ GOOD, "loaded", NULL };
	uname(&name);
	path = must_format("/lib/modules/%s/extra/bulkhead.ko", name.release);
	if (machine_has(path))
		return (struct verdict){ BAD, "installed, but not loaded",
					 "Run: modprobe bulkhead" };
	return (struct verdict){ BAD, must_format("%s is not there", path),
				 "Build and install it for this kernel (docs/driver.md), then: "
				 "modprobe bulkhead" };
}

static const char *find_image(void)
{
	static const char name[] = "bulkhead-arm64.bin";
	char *custom = machine_text("/sys/module/firmware_class/parameters/path");
	struct utsname kernel;
	const char *places[5];

	uname(&kernel);
	if (custom)
		custom[strcspn(custom, "\n")] = '\0';
	places[0] = custom && custom[0] ? custom : "/lib/firmware";
	places[1] = must_format("/lib/firmware/updates/%s", kernel.release);
	places[2] = "/lib/firmware/updates";
	places[3] = must_format("/lib/firmware/%s", kernel.release);
	places[4] = "/lib/firmware";
	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		const char *path = must_format("%s/%s", places[i], name);

		if (machine_has(path))
			return path;
	}
	return NULL;
}

static struct verdict check_image(void)
{
	const char *path = find_image();
	struct bh_image_header header;
	size_t size;
	void *data;

	if (!path)
		return (struct verdict){ BAD, "bulkhead-arm64.bin is not in the firmware path",
					 "Put it into /lib/firmware." };
	data = machine_data(path, &size);
	if (!data || size < sizeof(header))
		return (struct verdict){
			BAD, must_format("%s cannot be read", path),
			"Run it as root; install the image again if that does not help."
		};
	memcpy(&header, data, sizeof(header));
	free(data);
	if (memcmp(header.magic, BH_IMAGE_MAGIC, sizeof(header.magic)))
		return (struct verdict){ BAD, must_format("%s is not a hypervisor image", path),
					 "Install the image again." };
	if (header.abi_version != BH_ABI_VERSION || header.arch != BH_ARCH_ARM64)
		return (struct verdict){ BAD,
					 must_format("%s has ABI version %u, this hvctl %u", path,
						     header.abi_version, BH_ABI_VERSION),
					 "Install image, driver and hvctl of one version." };
	return (struct verdict){ GOOD,
				 must_format("%s, version %.*s", path, (int)sizeof(header.version),
					     header.version),
				 NULL };
}

static struct verdict check_rights(void)
{
	if (!geteuid())
		return (struct verdict){ GOOD, "root", NULL };
	return (struct verdict){ UNSURE,
				 "not root: memory cannot be judged, nothing can be changed",
				 "Run it as root." };
}

/* --- Output --------------------------------------------------------------- */

static const struct {
	const char *name;
	struct verdict (*check)(void);
} checks[] = {
	{ "architecture", check_architecture },
	{ "rights", check_rights },
	{ "exception level", check_exception_level },
	{ "KVM", check_kvm },
	{ "interrupt controller", check_irqchip },
	{ "CPU hotplug", check_hotplug },
	{ "driver", check_driver },
	{ "hypervisor image", check_image },
};

static unsigned int missing;

static void print_verdict(const char *name, const struct verdict *verdict, bool json)
{
	static const char *const words[] = { "ok", "unsure", "MISSING" };
	static const char *const json_words[] = { "ok", "unsure", "missing" };

	missing += verdict->result == BAD;
	if (json) {
		json_object(NULL);
		json_text("name", name);
		json_text("result", json_words[verdict->result]);
		json_text("found", verdict->found);
		json_text("remedy", verdict->remedy);
		json_end();
		return;
	}
	printf("%-7s  %-20s  %s\n", words[verdict->result], name, verdict->found);
	if (verdict->remedy)
		printf("%-7s  %-20s  -> %s\n", "", "", indented_by(verdict->remedy, 34));
}

int cmd_hardware(const struct command *command, int argc, char **argv)
{
	bool json = false;
	const struct option_spec options[] = { { .name = "--json", .flag = &json }, { 0 } };
	struct findings findings = { 0 };
	struct config_file system;
	int status = parse_options(command, &argc, &argv, options);

	if (status)
		return status;
	if (argc > 1)
		return usage_error(command, "'%s' is too much", argv[1]);
	if (argc && !config_load(&system, argv[0], &findings))
		return EXIT_FAILED;
	if (argc && !config_is_system(&system))
		return failure("%s is not a system config", argv[0]);
	if (json)
		json_array(NULL);
	for (size_t i = 0; i < ARRAY_SIZE(checks); i++) {
		const struct verdict verdict = checks[i].check();

		print_verdict(checks[i].name, &verdict, json);
	}
	if (argc) {
		struct verdict verdict = check_cpus_listed(&system);

		print_verdict("CPUs", &verdict, json);
		verdict = check_memory_reserved(&system);
		print_verdict("hypervisor memory", &verdict, json);
		verdict = check_ram_listed(&system);
		print_verdict("Linux's memory", &verdict, json);
	}
	if (json)
		json_end();
	return missing ? EXIT_FAILED : 0;
}
