"""The dictionary: every table, column and measure of the release in words.

Belongs here: the page made of the comments in marts.duckdb, which are dbt's own column descriptions (one source, architecture.md).
"""

from __future__ import annotations

from collections.abc import Iterator

from sendjc_pipeline.scorecard import words
from sendjc_pipeline.scorecard.bundle import Bundle, commented
from sendjc_pipeline.scorecard.page import Page, Section
from sendjc_pipeline.scorecard.pages.metric import path_of
from sendjc_pipeline.scorecard.picture import Cell, Table

PATH = "dictionary.html"


def pages(bundle: Bundle) -> Iterator[Page]:
    """The dictionary page."""
    con = commented(bundle.folder)
    try:
        tables = con.execute("select table_name, comment from duckdb_tables() order by 1").fetchall()
        columns = con.execute(
            "select table_name, column_name, data_type, comment from duckdb_columns() order by 1, column_index"
        ).fetchall()
    finally:
        con.close()
    metrics = Table(
        "Every measure",
        ["Measure", "Name in the tables", "Above the line", "Below the line", "Unit", "Asked for by"],
        [
            [
                Cell(str(d["metric_name"]), f"scorecard/{path_of(metric_id)}"),
                metric_id,
                str(d["numerator_description"] or ""),
                str(d["denominator_description"] or ""),
                str(d["unit"]),
                str(d["seed_document"]),
            ]
            for metric_id, d in bundle.definitions.items()
        ],
    )
    sections = [Section("Measures", tables=[metrics])]
    for name, comment in tables:
        rows = [[column, kind.lower(), said or ""] for table, column, kind, said in columns if table == name]
        sections.append(
            Section(
                name,
                [words.sentence(comment or "")],
                tables=[Table(f"Columns of {name}", ["Column", "Type", "What it is"], rows)],
            )
        )
    yield Page(
        PATH,
        "Dictionary",
        [f"{len(tables)} tables and {len(bundle.definitions)} measures of release {bundle.release_id}."],
        sections,
    )
