# SPDX-License-Identifier: GPL-2.0-only
"""Configs (.cell files), as include/bulkhead/config.h lays them out."""

import struct
from dataclasses import dataclass, field

HEADER = struct.Struct("<8sIHHIIII32s256sQQQQIIQ32I")
MEMORY = struct.Struct("<QQQII")
PLATFORM = struct.Struct("<IIQQ")
SOURCE = struct.Struct("<IIII32s")

MAGIC, VERSION = b"BULKCELL", 1
ARM64 = 1
SYSTEM, CELL = 1, 2
ALLOW_UNPROTECTED_DMA = 1 << 1

READ, WRITE, EXEC, DMA, IO, COMM, LOADABLE, ROOTSHARED, WINDOW = (1 << bit for bit in range(9))

GICV3_DIST, GICV3_REDIST, GICV3_ITS = 1, 2, 3
PLATFORM_NAMES = {GICV3_DIST: "interrupt distributor", GICV3_REDIST: "interrupt redistributors",
                  GICV3_ITS: "interrupt translation service"}
LIST_MEMORY = 2
PAGE = 4096

# What a cell can be, as far as its memory is concerned.
STATES = ("created", "loaded", "running", "shut-down", "failed")


class BadConfig(Exception):
    """The file is no config, or one that this does not know."""


@dataclass
class Region:
    """One memory region of a config."""

    phys: int
    virt: int
    size: int
    flags: int
    label: str = ""

    @property
    def private(self):
        """Does it belong to this cell alone while the cell exists?"""
        return not self.flags & (COMM | ROOTSHARED | WINDOW)

    @property
    def rights(self):
        """What the cell may do with it, as "rwx"."""
        return "".join(letter if self.flags & bit else "-"
                       for letter, bit in (("r", READ), ("w", WRITE), ("x", EXEC)))

    @property
    def type(self):
        """Memory type that the cell must have it with."""
        return "device" if self.flags & IO else "normal"


@dataclass
class Platform:
    """One piece of hardware that the hypervisor drives or filters."""

    type: int
    phys: int
    size: int

    @property
    def name(self):
        """For messages."""
        return PLATFORM_NAMES.get(self.type, f"platform device of type {self.type}")


@dataclass
class Config:
    """What an audit needs of a config."""

    name: str
    kind: int
    flags: int
    hypervisor_phys: int
    hypervisor_size: int
    console_type: int
    console_phys: int
    cpus: list = field(default_factory=list)
    memory: list = field(default_factory=list)
    platform: list = field(default_factory=list)
    state: str = "running"

    @property
    def is_root(self):
        """Is it the system config?"""
        return self.kind == SYSTEM


def _text(data):
    return data.split(b"\0", 1)[0].decode("ascii", "replace")


def _array(data, layout, offset, count, limit):
    if count and (offset < HEADER.size or offset + count * layout.size > limit):
        raise BadConfig("an array lies outside the file")
    return [layout.unpack_from(data, offset + n * layout.size) for n in range(count)]


def _label(data, regions, source, source_file):
    names = data[source_file[0]:source_file[0] + source_file[1]]
    for entry_list, index, line, file, label in _array(data, SOURCE, *source, len(data)):
        if entry_list == LIST_MEMORY and index < len(regions):
            name = _text(names[file:]).rsplit("/", 1)[-1]
            regions[index].label = f"{_text(label)} ({name}:{line})" if name else _text(label)


def parse(data, state="running"):
    """Read a config from the bytes of a .cell file."""
    if len(data) < HEADER.size:
        raise BadConfig("too short to be a config")
    (magic, version, arch, kind, total, _, flags, _, name, _, _, _, hv_phys, hv_size,
     console_type, _, console_phys, *arrays) = HEADER.unpack_from(data)
    if magic != MAGIC or version != VERSION:
        raise BadConfig(f"not a config of version {VERSION}")
    if arch != ARM64:
        raise BadConfig("not a config for arm64")
    if kind not in (SYSTEM, CELL) or total > len(data):
        raise BadConfig("damaged")
    cpus, memory, _, platform, source, source_file = zip(arrays[0:12:2], arrays[1:12:2])
    regions = [Region(*entry[:4]) for entry in _array(data, MEMORY, *memory, total)]
    _label(data, regions, source, source_file)
    return Config(
        name=_text(name), kind=kind, flags=flags, hypervisor_phys=hv_phys,
        hypervisor_size=hv_size, console_type=console_type, console_phys=console_phys,
        cpus=[entry[0] for entry in _array(data, struct.Struct("<Q"), *cpus, total)],
        memory=regions,
        platform=[Platform(kind, phys, size) for kind, _, phys, size
                  in _array(data, PLATFORM, *platform, total)],
        state=state)
