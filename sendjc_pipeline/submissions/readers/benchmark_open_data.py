"""DfE open-data CSVs (Explore Education Statistics) made long: one row per cell of figures.

Which columns are breakdowns and which are figures is never guessed: the release's own <file>.meta.csv says so, else
feeds/dfe_benchmarks.layout.yaml does. A file with a column of words that neither names is refused. Not here: CSV as such (`benchmark_files`).
"""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

import duckdb
import yaml
from pydantic import BaseModel, ConfigDict

import sendjc_pipeline.feeds as feeds_room
from sendjc_pipeline.feeds.model import Feed
from sendjc_pipeline.submissions.readers import FileRejected, FileWarning, rule_code
from sendjc_pipeline.submissions.readers.benchmark_files import MARKERS, NUMBER, Sent, insert_figures, load_csv
from sendjc_pipeline.submissions.readers.headers import printable

JOINED = " | "


class OpenDataLayout(BaseModel):
    """`geography` are columns that say when and where; `labels` only repeat a code; `filters` are breakdowns, in whatever file."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    geography: tuple[str, ...]
    labels: tuple[str, ...]
    filters: tuple[str, ...]


@cache
def open_data_layout(feed_name: str) -> OpenDataLayout:
    """The declared layout, from the file beside the feed's declaration."""
    path = Path(feeds_room.__file__).parent / f"{feed_name}.layout.yaml"
    return OpenDataLayout.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))


def read_open_data(con: duckdb.DuckDBPyConnection, feed: Feed, item: Sent, meta: Sent | None) -> list[FileWarning]:
    """Append one file to raw_figure. breakdown_topic and breakdown are the filters' names and categories, joined; Total without filters.

    Raises:
        FileRejected: <FEED>.file.missing_column or .undeclared_filter, and those of `load_csv`.
    """
    layout = open_data_layout(feed.name)
    table = feed.tables["figure"]
    names = load_csv(con, feed, item, table)
    known = {*layout.geography, *layout.labels}
    filters = _filters_of(meta) if meta else set(layout.filters)
    breakdowns = [name for name in names if name in filters and name not in known]
    figures = [name for name in names if name and name not in known and name not in breakdowns]
    if not figures:
        message = "it has no column of figures"
        raise FileRejected(rule_code(feed, "missing_column"), item.name, message, "Download the data file again.")
    _require_figures(con, feed, item, figures)
    sent = [name for name in names if name in layout.geography or name == "region_name"]
    geography = ", ".join(f'"{name}"' for name in sent)
    cells = ", ".join(f"coalesce(\"{name}\", '')" for name in breakdowns)
    topic = JOINED.join(breakdowns).replace("'", "''") if breakdowns else "Total"
    breakdown = f"concat_ws('{JOINED}', {cells})" if breakdowns else "'Total'"
    places = ", ".join(f'"{name}"' for name in figures)
    insert_figures(
        con,
        table,
        f"""select '{item.stem.replace("'", "''")}' as file, {geography}, '{topic}' as breakdown_topic, {breakdown} as breakdown, measure,
            value_text, '{item.name.replace("'", "''")}' as source_file, source_row
            from (from wide unpivot include nulls (value_text for measure in ({places})))""",
    )
    con.execute("drop table wide")
    return []


def _filters_of(meta: Sent) -> set[str]:
    with meta.path.open(encoding="utf-8-sig", newline="", errors="replace") as text:
        rows = csv.DictReader(text)
        return {row["col_name"].strip() for row in rows if (row.get("col_type") or "").strip().lower() == "filter"}


def _require_figures(con: duckdb.DuckDBPyConnection, feed: Feed, item: Sent, figures: list[str]) -> None:
    """Refuse a file in which most filled cells of a supposed column of figures are words: it is a breakdown that nothing declares."""
    listed = ", ".join(f"'{marker}'" for marker in MARKERS)
    tests = ", ".join(
        f'count(*) filter (not regexp_full_match(trim("{name}"), \'{NUMBER}\') and lower(trim("{name}")) not in ({listed}))'
        f' * 2 > count("{name}")'
        for name in figures
    )
    found = con.execute(f"select {tests} from wide").fetchone() or ()
    if words := [name for name, is_words in zip(figures, found, strict=True) if is_words]:
        raise FileRejected(
            rule_code(feed, "undeclared_filter"),
            item.name,
            f"column {', '.join(map(printable, words))} holds words and is declared nowhere as a breakdown",
            "Send the file's .meta.csv with it, or name the column under filters in the feed's layout file.",
        )
