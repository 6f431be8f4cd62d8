"""Commands on reference data."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sendjc_pipeline.cli.options import HomeOption, settings_of, there

reference_app = typer.Typer(no_args_is_help=True, help="Reference data too large or too short-lived for a seed.")


@reference_app.command("postcodes")
def reference_postcodes(
    file: Annotated[Path, typer.Argument(help="ONSPD or NSPL as CSV.", callback=there)],
    edition: Annotated[str, typer.Option(help="Its edition, such as 2025-05.")],
    deprivation: Annotated[
        Path | None,
        typer.Option(help="Indices of Deprivation as CSV: LSOA code and decile.", callback=there),
    ] = None,
    source: Annotated[str, typer.Option(help="Whose directory it is.")] = "ONS Postcode Directory",
    may_shrink: Annotated[
        bool, typer.Option("--may-shrink", help="Take it though it holds far fewer postcodes than the one before.")
    ] = False,
    home: HomeOption = None,
) -> None:
    """Load a postcode directory: LSOA, district and deprivation decile of each postcode, in place of the one before.

    Example: `sendjc reference postcodes ONSPD_MAY_2025_UK.csv --edition 2025-05 --deprivation File_7.csv`
    """
    from sendjc_pipeline.commands import reference

    reference.load_postcodes(settings_of(home), file, deprivation, source, edition, may_shrink=may_shrink)
