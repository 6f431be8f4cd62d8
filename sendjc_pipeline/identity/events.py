"""The ledger of keys: which child got a key, which two turned out to be one, which one to be two.

Belongs here: comparing the keys of two runs. Does not belong here: keys themselves (persons.py).

restricted/identity/<quarter>/key_map.parquet: token (decisions.py), person_key, method; every record received so far.

restricted/identity/key_event.parquet, append-only: quarter, at (the newest receipt that the run knew, UTC), kind, from_key,
to_key, records (how many changed), reason (of the methods that are new in the records' new place, the weightiest: clerical,
splink, a rule, local_id). Kinds: 'first' (a key that was not there; from_key NULL), 'merge' (from_key's records now bear
to_key, which another child bore), 'split' (some of from_key's records now bear to_key), 'changed' (all of from_key's records
bear to_key, which nobody bore: their anchor is gone, as when a submission was withdrawn). A key without an event was kept.

A quarter is compared with its own last run, else with the newest earlier quarter. The same inputs again add nothing.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from sendjc_pipeline.identity import vault
from sendjc_pipeline.identity.failure import guarded
from sendjc_pipeline.identity.records import text
from sendjc_pipeline.reporting import Quarter
from sendjc_pipeline.settings import Settings

MAP, LEDGER = "key_map.parquet", "key_event.parquet"
COLUMNS = {
    "quarter": "VARCHAR", "at": "TIMESTAMP", "kind": "VARCHAR", "from_key": "VARCHAR", "to_key": "VARCHAR", "records": "BIGINT",
    "reason": "VARCHAR",
}  # fmt: skip


@guarded("writing the map of keys")
def write_map(con: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Write key_map.parquet and create table key_map from it; a token on two children (twins sent alike) is left out."""
    con.execute(f"""
        create or replace temp table key_map as
        select record_token.token, min(local_link.person_key) as person_key, min(local_link.method) as method
        from local_link
        inner join record_token using (local_no)
        group by record_token.token
        having count(distinct local_link.person_key) = 1;

        copy (from key_map order by token) to {text(folder / MAP)} (format parquet, compression zstd);
    """)


@guarded("writing the ledger of keys")
def create_events(con: duckdb.DuckDBPyConnection, settings: Settings, quarter: Quarter) -> None:
    """Create table key_event: what changed since the map that the quarter is compared with. Call before the folders are swapped."""
    before = last_map(settings, quarter)
    source = f"from read_parquet({text(before)})" if before else "from key_map where false"
    con.execute(f"""
        create or replace temp table old_map as {source};

        create or replace temp table key_event as
        with touched as (
            select key_map.person_key as to_key,
                arg_min(key_map.method, coalesce(weight.place, 2) || key_map.method) as reason
            from key_map
            left join old_map using (token)
            left join (values ('clerical', 0), ('splink', 1), ('local_id', 3)) as weight (method, place)
                on key_map.method = weight.method
            where old_map.person_key is distinct from key_map.person_key or old_map.method <> key_map.method
            group by key_map.person_key
        ),

        moved as (
            select old_map.person_key as from_key, key_map.person_key as to_key, count(*) as records, any_value(touched.reason) as reason
            from old_map
            inner join key_map using (token)
            inner join touched on key_map.person_key = touched.to_key
            where old_map.person_key <> key_map.person_key
            group by 1, 2
        ),

        arrived as (
            select key_map.person_key as to_key, count(*) as records, any_value(touched.reason) as reason
            from key_map
            inner join touched on key_map.person_key = touched.to_key
            where key_map.person_key not in (select person_key from old_map) and key_map.person_key not in (select to_key from moved)
            group by 1
        )

        select case
                when from_key in (select person_key from key_map) then 'split'
                when to_key in (select person_key from old_map) or count(*) over (partition by to_key) > 1 then 'merge'
                when count(*) over (partition by from_key) > 1 then 'split'
                else 'changed'
            end as kind, from_key, to_key, records, reason
        from moved
        union all
        select 'first', null, to_key, records, reason from arrived;
    """)


@guarded("writing the ledger of keys")
def append_events(con: duckdb.DuckDBPyConnection, settings: Settings, quarter: Quarter) -> None:
    """Add table key_event to the ledger; rows that it has already are not added again."""
    path = settings.restricted / "identity" / LEDGER
    stage = vault.make_folder(path.parent) / f".{LEDGER}"
    columns = ", ".join(f'cast("{name}" as {kind}) as "{name}"' for name, kind in COLUMNS.items())
    before = f"select * from read_parquet({text(path)}) union" if path.is_file() else ""
    con.execute(f"""
        copy (
            select * from (
                {before}
                select {columns}
                from (select '{quarter.label}' as quarter, (select max(received_at) from submission) as "at", * from key_event)
            ) order by all
        ) to {text(stage)} (format parquet, compression zstd)""")
    stage.rename(path)


def last_map(settings: Settings, quarter: Quarter) -> Path | None:
    """The map of the quarter's own last run, else of the newest earlier quarter that has one."""
    maps = {path.parent.name: path for path in (settings.restricted / "identity").glob(f"[0-9]*/{MAP}")}
    earlier = [label for label in maps if not quarter < Quarter.parse(label)]
    return maps[max(earlier, key=Quarter.parse)] if earlier else None
