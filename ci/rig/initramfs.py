# SPDX-License-Identifier: GPL-2.0-only
"""Writes initramfs archives (cpio "newc" segments, which concatenate)."""

import os
import stat
from pathlib import Path


class Archive:
    """One cpio segment, built in memory. Names are absolute guest paths."""

    def __init__(self):
        self._parts = []
        self._names = set()
        self._inode = 0

    def _entry(self, name, mode, data=b""):
        self._inode += 1
        name = name.lstrip("/").encode() + b"\0"
        fields = (self._inode, mode, 1, 0, 0, 0, len(data), 0, 0, 0, 0, len(name), 0)
        head = b"070701" + b"".join(b"%08x" % field for field in fields) + name
        self._parts.append(head + b"\0" * (-len(head) % 4) + data + b"\0" * (-len(data) % 4))

    def directory(self, name):
        """Add a directory and those above it."""
        if name in ("", "/") or name in self._names:
            return
        self.directory(os.path.dirname(name))
        self._names.add(name)
        self._entry(name, stat.S_IFDIR | 0o755)

    def file(self, name, data, mode=0o644):
        """Add a file; data is bytes, text, or the path of a host file."""
        if isinstance(data, Path):
            mode = stat.S_IMODE(data.stat().st_mode)
            data = data.read_bytes()
        elif isinstance(data, str):
            data = data.encode()
        self.directory(os.path.dirname(name))
        self._entry(name, stat.S_IFREG | mode, data)

    def symlink(self, name, target):
        """Add a symbolic link."""
        self.directory(os.path.dirname(name))
        self._entry(name, stat.S_IFLNK | 0o777, target.encode())

    def tree(self, root, at=""):
        """Add everything below a host directory."""
        for path in sorted(root.rglob("*")):
            name = f"{at}/{path.relative_to(root)}"
            if path.is_symlink():
                self.symlink(name, os.readlink(path))
            elif path.is_dir():
                self.directory(name)
            else:
                self.file(name, path)

    def finish(self):
        """The segment's bytes."""
        self._inode = -1
        self._entry("TRAILER!!!", 0)
        data = b"".join(self._parts)
        return data + b"\0" * (-len(data) % 512)
