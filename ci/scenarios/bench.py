# SPDX-License-Identifier: GPL-2.0-only
"""What the hypervisor costs: targets are reached, and the figures are the same again."""

import os
import sys

from rig import paths
from rig.scenario import Failure, scenario

sys.path.insert(0, str(paths.CI / "lib"))

from bench import measure, page, report  # noqa: E402
from scenarios._cells import must  # noqa: E402

# What takes longer than a trap may have been disturbed by other CPUs, three times.
LONG = ("enable", "cell-create", "cell-start", "root-held-max")
LONG_TOLERANCE = 0.10
# How much more than docs/benchmarks.md says is still what it says.
PAGE_TOLERANCE = 0.10


def differences(first, second):
    """What two runs disagree about."""
    for name, figure in first.items():
        other = second[name]
        if name in LONG and abs(figure - other) <= LONG_TOLERANCE * max(figure, other):
            continue
        if figure != other:
            yield f"{name} {figure} and {other}"


def outdated(rows, figures):
    """Where the page claims less than there is."""
    for row in rows:
        figure = report.figure_of(row, figures)
        must(row.here is not None, f"{page.PAGE.name} has no figure of {row.name}")
        if figure > row.here * (1 + PAGE_TOLERANCE):
            yield f"{row.name}: {row.here}, measured {figure}"


@scenario("bench", "instruction counts, twice the same, within targets, better than the peers",
          timeout=240)
def bench():
    """Two runs, each on a machine of its own."""
    name = os.environ.get("BULKHEAD_SCENARIO", "bench")
    runs = [measure.arm64(log=f"{name}-{number}") for number in (1, 2)]
    footprint = measure.size_of_image()
    print("\n".join(report.text(runs[0], footprint)))
    for run in runs:
        wrong = report.missed(run.operations, footprint)
        must(not wrong, "targets are missed: " + "; ".join(wrong))
    different = list(differences(*(run.operations for run in runs)))
    must(not different, "two runs differ: " + "; ".join(different))
    old = [*outdated(page.operations(), runs[0].operations),
           *outdated(page.footprint(), footprint)]
    if old:
        raise Failure(f"docs/{page.PAGE.name} says less than is so: " + "; ".join(old))
