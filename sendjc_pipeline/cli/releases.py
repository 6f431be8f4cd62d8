"""Commands on what leaves the home: the releases, and the lists of an inspection."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sendjc_pipeline.cli.options import HomeOption, JsonOption, QuarterOption, settings_of
from sendjc_pipeline.commands.console import console, print_json

release_app = typer.Typer(no_args_is_help=True, help="The releases: list them, compare two, roll the current one back.")


def annex_a(
    area: Annotated[str, typer.Option(help="The council, by its area id.")],
    quarter: QuarterOption,
    out: Annotated[Path | None, typer.Option(help="A folder; else restricted/annex_a/<area> in the home.")] = None,
    home: HomeOption = None,
) -> None:
    """Write the lists of an area SEND inspection (Annex A, List_1 and List_2) for the council whose children they are.

    Example: `sendjc annex-a --area derby --quarter 2024-25-Q4`
    """
    from sendjc_pipeline.commands import annex_a as command

    command.write(settings_of(home), area, quarter, out)


@release_app.command("list")
def release_list(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Every release with its reason. Example: `sendjc release list`"""
    from sendjc_pipeline.commands import releases

    releases.listing(settings_of(home), as_json)


@release_app.command("diff")
def release_diff(first: str, second: str, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Every published cell that differs between two releases of a quarter, and what could have changed it.

    Example: `sendjc release diff 2024-25-Q4.r1 2024-25-Q4.r2`
    """
    from sendjc_pipeline.commands import releases

    releases.diff(settings_of(home), first, second, as_json)


@release_app.command("rollback")
def release_rollback(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Point published/current at the release before; nothing is deleted. Example: `sendjc release rollback`"""
    from sendjc_pipeline.release import history, ledger

    settings = settings_of(home)
    gone, now = ledger.roll_back(settings)
    history.refresh(settings)
    if as_json:
        print_json({"rolled_back": gone.release_id, "current": now.release_id})
        return
    console.print(f"{gone.release_id} rolled back; {now.release_id} is current.")


@release_app.command("figures")
def release_figures(
    metric: Annotated[str, typer.Argument(help="A metric id, such as ehcp_20w_pct_exc.")],
    area: Annotated[str | None, typer.Option(help="One area id; else all.")] = None,
    as_published: Annotated[
        bool, typer.Option("--as-published", help="Every release's own figure, not only the one that stands.")
    ] = False,
    as_known: Annotated[
        bool, typer.Option("--as-known", help="Of each quarter, the newest that stands; the default.")
    ] = False,
    at: Annotated[
        str | None, typer.Option(help="With --as-published: a release, or a day (YYYY-MM-DD) as of which.")
    ] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """A metric over all quarters, as it was published or as it is known now.

    Example: `sendjc release figures ehcp_20w_pct_exc --area derby --as-published --at 2025-06-30`
    """
    from sendjc_pipeline.commands import releases

    if as_known and (as_published or at):
        raise typer.BadParameter("give --as-known, or --as-published with or without --at")
    releases.show_figures(
        settings_of(home), metric, area, published=as_published or at is not None, at=at, as_json=as_json
    )


@release_app.command("schema")
def release_schema(
    release: Annotated[str | None, typer.Option(help="A release; else the newest.")] = None, home: HomeOption = None
) -> None:
    """The tables and columns of a release as schema.yml keeps them, with the version that is due. Example: `sendjc release schema`"""
    from sendjc_pipeline.commands import releases

    releases.print_schema(settings_of(home), release)


@release_app.command("publish")
def release_publish(
    to: Annotated[
        str, typer.Option(help="postgresql://user@host:5432/database; the password in PGPASSWORD or .pgpass.")
    ],
    release: Annotated[str | None, typer.Option(help="A release; else the current one.")] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Load a release into PostgreSQL, in one transaction; the views of schema sendjc show the current one.

    Example: `sendjc release publish --to postgresql://sendjc@db.example/send`
    """
    from sendjc_pipeline.commands import releases

    releases.publish_to(settings_of(home), to, release, as_json=as_json)
