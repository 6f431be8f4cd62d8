"""A home with two years of releases: eight quarters through the real job, each when it is due, and two of them again when a council has put its return right.

Belongs here: who sends what and when, and the runs. Does not belong here: what a reader makes of the releases (attack_reading.py).
"""

from __future__ import annotations

import shutil
import time
from contextlib import redirect_stdout
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from pathlib import Path

from assets_tests.integration.late_file import without_children
from sendjc_pipeline.commands.reference import load_synthetic
from sendjc_pipeline.commands.run import PUBLISHED, Order, run_quarter
from sendjc_pipeline.release import ledger
from sendjc_pipeline.reporting import Quarter, quarters_between
from sendjc_pipeline.reporting import period as read_period
from sendjc_pipeline.settings import Settings, create_pseudonym_key
from sendjc_pipeline.submissions.ledger import submit
from sendjc_pipeline.synthetic.calibration import AREAS
from sendjc_pipeline.synthetic.generate import generate
from sendjc_pipeline.warehouse import project
from sendjc_pipeline.warehouse.build import warehouse_path
from sendjc_pipeline.warehouse.connection import connect

QUARTERS = quarters_between(Quarter.parse("2023-24-Q1"), Quarter.parse("2024-25-Q4"))
SENT = timedelta(days=20)
# Whose return of which quarter lacks how many children until its restatement: few, so that the difference of two releases is small.
LACKS = {("derby", QUARTERS[5].label): 5, ("nottingham", QUARTERS[-1].label): 3}


def make(folder: Path, per_cent: float) -> Settings:
    """Land everything, each file when it was sent, and publish in the order of time."""
    project.prepare()
    settings = Settings(folder / "home", "test").make_zones()
    create_pseudonym_key(settings)
    load_synthetic(settings)
    _land(settings, folder, per_cent)
    due = [(quarter.end + SENT, quarter) for quarter in QUARTERS]
    due += [(Quarter.parse(label).restatement, Quarter.parse(label)) for _, label in LACKS]
    for known_at, quarter in sorted(due):
        begun = time.monotonic()
        said = StringIO()
        with redirect_stdout(said):
            code = run_quarter(settings, Order(quarter, known_at))
        if code != PUBLISHED:
            raise SystemExit(f"{quarter} as known on {known_at} was not published: exit code {code}\n{said.getvalue()}")
        _keep_truth(settings, quarter)
        print(f"  {quarter} as known on {known_at}: {time.monotonic() - begun:.0f} s", flush=True)
    return settings


def truth_of(release: ledger.Release) -> Path:
    """The true figures of a release, beside the home: a revision takes the warehouse of the quarter over."""
    return release.folder.parents[2].with_name("truth") / f"{release.release_id}.parquet"


def _keep_truth(settings: Settings, quarter: Quarter) -> None:
    release = ledger.newest(settings, quarter)
    assert release is not None
    truth_of(release).parent.mkdir(exist_ok=True)
    con = connect(warehouse_path(settings, quarter), read_only=True, settings=settings)
    con.execute(f"copy main.metric_quarterly to '{truth_of(release)}' (format parquet)")
    con.close()


def _land(settings: Settings, folder: Path, per_cent: float) -> None:
    sent = generate(folder / "sent", 7, per_cent / 100, AREAS, QUARTERS)
    for (feed, partner, period), spec in sorted(sent.specs.items()):
        names = sorted(key[3] for key in sent.rows if key[:3] == (feed, partner, period))
        paths = [sent.out / partner / feed / period / name for name in names]
        few = LACKS.get((partner, period)) if feed == "sen2" else None
        if few:
            mended = Quarter.parse(period).restatement - timedelta(days=1)
            submit(settings, partner, feed, period, paths, spec=spec, received_at=_at(mended))
            first = folder / "first" / partner / period
            first.mkdir(parents=True)
            paths = [Path(shutil.copy(path, first)) for path in paths]
            without_children(first, few)
        submit(settings, partner, feed, period, paths, spec=spec, received_at=_at(_sent_on(period)))


def _sent_on(period: str) -> date:
    """Twenty days after what the file is about has ended: at the latest for the quarter in which it ends."""
    return read_period(period).end + SENT


def _at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 9, tzinfo=UTC)
