"""The children as the partners sent them, standardised, in temporary tables of one connection.

Belongs here: reading accepted tables and settling what each local record says. Does not belong here: whether two local
records are one child (link.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import duckdb

from sendjc_pipeline.identity.failure import guarded
from sendjc_pipeline.identity.sources import ATTRIBUTES, PersonSource, source_of
from sendjc_pipeline.identity.stand_in_dates import blank_stand_ins


@dataclass(frozen=True)
class AcceptedSubmission:
    """A submission whose rows were accepted: what identity needs to know of it. `received_at` is UTC without a zone."""

    submission_id: str
    partner: str
    feed: str
    period: str
    period_start: date
    period_end: date
    received_at: datetime
    folder: Path

    def table(self, name: str) -> Path | None:
        """The Parquet of a table, or None where the submission has not got it (an optional table)."""
        path = self.folder / f"{name.lower()}.parquet"
        return path if path.is_file() else None


def text(value: object) -> str:
    """A SQL text literal. Not for what partners sent: that is never written into SQL."""
    return "'" + str(value).replace("'", "''") + "'"


def create_view(
    con: duckdb.DuckDBPyConnection, name: str, accepted: Sequence[AcceptedSubmission], feed: str, table: str
) -> bool:
    """Create view `name`: a table of every submission of a feed, with submission_id. False if none has it."""
    paths = [str(path) for item in accepted if item.feed == feed and (path := item.table(table))]
    if not paths:
        return False
    listed = ", ".join(text(path) for path in paths)
    con.execute(
        f"create or replace temp view {name} as select sent.*, submission.submission_id"
        f" from read_parquet([{listed}], union_by_name = true, filename = true) as sent"
        " inner join submission on sent.filename = concat(submission.folder, parse_filename(sent.filename))"
    )
    return True


@guarded("counting the accepted records of children")
def count_rows(con: duckdb.DuckDBPyConnection, accepted: Sequence[AcceptedSubmission]) -> int:
    """How many rows the person tables of some submissions hold, from their footers alone."""
    paths = [path for item in accepted if (path := item.table(source_of(item.feed).table))]
    if not paths:
        return 0
    listed = ", ".join(text(path) for path in paths)
    (rows,) = con.execute(f"select sum(num_rows) from parquet_file_metadata([{listed}])").fetchone() or (0,)
    return int(rows)


@guarded("reading the accepted records of children")
def create_records(
    con: duckdb.DuckDBPyConnection,
    accepted: Sequence[AcceptedSubmission],
    history: Sequence[AcceptedSubmission] = (),
) -> None:
    """Create the temporary tables below. Needs standardise.create_macros.

    `accepted` are the submissions that the quarter counts; `history` holds what else had been received: who a child is, and
    since when its identifiers are known, is learnt from all of them.

    submission: submission_id, partner, feed, space (sources.PersonSource), period_end, received_at, folder (with its last slash).
    stand_in_date: birth dates of a partner's feed that are taken for unknown (stand_in_dates.py).
    history_record: one row per child and submission: recency (1 is the oldest; a total order by period, then receipt),
        side, space, feed, partner, submission_id, source_person_id, received_at, and sources.ATTRIBUTES standardised.
    person_record: those of the submissions that the quarter counts.
    local_person: one row per (side, space, partner, source_person_id), with local_no.
    said: one row per (local_no, feed): the newest value of each attribute that the feed gives.
    agreed: one row per local_no: the attributes on which its feeds agree, else NULL; only these are matched on.
    """
    con.execute(
        "create or replace temp table submission (submission_id varchar, partner varchar, feed varchar,"
        " space varchar, period_end date, received_at timestamp, folder varchar)"
    )
    counted = {item.submission_id for item in accepted}
    everything = [*accepted, *(item for item in history if item.submission_id not in counted)]
    for item in everything:
        con.execute(
            "insert into submission values (?, ?, ?, ?, ?, ?, ?)",
            [
                item.submission_id,
                item.partner,
                item.feed,
                source_of(item.feed).space_of(item.submission_id),
                item.period_end,
                item.received_at,
                f"{item.folder}/",
            ],
        )
    typed = ", ".join(f"{name} {kind}" for name, (kind, _) in ATTRIBUTES.items())
    con.execute(
        "create or replace temp table sent_person (side varchar, space varchar, feed varchar, partner varchar,"
        " submission_id varchar, period_end date, received_at timestamp, source_row bigint, source_person_id varchar,"
        f" {typed})"
    )
    for feed in sorted({item.feed for item in everything}):
        source = source_of(feed)
        if create_view(con, "sent_table", everything, feed, source.table):
            con.execute(_insert(source))
    con.execute("create or replace temp table counted (submission_id varchar)")
    if counted:
        con.executemany("insert into counted values (?)", [[number] for number in sorted(counted)])
    blank_stand_ins(con)
    _settle(con)


def _insert(source: PersonSource) -> str:
    values = []
    for name, (kind, macro) in ATTRIBUTES.items():
        if name == "one_name":
            values.append("sent.identity_one_name")
            continue
        sent = [f'{macro}(sent."{column}")' if macro else f'sent."{column}"' for column in source.columns.get(name, ())]
        value = f"coalesce({', '.join(sent)}, null)" if sent else f"cast(null as {kind})"
        is_name = name in ("forename", "surname")
        values.append(f"case when sent.identity_one_name is null then {value} end" if is_name and sent else value)
    return f"""
        insert into sent_person
        select '{source.side}', submission.space, submission.feed, submission.partner, submission.submission_id,
            submission.period_end, submission.received_at, sent.source_row,
            cast(sent."{source.person_id}" as varchar), {", ".join(values)}
        from (select sent.*, {_one_name(source)} as identity_one_name from sent_table as sent) as sent
        inner join submission using (submission_id)
        where sent."{source.person_id}" is not null"""


def _one_name(source: PersonSource) -> str:
    """A whole name that stands in the field of the surname, or of the forename, while the other is empty; as sent."""
    names = [source.columns.get(name, ()) for name in ("forename", "surname")]
    if not all(names):
        return "cast(null as varchar)"
    forename, surname = (f'sent."{columns[0]}"' for columns in names)
    return f"identity_one_name({forename}, {surname})"


def _settle(con: duckdb.DuckDBPyConnection) -> None:
    names = list(ATTRIBUTES)
    newest = ", ".join(f"arg_max({name}, recency) as {name}" for name in names)  # arg_max passes over NULL
    unanimous = ", ".join(f"case when min({name}) = max({name}) then min({name}) end as {name}" for name in names)
    con.execute(f"""
        -- Apart from the rest, for the few that there are: as an expression it would be worked out for every record.
        update sent_person set one_name = identity_split_name(one_name) where one_name is not null;

        create or replace temp table history_record as
        select row_number() over (order by period_end, received_at, feed, submission_id, source_row) as recency,
            side, space, feed, partner, submission_id, source_person_id, received_at, {", ".join(names)}
        from sent_person;
        drop table sent_person;

        create or replace temp view person_record as
        select * from history_record semi join counted using (submission_id);

        create or replace temp table local_person as
        select row_number() over (order by side, space, partner, source_person_id) as local_no, *
        from (select distinct side, space, partner, source_person_id from history_record);

        create or replace temp table said as
        select local_person.local_no, history_record.feed, {newest}
        from history_record
        inner join local_person using (side, space, partner, source_person_id)
        group by all;

        create or replace temp table agreed as
        select local_no, {unanimous}
        from said
        group by local_no;
    """)
