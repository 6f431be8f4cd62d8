"""`sendjc submit`, `check` and `status`: what partners sent and what became of it. How a report looks is `partner_report`."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from sendjc_pipeline import feeds
from sendjc_pipeline.commands import partner_report
from sendjc_pipeline.commands.console import console, errors, show
from sendjc_pipeline.release import ledger as releases
from sendjc_pipeline.reporting import Quarter, period
from sendjc_pipeline.settings import SendjcError, Settings
from sendjc_pipeline.submissions import intake, ledger
from sendjc_pipeline.submissions.expected import missing
from sendjc_pipeline.submissions.intake import Receipt
from sendjc_pipeline.submissions.manifest import Submission
from sendjc_pipeline.submissions.report.write import opened, write

CLEAN, ROWS_REFUSED, FILE_REFUSED = 0, 1, 2


def submit_tree(settings: Settings, folder: Path, received_at: datetime) -> list[Submission]:
    """Land every FOLDER/<partner>/<feed>/<period>/ as one submission.

    Raises:
        SendjcError: the folder holds nothing in that shape.
    """
    found = []
    for partner, feed, label in sorted(tuple(p.relative_to(folder).parts) for p in folder.glob("*/*/*") if p.is_dir()):
        files = sorted(p for p in (folder / partner / feed / label).iterdir() if p.is_file())
        if files and feed in feeds.names():
            found.append(ledger.submit(settings, partner, feed, label, files, received_at=received_at))
    if not found:
        raise SendjcError(f"{folder} holds no <partner>/<feed>/<period>/ folders with files.")
    return found


def check(
    settings: Settings,
    feed: str,
    spec: str | None,
    period: str | None,
    files: Sequence[Path],
    report: Path | None,
    as_json: bool,
) -> int:
    """Dry run of a partner's files; return 0 clean, 1 rows refused, 2 file refused. `report` is a folder that receives the partner report.

    Raises:
        SendjcError: there was nothing to judge: unknown feed, spec or period, a file that is not there, a report that cannot be written.
    """
    settings.make_zones()
    with tempfile.TemporaryDirectory(dir=settings.temp) as scratch:
        with partner_report.working(f"Reading and judging {len(files)} file{'' if len(files) == 1 else 's'}"):
            receipt = intake.check(feed, spec, list(files), settings, period=period, report=Path(scratch))
        with opened(settings, receipt, [path.name for path in files]) as made:
            if report is not None:
                with partner_report.working("Writing the report"):
                    write(made, report)
            if as_json:
                partner_report.print_json(made)
            else:
                partner_report.print_report(made)
            _print_where(report, made.faults, as_json)
    if receipt.status != "accepted":
        return FILE_REFUSED
    return ROWS_REFUSED if any(c.quarantined for c in receipt.tables.values()) else CLEAN


def _print_where(report: Path | None, faults: int, as_json: bool) -> None:
    # On standard error, so that --json leaves nothing but JSON on standard output.
    if report is not None:
        errors.print(f"The report, with every fault by file and row: {report / 'report.xlsx'}", markup=False)
    elif faults and not as_json:
        errors.print("For a workbook with every fault by file and row, add: --report FOLDER", markup=False)


def status(settings: Settings, as_json: bool) -> None:
    """Submissions and what became of them, who has not sent, releases, and which release is current."""
    submissions = ledger.all_submissions(settings)
    latest = max(
        (Quarter.containing(period(s.period).end) for s in submissions if feeds.load(s.feed).period_bound), default=None
    )
    absent = missing(latest, submissions) if latest else []
    standing = releases.current(settings)
    gone = set(releases.withdrawn(settings))
    lines = [_submission_line(settings, s) for s in submissions]
    if as_json:
        console.print_json(json.dumps({
            "submissions": lines,
            "missing": [{"quarter": str(latest), "partner": partner, "feed": feed} for partner, feed in absent],
            "releases": [r.release_id for r in releases.all_releases(settings)],
            "current": standing.release_id if standing else None,
        }))  # fmt: skip
        return
    show(
        "Submissions",
        list(lines[0]) if lines else ["submission"],
        [list(line.values()) for line in lines],
        right=(6, 7),
    )
    if absent:
        show(f"Not sent yet for {latest}", ["partner", "feed"], absent)
    elif latest:
        console.print(f"Everything due for {latest} has come.")
    listed = [
        [
            r.release_id,
            r.manifest()["reason"],
            "withdrawn" if r.release_id in gone else "current" if r == standing else "",
        ]
        for r in releases.all_releases(settings)
    ]
    show("Releases", ["release", "reason", ""], listed)


def _submission_line(settings: Settings, submission: Submission) -> dict[str, object]:
    folder = intake.accepted_folder(settings, submission)
    receipt = Receipt.read(folder) if (folder / "receipt.json").is_file() else None
    counts = receipt.tables.values() if receipt else ()
    return {
        "partner": submission.partner,
        "feed": submission.feed,
        "period": submission.period,
        "spec": submission.spec,
        "received (UTC)": f"{submission.received_at:%Y-%m-%d %H:%M}",
        "status": receipt.status if receipt else "not read yet",
        "rows": sum(c.received for c in counts) if receipt else None,
        "quarantined": sum(c.quarantined for c in counts) if receipt else None,
        "submission": submission.submission_id,
    }
