# SPDX-License-Identifier: GPL-2.0-only
"""What is mapped, compared with what should be."""

from dataclasses import dataclass

from .tables import Run


@dataclass
class Wanted:
    """Memory that a cell should have."""

    run: Run
    label: str


def _cut(items, low, high, of):
    """The item that spans [low, high), if any; items do not overlap."""
    for item in items:
        run = of(item)
        if run.start <= low and high <= run.end:
            return item
    return None


def compare(actual, wanted):
    """Go through both; yields (actual Run or None, wanted Run or None, label) per piece."""
    edges = sorted({edge for run in [*actual, *(item.run for item in wanted)]
                    for edge in (run.start, run.end)})
    for low, high in zip(edges, edges[1:]):
        have = _cut(actual, low, high, lambda run: run)
        want = _cut(wanted, low, high, lambda item: item.run)
        if have or want:
            yield (have and have.part(low, high), want and want.run.part(low, high),
                   want.label if want else "")


def without(run, start, end):
    """A run less what of its physical memory lies in [start, end)."""
    first = max(run.phys, start) - run.phys + run.start
    last = min(run.phys + run.size, end) - run.phys + run.start
    if first >= last:
        return [run]
    return [run.part(a, b) for a, b in ((run.start, first), (last, run.end)) if a < b]


def within(run, start, end):
    """The part of a run whose physical memory lies in [start, end), as a list."""
    first = max(run.phys, start) - run.phys + run.start
    last = min(run.phys + run.size, end) - run.phys + run.start
    return [run.part(first, last)] if first < last else []


def common(one, other):
    """Physical memory that both of two lists of runs reach: yields (run, run) pieces."""
    others = sorted(other, key=lambda run: run.phys)
    for run in one:
        for candidate in others:
            if candidate.phys >= run.phys + run.size:
                break
            for piece in within(run, candidate.phys, candidate.phys + candidate.size):
                yield piece, within(candidate, piece.phys, piece.phys + piece.size)[0]


def bytes_text(size):
    """A size to read."""
    for unit, shift in (("GiB", 30), ("MiB", 20), ("KiB", 10)):
        if size >= 1 << shift and size % (1 << shift) == 0:
            return f"{size >> shift} {unit}"
    return f"{size} bytes"
