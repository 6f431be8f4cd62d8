"""The SEN2 return in any of its shapes: COLLECT's Blade CSV files, one XML, or one pre-submission workbook. All leave the same nine raw tables."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb

from sendjc_pipeline.feeds.model import Feed
from sendjc_pipeline.submissions.readers import FileRejected, ReadResult, csv_tables, rule_code, sen2_workbook, sen2_xml
from sendjc_pipeline.submissions.readers.markup import require_markup


def read(con: duckdb.DuckDBPyConnection, feed: Feed, spec: str, files: Sequence[Path]) -> ReadResult:
    """Read a SEN2 return (the reader interface of this package).

    Raises:
        FileRejected: two shapes side by side, or more than one XML or workbook: then a child could be counted twice.
    """
    trees = [path for path in files if path.suffix.lower() == ".xml"]
    books = sen2_workbook.workbooks(files)
    if not trees and not books:
        return csv_tables.read(con, feed, spec, files)
    if len(files) > 1:
        raise FileRejected(
            rule_code(feed, "mixed_shapes"),
            (trees or books)[0].name,
            f"{'an XML return' if trees else 'a workbook'} stands beside other files",
            "Send either the one XML, the one workbook or the nine CSV files, not more than one of them.",
        )
    if books:
        return sen2_workbook.read(con, feed, spec, books[0])
    require_markup(trees[0], feed)
    return sen2_xml.read(con, feed, spec, trees[0])
