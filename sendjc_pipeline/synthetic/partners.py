"""Each partner's submission for a quarter: extract, spoil if asked, write.

Belongs here: which partner sends which feed, and into which folder. Does not belong here: the content of any file. Three feeds stand
here because they share their children's numbers; every other one is a module of partner_feeds.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from sendjc_pipeline import feeds
from sendjc_pipeline.feeds.model import Feed
from sendjc_pipeline.reporting import Quarter
from sendjc_pipeline.synthetic import calibration as cal
from sendjc_pipeline.synthetic import (
    csv_files,
    extract_sen2,
    partner_feeds,
    population,
    writers_csds,
    writers_demographics,
    writers_sen2,
    writers_sen2_xml,
)
from sendjc_pipeline.synthetic import truth as truth_of
from sendjc_pipeline.synthetic.contacts import all_contacts
from sendjc_pipeline.synthetic.evidence import Evidence
from sendjc_pipeline.synthetic.partner_feeds import mhsds
from sendjc_pipeline.synthetic.planting import FIRST_ROW
from sendjc_pipeline.synthetic.scene import Scene
from sendjc_pipeline.synthetic.summary import Summary

XML_COUNCILS = ("nottinghamshire",)  # the others send Blade CSV, so both shapes are always among the files
_OWN_FEEDS = ("sen2", "csds", "demographics")


def every_feed() -> tuple[str, ...]:
    """Every feed that can be written."""
    return tuple(sorted({*_OWN_FEEDS, *partner_feeds.names()}))


def providers(areas: Sequence[str]) -> list[str]:
    """List the therapy providers that serve any of the areas."""
    rows = cal.table("therapy_queue").select("provider", "area_id").unique().rows()
    return sorted({str(provider) for provider, area in rows if area in areas})


class Partners:
    """Writes the quarters of one world, gathering counts, truth and planted faults."""

    def __init__(
        self,
        world: population.World,
        areas: list[str],
        defects: float,
        summary: Summary,
        wanted: Sequence[str],
        *,
        hard: bool = False,
        reduced: bool = False,
    ) -> None:
        self.world, self.areas, self.summary, self.wanted, self.reduced = world, areas, summary, wanted, reduced
        self.contacts = all_contacts(world)
        self.evidence = Evidence(world.seed, defects, hard=hard)

    def quarter(self, quarter: Quarter, with_truth: bool) -> None:
        """Write every partner's files for one quarter."""
        if "sen2" in self.wanted:
            for area in self.areas:
                self.council(area, quarter)
        scene = Scene(self.world, self.contacts, self.areas, quarter)
        self.providers(scene)
        for feed in partner_feeds.names():
            if feed in self.wanted:
                self.other(feed, scene)
        if with_truth:
            self.evidence.expected.append(truth_of.expected(self.world, self.contacts, self.areas, quarter))

    def council(self, area: str, quarter: Quarter) -> None:
        """Write a council's SEN2 extract, as XML or as Blade CSV."""
        tables = extract_sen2.extract(self.world, area, quarter)
        people, period = tables["person"], quarter.label
        self.evidence.remember("sen2", area, period, "person", people["persontableid"], people["person"])
        folder = self.summary.out / area / "sen2" / period
        if area in XML_COUNCILS:
            names = dict.fromkeys(extract_sen2.TABLES, writers_sen2_xml.FILE)
            sent = self.evidence.spoil("sen2", area, period, writers_sen2_xml.xml_tables(tables), names, is_tree=True)
            files = writers_sen2_xml.write(sent, folder)
        else:
            names = {name: writers_sen2.file_name(name, quarter) for name in extract_sen2.TABLES}
            sent = self.evidence.spoil("sen2", area, period, writers_sen2.blade_tables(tables, area), names)
            files = writers_sen2.write(sent, folder, quarter)
        self.summary.note("sen2", area, period, files)

    def providers(self, scene: Scene) -> None:
        """Write every provider's CSDS tables and demographics."""
        if "csds" in self.wanted:
            for provider in providers(self.areas):
                self.csds(provider, scene.quarter)
        if "demographics" in self.wanted:
            for provider in sorted({*providers(self.areas), *self.mental_health()}):
                self.demographics(provider, scene)

    def mental_health(self) -> list[str]:
        """Providers whose mental-health patients are in their demographics, too."""
        return [] if self.reduced else mhsds.partners(self.areas)

    def csds(self, provider: str, quarter: Quarter) -> None:
        """Write a provider's CSDS tables."""
        period = quarter.label
        csds = writers_csds.csds_tables(self.world, self.contacts, provider, quarter, self.areas, reduced=self.reduced)
        number = _numbers(writers_csds.in_period(self.world, provider, quarter, self.areas), provider)
        self.evidence.remember("csds", provider, period, "CYP001MPI", number["id"], number["person"])
        names = {name.lower(): name for name in csds}
        declared = {name.lower(): frame for name, frame in csds.items()}
        spoilt = self.evidence.spoil(
            "csds", provider, period, declared, {low: f"{name}.csv" for low, name in names.items()}
        )
        csds = {names[low]: frame for low, frame in spoilt.items()}
        folder = self.summary.out / provider / "csds" / period
        self.summary.note("csds", provider, period, writers_csds.write(csds, folder))

    def demographics(self, provider: str, scene: Scene) -> None:
        """Write who the patients in a provider's CSDS and MHSDS are."""
        quarter, period = scene.quarter, scene.quarter.label
        patients = writers_csds.in_period(self.world, provider, quarter, self.areas).select("person")
        if provider in self.mental_health():
            patients = pl.concat([patients, mhsds.patients(scene, provider)])
        number = _numbers(patients, provider)
        people = writers_demographics.demographics(self.world, patients, provider, cal.day(quarter.end))
        (table,) = people
        self.evidence.remember("demographics", provider, period, table, number["id"], number["person"])
        spoilt = self.evidence.spoil(
            "demographics",
            provider,
            period,
            {"demographics": people[table]},
            {"demographics": writers_demographics.FILE},
        )
        folder = self.summary.out / provider / "demographics" / period
        files = writers_demographics.write({table: spoilt["demographics"]}, folder)
        self.summary.note("demographics", provider, period, files)

    def other(self, name: str, scene: Scene) -> None:
        """Write a feed that has a module of its own, for each of its partners."""
        module, feed = partner_feeds.get(name), feeds.load(name)
        period = getattr(module, "period", lambda scene: scene.quarter.label)(scene)
        spec = getattr(module, "spec", lambda _: feed.default_spec)(scene)
        for partner in module.partners(scene.areas):
            tables = module.extract(scene, partner)
            if tables is None:
                continue
            whose = tables.pop("_person", None)
            if whose is not None:
                table = next(t.name for t in feed.tables.values() if any(c.privacy == "person_id" for c in t.columns))
                self.evidence.remember(name, partner, period, table, whose["source_person_id"], whose["person"])
            folder = self.summary.out / partner / name / period
            names = _file_names(module, feed, scene, partner, tables)
            first, is_tree = getattr(module, "FIRST_ROW", FIRST_ROW), getattr(module, "IS_TREE", False)
            tables = self.evidence.spoil(
                name, partner, period, tables, names, is_tree=is_tree, spec=spec, first_row=first
            )
            write = getattr(module, "write", None)
            files = write(scene, partner, tables, folder) if write else csv_files.write(feed, tables, folder)
            self.summary.note(name, partner, period, files, spec)


def _numbers(patients: pl.DataFrame, provider: str) -> pl.DataFrame:
    """Person and id of each patient, in the order of the files."""
    return patients.select("person", id=writers_demographics.patient_number(provider)).unique("person").sort("id")


def _file_names(
    module: partner_feeds.PartnerFeed, feed: Feed, scene: Scene, partner: str, tables: dict[str, pl.DataFrame]
) -> dict[str, str]:
    """The file of each table; empty names where the module writes one file that only it names."""
    file_of = getattr(module, "file_of", None)
    if file_of:
        return {name: file_of(scene, partner, name) for name in tables}
    return (
        dict.fromkeys(tables, "")
        if hasattr(module, "write")
        else {n: csv_files.file_name(feed, feed.tables[n]) for n in tables}
    )
