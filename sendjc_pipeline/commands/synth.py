"""`sendjc synth`: write synthetic areas, and land them when asked."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from sendjc_pipeline.commands.console import console, show, stopwatch
from sendjc_pipeline.commands.reference import load_synthetic
from sendjc_pipeline.reporting import Quarter, quarters_between
from sendjc_pipeline.settings import SendjcError, Settings
from sendjc_pipeline.submissions import ledger
from sendjc_pipeline.submissions.manifest import Submission
from sendjc_pipeline.synthetic.calibration import AREAS
from sendjc_pipeline.synthetic.generate import generate
from sendjc_pipeline.synthetic.summary import Summary


def synthesise(
    out: Path,
    seed: int,
    scale: float,
    areas: str | None,
    quarters: str,
    truth: Path | None,
    defects: float,
    land: Settings | None,
    now: datetime,
    feeds: str | None = None,
    *,
    hard: bool = False,
    reduced: bool = False,
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
        [area.strip() for area in areas.split(",")] if areas else list(AREAS),
        [q.label for q in span],
        truth,
        defects,
        progress=stopwatch(),
        feeds=[feed.strip() for feed in feeds.split(",")] if feeds else None,
        hard=hard,
        reduced=reduced,
    )
    show(f"Written to {out}", ["feed", "rows"], sorted(summary.rows_per_feed.items()), right=(1,))
    if land is not None:
        load_synthetic(land)
        console.print(f"{len(land_written(land, summary, now))} submissions landed in {land.landing}")


def land_written(settings: Settings, summary: Summary, now: datetime) -> list[Submission]:
    """Submit what was just written, each submission in the spec that it follows."""
    landed = []
    for (feed, partner, period), spec in sorted(summary.specs.items()):
        names = sorted(key[3] for key in summary.rows if key[:3] == (feed, partner, period))
        paths = [summary.out / partner / feed / period / name for name in names]
        landed.append(ledger.submit(settings, partner, feed, period, paths, spec=spec, received_at=now))
    return landed
