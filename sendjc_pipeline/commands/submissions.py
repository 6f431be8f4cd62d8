"""`sendjc submit`, `check` and `status`: what partners sent and what became of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from sendjc_pipeline import feeds
from sendjc_pipeline.commands.console import console, errors, show
from sendjc_pipeline.release import ledger as releases
from sendjc_pipeline.settings import SendjcError, Settings
from sendjc_pipeline.submissions import intake, ledger
from sendjc_pipeline.submissions.intake import Receipt
from sendjc_pipeline.submissions.manifest import Submission

CLEAN, ROWS_REFUSED, FILE_REFUSED = 0, 1, 2


def submit_tree(settings: Settings, folder: Path, received_at: datetime) -> list[Submission]:
    """Land every FOLDER/<partner>/<feed>/<period>/ as one submission.

    Raises:
        SendjcError: the folder holds nothing in that shape.
    """
    found = []
    for partner, feed, period in sorted(tuple(p.relative_to(folder).parts) for p in folder.glob("*/*/*") if p.is_dir()):
        files = sorted(p for p in (folder / partner / feed / period).iterdir() if p.is_file())
        if files and feed in feeds.names():
            found.append(ledger.submit(settings, partner, feed, period, files, received_at=received_at))
    if not found:
        raise SendjcError(f"{folder} holds no <partner>/<feed>/<period>/ folders with files.")
    return found


def check(settings: Settings, feed: str, spec: str | None, files: Sequence[Path], as_json: bool) -> int:
    """Dry run of a partner's files; return 0 clean, 1 rows refused, 2 file refused."""
    receipt = intake.check(feed, spec, list(files), settings)
    if as_json:
        console.print_json(json.dumps(_as_plain(receipt)))
    else:
        _print_receipt(receipt)
    if receipt.status != "accepted":
        return FILE_REFUSED
    return ROWS_REFUSED if any(c.quarantined for c in receipt.tables.values()) else CLEAN


def _as_plain(receipt: Receipt) -> dict[str, object]:
    return {
        "feed": receipt.feed,
        "status": receipt.status,
        "tables": {name: vars(counts) for name, counts in receipt.tables.items()},
        "rules": [vars(total) for total in receipt.messages_total],
        "file_messages": list(receipt.file_messages),
    }


def _print_receipt(receipt: Receipt) -> None:
    rows = [[name, c.received, c.accepted, c.quarantined] for name, c in receipt.tables.items()]
    show(f"{receipt.feed}: {receipt.status}", ["table", "received", "accepted", "quarantined"], rows, right=(1, 2, 3))
    if receipt.messages_total:
        totals = [[t.rule, t.outcome, t.table, t.column, t.count, t.message, t.action] for t in receipt.messages_total]
        show(
            "Rules that rows broke",
            ["rule", "outcome", "table", "column", "rows", "what is wrong", "how to mend it"],
            totals,
            right=(4,),
        )
    for message in receipt.file_messages:
        errors.print(message, markup=False)


def status(settings: Settings, as_json: bool) -> None:
    """Submissions, releases, and which release is current."""
    submissions = ledger.all_submissions(settings)
    standing = releases.current(settings)
    gone = set(releases.withdrawn(settings))
    if as_json:
        console.print_json(json.dumps({
            "submissions": [{"submission_id": s.submission_id, "partner": s.partner, "feed": s.feed, "period": s.period,
                             "received_at": f"{s.received_at:%Y-%m-%dT%H:%M:%SZ}"} for s in submissions],
            "releases": [r.release_id for r in releases.all_releases(settings)],
            "current": standing.release_id if standing else None,
        }))  # fmt: skip
        return
    rows = [
        [s.partner, s.feed, s.period, s.spec, f"{s.received_at:%Y-%m-%d %H:%M}", s.submission_id] for s in submissions
    ]
    show("Submissions", ["partner", "feed", "period", "spec", "received (UTC)", "submission"], rows)
    listed = [
        [
            r.release_id,
            r.manifest()["reason"],
            "withdrawn" if r.release_id in gone else "current" if r == standing else "",
        ]
        for r in releases.all_releases(settings)
    ]
    show("Releases", ["release", "reason", ""], listed)
