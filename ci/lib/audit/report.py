# SPDX-License-Identifier: GPL-2.0-only
"""What an audit found, to read."""

from .claims import ALL, ONE, OWN, THREE, TITLES, TWO
from .ranges import bytes_text

ROW = "  {:<14} {:<14} {:>12}  {} {:<7} {}"


def _rows(rows):
    yield ROW.format("address", "physical", "size", "rwx", "type", "what")
    for run, label in rows:
        yield ROW.format(f"0x{run.start:x}", f"0x{run.phys:x}", bytes_text(run.size), run.rights,
                         run.type, label)


def _space(space):
    cpus = ", ".join(str(cpu.number) for cpu in space.cpus) or "none"
    state = "" if space.config.is_root else f", {space.config.state}"
    if space.walk is None:
        yield f"{space.title}{state}: CPUs {cpus}, none of which uses tables of it"
        return
    yield f"{space.title}{state}: CPUs {cpus}, tables at 0x{space.walk.root:x}"
    if space.rows:
        yield from _rows(space.rows)
    else:
        yield "  reaches nothing"


def details(audit):
    """Lines: a table for each cell, and one for the hypervisor itself."""
    for space in audit.spaces:
        yield from _space(space)
        yield ""
    for walk in audit.el2:
        yield f"hypervisor: tables at 0x{walk.root:x}"
        yield from _rows([(run, "") for run in walk.runs])
        yield ""


def verdicts(audit):
    """Lines: breaches, then one verdict per claim."""
    for note in audit.notes:
        yield f"note: {note}"
    for claim, text in audit.breaches:
        yield f"breach of {claim}: {text}"
    count = {ONE: f"{sum(len(space.rows) for space in audit.spaces)} mappings",
             TWO: f"{sum(len(space.walk.tables) for space in audit.spaces if space.walk)} tables",
             OWN: f"{sum(len(walk.runs) for walk in audit.el2)} mappings",
             ALL: f"{len(audit.spaces)} cells"}
    for claim in (ONE, TWO, THREE, OWN, ALL):
        broken = audit.broken(claim)
        if broken:
            verdict = "BROKEN"
            detail = f"{broken} breach{'es' if broken > 1 else ''}"
        elif claim == THREE and audit.unprotected():
            verdict = "waived"
            detail = "no IOMMU is driven; allow_unprotected_dma of " + \
                ", ".join(audit.unprotected())
        elif claim == THREE:
            verdict, detail = "holds", "no config has memory for DMA"
        else:
            verdict, detail = "holds", count[claim]
        yield f"{claim:<8} {verdict:<6}  {TITLES[claim]} ({detail})"
