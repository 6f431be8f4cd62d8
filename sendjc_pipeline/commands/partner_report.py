"""How a partner report looks on a terminal, and the command that writes one for what has landed.

Belongs here: layout for a terminal and where a report goes. Does not belong here: what it says (submissions/report/).
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from sendjc_pipeline import feeds, reporting
from sendjc_pipeline.commands.console import console, errors, show
from sendjc_pipeline.feeds.partners import require_sender
from sendjc_pipeline.settings import SendjcError, Settings
from sendjc_pipeline.submissions import intake, ledger, withdrawal
from sendjc_pipeline.submissions.report import tables, words
from sendjc_pipeline.submissions.report.write import Report, opened, write

SHOWN_RULES = 12
_COLOURS = {"reject_file": "bold red", "quarantine_row": "red", "warn": "yellow"}


def print_report(report: Report) -> None:
    """The report in short: verdict, tables, whole files and the rules with most effect."""
    _print_verdict(report)
    for message in report.summary.file_messages:
        line = f"{message['file']}: {message['message']} [{message['rule']}]. {message['action']}"
        console.print(line, markup=False, style=_COLOURS[str(message["outcome"])])
    # Orphans follow from rows that stand above them, so whoever mends from the top mends them on the way.
    rules = sorted((r for r in tables.rules(report.con) if r["table"]), key=lambda rule: rule["category"] == "orphan")
    if not rules:
        return
    console.print("\nWhat is wrong, most effect first", style="bold")
    for rule in rules[:SHOWN_RULES]:
        head = f"{rule['effect']}: {words.count(_whole(rule['count']), 'row')} of {rule['table']}"
        console.print(head, style=_COLOURS[str(rule["outcome"])], markup=False)
        console.print(f"    {rule['message']}", markup=False)
        console.print(f"    Mend: {rule['action']}", markup=False)
        first = f"First: {rule['first_file']}, {rule['first_place']}  " if rule["first_file"] else ""
        console.print(f"    {first}[{rule['rule']}]", markup=False, style="dim")
    if len(rules) > SHOWN_RULES:
        console.print(f"and {words.count(len(rules) - SHOWN_RULES, 'more rule')}")


def _print_verdict(report: Report, *, is_shared: bool = False) -> None:
    """Verdict and tables; `is_shared` leaves out the reason, which may quote a name of the partner's own."""
    summary = report.summary
    is_whole = not any(line.quarantined for line in summary.tables.values())
    colour = "bold red" if summary.status != "accepted" else "bold green" if is_whole else "bold yellow"
    said = f"{summary.verdict}." if is_shared else summary.sentence
    console.print(f"{summary.feed} (spec {summary.spec}): {said}", style=colour, markup=False)
    filled = {name: table for name, table in summary.tables.items() if table.received}
    lines = [[name, t.received, t.accepted, t.quarantined, t.warned] for name, t in filled.items()]
    if lines:
        show("", ["table", "received", "accepted", "kept out", "to check"], lines, right=(1, 2, 3, 4))
    if empty := len(summary.tables) - len(filled):
        console.print(f"{words.count(empty, 'table')} without a row")


def print_json(report: Report) -> None:
    """The whole of report.json on standard output."""
    for block in report.json_blocks():
        sys.stdout.write(block)
    sys.stdout.flush()


@contextmanager
def working(what: str) -> Iterator[None]:
    """Say on standard error what takes so long, with the seconds, if it is a terminal; it goes when the work is done."""
    with Progress(
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        TimeElapsedColumn(),
        console=errors,
        transient=True,
        disable=not errors.is_terminal,
    ) as progress:
        progress.add_task(what, total=None)
        yield


def report_landed(settings: Settings, partner: str, feed: str, period: str, out: Path | None) -> Path:
    """Write the report of the newest submission of a partner, feed and period, judging it if nobody has; return the folder.

    Without `out` it goes to restricted/reports/<partner>/<feed>/<period>/, readable by the pipeline's own user only. What is printed names
    no file, because this terminal may be logged.

    Raises:
        SendjcError: nothing of that kind has landed, or the folder cannot be written to.
    """
    label = reporting.period(period).label
    require_sender(feeds.load(feed), partner)
    sent = [s for s in ledger.all_submissions(settings) if (s.partner, s.feed, s.period) == (partner, feed, label)]
    if not sent:
        raise SendjcError(f"{partner} has sent no {feed} for {label}: `sendjc status` lists what has landed.")
    standing = [s for s in sent if withdrawal.read(s.folder) is None]
    if not standing:
        raise SendjcError(
            f"{partner} withdrew its {feed} for {label}: there is nothing to report on until it sends again."
        )
    submission = standing[-1]
    with working("Reading and judging the submission"):
        receipt = intake.accept(settings, submission)
    folder = out or _own_folder(settings, partner, feed, label)
    names = [file.name for file in submission.files]
    with opened(settings, receipt, names, submission.received_at) as made:
        with working("Writing the report"):
            write(made, folder)
        _print_verdict(made, is_shared=True)
    console.print(f"{words.count(made.faults, 'fault')}; report in {folder}", markup=False)
    return folder


def _own_folder(settings: Settings, partner: str, feed: str, label: str) -> Path:
    folder = settings.make_zones().restricted
    for part in ("reports", partner, feed, label):
        folder = folder / part
        folder.mkdir(mode=0o700, exist_ok=True)
        folder.chmod(0o700)
    return folder


def _whole(value: object) -> int:
    return value if isinstance(value, int) else 0
