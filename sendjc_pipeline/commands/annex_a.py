"""`sendjc annex-a`: lists 1 and 2 of an area SEND inspection, for the council whose children they are."""

from __future__ import annotations

from pathlib import Path

from sendjc_pipeline.commands.console import console, show
from sendjc_pipeline.feeds.partners import kinds
from sendjc_pipeline.release.annex_a import annex_a
from sendjc_pipeline.release.annex_a_book import write_book
from sendjc_pipeline.reporting import Quarter
from sendjc_pipeline.settings import SendjcError, Settings


def write(settings: Settings, area: str, label: str, out: Path | None) -> None:
    """Write the workbook and print how many children are listed and which rules they break; never a child."""
    if kinds().get(area) != "council":
        councils = ", ".join(name for name, kind in kinds().items() if kind == "council")
        raise SendjcError(f"'{area}' is not a council; the lists are a council's own: {councils}.")
    quarter = Quarter.parse(label)
    lists = annex_a(settings, area, quarter)
    folder = out or settings.restricted / "annex_a" / area
    path = write_book(lists, f"Annex A, {area}, {quarter}", folder, f"annex_a_{area}_{quarter}")
    for found in lists:
        broken = [[rule, words, count] for rule, words, count in found.faults if count]
        show(
            f"List {found.number}: {found.rows.height:,} children",
            ["rule", "what it finds", "rows"],
            broken,
            right=(2,),
        )
    console.print(f"{path}  (holds personal data: keep it where the council keeps its own)")
