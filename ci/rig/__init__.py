# SPDX-License-Identifier: GPL-2.0-only
"""Rigs: emulators that boot the whole system, and the way to talk to it."""
