# SPDX-License-Identifier: GPL-2.0-only
"""Programs of a few instructions, and what they leave in memory."""

import subprocess
import tempfile
from pathlib import Path

from rig.errors import tail
from rig.scenario import Failure


def assemble(text):
    """A program for address 0."""
    with tempfile.TemporaryDirectory() as directory:
        source, output = Path(directory) / "p.S", Path(directory) / "p.o"
        source.write_text(text + "\n", encoding="ascii")
        for command in (["aarch64-linux-gnu-gcc", "-c", source, "-o", output],
                        ["aarch64-linux-gnu-objcopy", "-O", "binary", output, directory + "/bin"]):
            done = subprocess.run(command, capture_output=True, text=True, timeout=60,
                                  check=False)
            if done.returncode:
                raise Failure("a program does not assemble\n" + tail(done.stderr))
        return (Path(directory) / "bin").read_bytes()


def memory(m, address, size):
    """Physical memory, as it is."""
    with tempfile.NamedTemporaryFile() as dump:
        m.pmemsave(address, size, dump.name)
        return dump.read()
