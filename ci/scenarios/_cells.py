# SPDX-License-Identifier: GPL-2.0-only
"""What the scenarios of cells share: enabling, running inmates, asserting."""

import json
import re
import time

from rig.scenario import Failure

CONFIGS = "/usr/share/bulkhead/configs/qemu-arm64"
INMATES = "/usr/share/bulkhead/inmates"
SYSTEM = f"{CONFIGS}/system.cell"

# Reasons for which a cell's CPU may enter the hypervisor although its interrupts
# do not: it sleeps, it writes to its console.
QUIET = ("halt", "hypercall")


def enable(m, system=SYSTEM):
    """Load the driver and turn the machine into the root cell."""
    m.run(f"lsmod | grep -q '^bulkhead ' || insmod /lib/modules/bulkhead.ko\n"
          f"hvctl enable {system}", timeout=60)


def disable(m):
    """Give the machine back, and unload the driver."""
    m.run("hvctl disable && rmmod bulkhead", timeout=60)


def start(m, name, cmdline="", program=None, config=None):
    """Create, load and start a cell."""
    config = config or f"{CONFIGS}/{name}.cell"
    words = f" --cmdline '{cmdline}'" if cmdline else ""
    m.run(f"hvctl cell create {config}{words} &&"
          f" hvctl cell load {name} {program or f'{INMATES}/{name}.bin'} &&"
          f" hvctl cell start {name}", timeout=60)


def console(m, name):
    """Everything a cell has written."""
    return m.run(f"hvctl cell console {name}")


def said(m, name, pattern, timeout=20):
    """Wait until a cell has written what matches; return the match."""
    compiled = re.compile(pattern, re.MULTILINE)
    deadline = m.deadline(timeout)
    while True:
        text = console(m, name)
        match = compiled.search(text)
        if match:
            return match
        bad = re.search(r"^.*\b(FAILED|BREACH|panic)\b.*$", text, re.MULTILINE)
        if bad:
            raise Failure(f"cell {name} says: {bad.group()}")
        if time.monotonic() > deadline:
            raise Failure(f"cell {name} did not say /{pattern}/ in {timeout} s, but\n{text}")
        m.sleep(0.2)


def state(m, name):
    """The state of a cell."""
    return m.run(f"cat /sys/class/misc/bulkhead/cells/{name}/state").strip()


def wait_state(m, name, wanted, timeout=10):
    """Wait until a cell is in a state."""
    deadline = m.deadline(timeout)
    while state(m, name) != wanted:
        if time.monotonic() > deadline:
            raise Failure(f"cell {name} is {state(m, name)}, not {wanted}, after {timeout} s")
        m.sleep(0.1)


def exits(m, name):
    """A cell's exit counters, its CPUs added up."""
    total = {}
    for cpu in json.loads(m.run(f"hvctl cell stats {name} --json"))["cpus"]:
        for reason, count in cpu["exits"].items():
            total[reason] = total.get(reason, 0) + count
    return total


def grown(before, after, but=QUIET):
    """Which counters have grown, apart from some."""
    return {reason: after[reason] - before[reason] for reason in after
            if reason not in but and after[reason] != before[reason]}


def must(condition, text):
    """Fail with this text unless the condition holds."""
    if not condition:
        raise Failure(text)


def refused(m, command, *words, status=1, kernel=None):
    """A command must fail with all these words in its message, and the kernel say this."""
    mark = len(m.text())
    out = m.run(command, expect_status=status)
    missing = [word for word in words if word not in out]
    if missing:
        raise Failure(f"'{command}' fails, but does not say {missing}:\n{out}")
    if kernel and kernel not in m.text()[mark:]:
        m.sleep(0.3)
        if kernel not in m.text()[mark:]:
            raise Failure(f"'{command}' fails, but the kernel does not say '{kernel}'\n"
                          + m.text()[mark:])
    return out


def status(m):
    """`hvctl status` as an object."""
    return json.loads(m.run("hvctl status --json"))


def pool_used(m):
    """Pages of the hypervisor's pool in use."""
    return status(m)["pool_used"]


def works(m):
    """Every CPU that is online runs programs, and gets its timer interrupt."""
    m.run("for cpu in $(seq 0 $(($(nproc) - 1))); do\n"
          "taskset -c $cpu sh -c 'sleep 0.05; md5sum /bin/busybox; usleep 1000' || exit 1\n"
          "done | sort | uniq | wc -l | grep -qx 1")
