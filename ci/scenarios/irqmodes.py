# SPDX-License-Identifier: GPL-2.0-only
"""The three ways a cell may use its interrupt controller interface, and what each costs."""

import re

from rig.arm64 import Machine
from rig.scenario import scenario

from scenarios._cells import console, disable, enable, exits, grown, must, said, start
from scenarios._configs import variant

# flags of the cell, EOImode it asks for, system register traps per interrupt
MODES = [
    ("exact", None, 0, 0),
    ("exact", None, 1, 1),
    ("relaxed", "BH_CELL_GIC_RELAXED", 0, 0),
    ("relaxed", "BH_CELL_GIC_RELAXED", 1, 0),
    ("filtered", "BH_CELL_GIC_FILTERED", 0, 1),
    ("filtered", "BH_CELL_GIC_FILTERED", 1, 1),
]


def config(flag):
    """The timer cell with a flag."""
    changes = [] if not flag else [('.name = "timer",', f'.name = "timer",\n\t.flags = {flag},')]
    return variant("timer", *changes)


def reports(m):
    """The number of the timer cell's latest report."""
    return int(re.findall(r"^timer: report (\d+):", console(m, "timer"), re.MULTILINE)[-1])


@scenario("irq-modes", "interrupts end as each mode says, at its number of traps", timeout=150)
def irq_modes():
    """A spinning timer cell in each mode: only the traps of the mode grow with its interrupts."""
    files = {f"/cells/{name}.cell": config(flag) for name, flag, _, _ in MODES}
    with Machine(files=files) as m:
        enable(m)
        for name, _, eoimode, traps in MODES:
            start(m, "timer", f"spin=1 samples=100 eoimode={eoimode}", config=f"/cells/{name}.cell")
            said(m, "timer", r"^timer: report 2: 100 samples")
            looks = [reports(m)]
            before = exits(m, "timer")
            looks.append(reports(m))
            m.sleep(1)
            looks.append(reports(m))
            after = exits(m, "timer")
            looks.append(reports(m))
            what = f"{name}, EOImode {eoimode}"
            # A report is begun at any look: so between the counters lie at least, at most
            least, most = (looks[2] - looks[1] - 1) * 100, (looks[3] - looks[0] + 1) * 100
            must(least >= 200, f"{what}: only {least} interrupts between the looks")
            more = grown(before, after, but=("hypercall", "sysreg"))
            must(not more, f"{what}: exits grew: {more}")
            trapped = after["sysreg"] - before["sysreg"]
            must(least * traps <= trapped <= most * traps,
                 f"{what}: {trapped} register traps for {least} to {most} interrupts")
            m.run("hvctl cell shutdown timer && hvctl cell destroy timer", timeout=60)
        disable(m)
