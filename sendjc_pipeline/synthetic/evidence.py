"""The truth behind the files, gathered while they are written: whose records they are, and which faults were put in.

Belongs here: the lists that generate writes as Parquet. Does not belong here: the world's own truth (truth), or how faults are planted (planter).
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from sendjc_pipeline import feeds
from sendjc_pipeline.reporting import period as read_period
from sendjc_pipeline.synthetic import truth
from sendjc_pipeline.synthetic.draws import Draws
from sendjc_pipeline.synthetic.hard import roughen_tables
from sendjc_pipeline.synthetic.planter import plant
from sendjc_pipeline.synthetic.planting import FIRST_ROW, Sent


class Evidence:
    """Lists of one generation; `rate` is the number of faults per row sent, `hard` adds the noise of hard.py about who is who."""

    def __init__(self, seed: int, rate: float, *, hard: bool = False) -> None:
        self.seed, self.rate, self.hard = seed, rate, hard
        self.records: list[pl.DataFrame] = []
        self.faults: list[pl.DataFrame] = []
        self.families: list[pl.DataFrame] = []
        self.impossible: list[pl.DataFrame] = []
        self.expected: list[pl.DataFrame] = []

    def remember(self, feed: str, partner: str, period: str, table: str, ids: pl.Series, persons: pl.Series) -> None:
        """Keep which child stands behind each record."""
        self.records.append(truth.records(feed, partner, period, table, ids, persons))

    def spoil(
        self,
        feed: str,
        partner: str,
        period: str,
        tables: dict[str, pl.DataFrame],
        files: dict[str, str],
        *,
        is_tree: bool = False,
        spec: str | None = None,
        first_row: int = FIRST_ROW,
    ) -> dict[str, pl.DataFrame]:
        """Plant faults in a submission's tables, if any were asked for."""
        declaration = feeds.load(feed)
        if self.hard:
            tables = roughen_tables(declaration, partner, self.seed, read_period(period).end, tables)
        if not self.rate:
            return tables
        sent = Sent(declaration, partner, period, spec or declaration.default_spec, tables, files, is_tree, first_row)
        planted = plant(sent, self.rate, Draws(self.seed, "defects", feed, partner, period))
        self.faults.append(planted.ledger)
        self.families.append(planted.families)
        self.impossible.append(
            pl.DataFrame({"rule": planted.impossible}, schema={"rule": pl.String}).select(
                feed=pl.lit(feed), partner=pl.lit(partner), period=pl.lit(period), rule="rule"
            )
        )
        return planted.tables

    def write(self, folder: Path) -> None:
        """Write the lists that are not empty: record_person, expected_metric, defects, family, impossible_defect."""
        truth.write_lists(
            folder,
            record_person=self.records,
            expected_metric=self.expected,
            defects=self.faults,
            family=self.families,
            impossible_defect=self.impossible,
        )
