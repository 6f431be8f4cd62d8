"""`sendjc submit`, `check` and `status`: what partners sent and what became of it."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from sendjc_pipeline import feeds
from sendjc_pipeline.commands.console import console, errors, show
from sendjc_pipeline.release import ledger as releases
from sendjc_pipeline.reporting import Quarter, period
from sendjc_pipeline.settings import SendjcError, Settings
from sendjc_pipeline.submissions import intake, ledger
from sendjc_pipeline.submissions.expected import missing
from sendjc_pipeline.submissions.intake import Receipt
from sendjc_pipeline.submissions.manifest import Submission
from sendjc_pipeline.warehouse.connection import connect

CLEAN, ROWS_REFUSED, FILE_REFUSED = 0, 1, 2
SHOWN_MESSAGES = 20
MESSAGE_COLUMNS = 'file, row, column_name, rule, outcome, column_letter, category, "table", message, action'


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
    settings: Settings, feed: str, spec: str | None, files: Sequence[Path], report: Path | None, as_json: bool
) -> int:
    """Dry run of a partner's files; return 0 clean, 1 rows refused, 2 file refused. `report` receives messages.csv, one line per fault."""
    settings.make_zones()
    with tempfile.TemporaryDirectory(dir=settings.temp) as scratch:
        receipt = intake.check(feed, spec, list(files), settings, report=Path(scratch))
        if as_json:
            console.print_json(json.dumps(_as_plain(receipt)))
        else:
            _print_receipt(receipt, _messages(Path(scratch), SHOWN_MESSAGES))
        if report is not None:
            _write_report(Path(scratch), report)
    if receipt.status != "accepted":
        return FILE_REFUSED
    return ROWS_REFUSED if any(c.quarantined for c in receipt.tables.values()) else CLEAN


def _messages(folder: Path, most: int) -> list[tuple[object, ...]]:
    con = connect()
    try:
        return con.execute(
            f"select {MESSAGE_COLUMNS} from read_parquet(?) order by outcome, file, row, rule limit {most}",
            [str(folder / "_messages.parquet")],
        ).fetchall()
    finally:
        con.close()


def _write_report(scratch: Path, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    con = connect()
    try:
        con.execute(
            f"copy (select {MESSAGE_COLUMNS} from read_parquet('{_quoted(scratch / '_messages.parquet')}') order by file, row, rule)"
            f" to '{_quoted(folder / 'messages.csv')}' (header)"
        )
    finally:
        con.close()
    # On standard error, so that --json leaves nothing but JSON on standard output.
    errors.print(f"Every fault, by file and row: {folder / 'messages.csv'}", markup=False)


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


def _as_plain(receipt: Receipt) -> dict[str, object]:
    return {
        "feed": receipt.feed,
        "status": receipt.status,
        "tables": {name: vars(counts) for name, counts in receipt.tables.items()},
        "rules": [vars(total) for total in receipt.messages_total],
        "file_messages": list(receipt.file_messages),
    }


def _print_receipt(receipt: Receipt, messages: list[tuple[object, ...]]) -> None:
    rows = [[name, c.received, c.accepted, c.quarantined] for name, c in receipt.tables.items()]
    show(f"{receipt.feed}: {receipt.status}", ["table", "received", "accepted", "quarantined"], rows, right=(1, 2, 3))
    totals = [[t.rule, t.outcome, t.column, t.count, t.message, t.action] for t in receipt.messages_total if t.table]
    if totals:
        show(
            "Rules that rows broke",
            ["rule", "outcome", "column", "rows", "what is wrong", "how to mend it"],
            totals,
            right=(3,),
        )
    if messages:
        shown = [[file, row, column, rule, outcome] for file, row, column, rule, outcome, *_ in messages]
        show(f"The first {len(messages)} of them", ["file", "row", "column", "rule", "outcome"], shown, right=(1,))
    for message in receipt.file_messages:
        errors.print(message, markup=False)


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
