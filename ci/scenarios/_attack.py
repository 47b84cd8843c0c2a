# SPDX-License-Identifier: GPL-2.0-only
"""What the attack scenarios share: variants of configs, and witnesses."""

import re
import struct

from rig.arm64 import RIG
from rig.scenario import Failure

from scenarios._cells import INMATES, must, status

STAGED = RIG / "staging" / "usr/share/bulkhead/configs/qemu-arm64"

# struct bh_config, in bytes
FLAGS, FAULT_POLICY, NAME = 28 - 4, 28, 32
ENTRY = 32 + 32 + 256
CPUS, MEMORY, IRQS = 368, 376, 384

INJECT = 1
RELAXED, FILTERED = 1 << 8, 1 << 9

SPI_ATTACKER, SPI_WITNESS = 241, 242
RAISED = range(240, 248)
SPIS = 224
GICD, GICR = 0x08000000, 0x080a0000


class Config:
    """A compiled config, to be changed in ways that its source does not offer."""

    def __init__(self, name):
        self.data = bytearray((STAGED / f"{name}.cell").read_bytes())
        total = struct.unpack_from("<I", self.data, 16)[0]
        # The part for tools goes: it would have to be changed as well.
        del self.data[total:]
        struct.pack_into("<I", self.data, 20, total)
        struct.pack_into("<IIII", self.data, IRQS + 16, 0, 0, 0, 0)

    def array(self, field):
        """Offset and count of an array."""
        return struct.unpack_from("<II", self.data, field)

    def flags(self, flags):
        """Set cell flags."""
        struct.pack_into("<I", self.data, FLAGS, flags)
        return self

    def inject(self):
        """Faults are injected, and do not end the cell."""
        struct.pack_into("<I", self.data, FAULT_POLICY, INJECT)
        return self

    def name(self, name):
        """Rename the cell."""
        struct.pack_into("<32s", self.data, NAME, name.encode())
        return self

    def cpus(self, *ids):
        """Other CPUs, as many as before."""
        offset, count = self.array(CPUS)
        must(count == len(ids), "a config's CPUs can be exchanged only")
        struct.pack_into(f"<{count}Q", self.data, offset, *ids)
        return self

    def bytes(self):
        """What goes into the file."""
        return bytes(self.data)


def xp(m, address, words):
    """Words of physical memory, through the emulator."""
    text = m.hmp(f"xp /{words}wx {address:#x}")
    return [int(word, 16) for line in text.splitlines() for word in line.split(":", 1)[1].split()]


def gic_state(m, cpus):
    """
    What nobody but their owners may change: configuration of all SPIs but the
    attacker's, and of the SGIs and PPIs of some CPUs.
    """
    state = {}
    for name, offset in (("IGROUPR", 0x80), ("ISENABLER", 0x100)):
        for i, word in enumerate(xp(m, GICD + offset + 4, SPIS // 32)):
            if i == SPI_ATTACKER // 32 - 1:
                word &= ~(1 << SPI_ATTACKER % 32)
            state[f"GICD_{name}{i + 1}"] = word
    for i, word in enumerate(xp(m, GICD + 0x400 + 32, SPIS // 4)):
        if i == (SPI_ATTACKER - 32) // 4:
            word &= ~(0xff << SPI_ATTACKER % 4 * 8)
        state[f"GICD_IPRIORITYR{i + 8}"] = word
    for i, word in enumerate(xp(m, GICD + 0xc00 + 8, SPIS // 16)):
        if i == (SPI_ATTACKER - 32) // 16:
            word &= ~(3 << SPI_ATTACKER % 16 * 2)
        state[f"GICD_ICFGR{i + 2}"] = word
    routes = xp(m, GICD + 0x6000 + 32 * 8, SPIS * 2)
    for irq in range(32, 32 + SPIS):
        if irq != SPI_ATTACKER:
            state[f"GICD_IROUTER{irq}"] = routes[(irq - 32) * 2]
    state["GICD_CTLR"] = xp(m, GICD, 1)[0]
    for cpu in cpus:
        base = GICR + cpu * 0x20000
        for name, offset, words in (("CTLR", 0, 1), ("WAKER", 0x14, 1), ("PROPBASER", 0x70, 4),
                                    ("IGROUPR0", 0x10080, 1), ("ISENABLER0", 0x10100, 1),
                                    ("IPRIORITYR", 0x10400, 8), ("ICFGR", 0x10c00, 2)):
            state[f"GICR{cpu}_{name}"] = xp(m, base + offset, words)
    return state


def same_gic(before, after, what):
    """Fail if the interrupt controller's state differs."""
    changed = {name: (before[name], after[name]) for name in before if before[name] != after[name]}
    must(not changed, f"{what} changed the interrupt controller: "
         + ", ".join(f"{name} from {a} to {b}" for name, (a, b) in list(changed.items())[:5]))


REPORT = re.compile(r"witness: \w+ beats=(\d+) stray=(\d+) corrupt=(\d+)")


class Witness:
    """The witness in a cell of its own; its reports are looked at after each attack."""

    def __init__(self, m, config, name="heartbeat"):
        self.m = m
        self.name = name
        m.run(f"hvctl cell create {config} --cmdline 'every=1' &&"
              f" hvctl cell load {name} {INMATES}/witness.bin && hvctl cell start {name}")
        self.beats = 0
        self.wait()

    def last(self):
        """The last report."""
        reports = REPORT.findall(self.m.run(f"hvctl cell console {self.name} | tail -n 3"))
        return [int(n) for n in reports[-1]] if reports else [0, 0, 0]

    def look(self, what):
        """It must have been left alone, and go on."""
        beats, stray, corrupt = self.last()
        must(not stray and not corrupt,
             f"{what} disturbed the witness: {stray} stray interrupts, {corrupt} words changed\n"
             + self.m.run(f"hvctl cell console {self.name} | tail"))
        self.wait(what)

    def wait(self, what="its start"):
        """Wait for a report with more beats."""
        deadline = self.m.deadline(15)
        while True:
            beats = self.last()[0]
            if beats > self.beats:
                self.beats = beats
                return
            if self.m.deadline(0) > deadline:
                raise Failure(f"after {what} the witness stands still at {beats} beats")
            self.m.sleep(0.1)

    def end(self):
        """Ask it to end; it must be content."""
        self.m.run(f"hvctl cell shutdown {self.name}")
        text = self.m.run(f"hvctl cell console {self.name} | tail -n 3")
        must("witness: OK beats=" in text, f"the witness is not content:\n{text}")
        self.m.run(f"hvctl cell destroy {self.name}")


def resources(m):
    """What must be the same after any attack."""
    now = status(m)
    return {"pool": now["pool_used"], "cells": now.get("cells"),
            "online": m.run("cat /sys/devices/system/cpu/online"),
            "iomem": m.run("cat /proc/iomem")}
