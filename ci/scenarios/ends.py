# SPDX-License-Identifier: GPL-2.0-only
"""The end of the root cell while cells run: the machine ends, and does not hang."""

import re

from rig.arm64 import Machine
from rig.scenario import scenario

from scenarios._cells import enable, must, said, start


@scenario("end", "power-off, reboot and panic of the root cell while cells run",
          params=[{"how": how} for how in ("poweroff", "reboot", "panic")], timeout=90)
def end(how):
    """One cell that sleeps between interrupts, and one that never does and does not answer."""
    with Machine() as m:
        enable(m)
        start(m, "heartbeat", "period_us=60000000")
        start(m, "timer", "spin=1 samples=100 reports=1")
        said(m, "timer", "timer: OK samples=100")
        if how == "panic":
            # Nobody is told: the hypervisor alone has to deal with the cells.
            m.allow(r"sysrq: Trigger a crash|[Pp]anic|[Cc]all [Tt]race|Internal error|Oops")
            m.allow(r"SMP: stopping|Unable to handle|cut here|BUG")
            m.run_bg("sleep 1; echo c >/proc/sysrq-trigger")
            m.wait_exit(timeout=60)
            must("Kernel panic" in m.text(), "there was no panic")
            return
        m.run_bg(f"sleep 1; {how} -f")
        m.wait_exit(timeout=60)
        text = m.text()
        for name in ("heartbeat", "timer"):
            must(f"bulkhead: cell {name} shut down" in text and
                 f"bulkhead: cell {name} destroyed" in text, f"cell {name} was not ended")
        must("bulkhead: hypervisor disabled" in text, "the hypervisor was left in place")
        must(re.search(r"reboot: (Power down|Restarting system)", text), "Linux did not end")
