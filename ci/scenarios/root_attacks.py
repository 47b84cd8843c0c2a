# SPDX-License-Identifier: GPL-2.0-only
"""Linux itself as the attacker: memory, interrupts, hypercalls, requests, configs."""

import re
import struct
import subprocess

from rig import paths
from rig.arm64 import Machine
from rig.scenario import scenario

from scenarios._attack import MEMORY, Config, Witness, resources, same_gic, xp
from scenarios._cells import CONFIGS, disable, enable, must, pool_used, state

HYPERVISOR, HYPERVISOR_SIZE = 0x7fc00000, 0x400000
WITNESS_PHYS = 0x78600000
WITNESS_CPU = 2
FREE_CPU = 3
GICD, GICR = 0x08000000, 0x080a0000
SPI_WITNESS, SPI_ROOT = 242, 243

ABORT = r"Internal error: (synchronous external abort|Oops)|Unhandled fault"


class Module:
    """A test module that is commanded and answers by a parameter."""

    def __init__(self, m, name, parameter):
        self.m = m
        self.file = f"/sys/module/{name.replace('-', '_')}/parameters/{parameter}"
        m.run(f"insmod /lib/modules/{name}.ko")

    def __call__(self, command, timeout=30):
        return self.m.run(f"echo '{command}' >{self.file} && cat {self.file}", timeout=timeout)


class Fuzz(Module):
    """bh-fuzz: answers are lines of name and value."""

    def __init__(self, m):
        super().__init__(m, "bh-fuzz", "run")

    def __call__(self, command, timeout=60):
        text = super().__call__(command, timeout)
        must("BREACH" not in text, f"bh-fuzz, {command}:\n{text}")
        return {name: int(value) for name, value in re.findall(r"^(\w+) (-?\d+)$", text,
                                                               re.MULTILINE)}

    def call(self, number, *arguments):
        """One hypercall."""
        words = " ".join(str(argument) for argument in (number, *arguments))
        return self(f"call {words}")["result"]

    def config(self, data, name="fuzz"):
        """The config of the cells that it makes."""
        self.m.put(f"/tmp/{name}.cell", data)
        self.m.run(f"cat /tmp/{name}.cell >/dev/bh-fuzz")


# bulkhead/hypercall.h
INFO, SHUTDOWN, DESTROY = 16, 22, 23
CONSOLE_PHYS, STATUS_PHYS, STATUS_STRIDE = 4, 6, 7
E_STATE, E_BUSY = 8, 5


def alive(m):
    """Linux goes on: it forks, sleeps and is interrupted on each of its CPUs."""
    m.run("for c in $(seq 0 3); do [ -e /proc/self ] && "
          "grep -q 1 /sys/devices/system/cpu/cpu$c/online 2>/dev/null || continue; "
          "taskset $((1 << c)) usleep 1000 || exit 1; done")


def quiet(m):
    """Refusals are one line each: not on the console, but to be looked at."""
    m.run("dmesg -n 1")


def looked_at(m, allowed=r"$^"):
    """No trouble in the kernel's log that was not on the console."""
    bad = re.compile(r"BUG|WARNING|Oops|Call trace|Internal error|Unable to handle|stall|lockup")
    lines = [line for line in m.run("dmesg").splitlines()
             if bad.search(line) and not re.search(allowed, line)]
    must(not lines, "in the kernel's log:\n" + "\n".join(lines[:20]))


@scenario("root-memory", "Linux touches the hypervisor's and a cell's memory, and lives",
          timeout=180)
def root_memory():
    """Reads, writes and fetches; what is exported may be read."""
    with Machine() as m:
        m.allow(ABORT)
        enable(m)
        witness = Witness(m, f"{CONFIGS}/heartbeat.cell")
        used = pool_used(m)
        poke, fuzz = Module(m, "bh-poke", "poke"), Fuzz(m)
        console = fuzz.call(INFO, CONSOLE_PHYS)
        status = fuzz.call(INFO, STATUS_PHYS)
        stride = fuzz.call(INFO, STATUS_STRIDE)
        exported = {console, *(status + cpu * stride for cpu in range(4))}
        for address in sorted(exported):
            must(poke(f"read {address:#x}").startswith("value"),
                 f"the exported page at {address:#x} cannot be read")
            must(poke(f"write {address:#x} 0x41414141") == "aborted\n",
                 f"the exported page at {address:#x} can be written")
        # Text, data, private areas, tables, pool: some of every part.
        private = {HYPERVISOR + offset for offset in
                   (0, 0x1000, 0x8000, 0xa000, 0xc000, 0x10000, 0x100000, 0x200000, 0x300000)}
        private |= {status + cpu * stride - 0x1000 for cpu in range(4)}
        private |= {HYPERVISOR + HYPERVISOR_SIZE - 0x1000}
        private -= exported
        for address in sorted(private) + [WITNESS_PHYS, WITNESS_PHYS + 0xff000]:
            before = xp(m, address, 1)[0]
            for how in (f"read {address:#x}", f"write {address:#x} {before ^ 0xffffffff:#x}"):
                must(poke(how) == "aborted\n", f"Linux got through with '{how}'")
            must("returned" not in m.run(f"echo 'exec {address:#x}' >{poke.file}; cat {poke.file}",
                                         expect_status=None),
                 f"Linux executed at {address:#x}")
        witness.look("pokes")
        alive(m)
        must(pool_used(m) == used, "the page pool has changed")
        m.run("rmmod bh-poke bh-fuzz")
        witness.end()
        disable(m)


@scenario("root-interrupts", "Linux cannot interrupt a cell, nor change its interrupts",
          timeout=180)
def root_interrupts():
    """SGIs, routes, others' SPIs and redistributors, written by Linux."""
    with Machine() as m:
        enable(m)
        witness = Witness(m, f"{CONFIGS}/heartbeat.cell")
        poke, fuzz = Module(m, "bh-poke", "poke"), Fuzz(m)

        def write(address, value):
            must(poke(f"write {address:#x} {value:#x}") == "written\n",
                 f"write to {address:#x} is not emulated")

        for intid in range(16):
            fuzz(f"sgi {intid << 24 | 1 << WITNESS_CPU:#x}")
        # To all but itself: call function, reschedule; both harmless.
        for intid in (0, 1):
            fuzz(f"sgi {1 << 40 | intid << 24:#x}")
        witness.look("SGIs from Linux")

        redist = GICR + WITNESS_CPU * 0x20000
        own = {name: xp(m, address, words) for name, address, words in (
            ("ISENABLER", GICD + 0x100 + SPI_WITNESS // 32 * 4, 1),
            ("IPRIORITYR", GICD + 0x400 + SPI_WITNESS & ~3, 1),
            ("IROUTER", GICD + 0x6000 + SPI_WITNESS * 8, 2),
            ("GICR_CTLR", redist, 1), ("GICR_WAKER", redist + 0x14, 1),
            ("GICR_ISENABLER0", redist + 0x10100, 1),
            ("GICR_IPRIORITYR", redist + 0x10400, 8))}
        word, bit = SPI_WITNESS // 32 * 4, 1 << SPI_WITNESS % 32
        for register in (0x180, 0x200, 0x300, 0x100):
            write(GICD + register + word, bit)
        write(GICD + 0x400 + (SPI_WITNESS & ~3), 0x10101010)
        write(GICD + 0x6000 + SPI_WITNESS * 8, 0)
        for register in (0x10180, 0x10200, 0x10300, 0x10280, 0x10400, 0x10404, 0, 0x14):
            write(redist + register, 0xffffffff if register != 0x14 else 2)
        after = {name: xp(m, address, words) for name, address, words in (
            ("ISENABLER", GICD + 0x100 + SPI_WITNESS // 32 * 4, 1),
            ("IROUTER", GICD + 0x6000 + SPI_WITNESS * 8, 2),
            ("GICR_CTLR", redist, 1), ("GICR_WAKER", redist + 0x14, 1),
            ("GICR_ISENABLER0", redist + 0x10100, 1),
            ("GICR_IPRIORITYR", redist + 0x10400, 8))}
        same_gic({name: own[name] for name in after}, after, "Linux")
        witness.look("writes to its interrupts' registers")

        # An interrupt of Linux's own, sent to the witness's CPU.
        before = xp(m, GICD + 0x6000 + SPI_ROOT * 8, 1)[0]
        for route in (WITNESS_CPU, 1 << 31 | WITNESS_CPU):
            write(GICD + 0x6000 + SPI_ROOT * 8, route)
            now = xp(m, GICD + 0x6000 + SPI_ROOT * 8, 1)[0]
            must(now not in (WITNESS_CPU, 1 << 31 | WITNESS_CPU),
                 f"Linux routes its interrupts to a cell's CPU: GICD_IROUTER is {now:#x}")
        write(GICD + 0x6000 + SPI_ROOT * 8, before)
        m.run("rmmod bh-poke bh-fuzz")
        alive(m)
        witness.end()
        disable(m)


def two_regions():
    """A config of a cell with two loadable regions, on the free CPU."""
    config = Config("attacker")
    offset, _ = config.array(MEMORY)
    phys, virt, size, flags = struct.unpack_from("<QQQI", config.data, offset)
    # The second region, 4 KiB read only, becomes one that can be loaded.
    struct.pack_into("<I", config.data, offset + 32 + 24, flags & ~4)
    must(size == 0x100000 and virt == 0 and phys, "the attacker's config has changed")
    return config.bytes(), phys, phys + size


@scenario("root-hypercalls", "hypercalls at random from all of Linux's CPUs: errors, no effect",
          timeout=240)
def root_hypercalls():
    """Random arguments, broken configs, lives of cells that several CPUs meddle with."""
    with Machine() as m:
        enable(m)
        quiet(m)
        witness = Witness(m, f"{CONFIGS}/heartbeat.cell")
        fuzz = Fuzz(m)
        before = resources(m)

        seen = fuzz("random 1 20000 1", timeout=120)
        must(seen["threads"] == 3, f"{seen['threads']} CPUs took part, not 3")
        must(all(f"error{n}" in seen for n in (1, 3, 4, 5, E_STATE)),
             f"not every kind of refusal was seen: {seen}")
        witness.look("random hypercalls")
        same(m, before, "random hypercalls")

        broken(m, fuzz, before)
        witness.look("broken configs")
        m.run(f"echo 0 >/sys/devices/system/cpu/cpu{FREE_CPU}/online")
        without = resources(m)
        fuzz.config(two_regions()[0])
        seen = fuzz("lives 2 20000 1", timeout=120)
        must(seen["answered"] > 100 and seen.get(f"error{E_BUSY}"),
             f"cells did not come and go, or nobody was in the way: {seen}")
        witness.look("cells that come and go")
        same(m, without, "cells that come and go")
        m.run(f"echo 1 >/sys/devices/system/cpu/cpu{FREE_CPU}/online")
        same(m, before, "hypercalls")
        looked_at(m)
        alive(m)
        m.run("rmmod bh-fuzz")
        witness.end()
        disable(m)


def broken(m, fuzz, before):
    """Configs with a few bytes changed, of cells that could be and that could not."""
    total = 0
    for config in ("attacker", "smp", "heartbeat"):
        data = Config(config).bytes()
        fuzz.config(data)
        seen = fuzz("configs 3 5000", timeout=120)
        must(seen["rules"] > 5000, f"few configs were refused by a rule: {seen}")
        total += sum(seen.values())
        same(m, before, f"broken configs of {config}")
    must(total > 40000, f"only {total} configs were tried")


def same(m, before, what):
    """Pool, cells, CPUs and memory must be as they were."""
    now = resources(m)
    for name, value in before.items():
        must(now[name] == value, f"{name} after {what}: {now[name]}, before: {value}")


@scenario("root-races", "Linux makes and starts cells in ways that no driver would", timeout=180)
def root_races():
    """A cell that is half taken apart; a CPU that starts while it is given away."""
    with Machine() as m:
        m.allow(ABORT)
        enable(m)
        quiet(m)
        witness = Witness(m, f"{CONFIGS}/heartbeat.cell")
        poke, fuzz = Module(m, "bh-poke", "poke"), Fuzz(m)
        m.run(f"echo 0 >/sys/devices/system/cpu/cpu{FREE_CPU}/online")
        before = resources(m)
        config, *regions = two_regions()
        fuzz.config(config)
        for steps in range(1, 9):
            seen = fuzz(f"halfway {steps}")
            must(seen["loaded"] == 0, f"the cell was not loaded: {seen}")
            if seen["start"] == 0:
                for phys in regions:
                    must(poke(f"read {phys:#x}") == "aborted\n",
                         f"after {steps} steps to make it loadable, a cell was started whose "
                         f"memory at {phys:#x} is Linux's as well")
            must(fuzz.call(SHUTDOWN, seen["cell"], 1) in (0, -10), "the cell does not stop")
            m.run("usleep 20000")
            while fuzz.call(DESTROY, seen["cell"]) == -10:
                pass
            same(m, before, "a cell that was half taken apart")
        seen = fuzz(f"race 3000 {FREE_CPU}", timeout=90)
        must(seen["created"] > 0 and seen["started"] > 0,
             f"there was no race between creation and start: {seen}")
        same(m, before, "starts of a CPU that a cell was given")
        m.run(f"echo 1 >/sys/devices/system/cpu/cpu{FREE_CPU}/online")
        witness.look("races")
        looked_at(m, ABORT)
        alive(m)
        m.run("rmmod bh-poke bh-fuzz")
        witness.end()
        disable(m)


def build_fuzzer():
    """The program that makes random requests, for the guest."""
    program = paths.BUILD / "arm64" / "fuzz" / "ioctl"
    program.parent.mkdir(parents=True, exist_ok=True)
    source = paths.CI / "fuzz" / "ioctl" / "ioctl.c"
    done = subprocess.run(["aarch64-linux-gnu-gcc", "-static", "-O1", "-Wall", "-Wextra",
                           "-Werror", "-std=gnu11", f"-I{paths.TOP / 'include'}", "-o",
                           str(program), str(source)],
                          capture_output=True, text=True, timeout=120, check=False)
    must(done.returncode == 0, f"{source} does not compile:\n{done.stderr}")
    return program.read_bytes()


@scenario("root-requests", "10,000 requests and 10,000 configs at random: an error each",
          params=[{"kernel": "6.1-cloud"}, {"kernel": "6.12"}], timeout=240)
def root_requests(kernel):
    """/dev/bulkhead, asked for anything, by several processes."""
    # On two CPUs, one of them taken: a config that is in order but for that is refused.
    configs = {f"/root/{name}.cell": Config(name).bytes() for name in ("smp", "heartbeat")}
    with Machine(kernel=kernel, files={"/root/ioctl": build_fuzzer(), **configs}) as m:
        m.run("chmod 755 /root/ioctl")
        enable(m)
        quiet(m)
        witness = Witness(m, f"{CONFIGS}/heartbeat.cell")
        before = resources(m)
        jobs = [m.run_bg(f"/root/ioctl requests {seed} 5000 1") for seed in (1, 2)]
        texts = [job.wait(timeout=90) for job in jobs]
        check_requests(texts)
        witness.look("random requests")
        same(m, before, "random requests")
        jobs = [m.run_bg(f"/root/ioctl configs {seed} 5000 {' '.join(configs)}")
                for seed in (3, 4)]
        texts = [job.wait(timeout=120) for job in jobs]
        check_requests(texts)
        witness.look("random configs")
        same(m, before, "random configs")
        must(state(m, "heartbeat") == "running", "the witness does not run")
        looked_at(m)
        alive(m)
        witness.end()
        disable(m)


def check_requests(texts):
    """What the fuzzers have printed."""
    for text in texts:
        must("BREACH" not in text, f"a request got through:\n{text}")
        counts = [int(n) for n in re.findall(r"^errno \d+ .*: (\d+)$", text, re.MULTILINE)]
        must(sum(counts) > 4000 and len(counts) > 2, f"few requests were refused:\n{text}")
        must("accepted: " in text, f"no end of the requests:\n{text}")
