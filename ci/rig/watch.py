# SPDX-License-Identifier: GPL-2.0-only
"""Finds the console lines that no scenario may ignore."""

import re

# Whatever a healthy run never prints, of Linux, the hypervisor or a command.
SUSPICIOUS = re.compile(
    r"\bpanic\b(?![=_.\w])|\bWARNING\b|\bOops\b|\bBUG\b|Internal error|Unable to handle"
    r"|Call trace|rcu: INFO|detected stall|lockup|blocked for more than|nobody cared"
    r"|\bunhandled\b|segfault|Segmentation fault|Illegal instruction|Bus error|\bSError\b"
    r"|Bad mode|scheduling while atomic|refcount_t|Unexpected kernel|bad page state"
    r"|cut here|Kernel stack|invalid opcode|Out of memory|nmi_watchdog",
    re.IGNORECASE)

# The kernel's own way of saying these things while all is well.
HARMLESS = re.compile(
    r"Kernel command line:|Linux version|panic_timeout|command line.*panic="
    r"|nmi_watchdog: Perf NMI watchdog permanently disabled")


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
