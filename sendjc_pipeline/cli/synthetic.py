"""Commands that make or publish synthetic areas."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from sendjc_pipeline import settings as configuration
from sendjc_pipeline.cli.options import HomeOption, QuarterOption, settings_of
from sendjc_pipeline.commands.console import console
from sendjc_pipeline.reporting import Quarter


def synth(
    out: Annotated[Path, typer.Option(help="Where to write PARTNER/FEED/PERIOD/ folders.")],
    seed: Annotated[int, typer.Option(help="The same seed gives the same bytes.")] = 1,
    scale: Annotated[float, typer.Option(help="1.0 is real volumes.")] = 0.1,
    areas: Annotated[
        str | None, typer.Option(help="Ids of areas that the generator knows, separated by commas; else all of them.")
    ] = None,
    quarters: Annotated[
        str, typer.Option(help="A quarter, or the first and last: 2024-25-Q1..2024-25-Q4.")
    ] = "2024-25-Q4",
    truth: Annotated[Path | None, typer.Option(help="Where to write the truth.")] = None,
    defects: Annotated[
        float, typer.Option(help="Faults per row, 0 to 0.5; one to a family of rows.", min=0, max=0.5)
    ] = 0.0,
    submit: Annotated[bool, typer.Option("--submit", help="Land what was written, too.")] = False,
    feeds: Annotated[str | None, typer.Option(help="Feeds, separated by commas; else every one.")] = None,
    hard: Annotated[
        bool, typer.Option("--hard", help="Make children hard to tell: misspelt, moved, without numbers.")
    ] = False,
    reduced: Annotated[
        bool,
        typer.Option(
            "--reduced", help="As in seeds/demo: no optional CSDS tables, no mental-health patients in demographics."
        ),
    ] = False,
    home: HomeOption = None,
) -> None:
    """Synthetic areas in the partners' own formats, with the truth beside them.

    Example: `sendjc synth --out /tmp/areas --seed 7 --scale 0.2 --quarters 2024-25-Q3..2024-25-Q4 --truth /tmp/truth`
    """
    from sendjc_pipeline.commands.synth import synthesise

    land = settings_of(home) if submit else None
    synthesise(
        out, seed, scale, areas, quarters, truth, defects, land, datetime.now(UTC), feeds, hard=hard, reduced=reduced
    )


def demo(
    home: HomeOption = None, quarter: QuarterOption = "2024-25-Q4",
    source: Annotated[Path | None, typer.Option(help="Submissions as PARTNER/FEED/PERIOD/; else seeds/demo.")] = None,
) -> None:  # fmt: skip
    """Publish the demo quarter from the synthetic submissions in seeds/demo, with a key of its own.

    Example: `sendjc demo --home .sendjc/demo`
    """
    from sendjc_pipeline.commands.reference import load_synthetic
    from sendjc_pipeline.commands.run import Order, run_quarter, today
    from sendjc_pipeline.commands.submissions import submit_tree
    from sendjc_pipeline.warehouse.project import ROOT

    settings = settings_of(home)
    if not settings.key_file.is_file() and "SENDJC_PSEUDONYM_KEY" not in os.environ:
        configuration.create_pseudonym_key(settings)
    load_synthetic(settings)
    landed = submit_tree(settings, source or ROOT / "seeds" / "demo", datetime.now(UTC))
    console.print(
        f"{len(landed)} submissions landed in {settings.landing}; all synthetic, the NHS England workbook too"
    )
    raise typer.Exit(run_quarter(settings, Order(Quarter.parse(quarter), today())))
