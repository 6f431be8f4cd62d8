"""Commands of clerical review."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from sendjc_pipeline.cli.options import (
    HomeOption,
    JsonOption,
    OnOption,
    QuarterOption,
    ReviewerOption,
    day,
    home_of,
    there,
)
from sendjc_pipeline.reporting import Quarter

review_app = typer.Typer(
    no_args_is_help=True, help="Pairs of records that might be one child: worklists for reviewers, and their verdicts."
)


@review_app.command("export")
def review_export(
    quarter: QuarterOption,
    reviewer: ReviewerOption,
    most: Annotated[int | None, typer.Option(help="At most so many pairs, the likeliest first.", min=1)] = None,
    conflicts: Annotated[bool, typer.Option("--conflicts", help="Only pairs on which reviewers differ.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace a worklist that is there already.")] = False,
    home: HomeOption = None,
) -> None:
    """Write a reviewer's worklist, XLSX and CSV, into restricted/identity/review/: pairs without a verdict of theirs, likeliest first.

    Example: `sendjc review export --quarter 2024-25-Q4 --reviewer j.ali --most 200`
    """
    from sendjc_pipeline.commands import review
    from sendjc_pipeline.commands.run import today

    review.export(home_of(home), Quarter.parse(quarter), reviewer, today(), most, conflicts=conflicts, replace=force)


@review_app.command("import")
def review_import(
    worklist: Annotated[Path, typer.Argument(help="The worklist, filled in.", callback=there)],
    reviewer: ReviewerOption,
    on: OnOption = None,
    home: HomeOption = None,
) -> None:
    """Record the verdicts of a worklist: same, different or unsure. Two reviewers who agree decide; all of the file or none of it.

    Example: `sendjc review import worklist_2024-25-Q4.xlsx --reviewer j.ali --on 2025-05-12`
    """
    from sendjc_pipeline.commands import review
    from sendjc_pipeline.commands.run import today

    review.take(home_of(home), worklist, reviewer, day(on) if on else today(), datetime.now(UTC), today())


@review_app.command("status")
def review_status(
    quarter: Annotated[
        str | None, typer.Option(help="Only pairs of this quarter's last run; else of every one.")
    ] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """How many pairs wait for a verdict, are in conflict or decided, and for how long. Example: `sendjc review status`"""
    from sendjc_pipeline.commands import review
    from sendjc_pipeline.commands.run import today

    review.status(home_of(home), Quarter.parse(quarter) if quarter else None, today(), as_json)


@review_app.command("undo")
def review_undo(
    pairs: Annotated[list[str], typer.Argument(help="Pairs, as the worklist calls them.")],
    reviewer: ReviewerOption,
    on: OnOption = None,
    home: HomeOption = None,
) -> None:
    """Take back a reviewer's verdicts on some pairs. What was said stays on record; a decision that needs it no longer counts.

    Example: `sendjc review undo P3f2a9c1d5b7e604 --reviewer j.ali`
    """
    from sendjc_pipeline.commands import review
    from sendjc_pipeline.commands.run import today

    review.undo(home_of(home), pairs, reviewer, day(on) if on else today(), datetime.now(UTC), today())
