# SPDX-License-Identifier: GPL-2.0-only
"""Physical memory, from dumps or a live machine."""

import struct


class NotThere(Exception):
    """No dump has this address."""


class Dump:
    """Saved physical memory: pieces, each at an address."""

    def __init__(self):
        self._pieces = []

    def add(self, address, data):
        """Add a piece; later ones hide earlier ones."""
        self._pieces.insert(0, (address, data))

    def read(self, address, size):
        """Bytes at a physical address."""
        for start, data in self._pieces:
            if start <= address and address + size <= start + len(data):
                return bytes(data[address - start:address - start + size])
        raise NotThere(f"0x{address:x} is in no dump")


def words(memory, address, count):
    """A table of 64-bit descriptors."""
    return struct.unpack(f"<{count}Q", memory.read(address, count * 8))
