"""Faults planted in a submission on purpose, every rule of the feed in turn, and the list of them: what the intake is measured against.

Belongs here: which rows take which fault, and the ledger. Does not belong here: how a rule is broken (fault_book), the SQL (breaking), or
which rules catch what.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from sendjc_pipeline import reporting
from sendjc_pipeline.feeds.implied import rules_of
from sendjc_pipeline.feeds.model import Table
from sendjc_pipeline.submissions.judge import Window
from sendjc_pipeline.submissions.readers import empty_raw_table, raw_name
from sendjc_pipeline.synthetic.breaking import Bench
from sendjc_pipeline.synthetic.draws import Draws
from sendjc_pipeline.synthetic.fault_book import Fault
from sendjc_pipeline.synthetic.planting import FIRST_ROW, Sent, choose, possible, undisturbed
from sendjc_pipeline.warehouse.connection import connect

LEDGER = {
    "feed": pl.String, "partner": pl.String, "period": pl.String, "file": pl.String, "table": pl.String, "row": pl.Int64, "rule": pl.String,
    "column": pl.String, "way": pl.String, "family": pl.String,
}  # fmt: skip
FAMILY = {
    "feed": pl.String,
    "partner": pl.String,
    "period": pl.String,
    "table": pl.String,
    "row": pl.Int64,
    "family": pl.String,
}
_SPARE = 20  # rows looked at for each that is wanted: others of its family may be taken


@dataclass(frozen=True)
class Planted:
    """What became of it: the frames, the faults (columns LEDGER), the family of every row (FAMILY), and the rules that no row could break.

    `row` counts as the intake counts: the line in the file, in a document the place among rows of its table plus one. `way` is set, copy or
    drop; of a copy either of the two rows may be told.
    """

    tables: dict[str, pl.DataFrame]
    ledger: pl.DataFrame
    families: pl.DataFrame
    impossible: tuple[str, ...]


def plant(sent: Sent, rate: float, draws: Draws) -> Planted:
    """Put one fault each into families of rows: `rate` faults per row sent, at most one in a family, spread evenly over the rules.

    A rule whose breach refuses the whole file is left out, and so is one of a row above all families (a header) whose breach would keep
    everybody's rows out.
    """
    feed, spec = sent.feed, sent.spec
    span = reporting.period(sent.period)
    con = connect()
    try:
        for table in feed.tables.values():
            empty_raw_table(con, table)
            if table.name in sent.tables:
                con.register("sent", _declared(sent, table).to_arrow())
                con.execute(f"insert into {raw_name(table.name)} by name select * from sent order by source_row")
                con.unregister("sent")
        bench = Bench(con, feed, spec, Window(span.start, span.end))
        faults = [fault for table in feed.tables.values() for fault in possible(sent, table)]
        wanted = round(rate * sum(frame.height for frame in sent.tables.values()))
        able = bench.eligible(faults, _SPARE + _SPARE * wanted // max(len(faults), 1))
        picks = choose(able, len(faults), wanted, draws, {n for n, f in enumerate(faults) if f.alone})
        picks = undisturbed(sent, faults, picks, draws.child("headers"))
        bench.apply(faults, picks, is_tree=sent.is_tree)
        places = con.execute("select p.*, f.family from place p join family f using (table_name, row_id)").pl()
        spoilt = {
            name: _spoilt(frame, sent, feed.tables[name], con.execute(f"from {raw_name(name)}").pl(), places)
            for name, frame in sent.tables.items()
        }
    finally:
        con.close()
    # A family's name holds the partner's own identifier of the child; the truth tells families by number.
    number = pl.col("family").rank("dense").cast(pl.Int64).cast(pl.String)
    places = places.with_columns(pl.col("source_row") + (sent.first_row - FIRST_ROW), family=number)
    known = set(able["fault"].unique())
    broken = {fault.rule for number, fault in enumerate(faults) if number in known}
    every = (
        rule.code
        for table in feed.tables.values()
        if feed.has_table(table, spec)
        for rule in rules_of(feed, table, spec)
    )
    impossible = tuple(code for code in every if code not in broken)
    return Planted(spoilt, _ledger(sent, faults, picks, places), _families(sent, places), impossible)


def _declared(sent: Sent, table: Table) -> pl.DataFrame:
    """The frame as the intake's raw table of it, in the order sent."""
    frame, feed = sent.tables[table.name], sent.feed
    names = {name.lower(): name for name in frame.columns}
    columns = {feed.header(c, sent.spec).lower(): c.key for c in feed.columns(table, sent.spec)}
    return frame.select(
        *(pl.col(names[header]).cast(pl.String).alias(key) for header, key in columns.items() if header in names),
        source_file=pl.lit(sent.files.get(table.name, table.name)),
        source_row=pl.int_range(pl.len(), dtype=pl.Int64) + FIRST_ROW,
    )


def _spoilt(frame: pl.DataFrame, sent: Sent, table: Table, raw: pl.DataFrame, places: pl.DataFrame) -> pl.DataFrame:
    """The frame as sent with the new cells in it; columns that the feed does not declare go with their rows."""
    mine = places.filter(pl.col("table_name") == table.name).sort("copied", "row_id", nulls_last=False)
    kept: pl.DataFrame = frame[mine["row_id"].to_list()]
    names = {name.lower(): name for name in frame.columns}
    columns = {sent.feed.header(c, sent.spec).lower(): c.key for c in sent.feed.columns(table, sent.spec)}
    return kept.with_columns(raw[key].alias(names[header]) for header, key in columns.items() if header in names)


def _ledger(sent: Sent, faults: list[Fault], picks: pl.DataFrame, places: pl.DataFrame) -> pl.DataFrame:
    book = pl.DataFrame(
        [
            (n, f.rule, f.table, next(iter(f.cells), None), "copy" if f.is_copy else "drop" if f.drop else "set")
            for n, f in enumerate(faults)
        ],
        schema={"fault": pl.Int64, "rule": pl.String, "table": pl.String, "column": pl.String, "way": pl.String},
        orient="row",
    )
    where = places.select("row_id", "family", pl.col("copied").cast(pl.Int64), row="source_row", table="table_name")
    whole = picks.join(book, on="fault").with_columns(copied=pl.when(pl.col("way") == "copy").then("fault"))
    whole = whole.join(where, on=["table", "row_id", "copied"], nulls_equal=True)
    return (
        _of(sent, whole.with_columns(file=pl.col("table").replace(sent.files)))
        .select(*LEDGER)
        .cast(pl.Schema(LEDGER))
        .sort("table", "row")
    )


def _families(sent: Sent, places: pl.DataFrame) -> pl.DataFrame:
    return (
        _of(sent, places.select("family", table="table_name", row="source_row"))
        .select(*FAMILY)
        .cast(pl.Schema(FAMILY))
        .sort("table", "row")
    )


def _of(sent: Sent, frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(feed=pl.lit(sent.feed.name), partner=pl.lit(sent.partner), period=pl.lit(sent.period))
