"""What a kept column may hold: every form against real values and against identifiers of every kind."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from sendjc_pipeline import feeds
from sendjc_pipeline.feeds.examples import examples
from sendjc_pipeline.feeds.forms import FORMS
from sendjc_pipeline.identity import passing
from sendjc_pipeline.identity.blanked import BLANKED
from sendjc_pipeline.identity.columns import HASHED, kept_columns
from sendjc_pipeline.identity.standardise import create_macros
from sendjc_pipeline.settings import Settings

from identity_samples import Scene, nhs, patient, pupil, upn  # isort: skip

PERSON_LEVEL = [feeds.load(name) for name in feeds.names() if feeds.load(name).is_person_level]
KEPT = [
    (feed, table, column)
    for feed in PERSON_LEVEL
    for table in feed.tables.values()
    for column in kept_columns(table)
    if column.privacy not in HASHED
]


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    made = duckdb.connect()
    create_macros(made)
    made.execute("create table history_record as select null::varchar as nhs_number, null::varchar as upn, null::varchar as uln,"
                 " null::varchar as surname, null::varchar as forename, null::varchar as postcode")  # fmt: skip
    passing.create_known(made)
    yield made
    made.close()


def fits(con: duckdb.DuckDBPyConnection, form: str, values: list[str]) -> set[str]:
    """Those of the values that have the form, compared with nobody's identifiers."""
    rows = con.execute(
        f"select value from unnest(?::varchar[]) as t (value) where {passing.fits(FORMS[form], 'value')}", [values]
    )
    return {value for (value,) in rows.fetchall()}


def test_every_kept_text_without_a_list_declares_its_form() -> None:
    bare = [f"{feed.name}.{table.name}.{column.key}" for feed, table, column in KEPT
            if column.type in ("text", "code") and column.code_list is None and column.form is None]  # fmt: skip
    assert bare == []


def test_no_kept_column_is_of_a_type_that_holds_identifiers() -> None:
    known = {"text", "code", "integer", "decimal", "flag", "date", "datetime"}
    assert {column.type for _, _, column in KEPT} <= known


def test_every_form_is_used() -> None:
    assert {column.form for _, _, column in KEPT} - {None} == set(FORMS)


@pytest.mark.parametrize("feed", PERSON_LEVEL, ids=lambda feed: feed.name)
def test_every_value_of_the_example_passes(feed: feeds.Feed, con: duckdb.DuckDBPyConnection) -> None:
    for example in examples(feed.name):
        for name, rows in example.tables.items():
            for column in kept_columns(feed.tables[name]):
                values = sorted({value for row in rows if (value := row.get(column.key)) is not None})
                if column.form is not None:
                    assert fits(con, column.form, values) == set(values), f"{name}.{column.name}"
                elif column.type in ("integer", "decimal") and column.privacy not in HASHED:
                    assert all(abs(float(value)) <= passing.LARGEST_NUMBER for value in values)


SOUND = {
    "short_code": ["1", "L", "01", "017", "C2", "A1", "9Z"],
    "mark": ["1", "0", "830", "Y", "true", "FALSE", "No"],
    "attendance": ["F", "PT", "1"],
    "number": ["1", "8924001", "001"],
    "score": ["0", "14.5", "-2", "2000"],
    "version": ["1.6", "6.0", "2025.1", "1.5.3"],
    "year": ["2025"],
    "collection": ["SEN2", "CIN"],
    "authority": ["892"],
    "establishment": ["4001"],
    "urn": ["122400"],
    "ukprn": ["10012345"],
    "organisation": ["RHA", "NR3", "QT1", "RX4", "RX4E2", "B85041", "13T", "EE122400", "A3A8R", "Y02847", "8HA94"],
    "snomed": ["401204006", "718458005", "1108261000000102", "138875005", "900000000000207008"],
    "snomed_expression": ["718458005", "401204006:718458005=138875005", "401204006 + 718458005"],
    "diagnosis": ["F840", "F84.0", "F84", "M45.X", "E100D", "E140.", "Eu84.", "E....", "X00Rk", "XaLFj", "406506008"],
}
NAMES = [
    "Okafor",
    "okafor",
    "OKAFOR",
    "Li",
    "Ng",
    "Wu",
    "Ann",
    "Ada",
    "Amy",
    "Roy",
    "Smith",
    "Xavie",
    "XAVIE",
    "O'Neil",
    "Anne-Marie",
]
POSTCODES = [
    "NG7 2QX",
    "NG72QX",
    "ng7 2qx",
    "N1 2AB",
    "N12AB",
    "n12ab",
    "SW1A 1AA",
    "SW1A1AA",
    "M1 1AE",
    "E111AA",
    "E11 1AA",
    "N12XA",
]


@pytest.mark.parametrize("form", FORMS)
def test_a_form_takes_what_is_sound(form: str, con: duckdb.DuckDBPyConnection) -> None:
    assert fits(con, form, SOUND[form]) == set(SOUND[form])


@pytest.mark.parametrize("form", FORMS)
def test_no_name_postcode_or_upn_has_a_form(form: str, con: duckdb.DuckDBPyConnection) -> None:
    names = [name for name in NAMES if not (form == "organisation" and name.isupper())]
    assert fits(con, form, [*names, *POSTCODES, *(upn(serial) for serial in range(300)), "ROY", "NG7 2QX."]) <= (
        {"ROY"} if form == "organisation" else set()  # of the form of a trust: only a comparison can tell
    )


@pytest.mark.parametrize("form", FORMS)
def test_a_number_of_ten_digits_has_a_form_only_where_it_is_compared(form: str, con: duckdb.DuckDBPyConnection) -> None:
    numbers = [nhs(serial) for serial in range(0, 90_000, 7)]
    spaced = [f"{n[:3]} {n[3:6]} {n[6:]}" for n in numbers] + [f"{n[:3]}-{n[3:6]}-{n[6:]}" for n in numbers]
    assert fits(con, form, spaced) == set()
    found = fits(con, form, numbers)
    if any(one.has_snomed for one in FORMS[form]):
        assert 0 < len(found) < 0.004 * len(numbers)  # one in ten by its check digit, one in fifty by its partition
    else:
        assert found == set()


def test_a_shifted_table_brings_nobody_into_the_copies_and_is_counted(settings: Settings) -> None:
    scene = Scene(settings)
    child = {"nhsnumber": nhs(1), "postcode": "NG7 2QX"}
    scene.sen2("nottingham", pupil("1", upn=upn(1), surname="Qwyzk", forename="Roy", ethnicity="Qwyzk"))
    scene.csds(
        "RHA", patient("p1", **child),
        cyp101referral=[
            {"servicerequestid": "s1", "localpatientid": "p1", "sourceofreferral": "Qwyzk", "primaryreferralreason": nhs(1), "orgid_commissioner": "ROY"},
            {"servicerequestid": "s2", "localpatientid": "p1", "sourceofreferral": "06", "orgid_commissioner": "NG72QX"},
            {"servicerequestid": "s3", "localpatientid": "p1", "sourceofreferral": "06", "orgid_commissioner": "RHA"},
        ],
    )  # fmt: skip
    assert scene.run().values_blanked == 5
    (path,) = scene.pseudonymised.glob("csds/cyp101referral/*.parquet")
    kept = duckdb.execute(
        f"select sourceofreferral, primaryreferralreason, orgid_commissioner from '{path}' order by source_row"
    )
    assert kept.fetchall() == [(None, None, None), ("06", None, None), ("06", None, "RHA")]
    counts = duckdb.execute(
        f"select feed, table_name, column_name, blanked from '{scene.identity / BLANKED}'"
    ).fetchall()
    assert sorted(counts) == [
        ("csds", "cyp101referral", "orgid_commissioner", 2),
        ("csds", "cyp101referral", "primaryreferralreason", 1),
        ("csds", "cyp101referral", "sourceofreferral", 1),
        ("sen2", "person", "ethnicity", 1),
    ]
    assert scene.query("select count(*) from person where ethnicity is not null") == [(0,)]


def test_a_childs_number_that_is_also_a_snomed_code_does_not_pass_and_another_childs_code_does(
    settings: Settings, con: duckdb.DuckDBPyConnection
) -> None:
    double = sorted(fits(con, "snomed", [nhs(serial) for serial in range(3000)]))[0]
    scene = Scene(settings)
    scene.csds(
        "RHA", patient("p1", nhsnumber=double), cyp101referral=[{"servicerequestid": "s1", "localpatientid": "p1"}],
        cyp609codedassessmentreferral=[{"servicerequestid": "s1", "snomed_id": double}, {"servicerequestid": "s1", "snomed_id": "718458005"}],
    )  # fmt: skip
    assert scene.run().values_blanked == 1
    (path,) = scene.pseudonymised.glob("csds/cyp609codedassessmentreferral/*.parquet")
    assert duckdb.execute(f"select snomed_id from '{path}' order by source_row").fetchall() == [(None,), ("718458005",)]


def test_a_number_of_ten_digits_does_not_pass_as_a_count(con: duckdb.DuckDBPyConnection, tmp_path) -> None:
    feed, _, column = next(item for item in KEPT if item[2].type == "integer")
    sql = passing.what_passes(con, feed, column, tmp_path)
    rows = con.execute(
        f'select {sql} from (select unnest([12, null, 9999999, 9990000018]) as "{column.key}") as sent'
    ).fetchall()
    assert rows == [(12,), (None,), (9_999_999,), (None,)]


def test_a_text_whose_column_declares_no_form_does_not_pass(con: duckdb.DuckDBPyConnection, tmp_path) -> None:
    feed = feeds.load("csds")
    bare = feed.tables["cyp101referral"].column("sourceofreferral").model_copy(update={"form": None})
    assert passing.what_passes(con, feed, bare, tmp_path) == "null"
