# SPDX-License-Identifier: GPL-2.0-only
"""What cannot work is refused: with a sentence of its own, and nothing changed."""

import re
import struct

from rig.arm64 import DEFAULT_KERNEL, RESERVED, Machine
from rig.scenario import scenario

from scenarios._cells import (CONFIGS, INMATES, SYSTEM, disable, enable, must, pool_used, refused,
                              state)
from scenarios._configs import BUILT, variant

# hvctl's words, the kernel's words, what hvctl hardware finds missing; how to get there.
MACHINES = {
    "vhe": (dict(cpu="max", kvm_mode="kvm-arm.mode=none"),
            ["the kernel itself runs at EL2 (VHE)", "id_aa64mmfr1.vh=0"],
            "the kernel itself runs at EL2 (VHE): boot it with", "exception level"),
    "no-el2": (dict(machine="virtualization=off"),
               ["the CPU has no EL2, or the firmware keeps it", "virtualization=on"],
               "this machine gives its kernel no EL2", "exception level"),
    "kvm": (dict(kvm_mode=""),
            ["EL2 is in use: KVM is live or protected", "kvm-arm.mode=none"],
            "EL2 is held by KVM or firmware", "KVM"),
    "kvm-protected": (dict(kvm_mode="kvm-arm.mode=protected"),
                      ["EL2 is in use: KVM is live or protected", "kvm-arm.mode=none"],
                      "EL2 is held by KVM or firmware", "KVM"),
    "not-reserved": (dict(reserve=False),
                     ["the hypervisor's memory is not reserved: Linux uses it", "no-map"],
                     "hypervisor: Linux uses memory at 0x000000007fc00000 (4194304 bytes)",
                     "hypervisor memory"),
    "half-reserved": (dict(reserve=[RESERVED[0], ("bulkhead-hypervisor", 0x7fc00000, 0x200000)]),
                      ["the hypervisor's memory is not reserved: Linux uses it", "no-map"],
                      "hypervisor: Linux uses memory at 0x000000007fc00000 (4194304 bytes)",
                      "hypervisor memory"),
    "gicv2": (dict(machine="gic-version=2"),
              ["the CPU or interrupt controller lacks something needed"],
              "the CPU or interrupt controller lacks something that is needed",
              "interrupt controller"),
}
LOOK = ("cat /proc/iomem; cat /sys/devices/system/cpu/online; hvctl status;"
        " cat /proc/irq/*/smp_affinity; lsmod")


@scenario("refuse-machine", "a machine that will not do is not enabled",
          params=[{"machine": name} for name in MACHINES if name != "kvm"]
          + [{"machine": "kvm", "kernel": "6.12"}], timeout=90)
def refuse_machine(machine, kernel=DEFAULT_KERNEL):
    """Each precondition on a machine that lacks it."""
    setup, words, reason, missing = MACHINES[machine]
    with Machine(kernel=kernel, **setup) as m:
        m.run("insmod /lib/modules/bulkhead.ko")
        before = m.run(LOOK)
        found = m.run(f"hvctl hardware {SYSTEM}", expect_status=(0, 1))
        must(re.search(rf"^(MISSING|unsure) +{missing} ", found, re.MULTILINE),
             f"hvctl hardware does not find it:\n{found}")
        for _ in range(2):
            refused(m, f"hvctl enable {SYSTEM}", "the hypervisor was not enabled", *words,
                    kernel=reason)
        must(m.run(LOOK) == before, "the refusal has changed something")
        m.run("rmmod bulkhead")


def patched(data, offset, form, value):
    """Bytes with a number in them changed."""
    data = bytearray(data)
    struct.pack_into(form, data, offset, value)
    return bytes(data)


# struct bh_config: version and architecture. struct bh_image_header: ABI version, architecture.
CONFIG_VERSION, CONFIG_ARCH = 8, 12
IMAGE_ABI, IMAGE_ARCH = 8, 12


def configs():
    """Configs that must be refused, by the file they are put into."""
    system = (BUILT / "system.cell").read_bytes()
    timer = (BUILT / "timer.cell").read_bytes()
    return {
        "/bad/version.cell": patched(system, CONFIG_VERSION, "<I", 99),
        "/bad/arch.cell": patched(system, CONFIG_ARCH, "<H", 2),
        "/bad/timer-version.cell": patched(timer, CONFIG_VERSION, "<I", 99),
        "/bad/timer-arch.cell": patched(timer, CONFIG_ARCH, "<H", 2),
        "/bad/short.cell": system[:100],
        "/bad/text.cell": "not a config\n" * 100,
        "/bad/in-linux.cell": variant(
            "system", ("HYPERVISOR_START,", "0x70000000,"),
            ("BH_IDENTITY(LINUX_RAM_START), .size = LINUX_RAM_SIZE",
             "BH_IDENTITY(LINUX_RAM_START), .size = 0x30000000")),
        "/bad/nowhere.cell": variant("system", ("HYPERVISOR_START,", "0x140000000,")),
        "/bad/other.cell": variant("timer", ('.name = "timer"', '.name = "other"'),
                                   ("TIMER_RAM", "SMP_RAM")),
        "/bad/memory.cell": variant("timer", ('.name = "timer"', '.name = "memory"'),
                                    ("#define TIMER_CPU 0x003", "#define TIMER_CPU 2")),
        "/bad/cpu0.cell": variant("timer", ("#define TIMER_CPU 0x003", "#define TIMER_CPU 0")),
    }


@scenario("refuse-enable", "images and configs that do not fit are refused", timeout=120)
def refuse_enable():
    """On a machine that would do."""
    with Machine(files=configs()) as m:
        refused(m, f"hvctl enable {SYSTEM}", "/dev/bulkhead could not be opened",
                "Load the driver")
        m.run("insmod /lib/modules/bulkhead.ko")
        before = m.run(LOOK)
        not_enabled(m)
        wrong_configs(m)
        wrong_images(m)
        must(m.run(LOOK) == before, "a refusal has changed something")
        enable(m)
        refused(m, f"hvctl enable {SYSTEM}", "the hypervisor is enabled already",
                "hvctl status", kernel="the hypervisor is enabled already")
        refused(m, "rmmod bulkhead", "Resource temporarily unavailable")
        must("state      enabled" in m.run("hvctl status"), "it did not stay enabled")
        disable(m)


def not_enabled(m):
    """Nothing but enable makes sense."""
    for command in ("disable", "console", f"cell create {CONFIGS}/timer.cell", "cell list",
                    "cell start timer", "cell stats timer"):
        refused(m, f"hvctl {command}", "the hypervisor is not enabled", "hvctl enable SYSTEM.cell")
    for command in ("", "enable", "nonsense", "cell", "cell nonsense", "cell create",
                    "status --nonsense", "enable one.cell two.cell"):
        m.run(f"hvctl {command}", expect_status=2)


def wrong_configs(m):
    """Refused by hvctl, by the driver, by the hypervisor."""
    for file, words, kernel in [
            ("/bad/missing.cell", ["could not be read", "No such file"], None),
            ("/bad/text.cell", ["this is not a config, or it is damaged"], None),
            ("/bad/short.cell", ["this is not a config, or it is damaged"], None),
            ("/bad/version.cell", ["another format version"], None),
            (f"{CONFIGS}/timer.cell", ["is the config of a cell, not of the machine"], None),
            ("/bad/arch.cell", ["the config is for another architecture"], None),
            (f"{CONFIGS}/system-2cpu.cell", ["a CPU of this machine is not in the config"],
             "CPU 2 (0x2) is not in the system config: add it there"),
            ("/bad/in-linux.cell", ["the hypervisor's memory is not reserved: Linux uses it"],
             "Linux uses memory at 0x0000000070000000"),
            ("/bad/nowhere.cell", ["the hypervisor's memory is not reserved"],
             "there is no memory at 0x0000000140000000"),
    ]:
        refused(m, f"hvctl enable {file}", *words, kernel=kernel)


def wrong_images(m):
    """The image is replaced, and put back."""
    image = "/lib/firmware/bulkhead-arm64.bin"
    m.run(f"cp {image} /tmp/good")
    for change, words, kernel in [
            (f"rm {image}", ["the hypervisor image is not there", "/lib/firmware"],
             "bulkhead-arm64.bin is not in the firmware path"),
            (f"head -c 5000 /dev/zero >{image}", ["the hypervisor image is damaged or of another"],
             "bulkhead-arm64.bin is not a hypervisor image"),
            (byte(image, IMAGE_ABI, 99), ["the hypervisor image is damaged or of another version"],
             "bulkhead-arm64.bin has ABI version 99, this driver 1"),
            (byte(image, IMAGE_ARCH, 2), ["the hypervisor image is damaged or of another"],
             "bulkhead-arm64.bin is for another architecture (2)"),
            (f"head -c 3000 /tmp/good >{image}", ["the hypervisor image is damaged"],
             "bulkhead-arm64.bin is damaged"),
    ]:
        m.run(change)
        refused(m, f"hvctl enable {SYSTEM}", *words, kernel=kernel)
        m.run(f"cp /tmp/good {image}")


def byte(file, offset, value):
    """The command that changes one byte of a file."""
    return (f"printf '\\{value:o}' | dd of={file} bs=1 seek={offset} conv=notrunc 2>/dev/null")


@scenario("refuse-cell", "operations on cells that make no sense are refused", timeout=120)
def refuse_cell():
    """In every state, with what belongs to others, and out of bounds."""
    with Machine(files=configs()) as m:
        enable(m)
        used = pool_used(m)
        for file, *words in [
                ("/bad/timer-version.cell", "another format version"),
                ("/bad/timer-arch.cell", "the config is for another architecture"),
                ("/bad/text.cell", "this is not a config, or it is damaged"),
                (SYSTEM, "describes a machine, not a cell", "hvctl enable"),
        ]:
            refused(m, f"hvctl cell create {file}", *words)
        refused(m, "hvctl cell start timer", "there is no cell 'timer'", "No cell exists")
        refused(m, "hvctl cell destroy qemu-arm64", "is the root cell: it is not destroyed")
        refused(m, f"hvctl cell create {CONFIGS}/timer.cell --cmdline {'x' * 300}",
                "the command line has 300 characters", "255")
        m.run("echo 0 >/sys/devices/system/cpu/cpu1/online; "
              "echo 0 >/sys/devices/system/cpu/cpu2/online; "
              "echo 0 >/sys/devices/system/cpu/cpu3/online")
        refused(m, "hvctl cell create /bad/cpu0.cell", "cell timer was not created",
                "Linux cannot take a CPU")
        m.run("for n in 1 2 3; do echo 1 >/sys/devices/system/cpu/cpu$n/online; done")
        created(m)
        running(m)
        m.run("hvctl cell destroy timer")
        must(pool_used(m) == used, "refusals have cost memory of the hypervisor")
        must(m.run("cat /sys/devices/system/cpu/online").strip() == "0-3", "CPUs are missing")
        disable(m)


def created(m):
    """There is a cell, not started."""
    m.run(f"hvctl cell create {CONFIGS}/timer.cell")
    refused(m, f"hvctl cell create {CONFIGS}/timer.cell", "cell timer was not created",
            "name-twice", "another cell has this name")
    refused(m, "hvctl cell create /bad/other.cell", "cell other was not created", "cpu-taken",
            "the CPU belongs to another cell")
    refused(m, "hvctl cell create /bad/memory.cell", "cell memory was not created", "mem-taken")
    refused(m, "echo 1 >/sys/devices/system/cpu/cpu3/online", "busy")
    image = f"{INMATES}/timer.bin"
    fits = "does not fit into a loadable region"
    for address in ("0x10000000", "0xff000", "0xfffffffffffff000", "0x78000000"):
        refused(m, f"hvctl cell load timer {image} {address}", fits, "Loadable: 0x0 to 0xfffff")
    m.run("hvctl cell shutdown timer --timeout never", expect_status=2)
    refused(m, "hvctl cell load timer /missing", "/missing could not be read: No such file")
    refused(m, "hvctl cell load timer /dev/null", "/dev/null")
    refused(m, "hvctl disable", "cells other than the root cell still exist",
            "hvctl cell destroy NAME", kernel="cells other than the root cell still exist")
    refused(m, "hvctl cell core timer /tmp/core", "cell timer is created")
    refused(m, "hvctl cell start timer", "cell timer was not started",
            "nothing was loaded into it", "hvctl cell load",
            kernel="timer: start: nothing was loaded into it")
    must(state(m, "timer") == "created", "a refusal has changed the cell's state")


def running(m):
    """The cell runs."""
    m.run(f"hvctl cell load timer {INMATES}/timer.bin && hvctl cell start timer")
    refused(m, "hvctl cell start timer", "not in a state that allows this")
    refused(m, f"hvctl cell load timer {INMATES}/timer.bin", "not in a state that allows this")
    refused(m, "hvctl cell core timer /tmp/core", "cell timer is running", "End it first")
    refused(m, "hvctl disable", "cells other than the root cell still exist")
    refused(m, "rmmod bulkhead", "Resource temporarily unavailable")
    must(state(m, "timer") == "running", "a refusal has changed the cell's state")
    m.run("hvctl cell shutdown timer && hvctl cell shutdown timer")
