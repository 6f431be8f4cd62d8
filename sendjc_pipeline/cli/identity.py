"""Commands on keys and opt-outs."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from sendjc_pipeline import settings as configuration
from sendjc_pipeline.cli.options import HomeOption, JsonOption, home_of, settings_of, there
from sendjc_pipeline.commands.console import console

key_app = typer.Typer(no_args_is_help=True, help="The pseudonym key.")
keys_app = typer.Typer(
    no_args_is_help=True, help="The keys behind pseudonyms, one per purpose: show them by fingerprint, rotate them."
)
opt_out_app = typer.Typer(no_args_is_help=True, help="Children who opted out of the use of their health records.")


@key_app.command("create")
def key_create(home: HomeOption = None) -> None:
    """Make the pseudonym key of a home. Keep a copy elsewhere: without it, no child keeps the same pseudonym.

    Example: `sendjc key create --home /srv/sendjc`
    """
    console.print(f"Wrote {configuration.create_pseudonym_key(settings_of(home))}")


@keys_app.command("show")
def keys_show(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Each purpose's key by its fingerprint, since when, and where its secret is kept; never a key. Example: `sendjc keys show`"""
    from sendjc_pipeline.commands import keys

    keys.shown(home_of(home), as_json)


@keys_app.command("rotate")
def keys_rotate(
    purpose: Annotated[
        str,
        typer.Option(
            help="person, record (ids of partners' records), review (tokens), extract (lists), or all four; opt_out with --opt-outs."
        ),
    ],
    reason: Annotated[str, typer.Option(help="Why, for the keyring.")],
    opt_outs: Annotated[
        list[Path] | None,
        typer.Option(help="A list of opt-outs as it was sent; once for each that stands.", callback=there),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    home: HomeOption = None,
) -> None:
    """Retire a key and bring in another; a re-key table leads from every old key of a child to its new one. All or nothing.

    Example: `sendjc keys rotate --purpose all --reason "yearly change"`
    """
    from sendjc_pipeline.commands import keys

    keys.rotate(home_of(home), purpose, reason, datetime.now(UTC), None if yes else typer.confirm, opt_outs or ())


@opt_out_app.command("add")
def opt_out_add(
    file: Annotated[Path, typer.Argument(help="CSV with the one column NHSNumber.", callback=there)],
    partner: Annotated[str | None, typer.Option(help="Who sent the list; without it, it is the national one.")] = None,
    home: HomeOption = None,
) -> None:
    """Take a list of opt-outs in: from today the health rows of these children are left out of every run. No number is stored.

    Exit 0 every line was taken, 3 some were refused (the others are taken), 1 nothing was taken. A list that stands is not added again.

    Example: `sendjc opt-out add opted_out.csv --partner RHA`
    """
    from sendjc_pipeline.commands import opt_outs

    raise typer.Exit(opt_outs.add(settings_of(home), file, partner, datetime.now(UTC)))


@opt_out_app.command("list")
def opt_out_list(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Every list of opt-outs: when it came, from whom, how many it names. Example: `sendjc opt-out list`"""
    from sendjc_pipeline.commands import opt_outs

    opt_outs.listing(home_of(home), as_json)


@opt_out_app.command("withdraw")
def opt_out_withdraw(
    batch: Annotated[str, typer.Argument(help="Its id, or the beginning of it; `sendjc opt-out list` shows them.")],
    home: HomeOption = None,
) -> None:
    """Take a list of opt-outs back, from today. Who stands on another list stays left out. Example: `sendjc opt-out withdraw 3f2a`"""
    from sendjc_pipeline.commands import opt_outs

    opt_outs.withdraw(home_of(home), batch, datetime.now(UTC))
