# SPDX-License-Identifier: GPL-2.0-only
"""A run beside its targets and other hypervisors' figures."""

from . import page

ROW = "{:<24} {:>9} {:>9} {:>9} {:>9} {:>9}  {}"
LIFE = ("enable", "create", "load", "start", "shutdown", "destroy", "disable")


def figure_of(row, figures):
    """What was measured for a row; of a sum, its parts together."""
    return sum(figures[name] for name in row.name.split("+"))


def judged(rows, figures):
    """(row, figure, verdict) of each row; figures without a row are an error."""
    named = {name for row in rows for name in row.name.split("+")}
    if named != set(figures):
        raise page.BadPage(f"{page.PAGE.name} and what is measured differ: "
                           f"{', '.join(sorted(named ^ set(figures)))}")
    return [(row, figure_of(row, figures), row.verdict(figure_of(row, figures))) for row in rows]


def missed(operations, footprint):
    """A line for each target that is not reached."""
    results = judged(page.operations(), operations) + judged(page.footprint(), footprint)
    return [f"{row.name}: {figure}, {verdict} (target {shown(row.target)}, "
            f"Bao {shown(row.peers[0])}, Jailhouse {shown(row.peers[1])})"
            for row, figure, verdict in results if verdict != "ok"]


def shown(value):
    """A cell of the table."""
    return "–" if value is None else str(value)


def block(title, results):
    """A table, with its title in the place of the names' heading."""
    yield ROW.format(title, "here", "Bao", "Jailhouse", "bare", "target", "")
    for row, figure, verdict in results:
        yield ROW.format(row.name.replace("+", " + "), figure, *(shown(peer) for peer in row.peers),
                         shown(row.bare), shown(row.target), verdict).rstrip()


def text(bench, footprint):
    """The whole report."""
    yield from block("instructions", judged(page.operations(), bench.operations))
    yield ""
    yield from block("bytes", judged(page.footprint(), footprint))
    yield ""
    yield "longest time that a CPU of the root cell was held, in instructions"
    longest = bench.longest()
    for kind in sorted(longest, key=longest.get, reverse=True):
        yield f"{kind:<24} {longest[kind]:>9}"
    yield ""
    yield "life of a cell of 2 MiB, in ms at an instruction per ns: the commands, Linux included"
    for name in LIFE:
        yield f"{name:<24} {bench.lifecycle[name]:>9.2f}"
