# SPDX-License-Identifier: GPL-2.0-only
"""Pages of hypervisor memory that the root cell may read: each must be one of those
that include/bulkhead/status.h tells of, by what is in it."""

import struct

from .config import PAGE

CPU_STATUS = struct.Struct("<IIIIQ")    # index, state, cell, reserved, hw_id
CELL_STATUS = struct.Struct("<II32s")   # id, state, name
RING = struct.Struct("<II")             # size, tail
CPU_STATES, CELL_STATES, MAX_CELLS = 4, 10, 16
RING_SIZES = [1 << shift for shift in range(11, 21)]


class Exports:
    """Explains pages one after the other, each thing once."""

    def __init__(self, system, cells):
        self.cpus = dict(enumerate(system.cpus))
        self.names = [config.name for config in (system, *cells)]
        # One of each cell, and the hypervisor's own.
        self.rings = len(self.names) + 1

    def explain(self, memory, pages):
        """Yields (address, pages, what it is or None) for sorted addresses of pages."""
        pages = list(pages)
        while pages:
            start = pages[0]
            run = 1
            while run < len(pages) and pages[run] == start + run * PAGE:
                run += 1
            data = memory.read(start, run * PAGE)
            name = self._cpu(data) or self._cell(data)
            count = 1 if name else self._ring(data, run)
            if not name and count:
                name = "console ring"
            yield start, count or 1, name
            del pages[:count or 1]

    def _cpu(self, data):
        index, state, cell, reserved, hw_id = CPU_STATUS.unpack_from(data)
        if (self.cpus.get(index) != hw_id or state >= CPU_STATES or cell >= MAX_CELLS
                or reserved):
            return None
        del self.cpus[index]
        return f"status of CPU {index}"

    def _cell(self, data):
        number, state, name = CELL_STATUS.unpack_from(data)
        name = name.split(b"\0", 1)[0].decode("ascii", "replace")
        if name not in self.names or number >= MAX_CELLS or state >= CELL_STATES:
            return None
        self.names.remove(name)
        return f"status of cell {name}"

    def _ring(self, data, run):
        """How many pages a console ring at the start of data has, 0 if there is none."""
        size, _ = RING.unpack_from(data)
        needed = -(-(RING.size + size) // PAGE)
        if size not in RING_SIZES or needed > run or not self.rings:
            return 0
        self.rings -= 1
        # Its size is a power of two, its pages need not be; what is left is zero.
        while (needed < min(run, 2 * size // PAGE)
               and not any(data[needed * PAGE:(needed + 1) * PAGE])):
            needed += 1
        return needed
