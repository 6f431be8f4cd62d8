"""Publish a quarter: gate, hide small numbers, write beside, rename, move the pointer.

Belongs here: the order of those steps. A process killed between any two of them leaves the release that stood before, whole.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import duckdb

from sendjc_pipeline.disclosure.profiles import protect_all
from sendjc_pipeline.quality import audit, gate
from sendjc_pipeline.quality.checks import passed_over, require_topics
from sendjc_pipeline.quality.judge import read_provenance, required_checks
from sendjc_pipeline.release import declared, history, ledger, open_data, revision, schema
from sendjc_pipeline.release.causes import moved
from sendjc_pipeline.release.reason import reason_of
from sendjc_pipeline.release.shown import earlier_metrics, earlier_open_data, near
from sendjc_pipeline.release.tables import METRIC_KEYS, hide_small_numbers, published_tables, withhold
from sendjc_pipeline.release.write import Further, PublishedTable, write_release
from sendjc_pipeline.reporting import Quarter
from sendjc_pipeline.settings import SendjcError, Settings
from sendjc_pipeline.warehouse import project
from sendjc_pipeline.warehouse.build import warehouse_path
from sendjc_pipeline.warehouse.connection import connect
from sendjc_pipeline.warehouse.lock import only_one


class NothingBuilt(SendjcError):
    """The quarter has no warehouse to publish from, or one that was built of nothing."""


class RolledBack(SendjcError):
    """These very figures were published and rolled back."""


class Backdated(SendjcError):
    """Figures of an earlier knowledge would replace those of a later one."""


@dataclass(frozen=True)
class Outcome:
    """What publishing did: the release that now stands for the quarter, and whether it is new."""

    release: ledger.Release
    is_new: bool


def publish(
    settings: Settings,
    quarter: Quarter,
    now: datetime,
    withheld_topics: Collection[str] = (),
    reason: str = "",
    force: bool = False,
    pages: Further | None = None,
) -> Outcome:
    """Publish the quarter from its warehouse; figures that already stand are left as they are, with no new revision, and confirmed.

    `pages` adds what is made of the release alone, such as its scorecard, before the release takes its name.

    Raises:
        NothingBuilt: there is no warehouse for the quarter.
        SendjcError: a withheld topic is none of the metrics' topics.
        gate.GateRefused: a required check failed, is missing, or judged another table than the one that now stands.
        Busy: another process is building or publishing in this home.
        RolledBack: the same figures were rolled back before, and `force` was not given.
        Backdated: the newest release knows of later submissions, and `force` was not given.
    """
    if not warehouse_path(settings, quarter).is_file():
        raise NothingBuilt(f"{quarter} has no warehouse yet: run `sendjc run --quarter {quarter}`.")
    with only_one(settings, "write"):
        return _publish(settings, quarter, now, withheld_topics, reason, force, pages)


def _publish(
    settings: Settings,
    quarter: Quarter,
    now: datetime,
    withheld_topics: Collection[str],
    reason: str,
    force: bool,
    pages: Further | None,
) -> Outcome:
    path = warehouse_path(settings, quarter)
    con = connect(path, read_only=True, settings=settings)
    try:
        manifest = project.manifest()
        require_topics(manifest, withheld_topics)
        against = gate.objections(con, quarter.label, required_checks(manifest), passed_over(manifest, withheld_topics))
        if against:
            raise gate.GateRefused(quarter.label, against)
        public = declared.open_data(manifest)
        tables, content, remembered = _protected(con, settings, quarter, manifest, withheld_topics)
        provenance = _provenance(con, quarter, withheld_topics)
        if not provenance["submissions"]:
            raise NothingBuilt(
                f"Nobody had sent anything for {quarter} when its warehouse was built; there is nothing to publish."
            )
        standing = _standing(settings, quarter, content, provenance["known_at"], force)
        if standing is not None:
            ledger.confirm(settings, standing, provenance)
            history.refresh(settings)
            return Outcome(standing, is_new=False)
        earlier = ledger.standing(settings, quarter)
        before = earlier[-1] if earlier else None
        changed = revision.stage(con, settings, before, provenance, tables)
        release = _write(
            con,
            settings,
            quarter,
            [*tables, changed],
            {
                **provenance,
                **standing_of(quarter, date.fromisoformat(provenance["known_at"]), earlier),
                "schema_version": schema.version_of(quarter, schema.declared()),
                "moved_submissions": moved(ledger.made_of(settings, before), provenance) if before else [],
                "changed_cells": revision.counted(con, changed),
                "content_sha256": content,
                "remembered_releases": remembered,
                "open_data": {"place": public.place, **public.terms},
                "published_at": f"{now:%Y-%m-%dT%H:%M:%SZ}",
                "reason": reason or reason_of(settings, quarter, withheld_topics, provenance),
            },
            public,
            pages,
        )
    finally:
        con.close()
    point_forward(settings, release)
    history.refresh(settings)
    return Outcome(release, is_new=True)


def _protected(
    con: duckdb.DuckDBPyConnection,
    settings: Settings,
    quarter: Quarter,
    manifest: Mapping[str, Any],
    withheld: Collection[str],
) -> tuple[list[PublishedTable], str, list[str]]:
    """The tables to be copied, their hash, and the earlier releases whose hidden figures stay hidden in them.

    The same figures give the release that stands: they are first protected as they were then, and anew only where they are others.
    """
    newest, now = ledger.newest(settings, quarter), near(settings, quarter)
    then = newest.manifest().get("remembered_releases", now) if newest else now
    for remembered in (then, now):
        staged = _stage(con, settings, remembered, manifest, withheld)
        tables = [_with_old_names(con, table, quarter) for table in staged]
        content = _content_hash(con, tables)
        if remembered == now or (newest is not None and newest.manifest()["content_sha256"] == content):
            break
        for (name,) in con.execute("select table_name from duckdb_tables() where temporary").fetchall():
            con.execute(f"drop table temp.main.{name}")
    return tables, content, remembered


def _stage(
    con: duckdb.DuckDBPyConnection,
    settings: Settings,
    remembered: Collection[str],
    manifest: Mapping[str, Any],
    withheld: Collection[str],
) -> list[PublishedTable]:
    """Make the temporary tables that will be copied, with small numbers hidden."""
    listed = published_tables(manifest, withheld)
    metrics = {}
    for table in listed:
        if table.name in METRIC_KEYS:
            withhold(con, table.name, f"open_{table.name}", withheld)
            metrics[f"open_{table.name}"] = f"release_{table.name}"
    # The metric tables tell of the same children, so they are protected together, with what earlier releases hid.
    protect_all(con, metrics, profile_of_metrics(listed), earlier_metrics(con, settings, remembered))
    staged = []
    for table in listed:
        relation = f"release_{table.name}"
        if table.name not in METRIC_KEYS:
            hide_small_numbers(con, table, relation)
        staged.append(replace(table, relation=f"temp.main.{relation}"))
    return staged


def profile_of_metrics(listed: Collection[PublishedTable]) -> str:
    """The profile that the metric tables are protected by. Raises UnfitExposure: their exposures name several."""
    named = sorted({table.terms["disclosure_profile"] for table in listed if table.name in METRIC_KEYS})
    if len(named) != 1:
        raise declared.UnfitExposure(
            f"{' and '.join(METRIC_KEYS)} are protected together: their exposures name one disclosure profile, not {', '.join(named)}."
        )
    return named[0]


def _with_old_names(con: duckdb.DuckDBPyConnection, table: PublishedTable, quarter: Quarter) -> PublishedTable:
    told = schema.keep_old_names(con, table.name, table.relation, quarter, schema.declared().renamed)
    return replace(table, columns={**table.columns, **told})


def _content_hash(con: duckdb.DuckDBPyConnection, tables: list[PublishedTable]) -> str:
    relations = {table.relation.rsplit(".", 1)[-1]: table.name for table in tables}
    found = audit.fingerprints(con, relations, are_temporary=True)
    prints = {name: found[relation] for relation, name in relations.items()}
    return hashlib.sha256(json.dumps(prints, sort_keys=True).encode()).hexdigest()


def _standing(settings: Settings, quarter: Quarter, content: str, known_at: str, force: bool) -> ledger.Release | None:
    """The newest release, if it says exactly this; its pointer mended if a process died before moving it.

    Raises:
        RolledBack: these figures were rolled back, and no release that stands has them.
        Backdated: the newest release was made of later knowledge.
    """
    newest = ledger.newest(settings, quarter)
    if newest is not None and newest.manifest()["content_sha256"] == content:
        point_forward(settings, newest)
        return newest
    if force:
        return None
    gone = set(ledger.withdrawn(settings))
    same = [
        r for r in ledger.all_releases(settings) if r.quarter == quarter and r.manifest()["content_sha256"] == content
    ]
    if same and all(release.release_id in gone for release in same):
        raise RolledBack(
            f"These are the figures of {same[-1].release_id}, which was rolled back; give --force to publish them again."
        )
    if newest is not None and known_at < newest.manifest()["known_at"]:
        raise Backdated(
            f"{newest.release_id} was made of what was known on {newest.manifest()['known_at']}; figures as known on {known_at}"
            " would take its place. Give --force if that is meant."
        )
    return None


def standing_of(quarter: Quarter, known_at: date, earlier: Sequence[ledger.Release]) -> dict[str, str | None]:
    """How far the quarter is settled, and what its next release is to those of it that stand, oldest first (domain rule 7.9: one restatement)."""
    stage = quarter.stage(known_at)
    kind = {
        "provisional": "revision before the freeze",
        "frozen": "revision after the freeze",
        "restated": "restatement",
    }[stage]
    if not earlier:
        kind = "first publication"
    elif stage == "restated" and any(release.manifest().get("stage") == "restated" for release in earlier):
        kind = "revision after the restatement"
    return {
        "stage": stage, "kind": kind, "freeze": quarter.freeze.isoformat(), "restatement": quarter.restatement.isoformat(),
        "previous_release_id": earlier[-1].release_id if earlier else None,
    }  # fmt: skip


def _write(
    con: duckdb.DuckDBPyConnection,
    settings: Settings,
    quarter: Quarter,
    tables: list[PublishedTable],
    manifest: Mapping[str, Any],
    public: declared.Declaration,
    pages: Further | None,
) -> ledger.Release:
    revisions = [r.revision for r in ledger.all_releases(settings) if r.quarter == quarter]
    revision = max(revisions, default=0) + 1
    final = ledger.Release(ledger.releases_folder(settings) / f"{quarter.label}.r{revision}", quarter, revision)
    staging = settings.published / ".staging"
    shutil.rmtree(staging, ignore_errors=True)
    write_release(
        con,
        staging / final.release_id,
        final.release_id,
        tables,
        manifest,
        [
            lambda folder, _: open_data.write(
                con, folder, quarter, public, earlier=earlier_open_data(con, settings, manifest["remembered_releases"])
            ),
            *([pages] if pages else []),
        ],
    )
    final.folder.parent.mkdir(parents=True, exist_ok=True)
    os.rename(staging / final.release_id, final.folder)
    shutil.rmtree(staging, ignore_errors=True)
    return final


def point_forward(settings: Settings, release: ledger.Release) -> None:
    """`current` shows the newest quarter: a mended older quarter gets its revision without taking the place of a newer one."""
    now = ledger.current(settings)
    gone = ledger.withdrawn(settings)
    if now is None or now.release_id in gone or now.quarter <= release.quarter:
        ledger.point_at(settings, release)


def _provenance(con: duckdb.DuckDBPyConnection, quarter: Quarter, withheld: Collection[str]) -> dict[str, Any]:
    results = [result for result, _ in audit.read(con, quarter.label)]
    return {
        **read_provenance(con),
        "checks": {
            "judged": len(results),
            "passed": sum(r.passed for r in results),
            "warnings": sorted(f"{r.check.check_id} ({r.failures})" for r in results if not r.passed),
        },
        "withheld_topics": sorted(withheld),
    }
