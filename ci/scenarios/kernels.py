# SPDX-License-Identifier: GPL-2.0-only
"""The whole life on each kernel, CPU model and number of CPUs."""

from rig.arm64 import Machine
from rig.scenario import scenario

from scenarios._cells import (CONFIGS, SYSTEM, console, enable, exits, grown, must, pool_used,
                              refused, said, start, state, status, works)
from scenarios._configs import variant

# Each kernel with each number of CPUs but one, each model with each; the other
# scenarios run on 6.1-cloud, a57, 4 CPUs.
MACHINES = [("6.1", "a57", 4), ("6.1", "a72", 1), ("6.1", "max", 2), ("6.1-cloud", "a72", 4),
            ("6.1-cloud", "max", 1), ("6.12", "max", 4), ("6.12", "a57", 2)]


@scenario("life", "enable, cells, CPU hotplug, disable",
          params=[{"kernel": kernel, "cpu": cpu, "cpus": cpus} for kernel, cpu, cpus in MACHINES],
          timeout=150)
def life(kernel, cpu, cpus):
    """As much of it as the number of CPUs allows."""
    own = {"/own/timer.cell": variant("timer", ("#define TIMER_CPU 0x003", "#define TIMER_CPU 0"))}
    with Machine(kernel=kernel, cpu=cpu, cpus=cpus, files=own) as m:
        system = SYSTEM if cpus == 4 else f"{CONFIGS}/system-{cpus}cpu.cell"
        m.run("insmod /lib/modules/bulkhead.ko")
        iomem = m.run("cat /proc/iomem")
        m.run(f"hvctl hardware {system}")
        enable(m, system)
        seen = status(m)
        must(seen["enabled"] and [cpu["state"] for cpu in seen["cpus"]] == ["running"] * cpus,
             f"the state after enable is {seen}")
        used = seen["pool_used"]
        works(m)
        {1: one, 2: two, 4: four}[cpus](m)
        must(pool_used(m) == used, f"{pool_used(m)} pages of the pool are in use, not {used}")
        for _ in range(2):
            for n in range(1, cpus):
                m.run(f"echo 0 >/sys/devices/system/cpu/cpu{n}/online")
            for n in range(1, cpus):
                m.run(f"echo 1 >/sys/devices/system/cpu/cpu{n}/online")
        works(m)
        must(int(m.run("nproc")) == cpus, "CPUs are missing")
        m.run("hvctl disable")
        works(m)
        must(m.run("cat /proc/iomem") == iomem, "/proc/iomem is not as before")
        m.run(f"hvctl enable {system} && hvctl disable && rmmod bulkhead")
        works(m)


def one(m):
    """Linux keeps its only CPU."""
    refused(m, f"hvctl cell create {CONFIGS}/timer-2cpu.cell", "cell timer was not created",
            "cpu-unknown")
    refused(m, "hvctl cell create /own/timer.cell", "cell timer was not created")
    must("bulkhead: " in m.run("hvctl console"), "the hypervisor has said nothing")


def timer(m, config):
    """The timer cell, from start to end."""
    start(m, "timer", "samples=100 reports=1 spin=1", config=f"{CONFIGS}/{config}.cell")
    said(m, "timer", "timer: OK samples=100 reports=1")
    before = exits(m, "timer")
    works(m)
    more = grown(before, exits(m, "timer"), but=())
    must(not more, f"a cell that has nothing but timer interrupts enters the hypervisor: {more}")


def two(m):
    """One cell."""
    timer(m, "timer-2cpu")
    must(m.run("nproc").strip() == "1", "the cell's CPU is still Linux's")
    m.run("hvctl cell shutdown timer && hvctl cell destroy timer")


def four(m):
    """Two cells at a time, and one with two CPUs."""
    start(m, "heartbeat", "deny=1")
    timer(m, "timer")
    refused(m, "hvctl cell shutdown heartbeat", "the cell refused; it runs on")
    m.run("hvctl cell shutdown heartbeat")
    must("shutting down" in console(m, "heartbeat"), "heartbeat was not asked")
    must(state(m, "timer") == "running", "the other cell ended, too")
    m.run("hvctl cell destroy heartbeat && hvctl cell destroy timer")
    start(m, "smp", "rounds=100 runs=2")
    said(m, "smp", "smp: OK runs=2")
    works(m)
    m.run("hvctl cell destroy smp")
