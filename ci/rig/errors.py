# SPDX-License-Identifier: GPL-2.0-only
"""What a scenario can end with."""


class RigError(Exception):
    """The rig could not be set up."""


class Failure(Exception):
    """A scenario failed; the message is one readable line or a few."""


class Skip(Exception):
    """A scenario cannot run here; the message says why."""


def tail(text, lines=12):
    """The last lines of a text, for an error message."""
    return "\n".join("    " + line for line in text.rstrip().splitlines()[-lines:])
