"""One rule of the open-data standard, one test: a sound file passes all, and each fault is found by its rule."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from sendjc_pipeline.release import open_data_checks
from sendjc_pipeline.release.open_data_checks import META_COLUMNS, OpenData

PLACE = {
    "geographic_level": "Local authority", "country_code": "E92000001", "country_name": "England", "region_code": "E12000004", "region_name": "East Midlands",
    "old_la_code": "831", "new_la_code": "E06000015", "la_name": "Derby",
}  # fmt: skip


def meta(name: str, kind: str, label: str, **more: str) -> dict[str, str]:
    return dict.fromkeys(META_COLUMNS, "") | {"col_name": name, "col_type": kind, "label": label} | more


def sound() -> OpenData:
    cuts = (("Total", "Total", "Total"), ("speech", "Sex", "Male"), ("speech", "Sex", "Female"))
    rows = [
        {"time_period": "202425", "time_identifier": "Financial year Q4", **PLACE, "breakdown_topic": topic, "service": service, "breakdown": item,
         "waiting": number, "waiting_share": share}
        for (service, topic, item), number, share in zip(cuts, ("40", "c", "z"), ("79.5", "low", "x"), strict=True)
    ]  # fmt: skip
    told = [
        meta("service", "Filter", "Service"),
        meta("breakdown", "Filter", "Breakdown", filter_grouping_column="breakdown_topic"),
        meta("waiting", "Indicator", "Children waiting", indicator_grouping="Waits", indicator_dp="0"),
        meta(
            "waiting_share",
            "Indicator",
            "Share waiting",
            indicator_grouping="Waits",
            indicator_unit="%",
            indicator_dp="1",
        ),
    ]
    return OpenData("waits.csv", "waits.meta.csv", list(rows[0]), rows, list(META_COLUMNS), told)


Fault = Callable[[OpenData], OpenData]


def cell(column: str, value: str, *rows: int) -> Fault:
    def spoil(data: OpenData) -> OpenData:
        for number in rows or range(len(data.rows)):
            data.rows[number][column] = value
        return data

    return spoil


def told(row: int, **values: str) -> Fault:
    def spoil(data: OpenData) -> OpenData:
        data.meta[row].update(values)
        return data

    return spoil


def more_meta(*rows: dict[str, str]) -> Fault:
    return lambda data: replace(data, meta=[*data.meta, *rows])


def without(column: str) -> Fault:
    def spoil(data: OpenData) -> OpenData:
        rows = [{name: value for name, value in row.items() if name != column} for row in data.rows]
        return replace(data, columns=[name for name in data.columns if name != column], rows=rows)

    return spoil


def column(name: str, *values: str) -> Fault:
    def spoil(data: OpenData) -> OpenData:
        rows = [{**row, name: values[number % len(values)]} for number, row in enumerate(data.rows)]
        return replace(data, columns=[*data.columns, name], rows=rows)

    return spoil


def both(*faults: Fault) -> Fault:
    def spoil(data: OpenData) -> OpenData:
        for fault in faults:
            data = fault(data)
        return data

    return spoil


def many_items(data: OpenData) -> OpenData:
    rows = [{**data.rows[1], "service": f"s{n}", "breakdown": "Total" if n else "Male"} for n in range(25_001)]
    return replace(data, rows=[*data.rows, *rows])


def also(**values: str) -> Fault:
    return lambda data: replace(data, rows=[*data.rows, {**data.rows[0], **values}])


FAULTS: dict[str, Fault] = {
    "file_name_is_plain": lambda d: replace(d, name="Waits 1.csv", meta_name="Waits 1.meta.csv"),
    "file_name_has_no_date": lambda d: replace(d, name="waits_2025.csv", meta_name="waits_2025.meta.csv"),
    "file_names_match": lambda d: replace(d, meta_name="wait.meta.csv"),
    "mandatory_columns_are_there": without("country_name"),
    "meta_columns_are_there": lambda d: replace(d, meta_columns=d.meta_columns[:-1]),
    "meta_columns_are_known": lambda d: replace(d, meta_columns=[*d.meta_columns, "note"]),
    "meta_types_are_known": told(2, col_type="indicator"),
    "meta_names_are_there": told(2, col_name=""),
    "meta_names_are_unique": more_meta(meta("waiting", "Indicator", "Again", indicator_dp="0")),
    "there_is_an_indicator": lambda d: replace(d, meta=d.meta[:2]),
    "meta_columns_exist_in_data": more_meta(meta("absent", "Indicator", "Absent", indicator_dp="0")),
    "filter_groups_exist_in_data": told(1, filter_grouping_column="absent"),
    "there_are_columns_enough": lambda d: replace(d, meta=d.meta * 4),
    "meta_tells_of_no_geography": more_meta(meta("la_name", "Filter", "Council")),
    "other_columns_are_in_meta": column("remark", "a", "b", "c"),
    "time_period_is_a_number": cell("time_period", "2024-5"),
    "time_identifier_is_known": cell("time_identifier", "Quarter 4"),
    "time_identifiers_are_of_one_group": cell("time_identifier", "Financial year", 0),
    "time_period_has_the_length_of_its_identifier": cell("time_identifier", "Calendar year"),
    "six_digits_are_consecutive_years": cell("time_period", "202426"),
    "geographic_level_is_known": cell("geographic_level", "Integrated care board"),
    "columns_of_the_level_are_there": without("old_la_code"),
    "columns_of_the_level_are_filled": cell("new_la_code", "", 1),
    "columns_of_lower_levels_are_blank": cell("geographic_level", "National", 0),
    "local_authorities_have_a_region": cell("region_name", ""),
    "geography_has_no_totals": cell("la_name", "Total"),
    "an_unknown_place_is_told_as_such": cell("new_la_code", "x"),
    "a_place_has_one_code": cell("new_la_code", "E06000018", 0),
    "column_names_have_no_spaces": column("a remark", "a"),
    "column_names_are_snake_case": column("aRemark", "a"),
    "column_names_start_with_a_letter": column("_remark", "a"),
    "indicators_hide_no_filter": both(column("male_waiting", "10"), more_meta(meta("male_waiting", "Indicator", "Boys", indicator_dp="0"))),
    "filters_have_two_levels": cell("service", "Total"),
    "filters_have_a_total": cell("service", "ot", 0),
    "filters_have_no_blanks": cell("service", "", 1),
    "filters_have_no_stray_space": cell("service", "speech ", 1),
    "filters_have_items_within_the_limit": many_items,
    "filter_groups_have_no_more_levels_than_the_filter": both(
        cell("breakdown_topic", "Age", 1), cell("breakdown", "Total", 1), cell("breakdown_topic", "Need", 2)
    ),
    "filter_groups_are_no_filters": more_meta(meta("breakdown_topic", "Filter", "Topic")),
    "filter_groups_group_one_filter": told(0, filter_grouping_column="breakdown_topic"),
    "indicators_are_not_grouped_as_filters": told(2, filter_grouping_column="breakdown_topic"),
    "filters_use_harmonised_values": both(column("sex", "Total", "Boys", "Girls"), more_meta(meta("sex", "Filter", "Sex"))),
    "indicators_are_numbers_or_symbols": cell("waiting", "~", 0),
    "nothing_says_null": cell("breakdown", "NA", 1),
    "no_row_comes_twice": also(waiting="41"),
    "labels_are_there": told(2, label=""),
    "labels_are_unique": told(2, label="Share waiting"),
    "only_indicators_have_a_unit": told(0, indicator_unit="%"),
    "units_are_known": told(2, indicator_unit="weeks"),
    "decimal_places_are_told": told(2, indicator_dp=""),
    "decimal_places_are_whole_numbers": told(2, indicator_dp="1.5"),
    "only_filters_have_a_hint": told(2, filter_hint="A hint"),
    "percentages_are_not_shares_of_one": cell("waiting_share", "0.79", 0),
    "column_names_are_short": both(column("w" * 51, "10"), more_meta(meta("w" * 51, "Indicator", "Long", indicator_dp="0"))),
    "labels_are_short": told(2, label="w" * 101),
    "filter_items_are_short": cell("service", "s" * 121, 1),
    "location_codes_are_short": cell("region_code", "E" * 31),
}  # fmt: skip


def test_a_sound_file_passes_every_rule() -> None:
    assert open_data_checks.judge(sound()) == []


def test_every_rule_has_its_example() -> None:
    assert set(FAULTS) == set(open_data_checks.CHECKS)


@pytest.mark.parametrize("rule", FAULTS)
def test_the_fault_is_found_by_its_rule(rule: str) -> None:
    found = {finding.check: finding for finding in open_data_checks.judge(FAULTS[rule](copy.deepcopy(sound())))}
    assert rule in found
    assert found[rule].result == open_data_checks.CHECKS[rule][0] and found[rule].message


def test_a_file_is_read_as_it_lies_on_the_disk(tmp_path: Path) -> None:
    (tmp_path / "waits.csv").write_text("time_period,time_identifier\n2025,Month\n", encoding="utf-8")
    (tmp_path / "waits.meta.csv").write_text("col_name,col_type\nx,Indicator\n", encoding="utf-8")
    found = {finding.check for finding in open_data_checks.screen(tmp_path / "waits.csv")}
    assert {
        "mandatory_columns_are_there",
        "meta_columns_are_there",
        "meta_columns_exist_in_data",
        "time_identifier_is_known",
    } <= found
