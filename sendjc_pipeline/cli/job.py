"""Commands of the quarterly job: preparing, running, and asking what came of it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from sendjc_pipeline.cli.options import HomeOption, JsonOption, QuarterOption, day, settings_of
from sendjc_pipeline.reporting import Quarter


def prepare() -> None:
    """Parse the dbt project once, so that nothing parses it again until it changes. Example: `sendjc prepare`"""
    from sendjc_pipeline.warehouse import project

    project.prepare()


def run(
    quarter: QuarterOption,
    known_at: Annotated[
        str | None, typer.Option(help="Use what was received by this day (YYYY-MM-DD); else today.")
    ] = None,
    withhold: Annotated[
        list[str] | None,
        typer.Option(help="Publish without this topic, whose checks are red; such as ehc, waits or cohort."),
    ] = None,
    reason: Annotated[str, typer.Option(help="Why there is a new revision.")] = "",
    record: Annotated[
        bool, typer.Option(help="Keep the run in the home's Dagster history, for the UI; some 10 s slower.")
    ] = False,
    force: Annotated[bool, typer.Option(help="Run though nothing is new; publish again what was rolled back.")] = False,
    publish_to: Annotated[
        str | None, typer.Option(help="Load the release into PostgreSQL too: postgresql://user@host:5432/database.")
    ] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """The quarterly job in this process. Exit 0 published, 3 refused by the gate (the red checks are listed), 1 error.

    Example: `sendjc run --quarter 2024-25-Q4 --home /srv/sendjc`
    """
    from sendjc_pipeline.commands.run import Order, run_quarter, today

    order = Order(
        Quarter.parse(quarter),
        day(known_at) if known_at else today(),
        tuple(withhold or ()),
        reason,
        force,
        record,
        publish_to,
        as_json,
    )
    raise typer.Exit(run_quarter(settings_of(home), order))


def status(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Submissions and releases. Example: `sendjc status --home /srv/sendjc`"""
    from sendjc_pipeline.commands import status as command

    command.status(settings_of(home), datetime.now(UTC).date(), as_json)


def explain(
    metric: Annotated[str, typer.Argument(help="A metric id, such as ehcp_20w_pct_exc.")],
    area: Annotated[str, typer.Option(help="The id of an area in seeds/reference/area.csv.")],
    quarter: QuarterOption,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """From a published figure back to the submissions behind it.

    Example: `sendjc explain ehcp_20w_pct_exc --area derby --quarter 2024-25-Q4`
    """
    from sendjc_pipeline.commands.explain import explain as explain_figure

    explain_figure(settings_of(home), metric, area, Quarter.parse(quarter), as_json)


def dev(home: HomeOption = None, port: Annotated[int, typer.Option(help="Port on localhost.")] = 3000) -> None:
    """The Dagster UI on localhost, on this home. Example: `sendjc dev --home .sendjc/demo`"""
    from sendjc_pipeline.commands.dev import serve

    serve(settings_of(home), port)
