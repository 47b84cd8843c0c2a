# SPDX-License-Identifier: GPL-2.0-only
"""The demos, each a cell from its creation to its end."""

import re

from rig.arm64 import Machine
from rig.scenario import scenario

from scenarios._cells import (CONFIGS, INMATES, QUIET, console, disable, enable, exits, grown,
                              must, pool_used, refused, said, start, state, wait_state)

RTC = "/sys/bus/amba/drivers/rtc-pl031"


def gone(m, name, used):
    """Destroy a cell; nothing of it must be left."""
    m.run(f"hvctl cell destroy {name}", timeout=60)
    must(pool_used(m) == used, f"after cell {name} the pool has {pool_used(m)} pages in use, "
                               f"not {used}")
    must(f" : {name}\n" not in m.run("cat /proc/iomem"), f"/proc/iomem still has cell {name}")
    must(m.run("cat /sys/devices/system/cpu/online").strip() == "0-3",
         "a CPU of the cell did not come back")


def reports(m):
    """The number of the timer cell's latest report."""
    return int(re.findall(r"^timer: report (\d+):", console(m, "timer"), re.MULTILINE)[-1])


@scenario("timer", "timer interrupts reach a cell without the hypervisor", timeout=120)
def timer():
    """A cell that never sleeps, then one that does: what grows with its interrupts."""
    with Machine() as m:
        enable(m)
        used = pool_used(m)
        for spin in (1, 0):
            start(m, "timer", f"spin={spin} samples=300")
            said(m, "timer", r"^timer: report 1: .*\n(timer: < .*\n)+")
            text = console(m, "timer")
            for part in (r"timer: cell timer, a tick every 1000 us",
                         r"report 1: 300 samples, latency ns min \d+ avg \d+ max \d+",
                         r"timer: < +\d+ ns +\d+ #+"):
                must(re.search(part, text), f"the timer cell does not say /{part}/:\n{text}")
            before = exits(m, "timer")
            first = reports(m)
            said(m, "timer", rf"^timer: report {first + 3}: ", timeout=40)
            last = reports(m)
            after = exits(m, "timer")
            # A report began before the first look, and one may have begun after the last.
            ticks = (last - first - 1) * 300
            more = grown(before, after, but=("hypercall",) if spin else QUIET)
            must(not more, f"{ticks} timer interrupts, spin={spin}, and exits grew: {more}")
            # What calls there are, are lines of its reports.
            must(after["hypercall"] - before["hypercall"] < ticks / 4, "it calls too often")
            must(spin or after["halt"] - before["halt"] > ticks / 2, "its sleep is not counted")
            m.run("hvctl cell shutdown timer")
            said(m, "timer", r"timer: shutting down after \d+ samples")
            must(state(m, "timer") == "shut down", "the cell is not shut down")
            gone(m, "timer", used)
        disable(m)


@scenario("uart", "a device of the board and its interrupts, without the hypervisor",
          timeout=120)
def uart():
    """The PL031 goes from Linux to a cell and back."""
    with Machine() as m:
        enable(m)
        used = pool_used(m)
        refused(m, f"hvctl cell create {CONFIGS}/uart.cell", "cell uart was not created",
                "claimed by a Linux driver", "unbind", kernel="is claimed by a driver")
        must(m.run("cat /sys/devices/system/cpu/online").strip() == "0-3",
             "the refused cell took a CPU")
        m.run(f"echo 9010000.pl031 >{RTC}/unbind")
        counted = []
        for alarms in (1, 4):
            start(m, "uart", f"rtc=0x9010000 irq=34 alarms={alarms}")
            match = said(m, "uart", r"uart: rtc OK alarms=(\d+) spurious=(\d+) seconds=(\d+)")
            must(match.group(1, 2) == (str(alarms), "0"), f"wrong alarms: {match.group()}")
            must(int(match.group(3)) >= alarms, f"{alarms} alarms came early: {match.group()}")
            said(m, "uart", rf"uart: OK alarms={alarms} sent=0 received=0\n")
            counted.append(exits(m, "uart"))
            must("rtc-pl031" not in m.run("cat /proc/interrupts"), "Linux has the interrupt, too")
            m.run("hvctl cell shutdown uart")
            gone(m, "uart", used)
        more = grown(*counted)
        must(not more, f"with 3 device interrupts more, exits grew: {more}")
        m.run(f"echo 9010000.pl031 >{RTC}/bind")
        clock = m.run("basename /sys/class/rtc/rtc*").strip()
        m.run(f"hwclock -r -f /dev/{clock}")
        must("rtc-pl031" in m.run("cat /proc/interrupts"), "Linux has not got its interrupt back")
        # The alarm works in Linux, interrupt included.
        m.run(f"cd /sys/class/rtc/{clock} && echo $(($(cat since_epoch) + 1)) >wakealarm &&"
              " sleep 3")
        must(re.search(r"\b[1-9]\d* .*rtc-pl031", m.run("cat /proc/interrupts")),
             "the alarm no longer interrupts Linux")
        disable(m)


@scenario("smp", "two CPUs in one cell, interrupting each other", timeout=120)
def smp():
    """A cell starts its second CPU; messages cost what they must and no more."""
    with Machine() as m:
        enable(m)
        used = pool_used(m)
        counted = []
        for rounds in (50, 250):
            start(m, "smp", f"rounds={rounds} runs=2")
            said(m, "smp", rf"smp: OK runs=2 pings={2 * rounds + 2} pongs={2 * rounds + 2}\n")
            text = console(m, "smp")
            for part in ("smp: cell smp has 2 CPUs", f"run 1: second CPU came up, {rounds} rounds",
                         f"run 2: second CPU came up, {rounds} rounds, went off"):
                must(part in text, f"the smp cell does not say '{part}':\n{text}")
            counted.append(exits(m, "smp"))
            m.run("hvctl cell shutdown smp")
            gone(m, "smp", used)
        few, many = counted
        must(many["ipi"] - few["ipi"] == 2 * 2 * 200,
             f"800 interrupts between the CPUs took {many['ipi'] - few['ipi']} exits to send")
        # Looking whether the second CPU is off is a call, as often as it takes.
        more = grown(few, many, but=("halt", "hypercall", "ipi", "firmware"))
        must(not more, f"with 800 more interrupts between CPUs, exits grew: {more}")
        disable(m)


@scenario("heartbeat", "a cell is asked before it is stopped: it refuses, agrees, is silent",
          timeout=120)
def heartbeat():
    """Shutdown requests, restart, the lock, a cell that does not answer."""
    with Machine() as m:
        enable(m)
        used = pool_used(m)
        deny(m)
        restart(m)
        gone(m, "heartbeat", used)
        lock(m)
        gone(m, "heartbeat", used)
        silent(m)
        gone(m, "heartbeat", used)
        disable(m)


def deny(m):
    """It refuses twice and runs on, then agrees."""
    start(m, "heartbeat", "deny=2")
    for count in (1, 2):
        refused(m, "hvctl cell shutdown heartbeat", "cell heartbeat was not shut down",
                "the cell refused; it runs on", "--force",
                kernel="heartbeat refuses to shut down, and runs on")
        said(m, "heartbeat", f"heartbeat: shutdown refused, {count} of 2")
        must(state(m, "heartbeat") == "running", "the cell that refused does not run on")
    m.run("hvctl cell shutdown heartbeat")
    match = said(m, "heartbeat", r"heartbeat: OK beats=(\d+) denied=2, shutting down")
    must(int(match.group(1)) > 100, f"it hardly ran: {match.group()}")
    must(state(m, "heartbeat") == "shut down", "the cell is not shut down")
    refused(m, "hvctl cell start heartbeat", "not in a state that allows this")


def restart(m):
    """What has ended may be loaded and started again; this one ends by itself."""
    m.run(f"hvctl cell load heartbeat {INMATES}/heartbeat.bin && "
          "hvctl cell start heartbeat && hvctl cell shutdown heartbeat --force")
    must(state(m, "heartbeat") == "shut down", "force does not stop a cell")
    m.run("hvctl cell destroy heartbeat")
    start(m, "heartbeat", "off_after=1")
    said(m, "heartbeat", r"heartbeat: OK beats=\d+, ending by itself")
    wait_state(m, "heartbeat", "shut down")


def lock(m):
    """Nobody changes anything while a cell has locked the partitioning."""
    start(m, "timer", "spin=1")
    # Refused once, so that it is still there when its lock has been looked at.
    start(m, "heartbeat", "lock=6 deny=1")
    said(m, "heartbeat", "heartbeat: locked for 6 s")
    locked = "a running cell has locked the partitioning"
    refused(m, f"hvctl cell create {CONFIGS}/smp.cell", locked)
    refused(m, "hvctl cell destroy heartbeat --force", locked)
    must(state(m, "heartbeat") == "running-locked", "the state does not say that it is locked")
    # One cell's lock does not keep another one from ending.
    m.run("hvctl cell shutdown timer")
    refused(m, "hvctl cell destroy timer", locked)
    refused(m, f"hvctl cell load timer {INMATES}/timer.bin", locked)
    refused(m, "hvctl disable", "cells other than the root cell still exist")
    said(m, "heartbeat", "heartbeat: unlocked")
    m.run("hvctl cell list")
    wait_state(m, "heartbeat", "running")
    m.run("hvctl cell destroy timer")
    refused(m, "hvctl cell shutdown heartbeat", "the cell refused; it runs on")


def silent(m):
    """A cell that looks at its comm page too rarely."""
    start(m, "heartbeat", "period_us=60000000")
    said(m, "heartbeat", "heartbeat: cell heartbeat")
    out = refused(m, "hvctl cell shutdown heartbeat --timeout 1.5",
                  "cell heartbeat was not shut down", "the cell has not answered; it runs on",
                  "--timeout", "--force", kernel="heartbeat does not answer, and runs on")
    must(1.3 < out.seconds < 10, f"a timeout of 1.5 s took {out.seconds:.1f} s")
    must(state(m, "heartbeat") == "running", "the silent cell does not run on")
    m.run("hvctl cell shutdown heartbeat --force")
