# SPDX-License-Identifier: GPL-2.0-only
"""What hvctl shows, as programs read it."""

import json
import re

from rig.arm64 import Machine
from rig.scenario import scenario

from scenarios._cells import CONFIGS, INMATES, SYSTEM, disable, enable, must, said, start

REASONS = ["hypercall", "firmware", "ipi", "irqchip", "mmio", "sysreg", "halt", "cache", "fault",
           "kick", "other"]
STATUS = ["driver", "enabled", "version", "machine", "cells", "pool_pages", "pool_used", "cpus"]
CPU = ["index", "linux", "hardware_id", "state", "cell_id", "cell"]
CELL = ["id", "name", "state", "cpus", "memory_bytes", "pool_pages"]
CRASH = ["cause", "address", "virtual_address", "syndrome", "syndrome_text", "pc", "sp", "pstate",
         "x", "system", "allowed_by"]


def shown(m, command):
    """The output of a command with --json."""
    return json.loads(m.run(f"hvctl {command} --json", expect_status=(0, 1)))


def keys(what, found, wanted):
    """An object must have exactly these keys: programs rely on them."""
    must(list(found) == wanted, f"{what} has the keys {list(found)}, not {wanted}")


@scenario("views", "status, list, stats, crash and consoles, for people and programs",
          timeout=120)
def views():
    """With no driver, disabled, enabled, and with cells."""
    with Machine() as m:
        must(shown(m, "status") == {"driver": False, "enabled": False}, "status without a driver")
        must("the driver is not loaded" in m.run("hvctl status"), "status without a driver")
        m.run("insmod /lib/modules/bulkhead.ko")
        must(shown(m, "status") == {"driver": True, "enabled": False}, "status while disabled")
        must(m.run("hvctl status") == "disabled\n", "status while disabled")
        hardware(m)
        enable(m)
        hardware(m)
        start(m, "timer", "samples=100 reports=2")
        m.run(f"hvctl cell create {CONFIGS}/heartbeat.cell")
        machine(m)
        cells(m)
        consoles(m)
        m.run("hvctl cell destroy heartbeat && hvctl cell destroy timer")
        crash(m)
        disable(m)


def hardware(m):
    """Everything is there, also while enabled."""
    found = shown(m, f"hardware {SYSTEM}")
    must(re.search(r"exception level", json.dumps(found)), f"hvctl hardware --json: {found}")
    m.run(f"hvctl hardware {SYSTEM}")


def machine(m):
    """hvctl status."""
    found = shown(m, "status")
    keys("status", found, STATUS)
    for cpu in found["cpus"]:
        keys("a CPU", cpu, CPU)
    must([(cpu["index"], cpu["linux"], int(cpu["hardware_id"], 16), cpu["state"], cpu["cell_id"],
           cpu["cell"]) for cpu in found["cpus"]] == [
               (0, 0, 0, "running", 0, "qemu-arm64"), (1, 1, 1, "running", 0, "qemu-arm64"),
               (2, 2, 2, "parked", 2, "heartbeat"), (3, 3, 3, "running", 1, "timer")],
         f"wrong CPUs: {found['cpus']}")
    must(found["driver"] and found["enabled"] and found["machine"] == "qemu-arm64"
         and found["cells"] == 3 and 0 < found["pool_used"] < found["pool_pages"],
         f"wrong status: {found}")
    text = m.run("hvctl status")
    for part in (r"^state +enabled$", r"^machine +qemu-arm64$",
                 rf"^page pool +{found['pool_used']} of {found['pool_pages']} pages in use$",
                 r"^ +3 +3 +(0x)?3 +running +timer$"):
        must(re.search(part, text, re.M), f"hvctl status does not say /{part}/:\n{text}")


def cells(m):
    """hvctl cell list, hvctl cell stats."""
    found = shown(m, "cell list")
    for cell in found:
        keys("a cell", cell, CELL)
    must([(cell["id"], cell["name"], cell["state"], cell["cpus"]) for cell in found] == [
        (0, "qemu-arm64", "running", "0-1"), (1, "timer", "running", "3"),
        (2, "heartbeat", "created", "2")], f"wrong cells: {found}")
    must(found[1]["memory_bytes"] == 0x101000, f"wrong memory: {found[1]}")
    text = m.run("hvctl cell list")
    must(re.search(r"^ *1 +timer +running +3 ", text, re.M), f"hvctl cell list:\n{text}")
    found = shown(m, "cell stats timer")
    keys("stats", found, ["cell", "cpus"])
    must(found["cell"] == "timer" and [cpu["cpu"] for cpu in found["cpus"]] == [3],
         f"wrong CPUs: {found}")
    keys("a CPU's stats", found["cpus"][0]["exits"], REASONS)
    must(found["cpus"][0]["exits"]["halt"] > 0, "the timer cell has never slept")
    must(len(shown(m, "cell stats qemu-arm64")["cpus"]) == 2, "stats of the root cell")
    text = m.run("hvctl cell stats timer -w --interval 0.5 --count 3")
    must(len(text.splitlines()) == 4 and text.split()[:11] == REASONS, f"hvctl stats -w:\n{text}")
    rates = [float(word) for word in text.splitlines()[-1].split()]
    must(rates[REASONS.index("halt")] > 100, f"a tick each millisecond, but: {rates}")
    must(rates[REASONS.index("irqchip")] == 0, f"the interrupt controller is trapped: {rates}")


def consoles(m):
    """Of the hypervisor and of a cell; followed until the cell is gone."""
    text = m.run("hvctl console")
    for part in (r"^bulkhead: \S+, 4 CPUs, ", r"^bulkhead: cell timer created, id 1$",
                 r"^bulkhead: cell timer started$"):
        must(re.search(part, text, re.M), f"the hypervisor did not say /{part}/:\n{text}")
    said(m, "timer", "timer: OK samples=200")
    following = m.run_bg("hvctl cell console timer -f")
    m.run(f"hvctl cell load heartbeat {INMATES}/heartbeat.bin && hvctl cell start heartbeat")
    m.run("hvctl cell shutdown timer; usleep 300000; hvctl cell destroy timer")
    text = following.wait(timeout=10)
    must("timer: report 1" in text and "timer: shutting down" in text,
         f"a followed console misses its begin or end:\n{text}")
    start(m, "timer")
    must("report" not in m.run("hvctl cell console timer").split("Hz")[0],
         "a new cell's console has its predecessor's text")


def crash(m):
    """hvctl cell crash, of a cell whose CPUs have failed, and of one that has not."""
    start(m, "attacker", "attack=read addr=0x7fc00000", program=f"{INMATES}/attack.bin")
    m.expect(r"bulkhead: cell attacker failed: CPU 3: read outside its memory, address 0x7fc00000")
    found = shown(m, "cell crash attacker")
    keys("crash", found, ["cell", "state", "failed_cpu", "cpus"])
    keys("a failed CPU", found["cpus"][0], ["index", "hardware_id", "state", *CRASH])
    must(len(found["cpus"][0]["x"]) == 31, "registers are missing")
    must("hypervisor" in found["cpus"][0]["allowed_by"], f"{found['cpus'][0]['allowed_by']}")
    m.run("hvctl cell destroy attacker")
    m.run(f"hvctl cell create {CONFIGS}/timer.cell")
    keys("a CPU that has not failed", shown(m, "cell crash timer")["cpus"][0],
         ["index", "hardware_id", "state"])
    m.run("hvctl cell destroy timer")
