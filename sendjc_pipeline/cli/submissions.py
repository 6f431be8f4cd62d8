"""Commands on what a partner sends: before it lands, when it lands, and taking it back."""

from __future__ import annotations

import os
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand
from typer.exceptions import TyperException

from sendjc_pipeline import settings as configuration
from sendjc_pipeline.cli.options import FilesArgument, HomeOption, JsonOption, SpecOption, settings_of
from sendjc_pipeline.commands.console import NOT_CHECKED, console, errors, print_json
from sendjc_pipeline.settings import SendjcError


def submit(
    files: FilesArgument,
    partner: Annotated[str, typer.Option(help="Who sends: an area id, an ODS code, or dfe, nhs_england, ons.")],
    feed: Annotated[str, typer.Option(help="What it is, such as sen2 or csds.")],
    period: Annotated[str, typer.Option(help="What it covers: 2024-25-Q4, 2025-03 or 2024.")],
    spec: SpecOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Land a partner's files, whole, as they are. The same bytes again change nothing; other bytes supersede.

    Example: `sendjc submit --partner derby --feed sen2 --period 2024-25-Q4 Blade-Export_*.csv`
    """
    from sendjc_pipeline.commands.withdraw import what_it_changes
    from sendjc_pipeline.submissions import ledger

    now, settings = datetime.now(UTC), settings_of(home)
    landed = ledger.submit(settings, partner, feed, period, files, spec=spec, received_at=now)
    if as_json:
        told = {name: getattr(landed, name) for name in ("submission_id", "partner", "feed", "period")}
        print_json({**told, "files": len(landed.files), "note": what_it_changes(settings, landed, now) or None})
        return
    console.print(f"{landed.submission_id}  {landed.partner} {landed.feed} {landed.period}, {len(landed.files)} files")
    if note := what_it_changes(settings, landed, now):
        console.print(note)


class CheckCommand(TyperCommand):
    """A wrong option or an absent file gives exit code 3: click's own 2 would tell a script that the file was refused."""

    def make_context(self, *args: Any, **kwargs: Any) -> Any:
        """The context of one call, as click makes it."""
        try:
            return super().make_context(*args, **kwargs)
        except TyperException as error:
            error.exit_code = NOT_CHECKED
            raise


def check(
    files: FilesArgument,
    feed: Annotated[str, typer.Option(help="What it is, such as sen2 or csds.")],
    spec: SpecOption = None,
    period: Annotated[
        str | None,
        typer.Option(help="What it covers, such as 2024-25-Q4; without it no rule compares with the period."),
    ] = None,
    report: Annotated[
        Path | None, typer.Option(help="A folder for the report: report.xlsx, and the same as CSV, JSON and Parquet.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Try a partner's files against every rule and land nothing. Needs no home.

    Exit 0 clean, 1 rows refused, 2 file refused, 3 not checked (a wrong option, or a file that is not there).

    Example: `sendjc check --feed demographics --report faults demographics_for_linkage.csv`
    """
    from sendjc_pipeline.commands import submissions

    # One place, so that a killed check is swept by the next.
    scratch = Path(tempfile.gettempdir()) / f"sendjc-check-{os.getuid()}"
    scratch.mkdir(mode=0o700, exist_ok=True)
    try:
        code = submissions.check(configuration.load(scratch), feed, spec, period, files, report, as_json)
    except SendjcError as failure:
        errors.print(str(failure), markup=False)
        code = NOT_CHECKED
    raise typer.Exit(code)


def report(
    partner: Annotated[str, typer.Option(help="Who sent it: an area id, an ODS code, or dfe, nhs_england, ons.")],
    feed: Annotated[str, typer.Option(help="What it is, such as sen2 or csds.")],
    period: Annotated[str, typer.Option(help="What it covers: 2024-25-Q4, 2025-03 or 2024.")],
    out: Annotated[
        Path | None, typer.Option(help="The folder to write into; else one in the home's restricted/reports/.")
    ] = None,
    home: HomeOption = None,
) -> None:
    """Write the partner report of what has landed: a workbook, and the same as CSV, JSON and Parquet.

    Example: `sendjc report --partner derby --feed sen2 --period 2024-25-Q4 --out report`
    """
    from sendjc_pipeline.commands.partner_report import report_landed

    report_landed(settings_of(home), partner, feed, period, out)


def drift(
    old: Annotated[str, typer.Argument(help="FEED:SPEC, a spec of --feed, a CSV file, or a folder of them.")],
    new: Annotated[str, typer.Argument(help="The same, of the new layout.")],
    feed: Annotated[str | None, typer.Option(help="The feed, where OLD and NEW do not say it.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Say in words what a new layout changes: tables, columns, codes and rules of two specs, or the headers of a partner's files.

    Example: `sendjc drift sen2:2024 sen2:2025` or `sendjc drift last_term/ this_term/`
    """
    from sendjc_pipeline.commands import drift as command

    command.drift(old, new, feed, as_json)


def template(
    feed: Annotated[str, typer.Argument(help="A feed, such as sleep_support or csds.")],
    spec: SpecOption = None,
    out: Annotated[Path, typer.Option(help="The folder to write into; it is made if need be.")] = Path(),
    xlsx: Annotated[
        bool | None,
        typer.Option("--xlsx/--csv", help="A workbook or CSV files; else a workbook where the feed takes one."),
    ] = None,
    force: Annotated[bool, typer.Option(help="Replace files that are there already.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Write a feed's empty tables and a dictionary of their columns, codes and rules, for a partner to fill in. Needs no home.

    Example: `sendjc template sleep_support --out templates`
    """
    from sendjc_pipeline.commands import template as command

    command.template(feed, spec, out, xlsx, force, as_json)


def withdraw(
    submission: Annotated[str, typer.Argument(help="Its id, or the beginning of it; `sendjc status` lists them.")],
    reason: Annotated[str | None, typer.Option(help="Why these files no longer count.")] = None,
    undo: Annotated[bool, typer.Option("--undo", help="Let the submission count again.")] = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take a submission back: the one before it counts again from today. Nothing is deleted.

    Example: `sendjc withdraw 3f2a --reason "sent to the wrong period"`
    """
    from sendjc_pipeline.commands import withdraw as command

    command.withdraw(settings_of(home), submission, reason, undo, datetime.now(UTC), as_json)
