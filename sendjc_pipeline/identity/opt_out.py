"""Children who opted out of the use of their health records: what stands, since when, and nothing that names them.

Belongs here: the list of batches, restricted/identity/opt_out.parquet. Does not belong here: reading a list as a partner
writes it (opt_out_file.py), or leaving rows out (admission.py).

opt_out.parquet, rows only ever added: batch_id (12 hex digits), event ('added' or 'withdrawn'), at (TIMESTAMP, UTC), partner
(who sent the list; NULL for the national one), key_check (a word under the key, so that tokens of another key are noticed),
token (the keyed pseudonym of one NHS number; NULL on a row that withdraws the batch). A list that was sent by one partner
holds for all: who opted out, opted out of sharing, not of a sender.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb

from sendjc_pipeline.identity import vault
from sendjc_pipeline.identity.failure import guarded
from sendjc_pipeline.identity.pseudonym import OPT_OUT, PERSON_DIGITS, Keys, Pseudonymiser, pseudonym
from sendjc_pipeline.identity.records import text
from sendjc_pipeline.settings import SendjcError, Settings
from sendjc_pipeline.warehouse.connection import connect

RESTORE = "Restore restricted/identity/opt_out.parquet from a backup."
CHECK_PURPOSE = f"{OPT_OUT}:key"
BATCH_DIGITS, CHECK_DIGITS, LEAST_OF_ID = 12, 8, 6
COLUMNS = {
    "batch_id": "VARCHAR", "event": "VARCHAR", "at": "TIMESTAMP", "partner": "VARCHAR", "key_check": "VARCHAR", "token": "VARCHAR",
}  # fmt: skip


@dataclass(frozen=True)
class Batch:
    """One list: how many children it names, when it was applied, and when it was taken back, if it was."""

    batch_id: str
    partner: str | None
    applied_at: datetime
    children: int
    withdrawn_at: datetime | None


def list_path(settings: Settings) -> Path:
    """Where the list lies."""
    return settings.restricted / "identity" / "opt_out.parquet"


@guarded("storing opt-outs", RESTORE)
def add(
    con: duckdb.DuckDBPyConnection,
    settings: Settings,
    numbers: str,
    partner: str | None,
    at: datetime,
    keys: Keys,
) -> Batch:
    """Add the NHS numbers of a table (column nhs_number, valid ones only) as a batch, as tokens; no number is stored. A list that stands is not added again.

    Args:
        con: a connection in memory that may not spill, for the numbers are on it.
        settings: the home.
        numbers: the table.
        partner: who sent the list; None for the national one.
        at: when, to the second.
        keys: the keys in force, or one secret for all of them.
    """
    moment = at.astimezone(UTC).replace(tzinfo=None, microsecond=0)
    token = Pseudonymiser(con, keys).sql(OPT_OUT, "nhs_number", PERSON_DIGITS)
    con.execute(f"create or replace temp table fresh as select distinct {token} as token from {numbers}")
    digest = con.execute("select count(*), sha256(string_agg(token, '' order by token)) from fresh").fetchone()
    children, content = digest or (0, "")
    before = _of_content(con, settings, partner, content)
    if stands := [batch for batch in before if batch.withdrawn_at is None]:
        return stands[0]
    batch_id = hashlib.sha256(f"{partner or ''}|{len(before)}|{content}".encode()).hexdigest()[:BATCH_DIGITS]
    _append(
        con,
        settings,
        "select ?, 'added', ?::timestamp, ?, ?, token from fresh",
        [batch_id, moment, partner, key_check(keys)],
    )
    return Batch(batch_id, partner, moment, int(children), None)


def _of_content(con: duckdb.DuckDBPyConnection, settings: Settings, partner: str | None, content: str) -> list[Batch]:
    """The batches of a sender that hold these very tokens, withdrawn ones too."""
    if not (known := batches(settings)):
        return []
    found = con.execute(
        "select batch_id from read_parquet(?) where token is not null group by batch_id having sha256(string_agg(token, '' order by token)) = ?",
        [str(list_path(settings)), content],
    ).fetchall()
    return [batch for batch in known if batch.partner == partner and (batch.batch_id,) in found]


@guarded("withdrawing opt-outs", RESTORE)
def withdraw(con: duckdb.DuckDBPyConnection, settings: Settings, batch: Batch, at: datetime) -> None:
    """Note that a batch stands no longer; what it named stays on file for runs as known before.

    Raises:
        SendjcError: it was withdrawn already.
    """
    if batch.withdrawn_at is not None:
        raise SendjcError(f"batch {batch.batch_id} was withdrawn on {batch.withdrawn_at:%Y-%m-%d} already.")
    moment = at.astimezone(UTC).replace(tzinfo=None, microsecond=0)
    _append(
        con, settings, "select ?, 'withdrawn', ?::timestamp, ?, null, null", [batch.batch_id, moment, batch.partner]
    )


def batches(settings: Settings, known_at: date = date.max) -> list[Batch]:
    """Every batch that had been applied by a day (UTC), oldest first, with what had become of it by then."""
    path = list_path(settings)
    return _batches(path, known_at) if path.is_file() else []


def _batches(path: Path, known_at: date) -> list[Batch]:
    con = connect()
    try:
        found = con.execute(
            """
            select batch_id, any_value(partner), min("at") filter (where event = 'added'), count(token),
                max("at") filter (where event = 'withdrawn')
            from read_parquet(?) where cast("at" as date) <= ?
            group by batch_id order by 3, 1""",
            [str(path), known_at],
        ).fetchall()
    except duckdb.Error:
        found = None
    finally:
        con.close()
    if found is None:  # raised outside the handler, so that the database's own words do not travel along
        raise SendjcError(
            f"restricted/identity/{path.name} cannot be read: restore it from a backup; without it nobody's opt-out would be kept."
        )
    return [Batch(*row) for row in found]


def standing(settings: Settings, known_at: date) -> list[Batch]:
    """The batches that stood on a day."""
    return [batch for batch in batches(settings, known_at) if batch.withdrawn_at is None]


def find(settings: Settings, batch_id: str) -> Batch:
    """The batch of that id, or of the only one whose id begins so, by six characters at least: a withdrawal cannot be taken back.

    Raises:
        SendjcError: there is none, there are several, or too little of the id is given.
    """
    if len(batch_id) < LEAST_OF_ID:
        raise SendjcError(
            f"'{batch_id}' is too little of an id; give {LEAST_OF_ID} characters of it: `sendjc opt-out list` shows them."
        )
    found = [batch for batch in batches(settings) if batch.batch_id.startswith(batch_id)]
    if len(found) == 1:
        return found[0]
    fault = "names several batches; give more of it" if found else "is the id of no batch"
    raise SendjcError(f"'{batch_id}' {fault}: `sendjc opt-out list` shows them.")


@guarded("reading opt-outs", RESTORE)
def create_tokens(con: duckdb.DuckDBPyConnection, settings: Settings, known_at: date, keys: Keys) -> None:
    """Create table opt_out_token (token): the children who had opted out by a day.

    Raises:
        SendjcError: tokens that count were made with another key: they would match nobody, and the children be used after all.
    """
    con.execute("create or replace temp table opt_out_token (token varchar)")
    ids = [batch.batch_id for batch in standing(settings, known_at)]
    if not ids:
        return
    path = str(list_path(settings))
    foreign = con.execute(
        "select distinct batch_id from read_parquet(?) where token is not null and key_check <> ? order by 1",
        [path, key_check(keys)],
    ).fetchall()
    if lost := [name for (name,) in foreign if name in ids]:
        raise SendjcError(
            f"Opt-outs {', '.join(lost)} hold tokens of another pseudonym key and would match nobody: add those lists again,"
            " then `sendjc opt-out withdraw` each of these, and give no day before that, only a later --known-at."
        )
    con.execute(
        "insert into opt_out_token select distinct token from read_parquet(?) where token is not null and list_contains(?, batch_id)",
        [path, ids],
    )


def key_check(keys: Keys) -> str:
    """The word under a key by which its tokens are known."""
    return pseudonym(keys, CHECK_PURPOSE, "", CHECK_DIGITS)


def _append(con: duckdb.DuckDBPyConnection, settings: Settings, rows: str, values: list[object]) -> None:
    _write(con, settings, f"select * from opt_out_before union all {rows}", values)


def _write(con: duckdb.DuckDBPyConnection, settings: Settings, query: str, values: list[object]) -> None:
    """Replace the list, whole or not at all; `opt_out_before` is the list as it was."""
    path = list_path(settings)
    typed = ", ".join(f'"{name}" {kind}' for name, kind in COLUMNS.items())
    con.execute(f"create or replace temp table opt_out_before ({typed})")
    if path.is_file():
        con.execute(f"insert into opt_out_before by name from read_parquet({text(path)})")
    con.execute(f"create or replace temp table opt_out_after ({typed})")
    con.execute(f"insert into opt_out_after {query}", values)
    copy = "copy (from opt_out_after order by all) to {} (format parquet, compression zstd)"
    vault.replace_file(path, lambda stage: con.execute(copy.format(text(stage))))
