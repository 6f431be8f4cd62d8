"""Each partner's submission for a quarter: extract, spoil if asked, write, and remember the truth behind it.

Belongs here: which partner sends which feed, and into which folder. Does not belong here: the content of any file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from sendjc_pipeline.reporting import Quarter
from sendjc_pipeline.synthetic import calibration as cal
from sendjc_pipeline.synthetic import (
    extract_sen2,
    population,
    writers_csds,
    writers_demographics,
    writers_sen2,
    writers_sen2_xml,
    writers_sitrep,
)
from sendjc_pipeline.synthetic import truth as truth_of
from sendjc_pipeline.synthetic.contacts import all_contacts
from sendjc_pipeline.synthetic.defects import Planter, ledger
from sendjc_pipeline.synthetic.draws import Draws

XML_COUNCILS = ("nottinghamshire",)  # the others send Blade CSV, so both shapes are always among the files


@dataclass
class Summary:
    """What was written: rows by feed, partner, period and file."""

    out: Path
    rows: dict[tuple[str, str, str, str], int] = field(default_factory=dict)

    def note(self, feed: str, partner: str, period: str, files: dict[str, int]) -> None:
        """Add the files of one submission."""
        self.rows |= {(feed, partner, period, file): count for file, count in files.items()}

    @property
    def files(self) -> int:
        """Number of files."""
        return len(self.rows)

    @property
    def rows_per_feed(self) -> dict[str, int]:
        """Rows by feed, in alphabetical order."""
        feeds = sorted({key[0] for key in self.rows})
        return {feed: sum(count for key, count in self.rows.items() if key[0] == feed) for feed in feeds}


def providers(areas: Sequence[str]) -> list[str]:
    """List the therapy providers that serve any of the areas."""
    rows = cal.table("therapy_queue").select("provider", "area_id").unique().rows()
    return sorted({str(provider) for provider, area in rows if area in areas})


class Partners:
    """Writes the quarters of one world, gathering counts, truth and planted faults."""

    def __init__(self, world: population.World, areas: list[str], defects: float, summary: Summary) -> None:
        self.world, self.areas, self.rate, self.summary = world, areas, defects, summary
        self.contacts = all_contacts(world)
        self.records: list[pl.DataFrame] = []
        self.faults: list[pl.DataFrame] = []
        self.expected: list[pl.DataFrame] = []

    def quarter(self, quarter: Quarter, with_truth: bool) -> None:
        """Write every partner's files for one quarter."""
        for area in self.areas:
            self.council(area, quarter)
        for provider in providers(self.areas):
            self.provider(provider, quarter)
        folder = self.summary.out / "nhs_england" / "chs_sitrep" / quarter.label
        files = writers_sitrep.write(self.world, self.areas, quarter, folder)
        self.summary.note("chs_sitrep", "nhs_england", quarter.label, files)
        if with_truth:
            self.expected.append(truth_of.expected(self.world, self.contacts, self.areas, quarter))

    def council(self, area: str, quarter: Quarter) -> None:
        """Write a council's SEN2 extract, as XML or as Blade CSV."""
        tables = extract_sen2.extract(self.world, area, quarter)
        people = tables["person"]
        whose = truth_of.records("sen2", area, quarter.label, "person", people["persontableid"], people["person"])
        self.records.append(whose)
        folder = self.summary.out / area / "sen2" / quarter.label
        if area in XML_COUNCILS:
            names = dict.fromkeys(extract_sen2.TABLES, writers_sen2_xml.FILE)
            sent = self.spoil("sen2", area, quarter, writers_sen2_xml.xml_tables(tables), names, xml=True)
            files = writers_sen2_xml.write(sent, folder)
        else:
            names = {name: writers_sen2.file_name(name, quarter) for name in extract_sen2.TABLES}
            sent = self.spoil("sen2", area, quarter, writers_sen2.blade_tables(tables, area), names)
            files = writers_sen2.write(sent, folder, quarter)
        self.summary.note("sen2", area, quarter.label, files)

    def provider(self, provider: str, quarter: Quarter) -> None:
        """Write a provider's CSDS tables and its demographics."""
        referrals = writers_csds.in_period(self.world, provider, quarter, self.areas)
        csds = writers_csds.csds_tables(self.world, self.contacts, provider, quarter, self.areas)
        people = writers_demographics.demographics(self.world, referrals, provider, cal.day(quarter.end))
        number = (
            referrals.select("person", id=writers_demographics.patient_number(provider)).unique("person").sort("id")
        )
        for feed, table in (("csds", "CYP001MPI"), ("demographics", "demographics_for_linkage")):
            self.records.append(truth_of.records(feed, provider, quarter.label, table, number["id"], number["person"]))
        csds = self.spoil("csds", provider, quarter, csds, {name: f"{name}.csv" for name in csds})
        people = self.spoil("demographics", provider, quarter, people, dict.fromkeys(people, writers_demographics.FILE))
        home, period = self.summary.out / provider, quarter.label
        self.summary.note("csds", provider, period, writers_csds.write(csds, home / "csds" / period))
        files = writers_demographics.write(people, home / "demographics" / period)
        self.summary.note("demographics", provider, period, files)

    def spoil(
        self,
        feed: str,
        partner: str,
        quarter: Quarter,
        tables: dict[str, pl.DataFrame],
        files: dict[str, str],
        xml: bool = False,
    ) -> dict[str, pl.DataFrame]:
        """Plant faults in a submission's tables, if any were asked for."""
        if not self.rate:
            return tables
        planter = Planter(self.rate, Draws(self.world.seed, "defects", feed, partner, quarter.label), xml)
        spoilt = {name: planter.spoil(name, frame) for name, frame in tables.items()}
        self.faults.append(ledger(planter, feed, partner, quarter.label, files))
        return spoilt
