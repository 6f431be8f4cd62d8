"""The ledger of verdicts: which pairs a reviewer was given, and what the reviewer said of them. Rows are only ever added.

Belongs here: who may be asked what, adding verdicts and taking them back, what they come to. Does not belong here: the files that
reviewers read and fill in (worklist.py), or what a decision does to children (decisions.py).

restricted/identity/review/issued.parquet, only ever added to: pair ('P' and 15 hex digits, made of the two tokens, so that it is the
same in every quarter and no spreadsheet takes it for a number), token_a, token_b, reviewer, issued_on (the first day).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import polars as pl

from sendjc_pipeline.identity import overruled, swap, vault
from sendjc_pipeline.identity.decisions import COLUMNS, RESTORE, UNDONE, create_verdicts, decisions_file
from sendjc_pipeline.identity.failure import guarded
from sendjc_pipeline.identity.records import text
from sendjc_pipeline.reporting import Quarter
from sendjc_pipeline.settings import SendjcError, Settings
from sendjc_pipeline.warehouse.connection import connect

_PAIR_FORM = re.compile(r"P[0-9a-f]{15}")
_REVIEWER = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}")
_ISSUED = {"pair": "VARCHAR", "token_a": "VARCHAR", "token_b": "VARCHAR", "reviewer": "VARCHAR", "issued_on": "DATE"}
PAIR = "'P' || left(md5(token_a || token_b), 15)"
# A pair as a reviewer sees it: what tells whose it is, then either record's particulars side by side.
SHOWN = ("forename", "surname", "birth_date", "sex", "postcode", "upn", "nhs_number", "uln", "partner", "feeds", "source_person_id")  # fmt: skip


def reviewer_name(name: str) -> str:
    """The name as it is kept. Raises SendjcError where it is not 1 to 40 letters, digits, dots and dashes: a staff number or initials."""
    plain = name.strip().lower()
    if not _REVIEWER.fullmatch(plain):
        raise SendjcError(
            "--reviewer is a staff name of 1 to 40 letters, digits, dots, dashes or underscores: as j.ali."
        )
    return plain


@contextmanager
def opened(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection with tables issued, standing_verdict and decision (decisions.py), and pair_state: pair, token_a, token_b, state."""
    swap.finish(settings)
    con = connect()
    try:
        _load(con, settings)
        yield con
    finally:
        con.close()


@guarded("reading the verdicts of reviewers", RESTORE)
def _load(con: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    con.execute(f"create temp table issued ({', '.join(f'{name} {kind}' for name, kind in _ISSUED.items())})")
    if issued_file(settings).is_file():
        con.execute(f"insert into issued by name from read_parquet({text(issued_file(settings))})")
    _create_decision(con, settings)
    con.execute(f"create temp view pair_state as select {PAIR} as pair, * from decision")


def _create_decision(con: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    create_verdicts(con, decisions_file(settings))
    overruled.show_overruled(con, settings)


def issued_file(settings: Settings) -> Path:
    """Where it is on record which pairs a reviewer was given."""
    return settings.restricted / "identity" / "review" / "issued.parquet"


@guarded("listing pairs for review", "Run the quarter again: that lists its pairs anew.")
def waiting(
    con: duckdb.DuckDBPyConnection, settings: Settings, quarter: Quarter, reviewer: str, *, conflicts: bool = False
) -> pl.DataFrame:
    """The pairs of a quarter on which a reviewer has no standing verdict, or was unsure and others have spoken, the likeliest first.

    What another reviewer said of a pair is not told: two verdicts are worth more than one only if they were made apart.

    Args:
        con: from `opened`.
        settings: the home.
        quarter: whose last run listed the pairs.
        reviewer: as `reviewer_name` gives it.
        conflicts: list the pairs in conflict instead, the reviewer's own too.

    Returns:
        pair, token_a, token_b, probability (NULL where names were missing), reason, and SHOWN of either record (text, as _a and _b).

    Raises:
        SendjcError: the quarter has no list of pairs.

    """
    path = vault.review_folder(settings, quarter) / "candidate_pair.parquet"
    if not path.is_file():
        raise SendjcError(f"{quarter} has no pairs for review here: `sendjc run --quarter {quarter}` first.")
    sides = ", ".join(f"{name}_{end}::varchar as {name}_{end}" for name in SHOWN for end in "ab")
    # Who was unsure is asked again once somebody else has spoken: with two reviewers a pair would else wait for a third for ever.
    mine = f"""
        select {PAIR} from standing_verdict as mine
        where reviewer = $reviewer and (verdict <> 'unsure' or not exists (
            select 1 from standing_verdict as other
            where other.token_a = mine.token_a and other.token_b = mine.token_b and other.reviewer <> $reviewer))"""
    settled = "select pair from pair_state where state in ('same', 'different')"
    asked = (
        "pair in (select pair from pair_state where state = 'conflict')"
        if conflicts
        else f"pair not in ({mine}) and pair not in ({settled})"
    )
    query = f"""
        select * from (
            select {PAIR} as pair, token_a, token_b, probability, reason, {sides}
            from read_parquet({text(path)})
        )
        where {asked}
        order by probability desc nulls last, pair"""
    return con.execute(query, None if conflicts else {"reviewer": reviewer}).pl()


@guarded("counting conflicts that no list holds", "Run the quarter again: that lists its pairs anew.")
def conflicts_not_listed(con: duckdb.DuckDBPyConnection, settings: Settings, quarter: Quarter) -> int:
    """How many pairs are in conflict that the quarter's last run did not list, because it took their verdicts for agreed."""
    path = vault.review_folder(settings, quarter) / "candidate_pair.parquet"
    query = f"""
        select count(*) from pair_state
        where state = 'conflict' and pair not in (select {PAIR} from read_parquet({text(path)}))"""
    (count,) = con.execute(query).fetchone() or (0,)
    return int(count)


@guarded("noting which pairs were given to a reviewer")
def issue(con: duckdb.DuckDBPyConnection, settings: Settings, pairs: pl.DataFrame, reviewer: str, on: date) -> None:
    """Note that a reviewer was given these pairs (pair, token_a, token_b); a pair given before keeps its first day."""
    con.register("given", pairs.select("pair", "token_a", "token_b").to_arrow())
    con.execute(
        "insert into issued select *, ?, ? from given where (pair, ?) not in (select (pair, reviewer) from issued)",
        [reviewer, on, reviewer],
    )
    con.unregister("given")
    _replace(con, "from issued order by all", issued_file(settings))


@guarded("looking for verdicts that were taken back", RESTORE)
def reinstated(con: duckdb.DuckDBPyConnection, settings: Settings, verdicts: pl.DataFrame, reviewer: str) -> int:
    """How many of a reviewer's verdicts (pair, verdict) the reviewer had taken back last: to record them puts them in force again."""
    path = decisions_file(settings)
    if not path.is_file():
        return 0
    con.register("given", verdicts.select("pair", "verdict").to_arrow())
    query = f"""
        with last as (
            select {PAIR} as pair, verdict from read_parquet({text(path)})
            where reviewer = ?
            qualify row_number() over (partition by token_a, token_b order by recorded_at desc) = 1
        )

        select count(*) from given semi join (from last where verdict = '{UNDONE}') as undone using (pair)"""
    try:
        (count,) = con.execute(query, [reviewer]).fetchone() or (0,)
    finally:
        con.unregister("given")
    return int(count)


def record(
    con: duckdb.DuckDBPyConnection, settings: Settings, verdicts: pl.DataFrame, reviewer: str, on: date, now: datetime
) -> int:
    """Add a reviewer's verdicts (pair, verdict) and return how many were new; those that stand already are not added again.

    Args:
        con: from `opened`; its tables tell the new state afterwards.
        settings: the home.
        verdicts: one row per pair, each of them issued to the reviewer.
        reviewer: who decided.
        on: the day on which the reviewer decided.
        now: the moment of recording; a verdict recorded later replaces this one.

    """
    con.register("given", verdicts.select("pair", "verdict").to_arrow())
    try:
        return _append(con, settings, "select pair, verdict from given", reviewer, on, now)
    finally:
        con.unregister("given")


def take_back(
    con: duckdb.DuckDBPyConnection, settings: Settings, pairs: Sequence[str], reviewer: str, on: date, now: datetime
) -> None:
    """Take back what a reviewer said of some pairs; a decision that rested on it is no longer in force from then on.

    Raises:
        SendjcError: one is no pair's name, or the reviewer has no standing verdict on it; then none is taken back.
    """
    if any(not _PAIR_FORM.fullmatch(pair) for pair in pairs):
        raise SendjcError("a pair is named by P and 15 hex digits, as in the column pair of the worklist: give those.")
    standing = {
        row[0] for row in con.execute(f"select {PAIR} from standing_verdict where reviewer = ?", [reviewer]).fetchall()
    }
    if missing := [pair for pair in pairs if pair not in standing]:
        raise SendjcError(
            f"{missing[0]}: {reviewer} has no standing verdict on this pair, so there is nothing to take back; see the pair"
            " in the reviewer's own worklist."
        )
    listed = ", ".join(text(pair) for pair in sorted(set(pairs)))
    _append(con, settings, f"select unnest([{listed}]), '{UNDONE}'", reviewer, on, now)


@guarded("recording verdicts", RESTORE)
def _append(
    con: duckdb.DuckDBPyConnection, settings: Settings, given: str, reviewer: str, on: date, now: datetime
) -> int:
    path = decisions_file(settings)
    before = f"select * from read_parquet({text(path)})" if path.is_file() else "select * from recorded_now where false"
    # Later than all that is on record, even where the clock was put back: the latest verdict is the one that stands.
    latest = f"(select max(recorded_at) + interval 1 microsecond from ({before}))" if path.is_file() else "null"
    typed = ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())
    con.execute(f"create or replace temp table recorded_now ({typed})")
    con.execute(
        f"""
        insert into recorded_now
        select issued.token_a, issued.token_b, given.verdict, ?, ?, greatest(?::timestamp, {latest})
        from ({given}) as given (pair, verdict)
        inner join issued on given.pair = issued.pair and issued.reviewer = ?
        left join standing_verdict as old
            on issued.token_a = old.token_a and issued.token_b = old.token_b and old.reviewer = ?
        where given.verdict is distinct from old.verdict""",
        [reviewer, on, now.astimezone(UTC).replace(tzinfo=None), reviewer, reviewer],
    )
    (added,) = con.execute("select count(*) from recorded_now").fetchone() or (0,)
    if added:
        _replace(
            con, f"select * from ({before} union all from recorded_now) order by recorded_at, token_a, token_b", path
        )
        _create_decision(con, settings)
    return int(added)


@guarded("counting what reviewers decided")
def states(con: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """How many pairs there are in each state of decisions.STATE."""
    return dict(con.execute("select state, count(*) from decision group by state order by state").fetchall())


@guarded("listing conflicts")
def write_conflicts(con: duckdb.DuckDBPyConnection, settings: Settings) -> Path:
    """Write review/conflict.csv: pair, reviewer, verdict, decided_on, of every pair on which reviewers differ; nobody's particulars."""
    path = issued_file(settings).with_name("conflict.csv")
    query = """
        select pair, reviewer, verdict, decided_on
        from pair_state inner join standing_verdict using (token_a, token_b)
        where state = 'conflict' order by all"""
    _replace(con, query, path, "format csv, header")
    return path


def _replace(
    con: duckdb.DuckDBPyConnection, query: str, path: Path, shape: str = "format parquet, compression zstd"
) -> None:
    """Write a query's rows in the place of a file."""
    vault.replace_file(path, lambda stage: con.execute(f"copy ({query}) to {text(stage)} ({shape})"))
