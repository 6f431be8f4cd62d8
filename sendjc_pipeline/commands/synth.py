"""`sendjc synth`: write synthetic areas, and land them when asked."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from sendjc_pipeline.commands.console import console, show, stopwatch
from sendjc_pipeline.commands.submissions import submit_tree
from sendjc_pipeline.reporting import Quarter, quarters_between
from sendjc_pipeline.settings import SendjcError, Settings
from sendjc_pipeline.synthetic.generate import generate


def synthesise(
    out: Path,
    seed: int,
    scale: float,
    areas: str,
    quarters: str,
    truth: Path | None,
    defects: float,
    land: Settings | None,
    now: datetime,
) -> None:
    """Generate into `out`, print the rows per feed, and submit them all to `land` if it is given."""
    first, _, last = quarters.partition("..")
    span = quarters_between(Quarter.parse(first), Quarter.parse(last or first))
    if not span:
        raise SendjcError(f"{first} comes after {last}: give the earlier quarter first.")
    summary = generate(
        out,
        seed,
        scale,
        [area.strip() for area in areas.split(",")],
        [q.label for q in span],
        truth,
        defects,
        progress=stopwatch(),
    )
    show(f"Written to {out}", ["feed", "rows"], sorted(summary.rows_per_feed.items()), right=(1,))
    if land is not None:
        console.print(f"{len(submit_tree(land, out, now))} submissions landed in {land.landing}")
