# SPDX-License-Identifier: GPL-2.0-only
"""A hostile root cell that leaves with one CPU and stays with the others."""

import struct

from rig.arm64 import Machine
from rig.scenario import scenario

from scenarios._cells import CONFIGS, enable, must
from scenarios._programs import assemble, memory

POKE = "/sys/module/bh_poke/parameters/poke"
CODE = 0x7a000000       # memory for cells that no cell has; "BULK" starts the hypervisor's
HYPERVISOR, BULK = 0x7fc00000, 0x4b4c5542

PAIRS = [(29, 30), *((n, n + 1) for n in range(2, 18, 2))]
# BH_HC_DISABLE on this CPU; its result is stored. Registers are not kept by the way out.
LEAVE = "\n".join(
    [f"stp x{a}, x{b}, [sp, #-16]!" for a, b in PAIRS]
    + ["mov x0, #29", "hvc #0x4248", "adr x1, 1f", "str x0, [x1]"]
    + [f"ldp x{a}, x{b}, [sp], #16" for a, b in reversed(PAIRS)]
    + ["ret", ".balign 8", "1: .quad 0x55"])


def poke(m, what, cpu=0):
    """Touch physical memory in the kernel of a CPU."""
    return m.run(f"taskset {1 << cpu:x} sh -c 'echo \"{what}\" >{POKE}'; cat {POKE}").strip()


@scenario("half-disabled", "no cell is created beside a root CPU that has left", timeout=120)
def half_disabled():
    """One CPU disables behind the driver's back."""
    m = Machine()
    try:
        # What the kernel says before it asks the module whether to die.
        m.allow("Internal error: synchronous external abort")
        enable(m)
        m.run("insmod /lib/modules/bh-poke.ko")
        must(poke(m, f"read {HYPERVISOR:#x}") == "aborted", "hypervisor memory is open")
        code = assemble(LEAVE)
        for offset in range(0, len(code), 4):
            word = struct.unpack_from("<I", code, offset)[0]
            must(poke(m, f"write {CODE + offset:#x} {word:#x}") == "written", "no place for code")
        must(poke(m, f"exec {CODE:#x}", cpu=1) == "returned", "the CPU did not come back")
        result = struct.unpack("<Q", memory(m, CODE + len(code) - 8, 8))[0]
        must(result == 0, f"the CPU was not let go: {result:#x}")
        must(poke(m, f"read {HYPERVISOR:#x}", cpu=1) == f"value {BULK:#x}",
             "the CPU that left has a stage 2: this tests nothing")
        must(poke(m, f"read {HYPERVISOR:#x}") == "aborted", "the others have left, too")
        out = m.run(f"taskset 1 hvctl cell create {CONFIGS}/timer.cell", expect_status=1)
        must("state" in out, f"it fails for another reason: {out}")
        must("timer" not in m.run("hvctl cell list"), "there is a cell")
    finally:
        # Half a machine is under the hypervisor: Linux could not power it off.
        m.kill()
