# SPDX-License-Identifier: GPL-2.0-only
"""Where things are."""

import os
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
CI = TOP / "ci"
BUILD = TOP / "build"
LOG = BUILD / "log"


def time_scale():
    """By how much slower than expected this host is (BULKHEAD_TIME_SCALE)."""
    return float(os.environ.get("BULKHEAD_TIME_SCALE", "1"))
