# SPDX-License-Identifier: GPL-2.0-only
"""Finds the console lines that no scenario may ignore."""

import re

# Whatever a healthy run never prints, of Linux, the hypervisor or a command.
SUSPICIOUS = re.compile(
    r"\b[Pp]anic\b(?![=_.\w])|\bPANIC\b|\bWARNING\b|\bOops\b|\bBUG\b"
    r"|[Ii]nternal error|[Uu]nable to handle|[Cc]all [Tt]race|\brcu: INFO|detected stall"
    r"|\bsoft lockup|hard LOCKUP|blocked for more than|nobody cared|\b[Uu]nhandled\b"
    r"|segfault|Segmentation fault|Illegal instruction|[Bb]us error|\bSError\b|[Bb]ad mode"
    r"|scheduling while atomic|refcount_t|Unexpected kernel|[Bb]ad page|cut here"
    r"|stack is corrupted|invalid opcode|[Oo]ut of memory|general protection")

# The kernel's own way of saying these things while all is well.
HARMLESS = re.compile(
    r"Kernel command line:|Linux version")


class Watch:
    """Collects suspicious lines that the scenario has not declared."""

    def __init__(self):
        self._allowed = []
        self.lines = []

    def allow(self, pattern):
        """Declare lines that match this regular expression as expected."""
        self._allowed.append(re.compile(pattern))

    def look(self, line):
        """Look at one console line; remember it when it is suspicious."""
        if not SUSPICIOUS.search(line) or HARMLESS.search(line):
            return
        if any(pattern.search(line) for pattern in self._allowed):
            return
        self.lines.append(line.strip())
