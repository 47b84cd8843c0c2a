# SPDX-License-Identifier: GPL-2.0-only
"""Builds what a rig boots, and installs it where the rig looks for it."""

import os
import shutil
import subprocess

from . import arm64, paths
from .errors import tail

MAKE = ("make", "-C", str(paths.TOP), "ARCH=arm64", "CROSS_COMPILE=aarch64-linux-gnu-")
JOBS = f"-j{os.cpu_count() or 1}"


class BuildError(Exception):
    """A build step failed; the message has the end of what it said."""


def step(name, command, timeout=900):
    """Run one step with its output in build/log/<name>.log."""
    log = paths.LOG / f"{name.replace('/', '-')}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with open(log, "wb") as out:
        try:
            done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                                  timeout=timeout, cwd=paths.TOP, check=False)
        except subprocess.TimeoutExpired:
            raise BuildError(f"{name}: no end after {timeout} s") from None
    if done.returncode != 0:
        raise BuildError(f"{name} failed; {log.relative_to(paths.TOP)} ends:\n"
                         + tail(log.read_text(errors="replace")))


def deps(kernels=arm64.KERNELS):
    """Install and fetch what is missing, with these guest kernels."""
    chosen = [word for kernel in kernels for word in ("--kernel", kernel)]
    step("deps", [str(paths.CI / "deps"), *chosen], timeout=1800)


def programs():
    """Hypervisor, tools, inmates and configs, installed into the rig's staging tree."""
    with paths.build_lock():
        step("build", [*MAKE, JOBS])
        fresh = arm64.RIG / "staging.new"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(parents=True)
        step("install", [*MAKE, "install", f"DESTDIR={fresh}", "PREFIX=/usr"])
        shutil.rmtree(arm64.RIG / "staging", ignore_errors=True)
        fresh.rename(arm64.RIG / "staging")


def modules(kernel):
    """The driver for one guest kernel."""
    with paths.build_lock():
        step(f"modules-{kernel}",
             [*MAKE, JOBS, "modules", f"KDIR={arm64.kernel_dir(kernel) / 'headers'}",
              f"MODULES={paths.BUILD / 'arm64' / 'modules' / kernel}"])


def everything(kernels=arm64.KERNELS, say=lambda text: None):
    """All of it, for these kernels."""
    say("installing and fetching what is missing")
    deps(kernels)
    say("building")
    programs()
    for kernel in kernels:
        modules(kernel)
