# SPDX-License-Identifier: GPL-2.0-only
"""What cells can reach, proven from outside, at each moment of their life."""

import subprocess
import sys
import tempfile
from pathlib import Path

from rig import paths
from rig.arm64 import RESERVED, RIG, Machine
from rig.scenario import Failure, scenario

sys.path.insert(0, str(paths.CI / "lib"))

from audit import claims, config, gdb, registers, report, selftest, tamper  # noqa: E402
from scenarios._cells import (CONFIGS, INMATES, disable, enable, must, said, start,  # noqa: E402
                              wait_state)

HV_START, HV_SIZE = next(region[1:] for region in RESERVED if region[0].endswith("-hypervisor"))
AFFINITY = 0xff00ffffff


@scenario("audit", "ci/audit on a machine made up: it decodes well, and misses no breach",
          group="unit", timeout=120, rig=False)
def unit():
    """Its own tests."""
    count, wrong = selftest.run()
    must(count >= 18, f"only {count} tests were found")
    must(not wrong, wrong)
    print(f"{count} tests, {len(tamper.CASES)} breaches")


def host_config(name):
    """The .cell file that the guest has, on the host."""
    return RIG / "staging" / f"{CONFIGS}/{name}.cell".lstrip("/")


class Auditor:
    """Takes snapshots of a rig and audits them."""

    def __init__(self, machine):
        self.machine = machine
        self._dir = tempfile.TemporaryDirectory(prefix="bulkhead-audit-")
        self.dump = Path(self._dir.name) / "memory"
        self.registers = Path(self._dir.name) / "registers"
        with paths.build_lock(shared=True):
            self._blobs = {path.stem: path.read_bytes()
                           for path in host_config("system").parent.glob("*.cell")}

    def world(self, **states):
        """Registers and hypervisor memory of one moment."""
        m = self.machine
        socket = Path(self._dir.name) / "gdb"
        m.hmp(f"gdbserver unix:{socket},server=on,wait=off")
        try:
            with gdb.Stub.connect(str(socket)) as stub:
                cpus = stub.cpus()
                m.pmemsave(HV_START, HV_SIZE, self.dump)
        finally:
            m.hmp("gdbserver none")
        self._check_ids(cpus)
        self.registers.write_text(registers.save(cpus), encoding="ascii")
        cells = [config.parse(self._blobs[name], state.replace("_", "-"))
                 for name, state in states.items()]
        return tamper.World(config.parse(self._blobs["system"]), cells, cpus, HV_START,
                            self.dump.read_bytes())

    def _check_ids(self, cpus):
        """The emulator, not EL2, says who is who."""
        for cpu, entry in zip(cpus, self.machine.qmp("query-cpus-fast"), strict=True):
            affinity = self.machine.qmp("qom-get", path=entry["qom-path"],
                                        property="mp-affinity")
            must(cpu.mpidr & AFFINITY == affinity, f"CPU {cpu.number} calls itself "
                 f"{cpu.mpidr:#x}, and is {affinity:#x}")

    def audit(self, moment, **states):
        """Audit now; returns what can be compared, and the snapshot."""
        world = self.world(**states)
        done = world.audit()
        self.machine.note("\n".join([f"audit: {moment}", *report.details(done),
                                     *report.verdicts(done)]))
        if done.breaches or done.notes:
            raise Failure(f"{moment}: {done.breaches[0][1] if done.breaches else done.notes[0]}\n"
                          + "\n".join(report.verdicts(done)))
        for space in done.spaces[1:]:
            expected = {"running": len(space.config.memory)}.get(space.config.state, 0)
            must(len(space.rows) == expected, f"{moment}: {space.title} has {len(space.rows)} "
                 f"mappings, not {expected}")
        root = done.spaces[0]
        return [vars(run) for run in root.runs], len(root.walk.tables), world

    def command(self, world, **states):
        """The command line, on files."""
        def run(dump, *words):
            done = subprocess.run(
                [paths.CI / "audit", "--memory", f"{dump}@{HV_START:#x}", "--registers",
                 self.registers, *words], capture_output=True, text=True, timeout=60, check=False)
            return done.returncode, done.stdout + done.stderr

        files = {}
        for name, blob in self._blobs.items():
            files[name] = Path(self._dir.name) / f"{name}.cell"
            files[name].write_bytes(blob)
        words = [files["system"], *(f"{files[name]}:{state}" for name, state in states.items())]
        status, out = run(self.dump, *words)
        must(status == 0 and "claim 2  holds" in out, f"ci/audit ends with {status}:\n{out}")
        bad = world.copy()
        bad.put(bad.cell, bad.beyond, bad.linux)
        tampered = Path(self._dir.name) / "tampered"
        tampered.write_bytes(bad.data)
        status, out = run(tampered, *words)
        must(status == 1 and "claim 1  BROKEN" in out, f"ci/audit ends with {status} on a "
             f"tampered dump:\n{out}")
        status, out = run(self.dump, words[1], words[0])
        must(status == 2, f"ci/audit ends with {status} on configs in the wrong order:\n{out}")


@scenario("audit", "page tables give each cell what its config says, at each moment of its life",
          params=[{"cpu": "a57"}, {"cpu": "max"}], timeout=240)
def audit(cpu):
    """From enable to disable."""
    with Machine(cpu=cpu) as m:
        a = Auditor(m)
        enable(m)
        *before, _ = a.audit("after enable")
        m.run("echo 0 >/sys/devices/system/cpu/cpu1/online")
        a.audit("one CPU offline")
        m.run("echo 1 >/sys/devices/system/cpu/cpu1/online")

        m.run(f"hvctl cell create {CONFIGS}/timer.cell")
        a.audit("a cell created", timer="created")
        m.run(f"hvctl cell load timer {INMATES}/timer.bin")
        a.audit("its program loaded", timer="created")
        m.run("hvctl cell start timer")
        said(m, "timer", "timer: ")
        a.audit("one cell running", timer="running")
        start(m, "heartbeat")
        said(m, "heartbeat", "heartbeat")
        *_, world = a.audit("two cells running", timer="running", heartbeat="running")
        missed = list(tamper.missed(world))
        must(not missed, "not reported, when done to a dump of two running cells:\n    "
             + "\n    ".join(missed))
        a.command(world, timer="running", heartbeat="running")

        m.run("hvctl cell shutdown timer")
        a.audit("one shut down", timer="shut-down", heartbeat="running")
        m.run(f"hvctl cell load timer {INMATES}/timer.bin")
        a.audit("loaded again", timer="created", heartbeat="running")
        m.run("hvctl cell start timer")
        said(m, "timer", "timer: ")
        a.audit("started again", timer="running", heartbeat="running")
        m.run("hvctl cell shutdown timer && hvctl cell destroy timer")
        a.audit("one destroyed", heartbeat="running")

        m.run(f"hvctl cell create {CONFIGS}/attacker.cell"
              f" --cmdline 'attack=read addr={HV_START:#x}'")
        a.audit("one created that has more than its program", attacker="created",
                heartbeat="running")
        m.run(f"hvctl cell load attacker {INMATES}/attack.bin && hvctl cell start attacker")
        wait_state(m, "attacker", "failed")
        a.audit("one failed", attacker="failed", heartbeat="running")
        m.run("hvctl cell destroy attacker")
        m.run("echo 9010000.pl031 >/sys/bus/amba/drivers/rtc-pl031/unbind")
        start(m, "uart", "rtc=0x9010000 irq=34")
        said(m, "uart", ".")
        a.audit("one with a device", uart="running", heartbeat="running")
        m.run("hvctl cell shutdown uart && hvctl cell destroy uart")
        m.run("hvctl cell shutdown heartbeat && hvctl cell destroy heartbeat")
        start(m, "smp")
        said(m, "smp", ".")
        m.sleep(1)
        a.audit("one with two CPUs", smp="running")
        m.run("hvctl cell shutdown smp && hvctl cell destroy smp")
        *after, _ = a.audit("all destroyed")
        must(after == before, "the root cell has not got back what it had:\n"
             f"    {before}\n    {after}")
        disable(m)
        try:
            a.world().audit()
        except claims.NotAudited:
            return
        raise Failure("after disable, the audit still finds the hypervisor")
