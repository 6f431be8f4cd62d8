"""A release in PostgreSQL, whole or not at all.

Belongs here: one transaction that loads a release into a schema of its own and points the views of schema `sendjc` at it. The views keep their names, so
that a report or a workbook keeps working; `sendjc.release` lists what was loaded. The password is in no message.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, LiteralString

import psycopg
from psycopg import sql

from sendjc_pipeline.release.ledger import Release
from sendjc_pipeline.release.write import relation_of, sha256
from sendjc_pipeline.settings import SendjcError
from sendjc_pipeline.warehouse.connection import connect

SCHEMA = "sendjc"
_LOCK = 7347331  # any number of our own: two loads into one database wait for each other
_TYPES = {
    "DOUBLE": "double precision", "FLOAT": "real", "BIGINT": "bigint", "INTEGER": "integer", "SMALLINT": "smallint", "TINYINT": "smallint",
    "HUGEINT": "numeric", "DATE": "date", "TIMESTAMP": "timestamp", "BOOLEAN": "boolean",
}  # fmt: skip
_ROWS_AT_ONCE = 10_000


class PostgresRefused(SendjcError):
    """PostgreSQL could not be reached, or did not take the release."""


@dataclass(frozen=True)
class _Table:
    name: str
    path: Path
    comment: str
    columns: list[tuple[str, str, str]]  # name, DuckDB's type, comment


def publish_to(url: str, release: Release, current: Release) -> bool:
    """Load a release, unless it is there already, and point the views at the current one if that was loaded; return whether it was new.

    Raises:
        PostgresRefused: the address is none, the server refuses, another release of the same name is there, or somebody's view stands on ours.
    """
    require_address(url)
    with _in_words(url), psycopg.connect(url, connect_timeout=10, application_name="sendjc") as con:
        con.execute("select pg_advisory_xact_lock(%s)", [_LOCK])
        _prepare(con)
        is_new = _load(con, release)
        loaded = con.execute("select 1 from sendjc.release where release_id = %s", [current.release_id]).fetchone()
        if loaded:
            _point(con, current)
        con.execute(
            "update sendjc.release set is_current = (release_id is not distinct from %s)",
            [current.release_id if loaded else None],
        )
    return is_new


def require_address(url: str) -> None:
    """Refuse what is no address before anything is built.

    Raises:
        PostgresRefused: it is not of the form postgresql://user:password@host:port/database. The text itself is not repeated.
    """
    try:
        if not re.match(r"postgres(ql)?://", url):
            raise ValueError
        parts = psycopg.conninfo.conninfo_to_dict(url)
        if re.search(
            r"[@:]", str(parts.get("dbname") or "")
        ):  # one slash too many makes user and password part of the name
            raise ValueError
    except (ValueError, psycopg.Error):
        raise PostgresRefused(
            "That is no PostgreSQL address: write it as postgresql://user@host:5432/database, the password in PGPASSWORD or a .pgpass file."
        ) from None


def schema_of(release: Release) -> str:
    """The schema that holds a release, such as sendjc_2024_25_q4_r1."""
    return f"{SCHEMA}_{re.sub('[^a-z0-9]', '_', release.release_id.lower())}"


@contextmanager
def _in_words(url: str) -> Iterator[None]:
    """Turn what PostgreSQL says into one line without the password."""
    try:
        yield
    except psycopg.errors.DependentObjectsStillExist as fault:
        text = (fault.diag.message_detail or "").splitlines()
        raise PostgresRefused(
            f"PostgreSQL kept what it had: something stands on a view of ours whose columns changed ({'; '.join(text)}); drop or change that first."
        ) from None
    except psycopg.Error as fault:
        parts = psycopg.conninfo.conninfo_to_dict(url)
        line = (str(fault).strip().splitlines() or [type(fault).__name__])[0]
        secret = str(parts.get("password") or "")
        line = line.replace(secret, "***") if secret else line
        where = f"{parts.get('host') or 'the local socket'}, database {parts.get('dbname') or 'by default'}"
        raise PostgresRefused(
            f"PostgreSQL ({where}) did not take the release: {line}; nothing was changed there."
        ) from None


def _prepare(con: psycopg.Connection[Any]) -> None:
    con.execute("create schema if not exists sendjc")
    con.execute(
        "create table if not exists sendjc.release (release_id text primary key, quarter text not null, known_at date, published_at timestamptz,"
        " kind text, reason text, schema_version text, manifest_sha256 text not null, is_current boolean not null default false)"
    )
    con.execute(
        "comment on table sendjc.release is 'The releases that were loaded; the views of this schema show the current one.'"
    )


def _load(con: psycopg.Connection[Any], release: Release) -> bool:
    told, printed = release.manifest(), sha256(release.folder / "manifest.json")
    row = con.execute(
        "select manifest_sha256 from sendjc.release where release_id = %s", [release.release_id]
    ).fetchone()
    if row is not None:
        if row[0] != printed:
            raise PostgresRefused(
                f"The database holds another {release.release_id}, of another home: load into a database of its own; nothing was changed there."
            )
        return False
    schema = schema_of(release)
    con.execute(sql.SQL("create schema {}").format(sql.Identifier(schema)))
    for table in _tables(release):
        _copy(con, schema, table)
    con.execute(
        "insert into sendjc.release (release_id, quarter, known_at, published_at, kind, reason, schema_version, manifest_sha256)"
        " values (%s, %s, %s, %s, %s, %s, %s, %s)",
        [release.release_id, release.quarter.label, told.get("known_at"), told.get("published_at"), told.get("kind"), told.get("reason"),
         told.get("schema_version"), printed],
    )  # fmt: skip
    return True


def _tables(release: Release) -> list[_Table]:
    con = connect(release.folder / "marts.duckdb", read_only=True)
    try:
        columns: dict[str, list[tuple[str, str, str]]] = {}
        for table, column, kind, comment in con.execute(
            "select table_name, column_name, data_type, coalesce(comment, '') from duckdb_columns() where not internal order by table_name, column_index"
        ).fetchall():
            columns.setdefault(table, []).append((column, kind, comment))
        comments = dict(
            con.execute("select table_name, coalesce(comment, '') from duckdb_tables() where not internal").fetchall()
        )
    finally:
        con.close()
    places = {Path(path).stem: release.folder / path for path in release.manifest()["tables"]}
    return [_Table(name, places[name], comments[name], columns[name]) for name in sorted(columns)]


def _copy(con: psycopg.Connection[Any], schema: str, table: _Table) -> None:
    name = sql.Identifier(schema, table.name)
    columns = sql.SQL(", ").join(
        sql.SQL("{} {}").format(sql.Identifier(column), sql.SQL(_TYPES.get(kind, "text")))
        for column, kind, _ in table.columns
    )
    con.execute(sql.SQL("create table {} ({})").format(name, columns))
    reader = connect()
    try:
        rows = reader.execute(f"select * from {relation_of(table.path)}")
        with con.cursor() as cursor, cursor.copy(sql.SQL("copy {} from stdin").format(name)) as copy:
            while some := rows.fetchmany(_ROWS_AT_ONCE):
                for row in some:
                    copy.write_row(row)
    finally:
        reader.close()
    _comment(con, "table", schema, table)


def _point(con: psycopg.Connection[Any], release: Release) -> None:
    """Make the views show a loaded release.

    A view whose columns only grew is replaced in place, so what stands on it goes on standing; one that lost a column, or has it with another type, is
    made anew, which PostgreSQL refuses where something stands on it.
    """
    schema, tables = schema_of(release), _tables(release)
    # Only names that a release of ours has had: somebody's own view in this schema is theirs.
    shown = con.execute(
        "select distinct v.viewname from pg_views as v inner join pg_tables as t on v.viewname = t.tablename and t.schemaname like 'sendjc\\_%%'"
        " where v.schemaname = %s",
        [SCHEMA],
    ).fetchall()
    for table in tables:
        view = sql.Identifier(SCHEMA, table.name)
        columns = sql.SQL(", ").join(map(sql.Identifier, _in_standing_order(con, table)))
        query = sql.SQL("view {} as select {} from {}").format(view, columns, sql.Identifier(schema, table.name))
        try:
            with con.transaction():
                con.execute(sql.SQL("create or replace {}").format(query))
        except psycopg.errors.InvalidTableDefinition:
            con.execute(sql.SQL("drop view {}").format(view))
            con.execute(sql.SQL("create {}").format(query))
        _comment(con, "view", SCHEMA, table)
    for name in sorted({str(name) for (name,) in shown} - {table.name for table in tables}):
        con.execute(sql.SQL("drop view {}").format(sql.Identifier(SCHEMA, name)))


def _in_standing_order(con: psycopg.Connection[Any], table: _Table) -> list[str]:
    """The table's columns, those that its view shows already first and as it shows them: PostgreSQL takes new columns only behind the old."""
    standing = con.execute(
        "select attname from pg_attribute where attrelid = to_regclass(%s) and attnum > 0 and not attisdropped order by attnum",
        [f'{SCHEMA}."{table.name}"'],
    ).fetchall()
    places = {str(name): place for place, (name,) in enumerate(standing)}
    return sorted((column for column, _, _ in table.columns), key=lambda column: places.get(column, len(places)))


def _comment(con: psycopg.Connection[Any], kind: LiteralString, schema: str, table: _Table) -> None:
    statements = [
        sql.SQL("comment on {} {} is {}").format(
            sql.SQL(kind), sql.Identifier(schema, table.name), sql.Literal(table.comment)
        )
    ]
    statements += [
        sql.SQL("comment on column {} is {}").format(sql.Identifier(schema, table.name, column), sql.Literal(comment))
        for column, _, comment in table.columns
    ]
    con.execute(sql.SQL("; ").join(statements))
