# SPDX-License-Identifier: GPL-2.0-only
"""The rig itself: kernels, CPUs, and that it notices what it must."""

import tempfile

from rig.arm64 import DEFAULT_KERNEL, KERNELS, Machine, kernel_dir
from rig.scenario import Failure, scenario


def must_fail(what, function, *words):
    """Call function; it must raise a Failure whose message has these words."""
    try:
        function()
    except Failure as error:
        missing = [word for word in words if word not in str(error)]
        if missing:
            raise Failure(f"{what}: the message lacks {missing}:\n    {error}") from None
        return
    raise Failure(f"{what} went unnoticed")


@scenario("boot", "a stock kernel boots to commands, with memory reserved",
          params=[{"kernel": kernel, "cpu": cpu, "cpus": cpus}
                  for kernel, cpu, cpus in [(k, c, 4) for k in KERNELS for c in ("a57", "a72", "max")]
                  + [(DEFAULT_KERNEL, "a57", 1), (DEFAULT_KERNEL, "a57", 2)]])
def boot(kernel, cpu, cpus):
    """Boot, look at kernel version, CPUs and memory, power off."""
    with Machine(kernel=kernel, cpu=cpu, cpus=cpus) as m:
        release = m.run("uname -r").strip()
        wanted = (kernel_dir(kernel) / "version").read_text().strip()
        if release != wanted:
            raise Failure(f"kernel {release} runs, {wanted} was to be booted")
        online = int(m.run("nproc"))
        if online != cpus:
            raise Failure(f"{online} of {cpus} CPUs are online")
        if "78000000-7fffffff : reserved" not in m.run("cat /proc/iomem"):
            raise Failure("the memory for cells is not reserved\n" + m.run("cat /proc/iomem"))
        for node in ("bulkhead-cells@78000000", "bulkhead-hypervisor@7fc00000"):
            m.run(f"test -e /proc/device-tree/reserved-memory/{node}/no-map")


@scenario("rig-console", "commands' output is exact while the kernel talks into it")
def rig_console():
    """Output, statuses, background commands and files, with a chatty kernel."""
    with Machine(cpus=2) as m:
        chatter = m.run_bg("while :; do echo chatter chatter chatter >/dev/kmsg; usleep 3000; done")
        expected = "".join(f"line {n} of many, long enough to be cut in two\n" for n in range(400))
        for _ in range(5):
            out = m.run("for n in $(seq 0 399); do "
                        "echo line $n of many, long enough to be cut in two; done")
            if out != expected:
                raise Failure("a command's output was changed")
        if m.run("exit 7", expect_status=7).status != 7:
            raise Failure("an exit status was changed")
        data = bytes(range(256)) * 64
        m.put("/tmp/data", data)
        if m.get("/tmp/data") != data:
            raise Failure("a file was changed on its way in and out")
        m.expect(r"chatter chatter chatter", timeout=5)
        if chatter.poll() is not None:
            raise Failure("the background command ended by itself")
        chatter.kill()
        if chatter.wait(timeout=10, check=False).status == 0:
            raise Failure("the background command was not killed")
        with tempfile.NamedTemporaryFile() as dump:
            # Without EFI the kernel stays where QEMU loaded it.
            m.pmemsave(0x40200000, 0x2000000, dump.name)
            if b"Linux version" not in dump.read():
                raise Failure("a dump of the kernel's memory has no kernel in it")
        if "CPU #1" not in m.hmp("info cpus"):
            raise Failure("the monitor does not name the second CPU")


@scenario("rig-notices", "the rig fails on what a scenario must not ignore")
def rig_notices():
    """Wrong statuses, suspicious lines, hanging commands, a panic."""
    with Machine(cpus=1) as m:
        must_fail("a wrong exit status", lambda: m.run("echo why; false"), "status 1", "why")
        m.allow("WARNING: harmless")
        m.run("echo '<4>WARNING: harmless' >/dev/kmsg; echo '<4>WARNING: harmless'")

    def suspicious():
        with Machine(cpus=1) as m:
            m.run("echo '<0>Internal error: made up' >/dev/kmsg; sleep 1")

    def hanging():
        with Machine(cpus=1) as m:
            m.run("echo begun; sleep 1000", timeout=5)

    def late():
        with Machine(cpus=1) as m:
            m.run_bg("usleep 300000; echo '<0>BUG: made up' >/dev/kmsg")
            m.sleep(1)

    def panicking():
        with Machine(cpus=1) as m:
            m.run("echo c >/proc/sysrq-trigger", timeout=20)

    must_fail("a suspicious line", suspicious, "Internal error: made up")
    must_fail("a suspicious line after a command", late, "BUG: made up")
    must_fail("a hanging command", hanging, "no end of 'echo begun", "begun")
    must_fail("a panic", panicking, "unexpected on the console")
