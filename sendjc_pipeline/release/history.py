"""Every figure as it was published and as it is known now, in one file for readers who have nothing but the published folder.

Belongs here: published/history.duckdb. It is made of the releases alone and can be deleted: the next release, roll-back or `sendjc release figures`
makes it again.
"""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd

from sendjc_pipeline.release import ledger
from sendjc_pipeline.settings import Settings
from sendjc_pipeline.warehouse.connection import connect

NAME = "history.duckdb"

_COMMENTS = {
    "table release": "Every release that was published, with what was known, when and why, and whether it stands.",
    "table figure_as_published": "metric_quarterly of every release, also of those that were replaced or rolled back.",
    "view figure_as_known": "metric_quarterly as known now: of each quarter, the newest release that stands.",
    "table revision": "The ledgers of all releases: every cell that differs from the release before.",
    "column release.release_id": "Such as 2024-25-Q4.r1.",
    "column release.quarter": "Quarter, as 2024-25-Q4.",
    "column release.revision": "1 for the first release of a quarter.",
    "column release.known_at": "The day as known on which it was made.",
    "column release.published_at": "When it was published (UTC).",
    "column release.stage": "provisional, frozen or restated: see docs/releases.md.",
    "column release.schema_version": "Version of the published schema.",
    "column release.reason": "Why it was published.",
    "column release.state": "standing: the newest of its quarter that was not rolled back; replaced; rolled back.",
}


def path_of(settings: Settings) -> Path:
    """Where the file lies."""
    return settings.published / NAME


def refresh(settings: Settings) -> Path:
    """Make the file again if it does not tell of the releases as they stand; readers see the old file or the new one."""
    path, rows = path_of(settings), _releases(settings)
    if path.is_file() and _told(path) == [(row["release_id"], row["state"]) for row in rows]:
        return path
    fresh = path.with_name(".history.new.duckdb")
    for left in (fresh, fresh.with_name(f"{fresh.name}.wal")):
        left.unlink(missing_ok=True)
    con = connect(fresh)
    try:
        con.register("found", pd.DataFrame(rows, columns=list(_empty()), dtype="object"))
        casts = ", ".join(f"try_cast({name} as {kind}) as {name}" for name, kind in _empty().items())
        con.execute(f"begin; create table release as select {casts} from found order by quarter, revision")
        releases = ledger.all_releases(settings)
        for table, name in (
            ("figure_as_published", "metric_quarterly.parquet"),
            ("revision", "tables/revision.parquet"),
        ):
            files = [str(release.folder / name) for release in releases if (release.folder / name).is_file()]
            if files:
                con.execute(f"create table {table} as from read_parquet(?, union_by_name = true)", [files])
        made = {name for (name,) in con.execute("select table_name from duckdb_tables()").fetchall()}
        if "figure_as_published" in made:
            con.execute(
                "create view figure_as_known as select f.* from figure_as_published as f"
                " inner join release as r on f.release_id = r.release_id where r.state = 'standing'"
            )
            made.add("figure_as_known")
        comments = [
            f"comment on {thing} is '{text}'"
            for thing, text in _COMMENTS.items()
            if thing.split(" ")[1].split(".")[0] in made
        ]
        con.execute("; ".join([*comments, "commit"]))
    finally:
        con.close()
    os.replace(fresh, path)
    return path


def _empty() -> dict[str, str]:
    return {
        "release_id": "varchar", "quarter": "varchar", "revision": "integer", "known_at": "date", "published_at": "timestamp", "stage": "varchar",
        "schema_version": "varchar", "reason": "varchar", "state": "varchar",
    }  # fmt: skip


def _releases(settings: Settings) -> list[dict[str, object]]:
    gone = set(ledger.withdrawn(settings))
    releases = ledger.all_releases(settings)
    standing = {release.quarter: release.release_id for release in releases if release.release_id not in gone}
    rows = []
    for release in releases:
        manifest = release.manifest()
        name = release.release_id
        state = "rolled back" if name in gone else "standing" if standing[release.quarter] == name else "replaced"
        told = {key: manifest.get(key) for key in ("known_at", "stage", "schema_version", "reason")}
        at = str(manifest.get("published_at", "")).rstrip("Z") or None
        rows.append(
            {"release_id": name, "quarter": release.quarter.label, "revision": release.revision, "published_at": at, "state": state, **told}
        )  # fmt: skip
    return rows


def _told(path: Path) -> list[tuple[object, object]]:
    con = connect(path, read_only=True)
    try:
        return con.execute("select release_id, state from release order by quarter, revision").fetchall()
    finally:
        con.close()
