"""Commands on what leaves the home: the releases, and the lists of an inspection."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sendjc_pipeline.cli.options import HomeOption, JsonOption, QuarterOption, settings_of
from sendjc_pipeline.commands.console import console

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
    """Every published figure that differs between two releases. Example: `sendjc release diff 2024-25-Q4.r1 2024-25-Q4.r2`"""
    from sendjc_pipeline.commands import releases

    releases.diff(settings_of(home), first, second, as_json)


@release_app.command("rollback")
def release_rollback(home: HomeOption = None) -> None:
    """Point published/current at the release before; nothing is deleted. Example: `sendjc release rollback`"""
    from sendjc_pipeline.release import ledger

    gone, now = ledger.roll_back(settings_of(home))
    console.print(f"{gone.release_id} rolled back; {now.release_id} is current.")
