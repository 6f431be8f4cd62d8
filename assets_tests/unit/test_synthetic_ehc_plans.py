"""The synthetic DfE release and waiting-list workbook, wide as published: sound as written, and with faults that the intake tells in their rows."""

from __future__ import annotations

import csv
import io
import zipfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
from synthetic_reading import bytes_of

from sendjc_pipeline import feeds
from sendjc_pipeline.commands.synth import land_written
from sendjc_pipeline.feeds.implied import rules_of
from sendjc_pipeline.settings import Settings
from sendjc_pipeline.submissions import intake
from sendjc_pipeline.submissions.readers.ees_layout import layout
from sendjc_pipeline.synthetic import fault_book
from sendjc_pipeline.synthetic.calibration import AREAS
from sendjc_pipeline.synthetic.generate import generate

SEED, SCALE, QUARTERS = 11, 0.05, ("2023-24-Q1", "2024-25-Q1", "2025-26-Q1")
FEEDS = ("dfe_ehc_plans", "chs_sitrep")
SUBMISSION = ["feed", "partner", "period"]
RELEASE = Path("dfe/dfe_ehc_plans/2025-26-Q1/education-health-and-care-plans_2025.zip")
AUTHORITIES = Path(__file__).resolve().parents[2] / "seeds" / "reference" / "local_authority.csv"
Lines = list[dict[str, str]]


@dataclass(frozen=True)
class Said:
    """What was planted, which rows have a family, what the intake told of rows, which it kept out, and rules that no row could break."""

    defects: pl.DataFrame
    family: pl.DataFrame
    told: pl.DataFrame
    kept_out: pl.DataFrame
    impossible: pl.DataFrame


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sound")
    generate(folder, SEED, SCALE, AREAS, ["2025-26-Q1", "2025-26-Q2"], feeds=["dfe_ehc_plans"])
    return folder


@pytest.fixture(scope="module")
def files(sound: Path) -> dict[str, Lines]:
    """The lines of every data file, by its stem."""
    found = {}
    with zipfile.ZipFile(sound / RELEASE) as release:
        for name in release.namelist():
            if Path(name).stem in layout("dfe_ehc_plans").files:
                text = release.read(name).decode("utf-8-sig")
                found[Path(name).stem] = list(csv.DictReader(io.StringIO(text)))
    return found


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> Said:
    folder = tmp_path_factory.mktemp("spoilt")
    summary = generate(folder / "out", SEED, SCALE, AREAS, QUARTERS, folder / "truth", 0.2, feeds=FEEDS)
    settings = Settings(home=folder / "home", environment="test").make_zones()
    told, out = [], []
    for submission in land_written(settings, summary, datetime.now(UTC)):
        assert intake.accept(settings, submission).status == "accepted"
        name = [pl.lit(getattr(submission, part)).alias(part) for part in SUBMISSION]
        accepted = intake.accepted_folder(settings, submission)
        told.append(pl.read_parquet(accepted / "_messages.parquet").select(*name, "table", "row", "rule"))
        out.append(pl.read_parquet(accepted / "_quarantine.parquet").select(*name, "table", "row"))
    truth = [
        pl.read_parquet(folder / "truth" / f"{name}.parquet") for name in ("defects", "family", "impossible_defect")
    ]
    return Said(truth[0], truth[1], pl.concat(told).unique(), pl.concat(out).unique(), truth[2])


def test_the_release_is_sent_whole_and_only_in_the_first_quarter(sound: Path, files: dict[str, Lines]) -> None:
    sent = [Path(name) for name in bytes_of(sound)]
    assert [path for path in sent if path.parts[0] != "reference"] == [RELEASE]
    assert set(files) == set(layout("dfe_ehc_plans").files)


def test_the_sound_release_brings_no_message_at_all(sound: Path, tmp_path: Path) -> None:
    receipt = intake.check("dfe_ehc_plans", None, [sound / RELEASE], Settings(home=tmp_path, environment="test"))
    counts = {name: (count.received - count.accepted, count.quarantined) for name, count in receipt.tables.items()}
    assert receipt.status == "accepted"
    assert counts == {"figure": (0, 0), "tribunal": (0, 0)}
    assert (list(receipt.file_messages), list(receipt.messages_total)) == ([], [])


def test_the_same_seed_gives_the_same_bytes_whichever_areas_are_asked_for(sound: Path, tmp_path: Path) -> None:
    generate(tmp_path, SEED, SCALE, ["derby"], ["2025-26-Q1"], feeds=["dfe_ehc_plans"])
    assert bytes_of(tmp_path) == bytes_of(sound)


def test_authorities_bear_the_codes_of_the_seed(files: dict[str, Lines]) -> None:
    seed = pl.read_csv(AUTHORITIES, infer_schema=False)
    known = {
        tuple(row) for row in seed.select("area_code", "old_la_code", "area_name", "region_code", "region_name").rows()
    }
    named = ("new_la_code", "old_la_code", "la_name", "region_code", "region_name")
    sent = {tuple(line[name] for name in named) for lines in files.values() for line in lines if line["la_name"]}
    assert len(sent) == 7
    assert sent <= known


def test_every_file_has_the_same_place_and_year_in_the_same_line_of_totals(files: dict[str, Lines]) -> None:
    places = {
        stem: [
            (line["geographic_level"], line["region_code"], line["la_name"], line["time_period"][:4])
            for line in lines[:51]
        ]
        for stem, lines in files.items()
    }
    assert all(found == places["requests"] for found in places.values())
    assert {year for *_, year in places["requests"]} == {"2022", "2023", "2024"}
    periods = {stem: {line["time_period"] for line in lines} for stem, lines in files.items()}
    assert periods["caseload"] == {"202223", "202324", "202425"}


@pytest.mark.parametrize(
    ("file", "share", "over", "under"),
    [
        ("timeliness_20_week", "PC_plans_issued_20_weeks_ex", "plans_issued_20_weeks_ex", ["plans_issued_den_ex"]),
        ("requests", "request_outcome_six_weeks_pc", "request_outcome_six_weeks", ["request_outcome_six_weeks", "request_outcome_over_6_weeks"]),
        ("caseload", "special_total_pc", "special_total", ["ehcplans"]),
        ("sen_needs_all_plans", "asd_pc", "number_asd", ["ehc_plans"]),
        ("annual_reviews", "pc_decsion_4weeks", "number_decsion_4weeks", ["number_decsion_4weeks", "number_decision_gt_4weeks"]),
    ],
)  # fmt: skip
def test_shares_are_those_of_the_counts(
    files: dict[str, Lines], file: str, share: str, over: str, under: list[str]
) -> None:
    for line in files[file]:
        whole = sum(int(line[name]) for name in under)
        assert line[share] == (f"{100 * int(line[over]) / whole:.1f}" if whole else "z")


def test_regions_add_up_to_england_and_sexes_to_all(files: dict[str, Lines]) -> None:
    for file, measure in (
        ("requests", "requests_received_in_year"),
        ("caseload", "ehcplans"),
        ("ceased_plans", "total_ceased"),
    ):
        frame = pl.DataFrame(files[file]).with_columns(pl.col(measure).cast(pl.Int64))
        of_sex = (
            frame.with_columns(is_sex=pl.col("breakdown_topic") == "Sex").group_by("is_sex").agg(pl.col(measure).sum())
        )
        assert of_sex[measure].n_unique() == 1
        by_level = frame.group_by("geographic_level").agg(pl.col(measure).sum())
        levels = dict(by_level.rows())
        assert levels["National"] == levels["Regional"] > levels["Local authority"] > 0


def test_dfe_publishes_what_the_areas_are_calibrated_to(files: dict[str, Lines]) -> None:
    (derby,) = (
        x
        for x in files["timeliness_20_week"]
        if (x["la_name"], x["time_period"], x["breakdown"]) == ("Derby", "2024", "All EHC plans issued")
    )
    measures = (
        "plans_issued_den",
        "plans_issued_den_ex",
        "pc_plans_issued_within_20_weeks",
        "PC_plans_issued_20_weeks_ex",
    )
    assert [derby[name] for name in measures] == ["442", "377", "14.0", "16.4"]


@pytest.mark.parametrize("feed", FEEDS)
def test_planted_faults_are_told_by_their_own_rule_in_their_own_row(said: Said, feed: str) -> None:
    planted = said.defects.filter(pl.col("feed") == feed)
    missed = planted.join(said.told, on=[*SUBMISSION, "table", "row", "rule"], how="anti")
    assert planted["rule"].n_unique() >= (18 if feed == "dfe_ehc_plans" else 6)
    assert missed.height <= 0.01 * planted.height, missed.select("rule", "row").rows()


@pytest.mark.parametrize("feed", FEEDS)
def test_rows_without_a_fault_are_not_refused(said: Said, feed: str) -> None:
    family = said.family.filter(pl.col("feed") == feed)
    clean = family.join(said.defects, on=[*SUBMISSION, "family"], how="anti")
    assert clean.height > 0.5 * family.height
    assert clean.join(said.kept_out, on=[*SUBMISSION, "table", "row"], how="semi").is_empty()


@pytest.mark.parametrize("feed", FEEDS)
def test_rules_that_the_shape_cannot_show_are_declared_with_the_reason(said: Said, feed: str) -> None:
    declaration = feeds.load(feed)
    every = {
        rule.code
        for table in declaration.tables.values()
        for rule in rules_of(declaration, table, declaration.default_spec)
    }
    unshown = fault_book.unshown(feed)
    # Of the workbook of June 2023 no row can lack a code, because the rule begins with August.
    submissions = said.impossible.filter(pl.col("feed") == feed).group_by("rule").agg(pl.col("period").n_unique())
    assert set(unshown) == set(submissions.filter(pl.col("period") == len(QUARTERS))["rule"])
    assert set(unshown) < every
    assert all(reason.endswith(".") for reason in unshown.values())
