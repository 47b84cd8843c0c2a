# SPDX-License-Identifier: GPL-2.0-only
"""Again and again: what is given back is what was taken."""

import re

from rig.arm64 import Machine
from rig.scenario import Failure, scenario

from scenarios._cells import CONFIGS, INMATES, SYSTEM, disable, enable, must, status, works

# Everything that has to be the same afterwards.
LOOK = r"""
echo "== iomem"; cat /proc/iomem
echo "== online"; cat /sys/devices/system/cpu/online
echo "== interrupts"
for irq in /proc/irq/[0-9]*; do
	echo "$irq $(cat $irq/smp_affinity) $(cat $irq/effective_affinity 2>/dev/null)"
done
echo "== mappings"; grep -o 'phys=0x000000007[89a-f].*' /proc/vmallocinfo | sort
echo "== modules"; lsmod | cut -d' ' -f1
echo "== state"; hvctl status --json | grep -v version
"""

# All that Linux and the driver have to say while this goes on.
USUAL = re.compile(
    r"psci: CPU\d+ killed|Detected .*I-cache on CPU|GICv3: CPU\d+: found redistributor"
    r"|CPU\d+: Booted secondary processor|IRQ\d+: set affinity failed|IRQ \d+: no longer affine"
    r"|bulkhead: hypervisor \S+ enabled, this is the root cell of qemu-arm64"
    r"|bulkhead: hypervisor disabled|firmware: direct-loading firmware bulkhead-arm64.bin"
    # The host had something else to do.
    r"|hrtimer: interrupt took \d+ ns")
KERNEL_LINE = re.compile(r"^\[ *\d+\.\d{6}\](?:\[ *[TC]\d+\])? (.*)$", re.MULTILINE)

# Whoever has work gets the CPU at once, or this would take its time.
BUSY = """for n in 1 2 3 4 5 6; do
	sh -c 'while :; do :; done' &
	renice -n 19 -p $!
done
wait"""


class Unchanged:
    """The machine, before and after; busy on all its CPUs meanwhile."""

    def __init__(self, m, cpus):
        self.m = m
        self.cpus = cpus        # that stay with Linux all the time

    def __enter__(self):
        self.before = self.m.run(LOOK)
        self.mark = len(self.m.text())
        self.load = self.m.run_bg(BUSY)
        self.idle = self._idle()
        return self

    def __exit__(self, kind, value, trace):
        if kind:
            return
        m = self.m
        idle = self._idle()
        for cpu in range(self.cpus):
            ticks, quiet = (new - old for new, old in zip(idle[cpu], self.idle[cpu]))
            must(ticks > 100 and quiet < ticks / 5,
                 f"CPU {cpu} was idle for {quiet} of {ticks} ticks: nothing was tested")
        self.load.kill("KILL")
        for line in KERNEL_LINE.findall(m.text()[self.mark:]):
            must(USUAL.search(line), f"the kernel said: {line}")
        after = m.run(LOOK)
        if after != self.before:
            changed = set(self.before.splitlines()) ^ set(after.splitlines())
            raise Failure("afterwards this was not as before:\n" + "\n".join(sorted(changed)))

    def _idle(self):
        """By CPU: ticks that have passed, ticks of them in which it was idle."""
        result = {}
        for line in self.m.run("grep ^cpu[0-9] /proc/stat").splitlines():
            name, *ticks = line.split()
            ticks = [int(count) for count in ticks]
            result[int(name[3:])] = (sum(ticks), ticks[3] + ticks[4])
        return result


def loop(m, count, body, timeout):
    """Run shell commands so often; on a failure say when and why."""
    m.run(f"trap 'echo cycle $n of {count} failed' EXIT\nset -e\n"
          f"for n in $(seq {count}); do\n{body}\ndone\ntrap - EXIT", timeout=timeout)


@scenario("cycles-enable", "50 times enable and disable, all CPUs busy", timeout=200)
def cycles_enable():
    """The whole machine, in and out."""
    with Machine() as m:
        m.run("insmod /lib/modules/bulkhead.ko")
        # An interrupt that is bound to one CPU stays so.
        m.run("echo 4 >/proc/irq/$(awk -F: '/uart-pl011/ {print $1 + 0}' /proc/interrupts)"
              "/smp_affinity")
        with Unchanged(m, cpus=4):
            loop(m, 50, f"hvctl enable {CONFIGS}/system.cell\nhvctl disable", timeout=150)
        m.run("rmmod bulkhead")


@scenario("cycles-cell", "300 times create, load, start, destroy, all CPUs busy",
          params=[{"cpus": 2}, {"cpus": 4}], timeout=400)
def cycles_cell(cpus):
    """Asked to end, stopped by force, with two CPUs, never started: 250 and 50 times."""
    lives = {
        2: [("timer-2cpu", 110, "start", ""), ("timer-2cpu", 110, "start", "--force"),
            ("timer-2cpu", 30, "", "")],
        4: [("heartbeat", 15, "start", ""), ("timer", 15, "start", "--force"),
            ("smp", 15, "start", "--force"), ("smp", 5, "", "")],
    }[cpus]
    with Machine(cpus=cpus) as m:
        enable(m, f"{CONFIGS}/system-2cpu.cell" if cpus == 2 else SYSTEM)
        # It stays bound to the CPU that the cells get.
        m.run(f"echo {1 << (cpus - 1):x} >/proc/irq/"
              "$(awk -F: '/uart-pl011/ {print $1 + 0}' /proc/interrupts)/smp_affinity")
        used = status(m)["pool_used"]
        with Unchanged(m, cpus=cpus // 2):
            for config, count, started, force in lives:
                name = config.split("-")[0]
                loop(m, count, f"hvctl cell create {CONFIGS}/{config}.cell\n"
                     f"hvctl cell load {name} {INMATES}/{name}.bin\n"
                     + (f"hvctl cell start {name}\n" if started else "")
                     + f"hvctl cell destroy {name} {force}", timeout=250)
                now = status(m)["pool_used"]
                must(now == used, f"after {count} lives of {name} the pool has {now} pages in "
                                  f"use, not {used}")
        disable(m)


@scenario("hotplug", "CPUs go and come under the hypervisor", timeout=200)
def hotplug():
    """Of the root cell, all CPUs busy; also CPUs that were off when it was enabled."""
    cpus = "for cpu in 1 2 3; do echo %d >/sys/devices/system/cpu/cpu$cpu/online; done"
    with Machine() as m:
        m.run("insmod /lib/modules/bulkhead.ko")
        with Unchanged(m, cpus=1):
            m.run("echo 0 >/sys/devices/system/cpu/cpu2/online")
            m.run(f"hvctl enable {CONFIGS}/system.cell")
            must(states(m) == ["running", "running", "outside", "running"],
                 f"with CPU 2 off since before: {states(m)}")
            loop(m, 4,
                 "for cpu in 1 3; do echo 0 >/sys/devices/system/cpu/cpu$cpu/online; done\n"
                 "for cpu in 1 3; do echo 1 >/sys/devices/system/cpu/cpu$cpu/online; done",
                 timeout=60)
            m.run("echo 1 >/sys/devices/system/cpu/cpu2/online")
            must(states(m) == ["running"] * 4, f"CPU 2 came in late: {states(m)}")
            loop(m, 4, cpus % 0 + "\n" + cpus % 1, timeout=60)
            must(states(m) == ["running"] * 4, f"after going and coming: {states(m)}")
            works(m)
            m.run(cpus % 0)
            must(states(m) == ["running"] + ["parked"] * 3, f"while off: {states(m)}")
            m.run("hvctl disable")
            m.run(cpus % 1)
            works(m)
            # In and out with some of them off, and nothing else.
            m.run("echo 0 >/sys/devices/system/cpu/cpu3/online")
            loop(m, 3, f"hvctl enable {CONFIGS}/system.cell\nhvctl disable", timeout=60)
            m.run(f"hvctl enable {CONFIGS}/system.cell")
            # A cell may have a CPU that has been off all the time.
            m.run(f"hvctl cell create {CONFIGS}/timer.cell &&"
                  f" hvctl cell load timer {INMATES}/timer.bin && hvctl cell start timer &&"
                  " hvctl cell destroy timer", timeout=60)
            must(m.run("cat /sys/devices/system/cpu/online").strip() == "0-2",
                 "a CPU that was off before the cell is on after it")
            m.run("hvctl disable")
            m.run("echo 1 >/sys/devices/system/cpu/cpu3/online")
        m.run("rmmod bulkhead")


def states(m):
    """Of all CPUs, as the hypervisor sees them."""
    return [cpu["state"] for cpu in status(m)["cpus"]]
