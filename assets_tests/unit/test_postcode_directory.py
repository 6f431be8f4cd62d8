"""Postcode directories as ONS and the ministry publish them: read rightly, or refused with file, row and rule."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb
import pytest

from sendjc_pipeline.identity.places_rules import RANKED_AREAS, SHOWN_FAULTS, PlacesRefused
from sendjc_pipeline.identity.postcode_directory import directory_file, load, loaded
from sendjc_pipeline.settings import SendjcError, Settings
from sendjc_pipeline.synthetic import postcode_places

Row = Mapping[str, object]
NG7 = {"pcds": "NG7 2QX", "lad25cd": "E06000018", "lsoa11cd": "E01013800", "lsoa21cd": "E01033400", "imd20ind": "3285"}
IMD = "Index of Multiple Deprivation (IMD) Decile (where 1 is most deprived 10% of LSOAs)"


def write(path: Path, *rows: Row) -> Path:
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def take(settings: Settings, tmp_path: Path, *rows: Row, index: Sequence[Row] = ()) -> list[tuple[object, ...]]:
    beside = write(tmp_path / "index.csv", *index) if index else None
    load(settings, write(tmp_path / "onspd.csv", *rows), beside, "ONSPD", "2025-05")
    return duckdb.execute(f"from read_parquet('{directory_file(settings)}')").fetchall()


def test_the_layout_of_2025_with_the_rank_of_2019(settings: Settings, tmp_path: Path) -> None:
    assert take(settings, tmp_path, NG7) == [("NG7 2QX", "E01033400", "E06000018", 2)]


@pytest.mark.parametrize(
    "names",
    [
        {"lad25cd": "oslaua", "lsoa11cd": "lsoa11", "lsoa21cd": "lsoa21", "imd20ind": "imd"},  # ONSPD until 2024
        {"lad25cd": "laua", "lsoa11cd": "lsoa11", "lsoa21cd": "lsoa21", "imd20ind": "imd"},  # NSPL
        {"pcds": "PCDS", "lad25cd": "LAD23CD", "lsoa21cd": "LSOA21CD", "imd20ind": "IMD"},
    ],
)
def test_other_editions_name_their_columns_otherwise(settings: Settings, tmp_path: Path, names: dict[str, str]) -> None:
    renamed = {names.get(name, name): value for name, value in NG7.items()}
    assert take(settings, tmp_path, renamed) == [("NG7 2QX", "E01033400", "E06000018", 2)]


@pytest.mark.parametrize(
    ("rank", "decile"), [(1, 1), (3284, 1), (3285, 2), (16422, 5), (16423, 6), (29560, 10), (RANKED_AREAS, 10)]
)
def test_a_tenth_of_englands_areas_to_a_decile(settings: Settings, tmp_path: Path, rank: int, decile: int) -> None:
    assert take(settings, tmp_path, NG7 | {"imd20ind": rank})[0][-1] == decile


def test_outside_england_a_rank_is_of_another_country_and_gives_no_decile(settings: Settings, tmp_path: Path) -> None:
    welsh = {
        "pcds": "CF10 1AA",
        "lad25cd": "W06000015",
        "lsoa11cd": "W01001939",
        "lsoa21cd": "W01001939",
        "imd20ind": "7",
    }
    manx = {
        "pcds": "IM1 1AA",
        "lad25cd": "M99999999",
        "lsoa11cd": "M99999999",
        "lsoa21cd": "M99999999",
        "imd20ind": "0",
    }
    assert take(settings, tmp_path, NG7, welsh, manx) == [
        ("CF10 1AA", "W01001939", "W06000015", None),
        ("IM1 1AA", None, None, None),
        ("NG7 2QX", "E01033400", "E06000018", 2),
    ]


@pytest.mark.parametrize(
    ("area", "code"), [("LSOA code (2021)", "E01033400"), ("LSOA21CD", "E01033400"), ("LSOA code (2011)", "E01013800")]
)
def test_an_index_is_joined_by_the_areas_of_its_own_census(
    settings: Settings, tmp_path: Path, area: str, code: str
) -> None:
    assert take(settings, tmp_path, NG7, index=[{area: code, IMD: "9"}]) == [("NG7 2QX", "E01033400", "E06000018", 9)]


def test_an_index_of_areas_that_the_directory_does_not_give_is_refused(settings: Settings, tmp_path: Path) -> None:
    only_2021 = {name: value for name, value in NG7.items() if name != "lsoa11cd"}
    with pytest.raises(SendjcError, match=r"areas_of_another_census.*2011"):
        take(settings, tmp_path, only_2021, index=[{"LSOA code (2011)": "E01013800", IMD: "9"}])


FAULTS = [
    ({"pcds": "NOWHERE"}, "PLACES.postcode"),
    ({"pcds": ""}, "PLACES.postcode"),
    ({"pcds": "ng72qx"}, "PLACES.postcode_twice"),
    ({"lsoa21cd": "E02000001"}, "PLACES.lsoa"),
    ({"lad25cd": "Nottingham"}, "PLACES.district"),
    ({"imd20ind": "32845"}, "PLACES.rank"),
    ({"imd20ind": "many"}, "PLACES.rank"),
]


@pytest.mark.parametrize(("change", "rule"), FAULTS)
def test_a_row_at_fault_is_named_by_file_row_and_rule(
    settings: Settings, tmp_path: Path, change: dict[str, str], rule: str
) -> None:
    take(settings, tmp_path, NG7)
    before = directory_file(settings).read_bytes()
    other = NG7 | {"pcds": "NG7 2QY"} | change
    with pytest.raises(PlacesRefused) as caught:
        take(settings, tmp_path, NG7, other)
    assert [(fault.file, fault.row, fault.rule) for fault in caught.value.faults] == [("onspd.csv", 3, rule)]
    assert directory_file(settings).read_bytes() == before


@pytest.mark.parametrize("decile", ["0", "11", "1.5", "ten"])
def test_deciles_are_1_to_10(settings: Settings, tmp_path: Path, decile: str) -> None:
    own = {name: value for name, value in NG7.items() if name != "imd20ind"} | {"imd_decile": decile}
    for rows, index in (([own], []), ([NG7], [{"LSOA code (2021)": "E01033400", IMD: decile}])):
        with pytest.raises(PlacesRefused) as caught:
            take(settings, tmp_path, *rows, index=index)
        assert [(fault.row, fault.rule) for fault in caught.value.faults] == [(2, "PLACES.decile")]


def test_an_index_with_an_area_twice_is_refused(settings: Settings, tmp_path: Path) -> None:
    row = {"LSOA code (2021)": "E01033400", IMD: "9"}
    with pytest.raises(PlacesRefused) as caught:
        take(settings, tmp_path, NG7, index=[row, row])
    assert [(f.file, f.row, f.rule) for f in caught.value.faults] == [("index.csv", 3, "PLACES.area_twice")]


def test_of_many_faults_the_first_are_listed(settings: Settings, tmp_path: Path) -> None:
    rows = [NG7 | {"pcds": f"BAD {n}"} for n in range(30)]
    with pytest.raises(PlacesRefused, match="30 faults, of which the first 20") as caught:
        take(settings, tmp_path, *rows)
    assert len(caught.value.faults) == SHOWN_FAULTS


@pytest.mark.parametrize("lacking", ["pcds", "lsoa"])
def test_a_file_without_the_columns_is_refused(settings: Settings, tmp_path: Path, lacking: str) -> None:
    with pytest.raises(SendjcError, match=r"PLACES\.columns"):
        take(settings, tmp_path, {name: value for name, value in NG7.items() if not name.startswith(lacking)})


def test_a_file_that_is_no_csv_is_refused_without_quoting_it(settings: Settings, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"PK\x03\x04\xff\xfe secret \x00\x01")
    with pytest.raises(SendjcError, match="PLACES") as caught:
        load(settings, path, None, "ONSPD", "2025-05")
    assert "secret" not in str(caught.value)
    write(path, NG7).write_text("pcds,lsoa21cd\n")
    with pytest.raises(SendjcError, match=r"PLACES\.rows"):
        load(settings, path, None, "ONSPD", "2025-05")


def test_it_says_what_is_loaded_and_the_same_file_gives_the_same_bytes(settings: Settings, tmp_path: Path) -> None:
    assert loaded(settings) is None
    take(settings, tmp_path, NG7, NG7 | {"pcds": "NG7 2QY"})
    first, content = loaded(settings), directory_file(settings).read_bytes()
    assert first is not None and (first.source, first.edition, first.rows, len(first.sha256)) == (
        "ONSPD",
        "2025-05",
        2,
        64,
    )
    take(settings, tmp_path, NG7, NG7 | {"pcds": "NG7 2QY"})
    assert directory_file(settings).read_bytes() == content
    take(settings, tmp_path, NG7, NG7 | {"pcds": "NG7 2QZ"})
    again = loaded(settings)
    assert again is not None and again.sha256 != first.sha256


def test_one_that_is_much_smaller_than_the_one_before_is_taken_only_if_it_is_meant(
    settings: Settings, tmp_path: Path
) -> None:
    ten = [NG7 | {"pcds": f"NG7 {n}QX"} for n in range(10)]
    take(settings, tmp_path, *ten)
    take(settings, tmp_path, *ten[:9])  # nine tenths
    with pytest.raises(PlacesRefused, match=r"PLACES\.size: it holds 8 postcodes, and the directory before it .* 9;"):
        take(settings, tmp_path, *ten[:8])
    assert (kept := loaded(settings)) is not None and kept.rows == 9
    assert load(settings, tmp_path / "onspd.csv", None, "ONSPD", "2025-08", may_shrink=True).rows == 8


def test_a_damaged_directory_is_said_to_be_so(settings: Settings) -> None:
    directory_file(settings).parent.mkdir()
    directory_file(settings).write_bytes(b"no parquet")
    with pytest.raises(SendjcError, match="sendjc reference postcodes"):
        loaded(settings)


# The synthetic one


def test_the_synthetic_directory_is_sound_and_its_areas_are_no_real_ones(settings: Settings, tmp_path: Path) -> None:
    path = postcode_places.write(postcode_places.every_postcode(), tmp_path)
    assert load(settings, path, None, "synthetic", "1").rows > 150_000
    found = duckdb.execute(f"""
        select count(distinct lsoa_code), bool_and(starts_with(lsoa_code, 'E019')), min(deprivation_decile), max(deprivation_decile)
        from read_parquet('{directory_file(settings)}')""").fetchone()
    assert found is not None and found[0] > 800 and found[1:] == (True, 1, 10)
    per_area = duckdb.execute(
        f"select count(distinct deprivation_decile) from read_parquet('{directory_file(settings)}') group by lsoa_code"
    ).fetchall()
    assert set(per_area) == {(1,)}


def test_the_synthetic_directory_and_the_seed_of_outward_codes_agree(tmp_path: Path) -> None:
    seeds = Path(__file__).resolve().parents[2] / "seeds" / "reference"
    path = postcode_places.write(postcode_places.every_postcode(), tmp_path)
    differ = duckdb.execute(f"""
        select count(*) from read_csv('{path}') as place
        left join read_csv('{seeds / "outward_code_area.csv"}') as outward on split_part(pcds, ' ', 1) = outward_code
        left join read_csv('{seeds / "district_area.csv"}') as district on lad25cd = district_code
        where outward.area_id is distinct from district.area_id""").fetchone()
    assert differ == (0,)
