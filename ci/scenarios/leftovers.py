# SPDX-License-Identifier: GPL-2.0-only
"""What a cell leaves behind in a CPU must not hurt whoever gets it next."""

import struct

from rig.arm64 import Machine
from rig.scenario import scenario

from scenarios._cells import disable, enable, must, said, start, wait_state

# Turns streaming mode and the matrix array on, and powers its machine off.
STREAMING = struct.pack("<10I", *[
    0xd2a00609,     # mov  x9, #0x300000        CPACR_EL1.FPEN
    0xb2680529,     # orr  x9, x9, #0x3000000   SMEN
    0xb2700529,     # orr  x9, x9, #0x30000     ZEN
    0xd5181049,     # msr  cpacr_el1, x9
    0xd5033fdf,     # isb
    0xd503477f,     # smstart
    0x52b08000,     # mov  w0, #0x84000000      PSCI SYSTEM_OFF
    0x72800100,     # movk w0, #8
    0xd4000002,     # hvc  #0
    0x14000000])    # b    .

# Powers its machine off if it cannot use memory tags; leaves its memory if it can.
TAGS = struct.pack("<9I", *[
    0xd29fffe1,     # mov  x1, #0xffff
    0xd51810c1,     # msr  gcr_el1, x1
    0xd53810c0,     # mrs  x0, gcr_el1
    0xb40000a0,     # cbz  x0, 1f
    0xd2bffe02,     # mov  x2, #0xfff00000
    0xf9400042,     # ldr  x2, [x2]
    0x14000000,     # b    .
    0x14000000,     # b    .
    0x52b08000,     # 1: mov w0, #0x84000000    PSCI SYSTEM_OFF
]) + struct.pack("<3I", 0x72800100, 0xd4000002, 0x14000000)


@scenario("leftovers-tags", "memory tags, which nobody scrubs, are for the root cell only",
          timeout=120)
def tags():
    """A CPU with memory tagging."""
    with Machine(cpu="max", machine="mte=on", files={"/root/tags.bin": TAGS}) as m:
        must(" mte" in m.run("cat /proc/cpuinfo"), "the machine has no memory tagging")
        enable(m)
        must(" mte" in m.run("cat /proc/cpuinfo"), "the root cell has lost memory tagging")
        start(m, "timer", program="/root/tags.bin")
        wait_state(m, "timer", "shut down")
        m.run("hvctl cell destroy timer")
        disable(m)


@scenario("leftovers", "a CPU left in streaming mode works again, in Linux and in a cell",
          timeout=120)
def leftovers():
    """Streaming mode (SME), left on by a cell."""
    with Machine(cpu="max", files={"/root/streaming.bin": STREAMING}) as m:
        enable(m)
        start(m, "timer", program="/root/streaming.bin")
        wait_state(m, "timer", "shut down")
        # Were it refused, the cell would have failed: the attack must have happened.
        must("no record" in m.run("hvctl cell crash timer"), "the cell has failed")
        m.run("hvctl cell destroy timer")
        must(m.run("cat /sys/devices/system/cpu/online").strip() == "0-3", "CPU 3 is lost")
        m.run("taskset 8 sh -c 'i=0; while [ $i -lt 200 ]; do i=$((i + 1)); done'")
        start(m, "timer", program="/root/streaming.bin")
        wait_state(m, "timer", "shut down")
        m.run("hvctl cell load timer /usr/share/bulkhead/inmates/timer.bin"
              " && hvctl cell start timer")
        said(m, "timer", "timer: ")
        m.run("hvctl cell shutdown timer && hvctl cell destroy timer")
        disable(m)
