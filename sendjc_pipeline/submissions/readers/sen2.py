"""The SEN2 return in either shape: COLLECT's Blade CSV files or one XML. Both leave the same nine raw tables."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb

from sendjc_pipeline.feeds.model import Feed
from sendjc_pipeline.submissions.readers import FileRejected, ReadResult, csv_tables, rule_code, sen2_xml


def read(con: duckdb.DuckDBPyConnection, feed: Feed, spec: str, files: Sequence[Path]) -> ReadResult:
    """Read a SEN2 return (the reader interface of this package).

    Raises:
        FileRejected: XML mixed with CSV, or more than one XML: then a child could be counted twice.
    """
    trees = [path for path in files if path.suffix.lower() == ".xml"]
    if not trees:
        return csv_tables.read(con, feed, spec, files)
    if len(files) > 1:
        raise FileRejected(
            rule_code(feed, "mixed_shapes"),
            trees[0].name,
            "an XML return stands beside other files",
            "Send either the one XML or the nine CSV files, not both.",
        )
    return sen2_xml.read(con, feed, spec, trees[0])
