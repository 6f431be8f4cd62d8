"""`sendjc submit`, `check` and `status`: what partners sent and what became of it. How a report looks is `partner_report`."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from sendjc_pipeline import feeds
from sendjc_pipeline.commands import partner_report
from sendjc_pipeline.commands.console import errors
from sendjc_pipeline.settings import SendjcError, Settings
from sendjc_pipeline.submissions import intake, ledger
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
