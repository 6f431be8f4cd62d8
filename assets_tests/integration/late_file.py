"""A council's return that lacks children at first: what a file that is put right late puts right.

Belongs here: taking children out of files. Does not belong here: when which file comes (the tests and benchmarks that send them).
"""

from __future__ import annotations

import csv
from pathlib import Path


def without_children(folder: Path, count: int) -> None:
    """Take so many children, and all that hangs on them, out of a council's files: each row names its own id first and its parents' in other columns."""
    files = {
        path: list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
        for path in sorted(folder.glob("*.csv"))
    }
    (persons,) = (path for path in files if path.name.endswith("_person.csv"))
    gone = {row["persontableid"] for row in files[persons][:count]}
    known = 0
    while known < len(gone):
        known = len(gone)
        for rows in files.values():
            gone |= {next(iter(row.values())) for row in rows if gone & _ids(row)}
    for path, rows in files.items():
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(row for row in rows if not gone & _ids(row))


def _ids(row: dict[str, str]) -> set[str]:
    return {value for name, value in row.items() if name.endswith("tableid") and name != "sen2tableid" and value}
