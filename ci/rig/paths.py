# SPDX-License-Identifier: GPL-2.0-only
"""Where things are."""

import contextlib
import fcntl
import os
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
CI = TOP / "ci"
BUILD = TOP / "build"
LOG = BUILD / "log"


def time_scale():
    """By how much slower than expected this host is (BULKHEAD_TIME_SCALE)."""
    return float(os.environ.get("BULKHEAD_TIME_SCALE", "1"))


@contextlib.contextmanager
def build_lock(shared=False):
    """What is built changes for one at a time, and not while it is being read."""
    BUILD.mkdir(exist_ok=True)
    with open(BUILD / ".lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_SH if shared else fcntl.LOCK_EX)
        yield
