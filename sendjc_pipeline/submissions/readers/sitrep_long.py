"""Reader of the SitRep's long form: a CSV with one row per organisation, service and metric, brought into the table `waiting`.

Belongs here: which metric is which band, and how a month is written. Does not belong here: the grammar of a CSV (`csv_tables`), or what a
figure means. The layout is `feeds/chs_sitrep.long.yaml`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import yaml

from sendjc_pipeline.feeds.library import layout_files
from sendjc_pipeline.feeds.model import Column, Feed, Table
from sendjc_pipeline.submissions.readers import FileWarning, ReadResult, csv_tables, empty_raw_table, rule_code

_TABLE = "waiting_long"
_MONTHS = ("%Y-%m-%d", "%d/%m/%Y", "%Y-%m-%d %H:%M:%S", "%d/%m/%Y %H:%M:%S", "%Y-%m", "%B %Y", "%b %Y", "%b-%y", "%Y-%m-%dT%H:%M:%S")  # fmt: skip
# Column of the long form -> the column of `waiting` whose place in the file it is.
_ROLES = {
    "month": ("data_month", "data_month_start"),
    "orgref": ("org_code",),
    "orgname": ("org_name",),
    "service": ("service",),
    "servicetype": ("age_group",),
    "metricid": ("band",),
    "metricvalue": ("value_text",),
}


def read(con: duckdb.DuckDBPyConnection, feed: Feed, spec: str, files: Sequence[Path]) -> ReadResult:
    """Fill raw_waiting with the rows of the waiting-list metrics (RES001c...); other metrics are counted in a warning.

    A month that cannot be told stays as sent, so that the rules of `waiting` name it. `stated_period` is the month, where there is one.

    Raises:
        FileRejected: as `csv_tables.read`.
    """
    layout = _layout()
    long = Table(
        name=_TABLE, file=("*.csv",), description="The long form.", key=("Month",), ignored=tuple(layout["ignored"]),
        columns=tuple(Column.model_validate(column) for column in layout["columns"]),
    )  # fmt: skip
    warnings = list(csv_tables.read(con, feed.model_copy(update={"tables": {_TABLE: long}}), spec, files).warnings)
    warnings += _other_metrics(con, feed, layout["bands"])
    _fill(con, feed, layout)
    for side in ("raw_reject", "raw_header"):
        con.execute(f"update {side} set table_name = 'waiting' where table_name = ?", [_TABLE])
    con.execute("delete from raw_header where column_name = 'metricdescription'")
    for sent, roles in _ROLES.items():
        for extra in roles[1:]:
            con.execute(
                "insert into raw_header select table_name, source_file, source_sheet, ?, position from raw_header"
                " where column_name = ?",
                [extra, sent],
            )
        con.execute("update raw_header set column_name = ? where column_name = ?", [roles[0], sent])
    con.execute(f"drop table raw_{_TABLE}")
    months = con.execute("select distinct data_month from raw_waiting where data_month_start is not null").fetchall()
    return ReadResult(tuple(warnings), stated_period=str(months[0][0]) if len(months) == 1 else None)


@cache
def _layout() -> dict[str, Any]:
    (path,) = (path for path in layout_files("chs_sitrep") if path.name == "chs_sitrep.long.yaml")
    found: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return found


def _other_metrics(con: duckdb.DuckDBPyConnection, feed: Feed, bands: dict[str, str]) -> list[FileWarning]:
    rows = con.execute(
        f"select source_file, count(*) from raw_{_TABLE} where trim(metricid) not in (select unnest(?)) group by 1 order by 1",
        [list(bands)],
    ).fetchall()
    action = "none needed; only the waiting list by time waited (RES001c) is used"
    return [
        FileWarning(rule_code(feed, "other_metrics"), file, f"{count:,} rows of other metrics were passed over", action)
        for file, count in rows
    ]


def _fill(con: duckdb.DuckDBPyConnection, feed: Feed, layout: dict[str, Any]) -> None:
    empty_raw_table(con, feed.tables["waiting"])
    con.execute("create or replace temp table sitrep_band (metric varchar, band varchar)")
    con.executemany("insert into sitrep_band values (?, ?)", [list(pair) for pair in layout["bands"].items()])
    split = layout["split_band"]
    service = _one_capitalisation("regexp_replace(service, '^\\s*\\((A|CYP)\\)\\s*', '', 'i')")
    formats = ", ".join(f"'{pattern}'" for pattern in _MONTHS)
    con.execute(
        f"""
        insert into raw_waiting by name
        -- A reader may leave the row's number blank where it follows from the row's place.
        select
            coalesce(strftime(first_day, '%Y-%m'), month) as data_month,
            coalesce(strftime(first_day, '%Y-%m-%d'), month) as data_month_start,
            'Provider' as org_type, orgref as org_code, orgname as org_name,
            coalesce(
                upper(nullif(regexp_extract(service, '^\\s*\\((A|CYP)\\)', 1, 'i'), '')),
                case when regexp_matches(servicetype, 'child|young|cyp|paed', 'i') then 'CYP'
                    when regexp_matches(servicetype, 'adult', 'i') then 'A' else servicetype end) as age_group,
            {service} as service,
            case when metricid = ? and contains(metricdescription, ?) then ? else band end as band,
            -- A warehouse writes a whole number as 22.0 as often as 22.
            nullif(regexp_replace(metricvalue, '\\.0+$', ''), '') as value_text,
            source_file, source_sheet, coalesce(source_row, place + 2) as source_row
        from (select *, rowid as place, date_trunc('month', try_strptime(trim(month), [{formats}])) as first_day from raw_{_TABLE})
        inner join sitrep_band on trim(metricid) = metric
        order by place
        """,
        [split["metric"], split["says"], split["band"]],
    )
    con.execute("drop table sitrep_band")


def _one_capitalisation(service: str) -> str:
    """SQL of `sitrep.normal_service`: 'Therapy interventions: speech and language' gains its capital S."""
    words = f"regexp_replace(trim({service}), '\\s+', ' ', 'g')"
    capital = "upper(part[1]) || part[2:]"
    return f"array_to_string(list_transform(string_split({words}, ': '), lambda part: {capital}), ': ')"
