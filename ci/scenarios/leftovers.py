# SPDX-License-Identifier: GPL-2.0-only
"""What an owner leaves behind in CPUs and memory: the next one must neither see it nor suffer."""

import struct
import sys
import tempfile

from rig import paths
from rig.arm64 import Machine
from rig.scenario import scenario

sys.path.insert(0, str(paths.CI / "lib"))

from audit.gdb import Stub  # noqa: E402
from scenarios._cells import (CONFIGS, disable, enable, must, said, start,  # noqa: E402
                              wait_state)
from scenarios._programs import assemble, memory  # noqa: E402

RAM, RAM_SIZE = 0x78000000, 0x100000    # of the timer cell
SECRET = 0x5ec4e75ec4e75ec5
SCTLR_RESET = 0x30d00800                # MMU and caches off
BUFFER = 0x8000                         # where a program writes what it finds, in its RAM

# Programs of cells; each ends by powering its machine off.
BEGIN = """
	.arch armv8.5-a+sve+memtag
	mov	x9, #3 << 20			// CPACR_EL1.FPEN
	orr	x9, x9, #3 << 24		// SMEN
	orr	x9, x9, #3 << 16		// ZEN
	msr	cpacr_el1, x9
	isb
"""
END = """
	movz	w0, #0x8400, lsl #16		// PSCI SYSTEM_OFF
	movk	w0, #8
	hvc	#0
	b	.
"""
# Streaming mode and the matrix array on: smstart.
STREAMING = f"{BEGIN} .inst 0xd503477f {END}".replace(" .inst", "\n\t.inst")
# Leaves its memory, which fails it, if it has memory tags.
TAGS = BEGIN + """
	mov	x1, #0xffff
	msr	gcr_el1, x1
	mrs	x0, gcr_el1
	cbz	x0, 1f
	mov	x2, #0xfff00000
	ldr	x2, [x2]
1:
""" + END

SYSREGS = """tpidr_el0 tpidrro_el0 tpidr_el1 ttbr0_el1 ttbr1_el1 tcr_el1 mair_el1 amair_el1 vbar_el1
esr_el1 far_el1 elr_el1 spsr_el1 sp_el0 par_el1 contextidr_el1 cntkctl_el1 cntv_cval_el0
cntp_cval_el0 afsr0_el1 afsr1_el1""".split()
KEYS = [f"ap{key}key{half}_el1" for key in ("ia", "ib", "da", "db", "ga") for half in ("lo", "hi")]
# Not all of these have 64 bits, and par_el1 has bits of its own.
NARROW = {"spsr_el1", "par_el1", "vbar_el1", "cntkctl_el1"}


def sysregs(rich):
    """Registers that a CPU has."""
    return SYSREGS + (KEYS if rich else [])


def fill(rich):
    """Puts the secret wherever a cell can."""
    lines = [BEGIN, f"ldr x1, ={SECRET:#x}"]
    lines += [f"msr {name}, x1" for name in sysregs(rich) if name not in NARROW]
    lines += ["msr cntkctl_el1, xzr", "mov x2, #0x800", "msr vbar_el1, x2"]
    if rich:
        lines += ["mov x2, #15", "msr zcr_el1, x2", "isb", "ptrue p0.b", "wrffr p0.b"]
        lines += [f"dup z{n}.d, x1" for n in range(32)] + [f"ptrue p{n}.b" for n in range(16)]
    else:
        lines += [f"dup v{n}.2d, x1" for n in range(32)]
    # The memory, too, but for the program.
    lines += [f"mov x2, #{BUFFER}", f"mov x3, #{RAM_SIZE}", "1: str x1, [x2], #8", "cmp x2, x3",
              "b.ne 1b"]
    lines += [f"mov x{n}, x1" for n in range(4, 31)]
    return assemble("\n".join(lines + [END, ".ltorg"]))


def look(rich):
    """Writes down SCTLR_EL1 and what it finds in x1 to x30, registers, vectors."""
    lines = [f"mov x0, #{BUFFER}"]
    lines += [f"str x{n}, [x0, #{8 * n}]" for n in range(1, 31)]
    lines += [BEGIN, "add x0, x0, #256"]
    for name in sysregs(rich):
        lines += [f"mrs x1, {name}", "str x1, [x0], #8"]
    lines += [f"mov x0, #{BUFFER + 1024}"]
    lines += [f"str q{n}, [x0], #16" for n in range(32)]
    if rich:
        lines += ["mov x2, #15", "msr zcr_el1, x2", "isb"]
        for name in [f"z{n}" for n in range(32)] + [f"p{n}" for n in range(16)]:
            lines += [f"str {name}, [x0]", "add x0, x0, #256"]
        lines += ["rdffr p0.b", "str p0, [x0]"]
    lines += [f"mov x0, #{BUFFER}", "mrs x1, sctlr_el1", "str x1, [x0]"]
    return assemble("\n".join(lines + [END]))


def put_secret(m, address):
    """Change physical memory from outside."""
    with tempfile.TemporaryDirectory(prefix="bulkhead-gdb-") as directory:
        m.hmp(f"gdbserver unix:{directory}/gdb,server=on,wait=off")
        try:
            with Stub.connect(f"{directory}/gdb") as stub:
                must(stub.command("Qqemu.PhyMemMode:1") == "OK", "no physical memory by gdb")
                data = struct.pack("<Q", SECRET).hex()
                must(stub.command(f"M{address:x},8:{data}") == "OK", "gdb cannot write memory")
                stub.command("Qqemu.PhyMemMode:0")
        finally:
            m.hmp("gdbserver none")


def run(m, program):
    """Load the timer cell with a program of ours and run it to its end."""
    m.run(f"hvctl cell load timer {program} && hvctl cell start timer")
    wait_state(m, "timer", "shut down")


@scenario("leftovers-data", "nothing of a former owner is readable, in memory or registers",
          params=[{"cpu": "a57"}, {"cpu": "max"}], timeout=120)
def data(cpu):
    """A cell fills what it has with a secret; the next looks for it."""
    rich = cpu == "max"
    secret = struct.pack("<Q", SECRET)
    with Machine(cpu=cpu, files={"/root/fill": fill(rich), "/root/look": look(rich)}) as m:
        enable(m)
        for address in (RAM, RAM + RAM_SIZE - 8):
            put_secret(m, address)
        must(memory(m, RAM, RAM_SIZE).count(secret) == 2, "the secret is not in memory")
        m.run(f"hvctl cell create {CONFIGS}/timer.cell")
        must(not any(memory(m, RAM, RAM_SIZE)), "the cell finds what was in its memory before")
        run(m, "/root/fill")
        must(memory(m, RAM, RAM_SIZE).count(secret) > 100000, "the cell did not fill its memory")
        run(m, "/root/look")
        found = memory(m, RAM, RAM_SIZE)[BUFFER:BUFFER + 0x8000]
        must(struct.unpack_from("<Q", found)[0] == SCTLR_RESET, "the program did not look")
        names = [f"x{n}" for n in range(1, 31)] + ["(nothing)"] + sysregs(rich)
        for n, name in enumerate(names, 1):
            value = struct.unpack_from("<Q", found, 8 * n)[0]
            must(not value, f"{name} is {value:#x} when a cell starts")
        must(not any(found[1024:]), "vector registers are not zero when a cell starts")
        must(secret not in memory(m, RAM, RAM_SIZE),
             "memory was not zeroed between two programs of a cell")
        run(m, "/root/fill")
        m.run("hvctl cell destroy timer")
        must(not any(memory(m, RAM, RAM_SIZE)), "the root cell finds what the cell left behind")
        disable(m)


@scenario("leftovers", "a CPU left in streaming mode works again, in Linux and in a cell",
          timeout=120)
def leftovers():
    """Streaming mode (SME), left on by a cell."""
    with Machine(cpu="max", files={"/root/streaming": assemble(STREAMING)}) as m:
        enable(m)
        for _ in range(2):
            start(m, "timer", program="/root/streaming")
            wait_state(m, "timer", "shut down")
            m.run("hvctl cell destroy timer")
            must(m.run("cat /sys/devices/system/cpu/online").strip() == "0-3", "CPU 3 is lost")
            m.run("taskset 8 sh -c 'i=0; while [ $i -lt 200 ]; do i=$((i + 1)); done'")
        start(m, "timer", program="/root/streaming")
        wait_state(m, "timer", "shut down")
        m.run("hvctl cell load timer /usr/share/bulkhead/inmates/timer.bin"
              " && hvctl cell start timer")
        said(m, "timer", "timer: ")
        m.run("hvctl cell shutdown timer && hvctl cell destroy timer")
        disable(m)


@scenario("leftovers-tags", "memory tags, which nobody scrubs, are for the root cell only",
          timeout=120)
def tags():
    """A CPU with memory tagging."""
    with Machine(cpu="max", machine="mte=on", files={"/root/tags": assemble(TAGS)}) as m:
        must(" mte" in m.run("cat /proc/cpuinfo"), "the machine has no memory tagging")
        enable(m)
        start(m, "timer", program="/root/tags")
        wait_state(m, "timer", "shut down")
        m.run("hvctl cell destroy timer")
        disable(m)
