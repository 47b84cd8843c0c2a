# SPDX-License-Identifier: GPL-2.0-only
"""Registers of CPUs, as a JSON file."""

import json

from .claims import Cpu
from .gdb import NEEDED


class BadRegisters(Exception):
    """The file is not what save() writes."""


def save(cpus):
    """The text of such a file."""
    return json.dumps({"cpus": [{"mpidr": f"{cpu.mpidr:#x}", "el": cpu.el,
                                 **{name: f"{cpu.registers[name]:#x}" for name in NEEDED}}
                                for cpu in cpus]}, indent=1) + "\n"


def load(text):
    """CPUs from the text of such a file."""
    try:
        return [Cpu(number, int(str(entry["mpidr"]), 0), int(entry["el"]),
                    {name: int(str(entry[name]), 0) for name in NEEDED if name in entry
                     or name != "VMPIDR_EL2"})
                for number, entry in enumerate(json.loads(text)["cpus"])]
    except (ValueError, KeyError, TypeError) as error:
        raise BadRegisters(f"not a file of registers: {error!r}") from None
