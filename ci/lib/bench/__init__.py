# SPDX-License-Identifier: GPL-2.0-only
"""What operations cost, in instructions, and how that compares."""
