"""The children in need census as XML: one Message with a Header and Children.

Belongs here: the layout of the return. Does not belong here: the walk (`xml_tree`), or the meaning of any item.
A child is named by LAchildID, which the layout holds once and which is copied to the rows below; every other row gets its ordinal path.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb

from sendjc_pipeline.feeds.model import Feed
from sendjc_pipeline.submissions.readers import FileRejected, FileWarning, ReadResult, rule_code
from sendjc_pipeline.submissions.readers.markup import require_markup
from sendjc_pipeline.submissions.readers.xml_guard import Guard
from sendjc_pipeline.submissions.readers.xml_person import Node
from sendjc_pipeline.submissions.readers.xml_rows import Rows
from sendjc_pipeline.submissions.readers.xml_tree import Walk, warnings

_FACTOR = Node("assessmentfactor", key="assessmentfactorid", parent_key="assessmentid", item="AssessmentFactors")
_EPISODE = {
    "assessments": Node(
        "assessment",
        key="assessmentid",
        parent_key="cindetailsid",
        wraps=frozenset({"factorsidentifiedatassessment"}),
        below={"assessmentfactors": _FACTOR},
    ),
    "cinplandates": Node("cinplan", key="cinplanid", parent_key="cindetailsid"),
    "section47": Node("section47", key="section47id", parent_key="cindetailsid"),
    "childprotectionplans": Node("childprotectionplan", key="childprotectionplanid", parent_key="cindetailsid"),
}
_CHILD = Node(
    "child",
    inherited="LAchildID",
    wraps=frozenset({"childidentifiers", "childcharacteristics", "disabilities"}),
    below={
        "disability": Node("disability", key="disabilityid", inherited="LAchildID", item="Disability"),
        "cindetails": Node("cindetails", key="cindetailsid", inherited="LAchildID", below=_EPISODE),
    },
)


def read(con: duckdb.DuckDBPyConnection, feed: Feed, spec: str, files: Sequence[Path]) -> ReadResult:
    """Read one census (the reader interface of this package).

    Raises:
        FileRejected: more than one file, for then a child could be counted twice; or as `xml_tree.Walk.run` does.
    """
    if len(files) > 1:
        message = f"{len(files)} files were sent, and the census is one"
        raise FileRejected(rule_code(feed, "mixed_shapes"), files[0].name, message, "Send the one XML of the census.")
    require_markup(files[0], feed)
    guard, rows = Guard(files[0], feed), Rows(con, feed, files[0].name, spec)
    with rows:
        Walk(guard, rows, "children", "child", _CHILD).run()
        rows.add("message", rows.header)
        rows.flush()
    told = warnings(guard, spec, rows)
    if not rows.tables["child"].count:
        told.append(
            FileWarning(rule_code(feed, "no_rows"), guard.path.name, "the census holds no child", "check the export")
        )
    return ReadResult(tuple(told))
