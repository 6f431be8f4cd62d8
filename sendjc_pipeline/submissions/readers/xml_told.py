"""What is said of an XML return that was read: the elements that its layout lacks, and the items sent twice.

Belongs here: wording, and how much of it. Does not belong here: meeting them (`xml_tree`, `xml_person`).
"""

from __future__ import annotations

from sendjc_pipeline.submissions.readers import FileWarning, rule_code
from sendjc_pipeline.submissions.readers.headers import printable
from sendjc_pipeline.submissions.readers.xml_found import Found
from sendjc_pipeline.submissions.readers.xml_guard import Guard

_MAX_TOLD = 20


def warnings(guard: Guard, spec: str, found: Found) -> list[FileWarning]:
    """What was met that the spec lacks, by name only, and no more of it than a reader can use."""
    path, feed = guard.path, guard.feed
    unknown = sorted({(table, printable(name)) for table, name in found.unknown})
    told = [
        FileWarning(
            rule_code(feed, "unknown_column"),
            path.name,
            f"element {name} under {table} is not part of spec {spec} and was not read",
            "leave it out, correct its name, or name the spec that the file follows",
        )
        for table, name in unknown[:_MAX_TOLD]
    ]
    if len(unknown) > _MAX_TOLD:
        message = f"{len(unknown) - _MAX_TOLD:,} more elements are not part of spec {spec} and were not read"
        remedy = "send the return as its layout says"
        told.append(FileWarning(rule_code(feed, "unknown_column"), path.name, message, remedy))
    told += [
        FileWarning(
            rule_code(feed, "repeated_item"),
            path.name,
            f"an item {name} stands twice in one {table}; the last was read",
            "send it once",
        )
        for table, name in sorted(found.repeated)
    ]
    return told
