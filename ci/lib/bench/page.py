# SPDX-License-Identifier: GPL-2.0-only
"""Targets and other hypervisors' figures: the tables of docs/benchmarks.md."""

from pathlib import Path

PAGE = Path(__file__).resolve().parents[3] / "docs" / "benchmarks.md"
PEERS = ("Bao", "Jailhouse")


class BadPage(Exception):
    """The page has not got the table that is expected."""


class Row:
    """One line of a table."""

    def __init__(self, name, what, cells):
        self.name = name
        self.what = what
        self.bare = number(cells.get("bare metal", "–"))
        self.peers = [number(cells.get(peer, "–")) for peer in PEERS]
        self.target = number(cells.get("target", "–"))
        self.here = number(cells.get("here", "–"))

    @property
    def better_peer(self):
        """The least of the others' figures, or None."""
        return min((peer for peer in self.peers if peer is not None), default=None)

    def verdict(self, figure):
        """What is wrong with a figure; "ok" if nothing is."""
        if self.target is not None and figure > self.target:
            return f"OVER by {figure - self.target}"
        if self.better_peer is not None and figure > self.better_peer:
            return "WORSE than a peer"
        return "ok"


def number(text):
    """A cell of a table: a number, or None for a dash."""
    text = text.strip().lstrip("≤").replace(",", "").strip()
    if text in ("–", ""):
        return None
    if not text.isdigit():
        raise BadPage(f"{PAGE.name}: '{text}' is no number")
    return int(text)


def split(line):
    """The cells of a table's line."""
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def table(heading, path=PAGE):
    """The rows of the table below a heading, whose first two columns are name and what."""
    lines = iter(path.read_text(encoding="utf-8").splitlines())
    for line in lines:
        if line.strip() == f"## {heading}":
            break
    header, rows = None, []
    for line in lines:
        if line.startswith("## "):
            break
        if not line.startswith("|"):
            continue
        if header is None:
            header = split(line)
        elif set(line) - set("|-: "):
            cells = split(line)
            if len(cells) != len(header):
                raise BadPage(f"{path.name}: {len(cells)} columns, not {len(header)}: {line}")
            rows.append(Row(cells[0].strip("`"), cells[1], dict(zip(header, cells))))
    if not rows:
        raise BadPage(f"{path.name} has no table below '{heading}'")
    return rows


def operations():
    """What is measured. A name with a plus is the sum of others."""
    return table("Operations")


def footprint():
    """Sizes."""
    return table("Footprint")
