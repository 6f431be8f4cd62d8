"""What a synthetic partner may look at when it writes its files: the world, the asked areas and the quarter.

Belongs here: the record that partner modules receive. Does not belong here: what any of them makes of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from sendjc_pipeline.reporting import Quarter
from sendjc_pipeline.synthetic import calibration as cal
from sendjc_pipeline.synthetic.population import World, address


@dataclass(frozen=True)
class Scene:
    """One quarter of one world. `contacts` are all therapy contacts (contacts.all_contacts); `areas` are area ids, in calibration's order."""

    world: World
    contacts: pl.DataFrame
    areas: Sequence[str]
    quarter: Quarter

    @property
    def start(self) -> int:
        """First day of the quarter, as days since 1970."""
        return cal.day(self.quarter.start)

    @property
    def end(self) -> int:
        """Last day of the quarter, as days since 1970."""
        return cal.day(self.quarter.end)

    def homes(self, day: int) -> pl.DataFrame:
        """Where everyone lives on a day: person, residence ('elsewhere' outside the four areas), postcode."""
        return address(self.world, day)
