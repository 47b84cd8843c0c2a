# SPDX-License-Identifier: GPL-2.0-only
"""A cell that has failed: its crash record, and its core file in gdb."""

import gzip
import json
import re
import subprocess
import tempfile
from pathlib import Path

from rig import paths
from rig.arm64 import Machine
from rig.scenario import Failure, scenario

from scenarios._cells import (CONFIGS, INMATES, console, disable, enable, must, refused, start,
                              wait_state)

PROGRAMS = paths.BUILD / "arm64" / "inmates"
# Linux's own memory.
FOREIGN = 0x40000000
REGISTERS = [f"x{n}" for n in range(31)] + ["sp", "pc", "cpsr"]


def fetch_core(m, name):
    """Write a cell's core file in the root cell, and return its bytes."""
    m.run(f"hvctl cell core {name} /tmp/core && gzip -c /tmp/core >/tmp/core.gz", timeout=60)
    data = gzip.decompress(m.get("/tmp/core.gz"))
    m.run("rm /tmp/core /tmp/core.gz")
    return data


def gdb(program, core, *commands):
    """What gdb says to these commands; a core that it complains of is none."""
    with tempfile.NamedTemporaryFile(suffix=".core") as file:
        file.write(core)
        file.flush()
        words = ["gdb-multiarch", "-nx", "-batch"]
        for command in commands:
            words += ["-ex", command]
        done = subprocess.run(words + [str(program), file.name], capture_output=True, text=True,
                              timeout=60, check=False)
    said = done.stdout + done.stderr
    bad = re.search(r"^.*([Ww]arning|[Ee]rror|not in executable|Cannot|no core file|truncated).*$",
                    said, re.MULTILINE)
    if bad or done.returncode:
        raise Failure(f"gdb says: {bad.group() if bad else said}\n{said}")
    return said


def registers(program, core, thread=1):
    """All registers of a thread, as numbers."""
    said = gdb(program, core, f"thread {thread}", "info registers " + " ".join(REGISTERS))
    return {name: int(value, 16) for name, value in re.findall(r"^(\w+) +(0x\w+)", said, re.M)}


def recorded(cpu):
    """The same of a crash record."""
    numbers = {f"x{n}": int(value, 16) for n, value in enumerate(cpu["x"])}
    return {**numbers, "sp": int(cpu["sp"], 16), "pc": int(cpu["pc"], 16),
            "cpsr": int(cpu["pstate"], 16)}


@scenario("core", "a failed cell's crash record and core file say what it did", timeout=120)
def core():
    """A write to Linux's memory; in a cell with one CPU, and with two."""
    with Machine() as m:
        enable(m)
        for name, cpu, cpus in (("attacker", 3, 1), ("smp", 2, 2)):
            m.skip_to_now()
            start(m, name, f"attack=write addr={FOREIGN:#x}", program=f"{INMATES}/attack.bin")
            wait_state(m, name, "failed")
            m.expect(rf"bulkhead: cell {name} failed: CPU {cpu}: write outside its memory, "
                     rf"address {FOREIGN:#x}, pc 0x[0-9a-f]+")
            must("BREACH" not in console(m, name), "the write went through")
            examine(m, name, cpu, cpus)
            m.run(f"hvctl cell destroy {name}")
        ended(m)
        disable(m)


def examine(m, name, cpu, cpus):
    """The record in words and as JSON, and the same in gdb."""
    record = json.loads(m.run(f"hvctl cell crash {name} --json"))
    must((record["cell"], record["state"], record["failed_cpu"]) == (name, "failed", cpu),
         f"the record begins wrongly: {record}")
    must([one["index"] for one in record["cpus"]] == list(range(4 - cpus, 4)), "wrong CPUs")
    failed = record["cpus"][cpu - (4 - cpus)]
    must(failed["cause"] == "write outside its memory" and failed["state"] == "failed"
         and int(failed["address"], 16) == FOREIGN, f"not what happened: {failed}")
    must("a region in .memory" in failed["allowed_by"] and f".phys = {FOREIGN:#x}" in
         failed["allowed_by"], f"no entry is named that allows it: {failed['allowed_by']}")
    text = m.run(f"hvctl cell crash {name} --config {CONFIGS}/{name}.cell")
    for part in (f"cell {name}: failed", f"CPU {cpu} (hardware id {cpu:#x}): write outside",
                 f"address   {FOREIGN:#x}", f"pc        {failed['pc']}", "allowed by"):
        must(part in text, f"hvctl cell crash does not say '{part}':\n{text}")
    data = fetch_core(m, name)
    program = PROGRAMS / "attack.elf"
    wanted = recorded(failed)
    found = registers(program, data)
    must(found == wanted, "gdb has other registers than the crash record:\n"
         + "\n".join(f"{key}: gdb {found.get(key, 0):#x}, record {wanted[key]:#x}"
                     for key in wanted if found.get(key) != wanted[key]))
    said = gdb(program, data, "info threads", "x/i $pc", "info symbol $pc", "backtrace",
               "print breaches", "output/x *(unsigned int *)$pc")
    must(len(re.findall(r"^[* ] +\d+ +(?:LWP|Thread|process)", said, re.M)) == cpus,
         f"not {cpus} threads:\n{said}")
    # The instruction, and what it wrote where: the pattern, to an alias of the address.
    store = re.search(r"=> 0x[0-9a-f]+ <(\w+)[^>]*>:\s+str\s+(x\d+), \[(x\d+)\]", said)
    must(store, f"the instruction at pc is no store:\n{said}")
    must(found[store.group(2)] == 0x4b4e4b4e4b4e4b4e, f"{store.group(2)} is not what it wrote")
    must(found[store.group(3)] == int(failed["virtual_address"], 16),
         f"{store.group(3)} is not the address it wrote to")
    must(re.search(r"^#\d+ .*\battack_write\b.*^#\d+ .*\bmain\b", said, re.M | re.S),
         f"no way from main to the fault:\n{said}")
    must("$1 = 0" in said, f"the program's variables cannot be read:\n{said}")
    # Memory is the cell's: the program as it was loaded, the line it printed last.
    image = Path(PROGRAMS / "attack.bin").read_bytes()
    must(image[:2048] in data, "the program is not in the core file")


def ended(m):
    """A cell that has ended in peace has a core file, too; one that runs has none."""
    start(m, "timer", "samples=50 reports=1")
    refused(m, "hvctl cell core timer /tmp/core", "cell timer is running")
    m.run("hvctl cell shutdown timer")
    refused(m, "hvctl cell core timer /nowhere/core", "/nowhere/core", "No such file")
    said = gdb(PROGRAMS / "timer.elf", fetch_core(m, "timer"), "print now.bucket", "x/4i main")
    must("main" in said and re.search(r"\$1 = \{.*\}", said), f"its memory cannot be read:\n{said}")
    m.run("hvctl cell destroy timer")
