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


def variant(name, *changes):
    """Compile configs/qemu-arm64/NAME.c with changes; return the file's bytes.

    Each change is (old text, new text); the old one must be there.
    """
    text = (SOURCES / f"{name}.c").read_text()
    for old, new in changes:
        if old not in text:
            raise Failure(f"configs/qemu-arm64/{name}.c no longer has this to change: {old}")
        text = text.replace(old, new)
    tag = hashlib.sha256(text.encode()).hexdigest()[:16]
    directory = paths.BUILD / "ci" / "configs" / tag
    directory.mkdir(parents=True, exist_ok=True)
    source, out = directory / f"{name}.c", directory / f"{name}.cell"
    source.write_text(text)
    shutil.copy(SOURCES / "machine.h", directory)
    command = [str(HVCTL), "config", "compile", str(source), "-o", str(out),
               "--author-dir", str(paths.TOP)]
    if name != "system":
        command += ["--system", str(BUILT / "system.cell")]
    with paths.build_lock(shared=True):
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    if done.returncode:
        raise Failure(f"a variant of {name}.c does not compile:\n{done.stdout}{done.stderr}")
    return out.read_bytes()
