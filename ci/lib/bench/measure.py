# SPDX-License-Identifier: GPL-2.0-only
"""Measures on the arm64 rig: with icount its clock counts instructions."""

import importlib.machinery
import importlib.util
import re

from rig import paths
from rig.arm64 import Machine
from rig.errors import Failure

from scenarios._cells import CONFIGS, INMATES, SYSTEM, said

SYSFS = "/sys/class/misc/bulkhead"
TIMES = f"{SYSFS}/hypercall_times"
RAISE = "/sys/module/bh_bench/parameters/raise"
RTC = "/sys/bus/amba/drivers/rtc-pl031"
RAISED_IRQ = 240
ARGUMENTS = f"rtc=0x9010000 irq=34 raised={RAISED_IRQ}"
TICK_INSTRUCTIONS = 16
# What is longer than a trap is done so often, and the least taken: the clock is one
# for all CPUs, and what others execute meanwhile is not part of the operation.
ROUNDS = 3
# ci/bench's names of what the inmate measures.
TRAPS = ("null-hypercall", "psci-version", "gicd-typer-read", "gicd-isenabler-read",
         "gicd-isenabler-write", "gicr-isenabler-read", "gicr-isenabler-write", "sgi-self",
         "sgi-other-send", "sgi-other-receive", "timer-ppi", "uart-spi", "raise-irq-receive")
CREATE = ("cell-create", "cell-step", "cell-info")
START = ("cell-load-done", "cell-start", "cell-info")


class Bench:
    """One run: operations in instructions, lifecycle in milliseconds of the machine's time."""

    def __init__(self, machine):
        self.machine = machine
        self.operations = {}
        self.lifecycle = {}
        self._longest = []

    def _least(self, table, name, value):
        table[name] = min(value, table.get(name, value))

    def _timed(self, name, command):
        """Run a command, how long it took by the machine's own clock."""
        now = "sed -n 's/^now at \\([0-9]*\\) .*/\\1/p' /proc/timer_list"
        out = self.machine.run(f"a=$({now})\n{command} >/tmp/out || exit 1\nb=$({now})\n"
                               "echo $((b - a))", timeout=60)
        self._least(self.lifecycle, name, int(out.split()[-1]) / 1e6)

    def _times(self):
        """By kind of hypercall since the last look: (calls, sum, longest) in instructions."""
        out = self.machine.run(f"cat {TIMES}; echo 0 >{TIMES}")
        times = {}
        for line in out.splitlines():
            kind, *numbers = line.split()
            times[kind] = tuple(int(word) for word in numbers)
        return times

    def _keep_longest(self, times):
        kept = self._longest[-1]
        for kind, (_, _, longest) in times.items():
            kept[kind] = max(longest, kept.get(kind, 0))

    def _sum(self, name, kinds):
        """The operation since the last look was these hypercalls."""
        times = self._times()
        self._keep_longest(times)
        for kind in set(times) - set(kinds):
            raise Failure(f"{name} made a hypercall that is not counted: {kind}")
        self._least(self.operations, name, sum(times[kind][1] for kind in times))

    def _enable(self):
        self._timed("enable", f"hvctl enable {SYSTEM}")
        times = self._times()
        self._keep_longest(times)
        self._least(self.operations, "enable", times["enter"][1])

    def _disable(self):
        self._timed("disable", "hvctl disable")
        self._keep_longest(self._times())

    def _create(self, name, arguments=""):
        words = f" --cmdline '{arguments}'" if arguments else ""
        self._timed("create", f"hvctl cell create {CONFIGS}/{name}.cell{words}")

    def _load(self, name):
        self._timed("load", f"hvctl cell load {name} {INMATES}/bench.bin")

    def _end(self, name):
        self._timed("shutdown", f"hvctl cell shutdown {name}")
        self._timed("destroy", f"hvctl cell destroy {name}")
        self._keep_longest(self._times())

    def _traps(self):
        """What the inmate has measured."""
        m = self.machine
        said(m, "bench", r"^bench: OK", timeout=60)
        text = m.run("hvctl cell console bench")
        if "instructions are counted" not in text:
            raise Failure(f"the bench finds that instructions are not counted:\n{text}")
        for name in TRAPS:
            match = re.search(rf"^bench {name} instructions=(-?\d+) ", text, re.MULTILINE)
            if not match:
                raise Failure(f"the bench cell has not measured {name}:\n{text}")
            self.operations[name] = int(match.group(1))

    def _raise(self):
        m = self.machine
        m.run("insmod /lib/modules/bh-bench.ko")
        out = m.run(f"echo $(cat {SYSFS}/cells/bench/id) {RAISED_IRQ} >{RAISE} && cat {RAISE}")
        m.run("rmmod bh_bench")
        match = re.match(r"iterations=(\d+) ticks=(\d+) base=(\d+)", out)
        iterations, ticks, base = (int(word) for word in match.groups())
        self.operations["raise-irq-send"] = round((ticks - base) * TICK_INSTRUCTIONS / iterations)

    def _small(self, traps):
        """The cell of 2 MiB, from its creation to its end."""
        self._times()
        self._create("bench", ARGUMENTS if traps else "only=null-hypercall")
        self._sum("cell-create", CREATE)
        self._load("bench")
        self._keep_longest(self._times())
        self._timed("start", "hvctl cell start bench")
        self._sum("cell-start", START)
        if traps:
            self._traps()
            self._raise()
        self._end("bench")

    def _large(self):
        """The cell that is most work, loaded a second time as well. Not part of the times."""
        m = self.machine
        load = f"hvctl cell load bench-large {INMATES}/heartbeat.bin"
        start = "hvctl cell start bench-large"
        stop = "hvctl cell shutdown bench-large --force"
        for command in (f"hvctl cell create {CONFIGS}/bench-large.cell", load, start, stop, load,
                        start, stop, "hvctl cell destroy bench-large"):
            m.run(command, timeout=60)
            self._keep_longest(self._times())

    def run(self):
        """All of it."""
        m = self.machine
        m.run(f"insmod /lib/modules/bulkhead.ko && echo 9010000.pl031 >{RTC}/unbind")
        for number in range(ROUNDS):
            self._longest.append({})
            self._enable()
            self._small(traps=number == 0)
            self._large()
            self._disable()
        m.run("rmmod bulkhead")
        self.operations["root-held-max"] = max(self.longest().values())

    def longest(self):
        """Longest time that a CPU of the root cell was held, by kind of hypercall."""
        kinds = set().union(*self._longest)
        return {kind: min(kept[kind] for kept in self._longest if kind in kept)
                for kind in kinds}


def arm64(log=None):
    """One run on a machine of its own."""
    with Machine(icount=True, log=log) as machine:
        bench = Bench(machine)
        bench.run()
        return bench


def size_of_image(arch="arm64"):
    """Sizes of the hypervisor image, as ci/size measures them."""
    loader = importlib.machinery.SourceFileLoader("size", str(paths.CI / "size"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("size", loader))
    loader.exec_module(module)
    with paths.build_lock(shared=True):
        image = paths.BUILD / arch / "hypervisor" / f"bulkhead-{arch}.elf"
        sizes = module.measure(image.read_bytes())
    return {f"{name}_bytes": sizes[name] for name in ("text", "image", "percpu")}
