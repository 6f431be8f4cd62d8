"""Published DfE files that are not open-data CSVs: LAIT parquet and dictionary, statistical neighbours, SEN attendance JSON, our own long form.

Belongs here: one function per shape, each of which appends to the raw tables. Does not belong here: which file has which shape (`benchmarks`).
"""

from __future__ import annotations

import duckdb

from sendjc_pipeline.feeds.model import Feed, Table
from sendjc_pipeline.submissions.readers import FileRejected, FileWarning, raw_name, rule_code
from sendjc_pipeline.submissions.readers.benchmark_files import Sent, insert_figures, load_csv

# The dictionary's headers that are kept, and our names for them.
DICTIONARY = {
    "Measure_code": "measure_code", "Topic": "topic", "Measure": "title", "Measure_short": "measure", "Polarity": "polarity",
    "y_axis_name": "unit_words", "dps": "decimal_places", "Year_Type": "year_type", "Last Update": "last_update",
}  # fmt: skip
_LAIT = ("Short Desc", "Data item", "Years", "LA and Regions", "Values", "LA Number", "Region")
_STORY = (
    "time_period", "time_identifier", "education_phase", "send_detail_display", "send_category", "sen_type_label", "region_code", "region_name", "new_la_code",
    "la_name", "metric", "value",
)  # fmt: skip
# "No SEN" stands twice in some files: once beside SEN provision and once beside primary needs, with other values.
_STORY_BREAKDOWN = ("education_phase", "send_detail_display", "send_category", "sen_type_label")


def read_lait(con: duckdb.DuckDBPyConnection, feed: Feed, item: Sent) -> list[FileWarning]:
    """Append the LAIT's long table: 970 is England, 980 to 990 are regions, every other number is an authority's DfE code.

    Raises:
        FileRejected: <FEED>.file.unreadable or .missing_column.
    """
    path = str(item.path)
    try:
        found = [row[0] for row in con.execute("describe select * from read_parquet(?)", [path]).fetchall()]
    except duckdb.Error:
        raise _unreadable(feed, item, "a parquet file") from None
    _require(feed, item, found, _LAIT)
    number = 'try_cast("LA Number" as integer)'
    level = f"case when {number} = 970 then 'National' when {number} between 980 and 990 then 'Regional' else 'Local authority' end"
    here = f"{number} = 970 or {number} between 980 and 990"
    insert_figures(
        con,
        feed.tables["figure"],
        f"""select '{item.stem.replace("'", "''")}' as file, "Years" as time_period, {level} as geographic_level,
            case when {number} between 980 and 990 then "LA and Regions" when {number} <> 970 then "Region" end as region_name,
            case when not ({here}) then {number}::varchar end as old_la_code,
            case when not ({here}) then "LA and Regions" end as la_name,
            case when "Data item" is null then 'Total' else 'Data item' end as breakdown_topic, coalesce("Data item", 'Total') as breakdown,
            "Short Desc" as measure, "Values" as value_text, '{item.name.replace("'", "''")}' as source_file,
            file_row_number + 2 as source_row
            from read_parquet(?, file_row_number = true)""",
        [path],
    )
    return []


def read_story(con: duckdb.DuckDBPyConnection, feed: Feed, item: Sent) -> list[FileWarning]:
    """Append a JSON of the SEN attendance dashboard: {metric, region_code, records: [...]}, one metric in one region by SEN provision.

    `file` becomes <metric>_<region code>, because the dashboard gives every metric's file of a region the same name.

    Raises:
        FileRejected: <FEED>.file.unreadable or .missing_column.
    """
    record = ", ".join(f"{name} VARCHAR" for name in _STORY)
    select = f"""
        select lower(metric || '_' || region_code) as file, time_period, time_identifier,
            case when new_la_code is null then 'Regional' else 'Local authority' end as geographic_level, region_code, region_name,
            new_la_code, la_name, '{" | ".join(_STORY_BREAKDOWN)}' as breakdown_topic,
            concat_ws(' | ', {", ".join(f"coalesce({name}, '')" for name in _STORY_BREAKDOWN)}) as breakdown,
            metric as measure, value as value_text, '{item.name.replace("'", "''")}' as source_file, place as source_row
        from (select unnest(r, recursive := true), generate_subscripts(r, 1) as place
            from (select records as r from read_json(?, format = 'auto', columns = {{records: 'STRUCT({record})[]'}})))
    """
    try:
        count = con.execute(
            f"select count(*) from read_json(?, columns = {{records: 'STRUCT({record})[]'}}) where len(records) > 0",
            [str(item.path)],
        ).fetchone()
    except duckdb.Error:
        raise _unreadable(feed, item, "a JSON file of the SEN attendance dashboard") from None
    if not count or not count[0]:
        _require(feed, item, [], ("records",))
    insert_figures(con, feed.tables["figure"], select, [str(item.path)])
    return []


def read_neighbours(con: duckdb.DuckDBPyConnection, feed: Feed, item: Sent) -> list[FileWarning]:
    """Append the statistical neighbours, SN_1 to SN_10 with their closeness, as one row each; trailing blanks are the publisher's."""
    table = feed.tables["neighbour"]
    names = load_csv(con, feed, item, table)
    ranks = [rank for rank in range(1, 11) if f"SN_{rank}" in names]
    _require(feed, item, names, [f"SN_{rank}P" for rank in ranks])
    parts = " union all ".join(
        f'select old_la_code, la_name, \'{rank}\' as neighbour_rank, "SN_{rank}" as neighbour_la_code, "SN_{rank}P" as closeness, source_row'
        " from wide"
        for rank in ranks
    )
    con.execute(
        f"insert into {raw_name(table.name)} by name select *, ? as source_file from ({parts}) order by source_row",
        [item.name],
    )
    con.execute("drop table wide")
    return []


def read_dictionary(con: duckdb.DuckDBPyConnection, feed: Feed, item: Sent) -> list[FileWarning]:
    """Append the LAIT's data dictionary; long descriptions, owners and links are left behind."""
    table = feed.tables["measure"]
    load_csv(con, feed, item, table)
    columns = ", ".join(f"nullif(\"{sent}\", 'NA') as {ours}" for sent, ours in DICTIONARY.items())
    con.execute(
        f"insert into {raw_name(table.name)} by name select {columns}, ? as source_file, source_row from wide",
        [item.name],
    )
    con.execute("drop table wide")
    return []


def read_long(con: duckdb.DuckDBPyConnection, feed: Feed, item: Sent, table: Table) -> list[FileWarning]:
    """Append a CSV that has a table's own columns already, as `sendjc template` gives them."""
    names = load_csv(con, feed, item, table)
    if table.name == "figure":
        insert_figures(con, table, "select *, '{}' as source_file from wide".format(item.name.replace("'", "''")))
    else:
        con.execute(f"insert into {raw_name(table.name)} by name select *, ? as source_file from wide", [item.name])
    places = [[table.name, item.name, name, place] for place, name in enumerate(names, start=1)]
    con.executemany("insert into raw_header values (?, ?, null, ?, ?)", places)
    con.execute("drop table wide")
    return []


def _require(feed: Feed, item: Sent, found: list[str], wanted: tuple[str, ...] | list[str]) -> None:
    if missing := [name for name in wanted if name not in found]:
        message = f"it has no {', '.join(missing)}"
        raise FileRejected(
            rule_code(feed, "missing_column"), item.name, message, "Download the file again as published."
        )


def _unreadable(feed: Feed, item: Sent, what: str) -> FileRejected:
    message = f"it cannot be read as {what}"
    return FileRejected(
        rule_code(feed, "unreadable"),
        item.name,
        message,
        "Download it again and compare its size with the publisher's.",
    )
