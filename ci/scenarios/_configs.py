# SPDX-License-Identifier: GPL-2.0-only
"""Configs that are not in configs/: made from those, by changing their source."""

import hashlib
import shutil
import subprocess

from rig import paths
from rig.errors import Failure

SOURCES = paths.TOP / "configs" / "qemu-arm64"
BUILT = paths.BUILD / "configs" / "qemu-arm64"
HVCTL = paths.BUILD / "host" / "hvctl"


def variant(name, *changes, system=None):
    """Compile configs/qemu-arm64/NAME.c with changes; return the file's bytes.

    changes     (old text, new text); each old text must be there
    system      for a cell: system config (bytes) that it is checked against
    """
    text = (SOURCES / f"{name}.c").read_text()
    for old, new in changes:
        if old not in text:
            raise Failure(f"configs/qemu-arm64/{name}.c no longer has this to change: {old}")
        text = text.replace(old, new)
    tag = hashlib.sha256(text.encode() + (system or b"")).hexdigest()[:16]
    directory = paths.BUILD / "ci" / "configs" / tag
    directory.mkdir(parents=True, exist_ok=True)
    source, out, machine = (directory / file for file in (f"{name}.c", f"{name}.cell", "on.cell"))
    source.write_text(text)
    shutil.copy(SOURCES / "machine.h", directory)
    command = [str(HVCTL), "config", "compile", str(source), "-o", str(out),
               "--author-dir", str(paths.TOP)]
    if name != "system":
        machine.write_bytes(system or (BUILT / "system.cell").read_bytes())
        command += ["--system", str(machine)]
    with paths.build_lock(shared=True):
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    if done.returncode:
        raise Failure(f"a variant of {name}.c does not compile:\n{done.stdout}{done.stderr}")
    return out.read_bytes()


def system_with(cpus, *changes):
    """The system config of the machine with fewer CPUs than four."""
    changes = list(changes)
    for cpu in range(cpus, 4):
        changes.append((f'\t{{ BH_HERE("cpu{cpu}"), .id = 0x{cpu:03x} }},\n', ""))
    changes.append(("4 * BH_KIB(128)", f"{cpus} * BH_KIB(128)"))
    return variant("system", *changes)


def cell_on(name, cpu, was=3, system=None):
    """A cell's config with another CPU than it has."""
    return variant(name, (f'BH_HERE("cpu{was}"), .id = 0x{was:03x}',
                          f'BH_HERE("cpu{cpu}"), .id = 0x{cpu:03x}'), system=system)
