"""The rules that Explore Education Statistics applies to an open-data file, each a function of its own.

Belongs here: rules only, from the Department for Education's published standard (domain rule 7.6), and `screen`, which asks all of them. FAIL is what the
service refuses, WARNING what it questions.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

MANDATORY = ("time_period", "time_identifier", "geographic_level", "country_code", "country_name")
META_COLUMNS = ("col_name", "col_type", "label", "indicator_grouping", "indicator_unit", "indicator_dp", "filter_hint", "filter_grouping_column")  # fmt: skip
META_OPTIONAL = ("filter_default", "parent_filter")
UNITS = ("", "£", "£m", "%", "pp", "numberstring")
SYMBOLS = ("z", "x", "c", "low")
LEVELS = {
    "National": (),
    "Regional": ("region_code", "region_name"),
    "Local authority": ("old_la_code", "new_la_code", "la_name"),
    "Local authority district": ("lad_code", "lad_name"),
}
_LOWER = {"National": 0, "Regional": 1, "Local authority": 2, "Local authority district": 3}
_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_GROUPS = (
    {"Autumn and spring term"}, {"Calendar year"}, {"Financial year"}, {"Academic year"}, {"Tax year"}, {"Reporting year"},
    {"Spring term", "Autumn term", "Summer term"}, {f"Week {n}" for n in range(1, 53)}, set(_MONTHS),
    {f"Financial year Q{n}" for n in range(1, 5)}, {"Part 1 (April to September)", "Part 2 (October to March)"},
)  # fmt: skip
_FOUR_DIGITS = {"Calendar year", "Reporting year", *_MONTHS, *(f"Week {n}" for n in range(1, 53))}
_HIDDEN_FILTERS = (
    "male", "female", "asian", "chinese", "indian", "pakistani", "bangladeshi", "black", "african", "caribbean", "white", "roma",
    "irish", "english", "british", "scottish", "welsh", "arab",
)  # fmt: skip
_GEOGRAPHY = {column for columns in LEVELS.values() for column in columns} | {"country_code", "country_name"}
_HARMONISED = {
    "sex": {"Total", "Male", "Female", "Unknown"},
    "sen_provision": {
        "Total", "Education, health and care plan", "SEN support / SEN without an EHC plan", "No SEN provision",
    },
}  # fmt: skip


@dataclass(frozen=True)
class OpenData:
    """A data file and its meta file, as text."""

    name: str
    meta_name: str
    columns: list[str]
    rows: list[dict[str, str]]
    meta_columns: list[str]
    meta: list[dict[str, str]]

    @cached_property
    def filters(self) -> list[str]:
        """Names of the filters."""
        return [row["col_name"] for row in self.meta if row.get("col_type") == "Filter"]

    @cached_property
    def indicators(self) -> list[str]:
        """Names of the indicators."""
        return [row["col_name"] for row in self.meta if row.get("col_type") == "Indicator"]

    @cached_property
    def groupings(self) -> list[str]:
        """Columns that group the items of a filter."""
        return [row["filter_grouping_column"] for row in self.meta if row.get("filter_grouping_column")]

    def values(self, column: str) -> list[str]:
        """The column, without None for one that is not there."""
        return [row.get(column, "") or "" for row in self.rows]

    def where(self, level: str) -> list[dict[str, str]]:
        """Rows of a geographic level."""
        return [row for row in self.rows if row.get("geographic_level") == level]


@dataclass(frozen=True)
class Finding:
    """A rule that is broken: FAIL or WARNING, and why."""

    check: str
    result: str
    message: str


Rule = Callable[[OpenData], Iterator[str]]
CHECKS: dict[str, tuple[str, Rule]] = {}


def _rule(result: str) -> Callable[[Rule], Rule]:
    def keep(rule: Rule) -> Rule:
        CHECKS[rule.__name__] = (result, rule)
        return rule

    return keep


def read(path: Path) -> OpenData:
    """Read a data file and the meta file beside it."""
    meta = path.with_suffix(".meta.csv")
    (columns, rows), (meta_columns, meta_rows) = _table(path), _table(meta)
    return OpenData(path.name, meta.name, columns, rows, meta_columns, meta_rows)


def _table(path: Path) -> tuple[list[str], list[dict[str, str]]]:
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        return list(reader.fieldnames or ()), list(reader)


def screen(path: Path) -> list[Finding]:
    """Every rule that the file breaks, the first reason of each."""
    return judge(read(path))


def judge(data: OpenData) -> list[Finding]:
    """The same for tables that are read already."""
    found = ((name, result, next(rule(data), None)) for name, (result, rule) in CHECKS.items())
    return [Finding(name, result, message) for name, result, message in found if message is not None]


@_rule("FAIL")
def file_name_is_plain(data: OpenData) -> Iterator[str]:
    """Lower case, digits and underscores."""
    if not re.fullmatch(r"[a-z0-9_]+\.csv", data.name):
        yield f"'{data.name}' has other signs than a-z, 0-9 and _"


@_rule("FAIL")
def file_name_has_no_date(data: OpenData) -> Iterator[str]:
    """The service replaces a file by its name, so a name says no year."""
    if re.search(r"(19|20)\d\d", data.name):
        yield f"'{data.name}' names a year"


@_rule("FAIL")
def file_names_match(data: OpenData) -> Iterator[str]:
    """name.csv and name.meta.csv."""
    if data.meta_name != data.name.removesuffix(".csv") + ".meta.csv":
        yield f"'{data.meta_name}' is not the meta file of '{data.name}'"


@_rule("FAIL")
def mandatory_columns_are_there(data: OpenData) -> Iterator[str]:
    """The five columns of time and place."""
    yield from (f"column {name} is missing" for name in MANDATORY if name not in data.columns)


@_rule("FAIL")
def meta_columns_are_there(data: OpenData) -> Iterator[str]:
    """The eight columns of a meta file."""
    yield from (f"meta column {name} is missing" for name in META_COLUMNS if name not in data.meta_columns)


@_rule("FAIL")
def meta_columns_are_known(data: OpenData) -> Iterator[str]:
    """No other column than those and the two optional ones."""
    yield from (
        f"meta column {name} is unknown" for name in data.meta_columns if name not in META_COLUMNS + META_OPTIONAL
    )


@_rule("FAIL")
def meta_types_are_known(data: OpenData) -> Iterator[str]:
    """Filter or Indicator."""
    yield from (
        f"{r['col_name']} is '{r.get('col_type')}'"
        for r in data.meta
        if r.get("col_type") not in ("Filter", "Indicator")
    )


@_rule("FAIL")
def meta_names_are_there(data: OpenData) -> Iterator[str]:
    """Every meta row names its column."""
    yield from ("a meta row has no col_name" for row in data.meta if not row.get("col_name"))


@_rule("FAIL")
def meta_names_are_unique(data: OpenData) -> Iterator[str]:
    """No column twice."""
    yield from _twice(row.get("col_name", "") for row in data.meta)


@_rule("FAIL")
def there_is_an_indicator(data: OpenData) -> Iterator[str]:
    """A file without a number is none."""
    if not data.indicators:
        yield "no indicator"


@_rule("FAIL")
def meta_columns_exist_in_data(data: OpenData) -> Iterator[str]:
    """What meta tells of is in the data."""
    yield from (f"{name} is not in the data" for name in data.filters + data.indicators if name not in data.columns)


@_rule("FAIL")
def filter_groups_exist_in_data(data: OpenData) -> Iterator[str]:
    """What groups a filter is in the data."""
    yield from (f"{name} is not in the data" for name in data.groupings if name not in data.columns)


@_rule("FAIL")
def there_are_columns_enough(data: OpenData) -> Iterator[str]:
    """The data has the mandatory columns beside those of meta."""
    if len(data.columns) < len(data.meta) + len(MANDATORY):
        yield f"{len(data.columns)} columns for {len(data.meta)} meta rows and {len(MANDATORY)} mandatory columns"


@_rule("FAIL")
def meta_tells_of_no_geography(data: OpenData) -> Iterator[str]:
    """Places and time are no filters."""
    ours = _GEOGRAPHY | set(MANDATORY)
    yield from (
        f"{name} is a column of place or time"
        for name in data.filters + data.indicators + data.groupings
        if name in ours
    )


@_rule("WARNING")
def other_columns_are_in_meta(data: OpenData) -> Iterator[str]:
    """A column that meta does not tell of is not shown, unless it is a filter of one level."""
    known = {*data.filters, *data.indicators, *data.groupings, *_GEOGRAPHY, *MANDATORY}
    yield from (
        f"{name} is not in meta" for name in data.columns if name not in known and len(set(data.values(name))) > 1
    )


@_rule("FAIL")
def time_period_is_a_number(data: OpenData) -> Iterator[str]:
    """Digits only."""
    yield from (f"time_period '{value}'" for value in sorted(set(data.values("time_period"))) if not value.isdecimal())


@_rule("FAIL")
def time_identifier_is_known(data: OpenData) -> Iterator[str]:
    """One of the standard's."""
    known = set().union(*_GROUPS)
    yield from (
        f"time_identifier '{value}'" for value in sorted(set(data.values("time_identifier"))) if value not in known
    )


@_rule("FAIL")
def time_identifiers_are_of_one_group(data: OpenData) -> Iterator[str]:
    """The four quarters may share a file; a quarter and its year may not."""
    found = set(data.values("time_identifier"))
    if not any(found <= group for group in _GROUPS):
        yield f"{', '.join(sorted(found))} may not share a file"


@_rule("FAIL")
def time_period_has_the_length_of_its_identifier(data: OpenData) -> Iterator[str]:
    """Four digits for calendar and reporting years, months and weeks; six for all others."""
    for period, identifier in sorted(
        {(row.get("time_period", ""), row.get("time_identifier", "")) for row in data.rows}
    ):
        if len(period) != (4 if identifier in _FOUR_DIGITS else 6):
            yield f"{period} as {identifier}"


@_rule("FAIL")
def six_digits_are_consecutive_years(data: OpenData) -> Iterator[str]:
    """202425, not 202426."""
    for period in sorted(set(data.values("time_period"))):
        if len(period) == 6 and period.isdecimal() and (int(period[2:4]) + 1) % 100 != int(period[4:]):
            yield f"{period} are not two years in a row"


@_rule("FAIL")
def geographic_level_is_known(data: OpenData) -> Iterator[str]:
    """One of those that our files use; an integrated care board is none."""
    yield from (f"geographic_level '{v}'" for v in sorted(set(data.values("geographic_level"))) if v not in LEVELS)


@_rule("FAIL")
def columns_of_the_level_are_there(data: OpenData) -> Iterator[str]:
    """A local authority has its two codes and its name."""
    for level, columns in LEVELS.items():
        if data.where(level):
            yield from (f"{level} needs column {name}" for name in columns if name not in data.columns)


@_rule("FAIL")
def columns_of_the_level_are_filled(data: OpenData) -> Iterator[str]:
    """And they are filled on each of its rows; the country on every row."""
    for level, columns in LEVELS.items():
        for row in data.where(level):
            yield from (
                f"{level} without {name}" for name in (*columns, "country_code", "country_name") if not row.get(name)
            )


@_rule("FAIL")
def columns_of_lower_levels_are_blank(data: OpenData) -> Iterator[str]:
    """A national row names no council."""
    for level, depth in _LOWER.items():
        lower = [c for other, columns in LEVELS.items() if _LOWER[other] > depth for c in columns]
        yield from (f"{level} row with {name}" for row in data.where(level) for name in lower if row.get(name))


@_rule("WARNING")
def local_authorities_have_a_region(data: OpenData) -> Iterator[str]:
    """Code and name."""
    for row in data.where("Local authority"):
        yield from (
            f"{row.get('la_name')} without {name}" for name in ("region_code", "region_name") if not row.get(name)
        )


@_rule("FAIL")
def geography_has_no_totals(data: OpenData) -> Iterator[str]:
    """A total of places is a row of the level above."""
    for name in sorted(_GEOGRAPHY & set(data.columns)):
        yield from (f"{name} says '{v}'" for v in set(data.values(name)) if v.lower() in ("total", "all"))


@_rule("FAIL")
def an_unknown_place_is_told_as_such(data: OpenData) -> Iterator[str]:
    """Code x with the name Not available."""
    for code, name in (("new_la_code", "la_name"), ("region_code", "region_name")):
        yield from (
            f"{name} '{row.get(name)}' with code x"
            for row in data.rows
            if row.get(code) == "x" and row.get(name) != "Not available"
        )


@_rule("FAIL")
def a_place_has_one_code(data: OpenData) -> Iterator[str]:
    """A code has one name, a name one code."""
    for code, name in (
        ("new_la_code", "la_name"),
        ("old_la_code", "la_name"),
        ("region_code", "region_name"),
        ("country_code", "country_name"),
    ):
        pairs = {(row.get(code) or "", row.get(name) or "") for row in data.rows} - {("", "")}
        yield from (f"{name}: {one}" for one in _twice(n for _, n in pairs))
        yield from (f"{code}: {one}" for one in _twice(c for c, _ in pairs))


@_rule("FAIL")
def column_names_have_no_spaces(data: OpenData) -> Iterator[str]:
    """In the data and in meta."""
    yield from (f"'{name}' has a space" for name in data.columns + data.meta_columns if re.search(r"\s", name))


@_rule("WARNING")
def column_names_are_snake_case(data: OpenData) -> Iterator[str]:
    """Lower case, digits, underscores."""
    yield from (f"'{name}' is no snake_case" for name in data.columns if re.search(r"[^a-z0-9_\s]", name))


@_rule("WARNING")
def column_names_start_with_a_letter(data: OpenData) -> Iterator[str]:
    """A lower-case one."""
    yield from (f"'{name}' starts otherwise" for name in data.columns if not re.match(r"[a-z]", name))


@_rule("FAIL")
def indicators_hide_no_filter(data: OpenData) -> Iterator[str]:
    """boys_male_count hides a filter in a name."""
    yield from (
        f"{name} names '{word}'" for name in data.indicators for word in _HIDDEN_FILTERS if word in name.lower()
    )


@_rule("FAIL")
def filters_have_two_levels(data: OpenData) -> Iterator[str]:
    """A filter of one level is none."""
    yield from (f"{name} has one level" for name in data.filters if len(set(data.values(name))) < 2)


@_rule("WARNING")
def filters_have_a_total(data: OpenData) -> Iterator[str]:
    """Total, or the item that filter_default names."""
    for row in data.meta:
        name, wanted = row.get("col_name", ""), row.get("filter_default") or "Total"
        if row.get("col_type") == "Filter" and wanted not in data.values(name):
            yield f"{name} has no '{wanted}'"


@_rule("FAIL")
def filters_have_no_blanks(data: OpenData) -> Iterator[str]:
    """Every row has an item of each filter."""
    yield from (f"{name} is blank" for name in data.filters + data.groupings if "" in data.values(name))


@_rule("FAIL")
def filters_have_no_stray_space(data: OpenData) -> Iterator[str]:
    """Before or after an item or the name of a place."""
    for name in [*data.filters, *data.groupings, *(_GEOGRAPHY & set(data.columns))]:
        yield from (f"{name} has '{value}'" for value in set(data.values(name)) if value != value.strip())


@_rule("FAIL")
def filters_have_items_within_the_limit(data: OpenData) -> Iterator[str]:
    """25,000 items."""
    yield from (f"{name} has {n:,} items" for name in data.filters if (n := len(set(data.values(name)))) > 25_000)


@_rule("FAIL")
def filter_groups_have_no_more_levels_than_the_filter(data: OpenData) -> Iterator[str]:
    """A group holds one item at least."""
    for row in data.meta:
        group, name = row.get("filter_grouping_column") or "", row.get("col_name", "")
        if group and len(set(data.values(group))) > len(set(data.values(name))):
            yield f"{group} has more levels than {name}"


@_rule("FAIL")
def filter_groups_are_no_filters(data: OpenData) -> Iterator[str]:
    """A grouping column has no meta row of its own."""
    yield from (f"{name} is a filter too" for name in data.groupings if name in data.filters)


@_rule("FAIL")
def filter_groups_group_one_filter(data: OpenData) -> Iterator[str]:
    """Each its own."""
    yield from _twice(data.groupings)


@_rule("FAIL")
def indicators_are_not_grouped_as_filters(data: OpenData) -> Iterator[str]:
    """filter_grouping_column is for filters."""
    yield from (
        f"{r['col_name']} has one"
        for r in data.meta
        if r.get("col_type") == "Indicator" and r.get("filter_grouping_column")
    )


@_rule("WARNING")
def filters_use_harmonised_values(data: OpenData) -> Iterator[str]:
    """Sex and sen_provision have the words that all publications share."""
    for name, allowed in _HARMONISED.items():
        if name in data.filters:
            yield from (f"{name} has '{value}'" for value in sorted(set(data.values(name)) - allowed))


@_rule("FAIL")
def indicators_are_numbers_or_symbols(data: OpenData) -> Iterator[str]:
    """Z not applicable, x not available, c hidden, low rounds to 0; no blank, no older symbol."""
    for name in data.indicators:
        for value in set(data.values(name)):
            if value not in SYMBOLS and not re.fullmatch(r"-?\d+(\.\d+)?([eE][-+]?\d+)?", value):
                yield f"{name} has '{value}'"


@_rule("FAIL")
def nothing_says_null(data: OpenData) -> Iterator[str]:
    """NULL and NA are no values."""
    for table, rows in (("data", data.rows), ("meta", data.meta)):
        yield from (
            f"'{v}' in {table}" for row in rows for v in row.values() if v in ("NULL", "Null", "null", "NA", "na")
        )


@_rule("FAIL")
def no_row_comes_twice(data: OpenData) -> Iterator[str]:
    """One row for each time, place and set of filter items."""
    keys = [name for name in data.columns if name not in data.indicators]
    yield from _twice(" ".join(row.get(name) or "" for name in keys) for row in data.rows)


@_rule("FAIL")
def labels_are_there(data: OpenData) -> Iterator[str]:
    """Every filter and indicator."""
    yield from (f"{row['col_name']} has no label" for row in data.meta if not row.get("label"))


@_rule("FAIL")
def labels_are_unique(data: OpenData) -> Iterator[str]:
    """No two alike."""
    yield from _twice(row.get("label", "") for row in data.meta)


@_rule("FAIL")
def only_indicators_have_a_unit(data: OpenData) -> Iterator[str]:
    """And a grouping, and decimal places."""
    for row in data.meta:
        if row.get("col_type") == "Filter":
            yield from (
                f"{row['col_name']} has {c}"
                for c in ("indicator_unit", "indicator_dp", "indicator_grouping")
                if row.get(c)
            )


@_rule("FAIL")
def units_are_known(data: OpenData) -> Iterator[str]:
    """None, pounds, per cent, points or a string of digits."""
    yield from (
        f"{row['col_name']} in '{row.get('indicator_unit')}'"
        for row in data.meta
        if (row.get("indicator_unit") or "") not in UNITS
    )


@_rule("WARNING")
def decimal_places_are_told(data: OpenData) -> Iterator[str]:
    """For every indicator."""
    yield from (
        f"{r['col_name']} tells none"
        for r in data.meta
        if r.get("col_type") == "Indicator" and not r.get("indicator_dp")
    )


@_rule("FAIL")
def decimal_places_are_whole_numbers(data: OpenData) -> Iterator[str]:
    """Zero or more."""
    yield from (
        f"{row['col_name']} has '{v}'"
        for row in data.meta
        if (v := row.get("indicator_dp") or "") and not v.isdecimal()
    )


@_rule("FAIL")
def only_filters_have_a_hint(data: OpenData) -> Iterator[str]:
    """filter_hint is blank for indicators."""
    yield from (
        f"{row['col_name']} has one"
        for row in data.meta
        if row.get("col_type") == "Indicator" and row.get("filter_hint")
    )


@_rule("WARNING")
def percentages_are_not_shares_of_one(data: OpenData) -> Iterator[str]:
    """79, not 0.79."""
    for row in data.meta:
        if row.get("indicator_unit") == "%":
            numbers = [
                float(v) for v in data.values(row["col_name"]) if v not in SYMBOLS and re.fullmatch(r"[\d.]+", v)
            ]
            if numbers and 0 < max(numbers) <= 1:
                yield f"{row['col_name']} is never above 1"


@_rule("WARNING")
def column_names_are_short(data: OpenData) -> Iterator[str]:
    """50 signs."""
    yield from (f"{name} has {len(name)}" for name in data.filters + data.indicators if len(name) > 50)


@_rule("WARNING")
def labels_are_short(data: OpenData) -> Iterator[str]:
    """100 signs."""
    yield from (
        f"label of {row['col_name']} has {len(row['label'])}" for row in data.meta if len(row.get("label") or "") > 100
    )


@_rule("WARNING")
def filter_items_are_short(data: OpenData) -> Iterator[str]:
    """120 signs, as the names of places."""
    names = [*data.filters, *(name for name in data.columns if name in _GEOGRAPHY and name.endswith("name"))]
    yield from (f"{name} has '{v[:20]}...'" for name in names for v in set(data.values(name)) if len(v) > 120)


@_rule("WARNING")
def location_codes_are_short(data: OpenData) -> Iterator[str]:
    """30 signs."""
    names = [name for name in data.columns if name in _GEOGRAPHY and name.endswith("code")]
    yield from (f"{name} has '{v[:20]}...'" for name in names for v in set(data.values(name)) if len(v) > 30)


def _twice(values: Iterator[str] | list[str]) -> Iterator[str]:
    yield from (f"'{value}' comes {count} times" for value, count in Counter(values).items() if count > 1)
