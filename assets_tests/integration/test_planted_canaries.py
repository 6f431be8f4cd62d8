"""10,000 canary identifiers in every column of every feed of persons, and not one in anything that leaves the restricted zone.

Every partner's files of a synthetic quarter are planted, run through the recorded job, reported, explained and listed; then all that
they left behind is searched. Only landing/ and restricted/ may hold an identifier.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import astuple, dataclass
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from integration.canaries import CHILDREN, Canary, Finder, make
from integration.conftest import QUARTER, RECEIVED
from integration.planting import Planter, named_after
from sendjc_pipeline import feeds
from sendjc_pipeline.cli import app
from sendjc_pipeline.commands import run
from sendjc_pipeline.identity import attributes
from sendjc_pipeline.identity.columns import kept_columns
from sendjc_pipeline.release import ledger as releases
from sendjc_pipeline.settings import Settings
from sendjc_pipeline.submissions import ledger
from sendjc_pipeline.submissions.intake import accept
from sendjc_pipeline.synthetic.calibration import AREAS
from sendjc_pipeline.synthetic.generate import generate
from sendjc_pipeline.warehouse.build import warehouse_path

PERSON_LEVEL = [name for name in feeds.names() if feeds.load(name).is_person_level]
PRIVATE = ("landing", "restricted", "keys")
SEED, SCALE = 5, 0.025


@dataclass
class Planted:
    """The home after all of it, what was said on the way, and how to search."""

    settings: Settings
    folder: Path
    finder: Finder
    planter: Planter
    said: dict[str, str]
    codes: dict[str, int]


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Planted]:
    folder = tmp_path_factory.mktemp("canaries")
    settings = Settings(folder / "home", "test").make_zones()
    canaries = make()
    planter = Planter(canaries)
    summary = generate(folder / "out", SEED, SCALE, AREAS, [QUARTER])
    for (feed, partner, period), spec in sorted(summary.specs.items()):
        files = sorted((folder / "out" / partner / feed / period).iterdir())
        if feed in PERSON_LEVEL:
            for path in files:
                planter.file(path, feed)
            if partner in ("nottingham", "newcastle", "RHA"):
                files = [named_after(path, feed, canary) for path, canary in zip(files, canaries[50:], strict=False)]
        ledger.submit(settings, partner, feed, period, files, spec=spec, received_at=RECEIVED)
    done = Planted(settings, folder, Finder(canaries), planter, {}, {})
    _refused(done, canaries)
    _commands(done)
    yield done


def _refused(planted: Planted, canaries: list[Canary]) -> None:
    """Files that are refused whole: the first line is a child, an XML that breaks off, a workbook that is none."""
    folder = planted.folder / "refused"
    folder.mkdir()
    child = canaries[3].everything()
    for name, feed, text in (
        ("demographics.csv", "demographics", ",".join(astuple(canaries[3]))),
        ("sen2.xml", "sen2", f'<?xml version="1.0"?><!DOCTYPE {canaries[4].surname}><Message note="{child}"><{canaries[5].surname}'),
        ("cin.xml", "cin", f"<Message><Children><{canaries[5].surname}>{child}</{canaries[6].surname}>"),
        ("equipment.xlsx", "equipment", child),
        (f"{canaries[8].surname}.csv", "csds", child),
    ):  # fmt: skip
        path = folder / name
        path.write_text(text)
        _call(
            planted, "check", "--feed", feed, "--report", str(planted.folder / "reports" / f"refused_{feed}"), str(path)
        )
    absent = folder / f"{canaries[9].surname} {canaries[9].nhs_number}.csv"
    _call(planted, "check", "--feed", "sen2", str(absent), name="check of an absent file")
    strange = folder / f"{canaries[9].surname}.xlsx"
    strange.write_text("NHSNumber")
    home = ["--home", str(planted.settings.home)]
    for absent_too in (
        ("opt-out", "add"), ("review", "import", "--reviewer", "r1"), ("reference", "postcodes", "--edition", "2025"), ("drift",),
        ("keys", "rotate", "--purpose", "all", "--reason", "none", "--yes", "--opt-outs"),
    ):  # fmt: skip
        ends = ["sen2:2024"] if absent_too == ("drift",) else home
        for path in (absent, strange):
            _call(planted, *absent_too, str(path), *ends)
    listed = strange.with_suffix(".csv")
    listed.write_text(f"NHSNumber\n9434765919\n{canaries[9].surname}\n")
    _call(planted, "opt-out", "add", str(listed), *home)
    ledger.submit(
        planted.settings, "derby", "short_breaks", "2024-25-Q3", [folder / "demographics.csv"], received_at=RECEIVED
    )


def _call(planted: Planted, *words: str, name: str = "") -> None:
    """Call `sendjc` and keep what it said; its exception counts as said."""
    done = CliRunner().invoke(app, [*words])
    name = name or " ".join(words[:3])
    planted.said[name] = planted.said.get(name, "") + done.output + repr(done.exception)
    planted.codes[name] = done.exit_code


def _commands(planted: Planted) -> None:
    home = ["--home", str(planted.settings.home)]
    for submission in ledger.all_submissions(planted.settings):
        if submission.feed in PERSON_LEVEL:
            where = planted.folder / "reports" / f"{submission.partner}_{submission.feed}"
            sent = [str(submission.folder / file.name) for file in submission.files]
            of = ["--feed", submission.feed, "--spec", str(submission.spec)]
            _call(planted, "check", *of, "--period", submission.period, "--report", str(where), *sent)
            if submission.partner in ("derby", "nottinghamshire", "RHA"):  # every format and every feed
                _call(planted, "check", *of, "--json", *sent)
            named = ["--partner", submission.partner, "--feed", submission.feed, "--period", submission.period]
            _call(planted, "report", *named, "--out", str(where.with_name(f"{where.name}_landed")), *home)
    _call(planted, "run", "--quarter", QUARTER.label, "--record", *home)
    for area in ("derby", "qt1"):
        _call(planted, "explain", "ehcp_caseload", "--area", area, "--quarter", QUARTER.label, *home)
    _call(planted, "status", *home)
    _call(planted, "status", "--json", *home)
    _call(planted, "release", "list", *home)
    _call(planted, "review", "export", "--quarter", QUARTER.label, "--reviewer", "r1", *home)


def test_ten_thousand_identifiers_were_planted_in_every_column(planted: Planted) -> None:
    assert len(planted.finder.known) == 6 * CHILDREN > 10_000
    landed = planted.finder.in_folder(planted.settings.landing)
    assert set().union(*landed.values()) == planted.finder.known
    headers = {column for _, column in planted.planter.planted}
    kept = {c.key for name in PERSON_LEVEL for table in feeds.load(name).tables.values() for c in kept_columns(table)}
    assert len(kept & headers) > 0.7 * len(kept)  # the rest are of other specs, or of tables that nobody sent


def test_rows_with_canaries_were_accepted_warned_about_and_kept_out(planted: Planted) -> None:
    for feed in PERSON_LEVEL:
        receipts = [accept(planted.settings, s) for s in ledger.all_submissions(planted.settings) if s.feed == feed]
        counts = [count for receipt in receipts for count in receipt.tables.values()]
        assert sum(count.quarantined for count in counts) > 0, feed
        assert any(total.outcome == "warn" for receipt in receipts for total in receipt.messages_total), feed
        assert sum(count.accepted for count in counts) > 0, feed
    blanked = planted.settings.restricted / "identity" / QUARTER.label / "blanked_value.parquet"
    (values, columns) = duckdb.execute(f"select sum(blanked), count(*) from '{blanked}'").fetchone() or (0, 0)
    assert values > 300 and columns > 100


def test_the_run_published_and_the_commands_answered(planted: Planted) -> None:
    assert planted.codes[f"run --quarter {QUARTER.label}"] == run.PUBLISHED, planted.said[
        f"run --quarter {QUARTER.label}"
    ]
    assert releases.newest(planted.settings, QUARTER) is not None
    assert {name.split(" /")[0]: code for name, code in planted.codes.items() if code not in (0, 1, 2)} == {
        "check of an absent file": 3,
        "opt-out add": 3,  # some lines were taken
    }


def test_no_canary_is_in_the_home_outside_landing_and_restricted(planted: Planted) -> None:
    assert warehouse_path(planted.settings, QUARTER).is_file()
    assert list((planted.settings.home / "dagster").rglob("*.db"))
    assert planted.finder.in_folder(planted.settings.home, without=PRIVATE) == {}


def test_no_canary_is_in_what_the_warehouse_is_built_of(planted: Planted) -> None:
    assert planted.finder.in_folder(planted.settings.restricted / "pseudonymised") == {}
    identity = planted.settings.restricted / "identity" / QUARTER.label
    for name in ("person", "person_link", "person_doubt", "left_out", "left_out_child", "blanked_value"):
        assert planted.finder.in_file(identity / f"{name}.parquet") == set(), name


def test_no_canary_is_in_a_partners_report(planted: Planted) -> None:
    assert len(list((planted.folder / "reports").rglob("report.xlsx"))) > 30
    assert planted.finder.in_folder(planted.folder / "reports") == {}


def test_no_canary_was_said(planted: Planted) -> None:
    assert {name: found for name, text in planted.said.items() if (found := planted.finder.in_text(text))} == {}


def _database_quotes(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("select cast(surname as date) from history_record where starts_with(surname, 'ZQ')").fetchall()


def _python_quotes(con: duckdb.DuckDBPyConnection) -> None:
    names = con.execute("select surname, nhs_number from history_record where starts_with(surname, 'ZQ')").fetchall()
    raise LookupError(f"no such child: {names}")


@pytest.mark.parametrize("fault", [_database_quotes, _python_quotes])
def test_a_run_that_fails_by_an_exception_says_nobody(
    planted: Planted, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path,
    fault: Callable[[duckdb.DuckDBPyConnection], None],
) -> None:  # fmt: skip
    """The identity step raises an error whose text quotes children, and the run is recorded."""
    home = Settings(tmp_path / "home", "test")
    skipped = shutil.ignore_patterns("dagster", "published", "warehouse", "reports", "pseudonymised")
    shutil.copytree(planted.settings.home, home.home, symlinks=True, ignore=skipped)
    monkeypatch.setattr(attributes, "_create_deaths", lambda con, *_: fault(con))
    done = CliRunner().invoke(app, ["run", "--quarter", QUARTER.label, "--record", "--force", "--home", str(home.home)])
    said = capfd.readouterr()
    assert done.exit_code == run.FAILED and "withheld because it may quote a record" in done.output
    assert planted.finder.in_text(done.output + said.out + said.err + repr(done.exception)) == set()
    assert list((home.home / "dagster").rglob("*.db"))
    assert planted.finder.in_folder(home.home, without=PRIVATE) == {}


def _duckdb(path: Path, text: str) -> None:
    con = duckdb.connect(str(path))
    con.execute("create schema deep; create table deep.one as select ? as note, 1 as n", [text])
    con.close()


def _sqlite(path: Path, text: str) -> None:
    con = sqlite3.connect(path)
    con.execute("create table event_logs (event text)")
    con.execute("insert into event_logs values (?)", [json.dumps({"message": "x" * 9_000 + text})])
    con.commit()
    con.close()


def _parquet(path: Path, text: str) -> None:
    duckdb.execute(f"copy (select '{text}' as note from range(5000)) to '{path}' (format parquet, compression zstd)")


def _workbook(path: Path, text: str) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/sharedStrings.xml", f"<t>{text}</t>")


PLACES = {
    "warehouse/2024-25-Q4.duckdb": _duckdb,
    "published/releases/2024-25-Q4.r1/marts.duckdb": _duckdb,
    "published/releases/2024-25-Q4.r1/tables/t.parquet": _parquet,
    "published/releases/2024-25-Q4.r1/manifest.json": lambda path, text: path.write_text(json.dumps({"file": text})),
    "published/releases/2024-25-Q4.r1/open_data/a.csv": lambda path, text: path.write_text(f"a,b\n1,{text}\n"),
    "dagster/history/runs.db": _sqlite,
    "dagster/storage/step.err": lambda path, text: path.write_text(f"Traceback: {text}"),
    "reports/report.xlsx": _workbook,
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("spelling", range(14))
def test_a_canary_in_any_searched_place_would_be_found(tmp_path: Path, place: str, spelling: int) -> None:
    finder, canary = Finder(CANARIES), CANARIES[spelling]
    (tmp_path / place).parent.mkdir(parents=True)
    PLACES[place](tmp_path / place, f"seen {canary.spellings()[spelling]} today")
    assert finder.in_folder(tmp_path).keys() == {place}
    assert finder.in_text(f"x{canary.surname}9 and {canary.everything()}") >= {
        canary.surname.upper(),
        canary.upn,
        canary.uln,
    }


CANARIES = make()
