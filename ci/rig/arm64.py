# SPDX-License-Identifier: GPL-2.0-only
"""The arm64 rig: QEMU's virt machine with a stock Debian kernel as root cell."""

import ctypes
import hashlib
import os
import shlex
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from . import paths
from .errors import Failure, RigError, tail
from .guest import Guest
from .initramfs import Archive
from .qmp import Monitor

RIG = paths.BUILD / "rig" / "arm64"
KERNELS = ("6.1", "6.1-cloud", "6.12")
DEFAULT_KERNEL = "6.1-cloud"

CPUS = {
    "a57": "cortex-a57",
    "a72": "cortex-a72",
    "max": "max,pauth-impdef=on",
}

# What puts the kernel at EL1 and leaves its stub in EL2. A CPU with VHE runs
# the kernel at EL2 unless it is told that there is no VHE.
EL1_STUB = "kvm-arm.mode=none"
VHE_EL1_STUB = "id_aa64mmfr1.vh=0 kvm-arm.mode=none"

# /reserved-memory, as configs/ has it: name, address, size
RESERVED = (
    ("bulkhead-cells", 0x78000000, 0x07c00000),
    ("bulkhead-hypervisor", 0x7fc00000, 0x00400000),
)


def kernel_dir(name):
    """Directory of a guest kernel: Image and headers."""
    directory = RIG / "kernels" / name
    if not (directory / "Image").exists():
        raise RigError(f"guest kernel {name} is not there; run: ci/deps arm64")
    return directory


def cells(*values):
    """64-bit numbers as device tree cells."""
    return [f"{half:#x}" for value in values for half in (value >> 32, value & 0xffffffff)]


def base_archive():
    """The root file system without anything of Bulkhead's."""
    busybox = RIG / "busybox"
    if not busybox.exists():
        raise RigError("busybox is not there; run: ci/deps arm64")
    guest = paths.CI / "rig" / "guest"
    archive = Archive()
    archive.file("/bin/busybox", busybox)
    archive.file("/init", (guest / "init").read_bytes(), 0o755)
    archive.file("/agent", (guest / "agent").read_bytes(), 0o755)
    for name in ("/proc", "/sys", "/dev", "/run", "/tmp", "/root", "/sbin", "/usr/sbin"):
        archive.directory(name)
    return archive.finish()


def overlay_archive(kernel, files):
    """What the build installed, this kernel's modules, a scenario's own files."""
    archive = Archive()
    staging = RIG / "staging"
    with paths.build_lock(shared=True):
        if staging.is_dir():
            archive.tree(staging)
        for module in sorted((paths.BUILD / "arm64" / "modules" / kernel).glob("**/*.ko")):
            archive.file(f"/lib/modules/{module.name}", module)
    for name, data in files.items():
        archive.file(name, data)
    return archive.finish()


def _die_with_parent():
    """Before exec: no emulator outlives the process that started it."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


class Machine(Guest):
    """A QEMU virt machine, booted to commands.

    kernel      "6.1-cloud" (default), "6.1", "6.12"
    cpu         "a57" (default), "a72", "max", or what -cpu takes
    cpus        number of CPUs
    cmdline     added to the kernel command line
    kvm_mode    replaces the default kvm-arm.mode words of the command line
    reserve     False leaves /reserved-memory out, a list of (name, address, size)
                takes its place
    machine     added to -M, e.g. "virtualization=off"
    memory      RAM, as -m takes it
    icount      True counts instructions: one per tick, reproducible
    gdb         TCP port of a gdb stub on the loopback interface
    wait_gdb    do not start before gdb says so
    files       {guest path: bytes, text or host Path} added to the root file system
    qemu        further QEMU arguments
    log         name of the log; default: the scenario's
    boot        False only starts the emulator
    """

    def __init__(self, kernel=DEFAULT_KERNEL, cpu="a57", cpus=4, cmdline="", kvm_mode=None,
                 reserve=True, machine="", memory="1G", icount=False, gdb=None,
                 wait_gdb=False, files=None, qemu=(), log=None, boot=True,
                 boot_timeout=120):
        name = log or os.environ.get("BULKHEAD_SCENARIO", "rig")
        super().__init__(paths.LOG / (name.replace("/", "-") + ".log"), name)
        self._process = None
        self._monitor = None
        self._sockets = []
        self._dir = Path(tempfile.mkdtemp(prefix="bulkhead-rig-"))
        self.kernel = kernel
        self.gdb_port = gdb
        try:
            self._start(kernel_dir(kernel), CPUS.get(cpu, cpu), cpus, cmdline, kvm_mode,
                        reserve, machine, memory, icount, gdb, wait_gdb, files or {}, qemu)
            if boot:
                self._booted(boot_timeout)
        except BaseException:
            self.kill()
            raise

    # --- starting -----------------------------------------------------------

    def _start(self, kernel, cpu, cpus, cmdline, kvm_mode, reserve, machine, memory, icount,
               gdb, wait_gdb, files, qemu):
        options = ["-M", ",".join(filter(None, [
            "virt,gic-version=3,virtualization=on,dtb-randomness=off", machine]))]
        options += ["-cpu", cpu, "-smp", str(cpus), "-m", memory]
        if kvm_mode is None:
            kvm_mode = EL1_STUB if cpu.startswith("cortex-") else VHE_EL1_STUB
        words = ["console=ttyAMA0", "panic=-1", kvm_mode]
        arguments = [self.program(), *options, "-nodefaults", "-display", "none", "-nic", "none",
                     "-no-reboot"]
        if reserve:
            regions = RESERVED if reserve is True else reserve
            arguments += ["-dtb", self._device_tree(options, regions)]
        if icount:
            arguments += ["-icount", "shift=0,sleep=off", "-rtc", "base=2024-01-01,clock=vm"]
            words.append("nokaslr")
        if gdb:
            arguments += ["-gdb", f"tcp:127.0.0.1:{gdb}"] + (["-S"] if wait_gdb else [])
        initramfs = self._dir / "initramfs"
        initramfs.write_bytes(base_archive() + overlay_archive(self.kernel, files))
        arguments += ["-kernel", str(kernel / "Image"), "-initrd", str(initramfs),
                      "-append", " ".join(filter(None, words + [cmdline]))]
        self._spawn(arguments + list(qemu))

    @staticmethod
    def program():
        """The emulator's name."""
        program = os.environ.get("QEMU_AARCH64", "qemu-system-aarch64")
        if not shutil.which(program):
            raise RigError(f"{program} is not there; run: ci/deps host")
        return program

    def _device_tree(self, options, regions):
        """The machine's own device tree, with /reserved-memory added."""
        tag = hashlib.sha256(repr((options, regions)).encode()).hexdigest()[:16]
        cached = RIG / "dtb" / f"{tag}.dtb"
        if not cached.exists():
            dtb = self._dir / "machine.dtb"
            machine = options[1] + f",dumpdtb={dtb}"
            self._tool([self.program(), "-M", machine, *options[2:], "-nodefaults",
                        "-display", "none", "-nic", "none"])
            top = "/reserved-memory"
            self._tool(["fdtput", "-c", str(dtb), top])
            self._tool(["fdtput", str(dtb), top, "#address-cells", "2"])
            self._tool(["fdtput", str(dtb), top, "#size-cells", "2"])
            self._tool(["fdtput", "-t", "s", str(dtb), top, "ranges"])
            for name, address, size in regions:
                node = f"{top}/{name}@{address:x}"
                self._tool(["fdtput", "-c", str(dtb), node])
                self._tool(["fdtput", "-t", "x", str(dtb), node, "reg", *cells(address, size)])
                self._tool(["fdtput", "-t", "s", str(dtb), node, "no-map"])
            cached.parent.mkdir(parents=True, exist_ok=True)
            fresh = cached.with_suffix(f".{os.getpid()}")
            shutil.copy(dtb, fresh)
            fresh.rename(cached)
        return str(cached)

    @staticmethod
    def _tool(command):
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        if done.returncode != 0:
            raise RigError(f"{command[0]} failed\n" + tail(done.stdout + done.stderr))

    def _spawn(self, arguments):
        console, console_far = socket.socketpair()
        monitor, monitor_far = socket.socketpair()
        self._sockets = [console, monitor]
        arguments += ["-chardev", f"socket,id=console,fd={console_far.fileno()}",
                      "-serial", "chardev:console",
                      "-chardev", f"socket,id=monitor,fd={monitor_far.fileno()}",
                      "-mon", "chardev=monitor,mode=control"]
        self.note("$ " + shlex.join(arguments))
        self._process = subprocess.Popen(
            arguments, stdin=subprocess.DEVNULL, stdout=self._log, stderr=self._log,
            pass_fds=(console_far.fileno(), monitor_far.fileno()),
            preexec_fn=_die_with_parent)
        console_far.close()
        monitor_far.close()
        self._attach(console)

    # --- the monitor --------------------------------------------------------

    def qmp(self, command, **arguments):
        """Run a QMP command."""
        if self._monitor is None:
            self._monitor = Monitor(self._sockets[1], lambda: self._pump(0))
        return self._monitor.command(command, **arguments)

    def hmp(self, line):
        """Run a line of QEMU's human monitor and return what it prints."""
        return self.qmp("human-monitor-command", **{"command-line": line})

    def pmemsave(self, address, size, path):
        """Save guest physical memory to a host file."""
        self.qmp("pmemsave", val=address, size=size, filename=str(Path(path).resolve()))

    # --- the end ------------------------------------------------------------

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        try:
            if kind is None:
                if not self._ended:
                    self.poweroff()
                self._check_watch(force=True)
        finally:
            self.kill()

    @property
    def running(self):
        """Is the emulator there?"""
        return self._process is not None and self._process.poll() is None

    def wait_exit(self, timeout=60):
        """Wait until the emulator ends by itself (the guest reset or powered off)."""
        deadline = self.deadline(timeout)
        while self._pump(0.2):
            if time.monotonic() > deadline:
                self._check_watch(force=True)
                raise Failure(f"the machine did not power off in {timeout} s\n" + self._tail())
        try:
            status = self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            raise Failure("the emulator closed its console but does not end") from None
        if status != 0:
            raise Failure(f"the emulator ended with status {status}\n" + self._tail())

    def poweroff(self, timeout=60):
        """Power off from inside; the emulator must end by itself."""
        self.note("poweroff")
        encoded = "cG93ZXJvZmYgLWYK"  # poweroff -f
        self._request("add", "-", encoded)
        self._request("run", 0)
        self.wait_exit(timeout)
        self._check_watch(force=True)

    def kill(self):
        """End the emulator whatever it does, and clean up."""
        if self.running:
            self._process.kill()
            self._process.wait()
        for sock in self._sockets:
            sock.close()
        self._ended = True
        shutil.rmtree(self._dir, ignore_errors=True)
        self._log.close()
