"""The six local feeds: what they declare, and that what synthetic partners send of them is sound and is about the same children."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import polars as pl
import pytest

from sendjc_pipeline import feeds
from sendjc_pipeline import settings as configuration
from sendjc_pipeline.feeds.examples import examples
from sendjc_pipeline.feeds.partners import require_sender
from sendjc_pipeline.reporting import Quarter
from sendjc_pipeline.submissions import intake
from sendjc_pipeline.synthetic import calibration as cal
from sendjc_pipeline.synthetic import extract_sen2, partner_feeds, population, xlsx
from sendjc_pipeline.synthetic.scene import Scene

LOCAL = ("ep_advice", "ehc_local", "sleep_support", "sensory_support", "equipment", "short_breaks")
BY_PROVIDERS_TOO = ("sleep_support", "equipment")
QUARTER = Quarter.parse("2024-25-Q4")


@cache
def _scene(quarter: Quarter = QUARTER) -> Scene:
    return Scene(population.build(3, 0.06), pl.DataFrame(), cal.AREAS, quarter)


def _check(folder: Path, feed: str, files: list[Path], period: str) -> intake.Receipt:
    return intake.check(feed, None, files, configuration.load(folder / "home"), period=period)


@pytest.mark.parametrize("name", LOCAL)
def test_the_declaration(name: str) -> None:
    feed = feeds.load(name)
    assert feed.reader == "tabular"
    assert feed.is_person_level
    assert sum(len(table.rules) for table in feed.tables.values()) >= 8
    assert set(feed.partners) == ({"council", "provider"} if name in BY_PROVIDERS_TOO else {"council"})
    assert feed.dialect.date_formats == ("%Y-%m-%d", "%d/%m/%Y")  # never month before day
    # The children's own table can be matched: identifiers, names and birth date all have their class.
    person = next(iter(feed.tables.values()))
    classes = {column.key: column.privacy for column in person.columns}
    assert {key: classes[key] for key in ("local_id", "upn", "nhs_number", "surname", "forename", "date_of_birth", "postcode")} == {
        "local_id": "person_id", "upn": "identifier", "nhs_number": "identifier", "surname": "identifier", "forename": "identifier",
        "date_of_birth": "birth_date", "postcode": "postcode",
    }  # fmt: skip
    require_sender(feed, "derby")


@pytest.mark.parametrize("name", LOCAL)
def test_the_example_is_clean_as_a_workbook_and_as_csv(name: str, tmp_path: Path) -> None:
    feed, example = feeds.load(name), examples(name)[0]
    sheets: dict[str, list[list[xlsx.Cell]]] = {}
    for table, rows in example.tables.items():
        header = [column.key for column in feed.tables[table].columns]
        sheets[table] = [list(header), *([row.get(key) for key in header] for row in rows)]
    xlsx.write(dict(sheets), tmp_path / "sent.xlsx")
    loose = []
    for table, lines in sheets.items():
        loose.append(tmp_path / feed.tables[table].file[0].replace("*", ""))
        text = "\n".join(",".join(f'"{cell or ""}"' for cell in line) for line in lines)
        loose[-1].write_text(text + "\n", encoding="utf-8")
    receipts = [_check(tmp_path, name, files, example.period) for files in ([tmp_path / "sent.xlsx"], loose)]
    assert [receipt.messages_total for receipt in receipts] == [[], []]
    assert receipts[0].tables == receipts[1].tables


@pytest.mark.parametrize("quarter", ["2022-23-Q1", "2024-25-Q4"])
@pytest.mark.parametrize("name", LOCAL)
def test_what_synthetic_partners_send_is_sound(name: str, quarter: str, tmp_path: Path) -> None:
    module, scene = partner_feeds.get(name), _scene(Quarter.parse(quarter))
    shapes = set()
    for partner in module.partners(cal.AREAS):
        require_sender(feeds.load(name), partner)
        tables = module.extract(scene, partner)
        assert tables is not None
        who = tables.pop("_person")
        assert who["source_person_id"].is_unique().all()
        files = module.write(scene, partner, tables, tmp_path / partner)  # type: ignore[attr-defined]
        assert {module.file_of(scene, partner, table) for table in tables} == set(files)  # type: ignore[attr-defined]
        receipt = _check(tmp_path, name, [tmp_path / partner / file for file in files], quarter)
        assert receipt.messages_total == []
        assert sum(count.accepted for count in receipt.tables.values()) == sum(files.values())
        shapes |= {file.rsplit(".")[-1] for file in files}
    assert shapes == {"csv", "xlsx"}


@pytest.mark.parametrize("name", LOCAL)
def test_the_same_scene_gives_the_same_bytes(name: str, tmp_path: Path) -> None:
    module, scene = partner_feeds.get(name), _scene()
    for folder in ("a", "b"):
        tables = module.extract(scene, "newcastle") or {}
        files = module.write(scene, "newcastle", {k: v for k, v in tables.items() if k != "_person"}, tmp_path / folder)  # type: ignore[attr-defined]
    for file in files:
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()


@pytest.mark.parametrize("name", LOCAL)
def test_children_bear_the_numbers_that_they_bear_everywhere(name: str) -> None:
    scene = _scene()
    tables = partner_feeds.get(name).extract(scene, "nottingham") or {}
    person = next(frame for key, frame in tables.items() if "upn" in frame.columns)
    told = person.join(tables["_person"], left_on="local_id", right_on="source_person_id").join(
        scene.world.persons, on="person", suffix="_true"
    )
    assert told.height == person.height > 0
    assert (told["upn"] == told["upn_true"]).drop_nulls().all()
    assert (told["date_of_birth"] == told.select(pl.from_epoch("dob", time_unit="d").cast(pl.String)).to_series()).all()
    assert told["upn"].null_count() < told.height


def test_local_ehc_rows_have_the_days_of_sen2() -> None:
    scene = _scene()
    local = partner_feeds.get("ehc_local").extract(scene, "nottingham") or {}
    sen2 = extract_sen2.extract(scene.world, "nottingham", QUARTER)
    number = local["_person"].rename({"source_person_id": "local_id"})
    asked = sen2["requests"].select("person", received_date=pl.col("ReceivedDate").cast(pl.String))
    requests = local["request"].join(number, on="local_id")
    assert requests.join(asked, on=["person", "received_date"], how="anti").is_empty()
    met = sen2["activeplans"].select("person", meeting_date=pl.col("ReviewMeeting").cast(pl.String))
    reviews = local["review"].join(number, on="local_id")
    assert not reviews.is_empty()
    assert reviews.join(met, on=["person", "meeting_date"], how="anti").is_empty()


def test_psychologists_are_scarcer_than_other_advisers() -> None:
    rows = (partner_feeds.get("ep_advice").extract(_scene(), "nottinghamshire") or {})["ep_advice"]
    waiting = rows.filter(pl.col("received_date").is_null(), pl.col("cancelled_date").is_null())
    unallocated = waiting.filter(pl.col("allocated_date").is_null())["adviser_type"]
    assert (unallocated == "EP").sum() > (unallocated == "SLT").sum()
