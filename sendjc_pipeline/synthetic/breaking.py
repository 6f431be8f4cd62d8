"""Faults put into the raw tables of one delivery, by the expressions of the fault book.

Belongs here: the SQL that finds rows which can be broken, works out their new cells and rewrites the tables. It looks at rows through the
judges' own eyes (typed views, ancestors, period), because the expressions of faults and rules are one language; it asks no rule anything.
Does not belong here: which rows are taken (planter), or files.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import duckdb
import polars as pl

from sendjc_pipeline.feeds.model import Column, Feed, Table
from sendjc_pipeline.submissions import judge
from sendjc_pipeline.submissions.casting import create_typed_view, typed_name
from sendjc_pipeline.submissions.macros import create_macros
from sendjc_pipeline.submissions.readers import prepare
from sendjc_pipeline.synthetic import changes, kinship
from sendjc_pipeline.synthetic.fault_book import BadFault, Fault


class Bench:
    """One delivery on the bench. `con` holds raw tables as a reader leaves them; those that are absent are taken as empty.

    Typed rows and families (see kinship) are those of the sound delivery throughout. After `apply`, the raw tables hold the faults, and `place`
    tells for each table (table_name) where each row (row_id, its number from 0 before; copied: the fault that made this copy of it, or
    NULL) has come to stand: sheet, source_row.
    """

    def __init__(self, con: duckdb.DuckDBPyConnection, feed: Feed, spec: str, window: judge.Window) -> None:
        self.con, self.feed, self.spec, self.window = con, feed, spec, window
        create_macros(con)
        prepare(con)
        judge.leave_unjudged(con, feed)
        for table in feed.tables.values():
            create_typed_view(con, feed, table)
            name = typed_name(table)
            con.execute(
                f"create or replace table held as from {name}; drop view {name}; alter table held rename to {name}"
            )
        kinship.create(con, feed, spec)

    def close(self) -> None:
        """Drop what the judges make anew."""
        for table in self.feed.tables.values():
            self.con.execute(f"drop table {typed_name(table)}; drop table {judge.fault_name(table)}")

    def eligible(self, faults: Sequence[Fault], most: int = 1_000_000) -> pl.DataFrame:
        """Which rows each fault can be put in, at most so many of each: fault (its place in `faults`), row_id, family.

        Raises:
            BadFault: an expression that the database refuses.
        """
        parts = [pl.DataFrame(schema={"fault": pl.Int64, "row_id": pl.Int64, "family": pl.String})]
        for table, numbered in self._by_table(faults):
            conditions = {number: f"({fault.condition}){self._with_rows_to_drop(fault)}" for number, fault in numbered}
            cases = ", ".join(f"case when {text} then {number} end" for number, text in conditions.items())
            query = f"""
                select fault::bigint as fault, row_id, family from (
                    select row_id, unnest(list_filter([{cases}], lambda f: f is not null)) as fault
                    from ({self._scope(table, conditions.values())}) self)
                join family using (row_id) where table_name = '{table.name}'
                qualify row_number() over (partition by fault order by hash(row_id, fault), row_id) <= {most} order by fault, row_id
            """
            try:
                parts.append(self.con.execute(query).pl())
            except duckdb.Error:
                self._accuse(table, {faults[number].rule: [text] for number, text in conditions.items()})
                raise
        return pl.concat(parts)

    def apply(self, faults: Sequence[Fault], picks: pl.DataFrame, *, is_tree: bool = False) -> None:
        """Put faults into rows: `picks` has fault (place in `faults`) and row_id. In a tree, rows stand inside their parents."""
        changes.create(self.con)
        for table, numbered in self._by_table(faults):
            mine = picks.filter(pl.col("fault").is_in([number for number, _ in numbered])).to_arrow()
            if mine.num_rows:
                self.con.register("picked", mine)
                self.con.execute(
                    "create or replace table pick as select fault::integer as picked_fault, row_id from picked"
                )
                self.con.unregister("picked")
                chosen = set(mine["fault"].to_pylist())
                self._wish(table, [(number, fault) for number, fault in numbered if number in chosen])
        for table in self.feed.tables.values():
            changes.rewrite(self.con, self.feed, table, is_tree)

    def _by_table(self, faults: Sequence[Fault]) -> list[tuple[Table, list[tuple[int, Fault]]]]:
        tables = self.feed.tables.values()
        every = [(table, [pair for pair in enumerate(faults) if pair[1].table == table.name]) for table in tables]
        return [(table, numbered) for table, numbered in every if numbered]

    def _scope(self, table: Table, expressions: Iterable[str]) -> str:
        return judge.scope(self.feed, table, " ".join(expressions), self.window)

    def _with_rows_to_drop(self, fault: Fault) -> str:
        source = self.feed.tables[fault.table]
        return "".join(
            f" and row_id in (select row_id from ({kinship.relation(self.feed, source, self.feed.tables[name])}))"
            for name in fault.drop
        )

    def _wish(self, table: Table, numbered: list[tuple[int, Fault]]) -> None:
        """Work out the new cells of the picked rows of one table, and of their relatives."""
        wanted = [
            (number, target, column, expression, is_relative)
            for number, fault in numbered
            for target, column, expression, is_relative in self._targets(table, fault)
        ]
        try:
            self._fill_wish(table, wanted)
        except duckdb.Error:
            texts: dict[str, list[str]] = {}
            for number, _, _, expression, _ in wanted:
                texts.setdefault(dict(numbered)[number].rule, []).append(expression)
            self._accuse(table, texts)
            raise
        for number, fault in numbered:
            changes.spread(self.con, self.feed, table, number, fault)

    def _targets(self, table: Table, fault: Fault) -> list[tuple[Table, Column, str, bool]]:
        """What a fault changes: table, column, expression, and whether it is a cell of the row's relatives."""
        found = [(table, table.column(name), text, False) for name, text in fault.cells.items()]
        for name, text in fault.also.items():
            other = self.feed.tables[name.split(".")[0]]
            found.append((other, other.column(name.split(".")[1]), text, True))
        return found

    def _fill_wish(self, table: Table, wanted: list[tuple[int, Table, Column, str, bool]]) -> None:
        if not wanted:
            return
        scope = self._scope(table, [wish[3] for wish in wanted])
        columns = ", ".join(f"({wish[3]}) as e{place}" for place, wish in enumerate(wanted))
        types = [str(row[1]) for row in self.con.execute(f"describe select {columns} from ({scope}) self").fetchall()]
        entries: dict[int, list[str]] = {}
        for (number, target, column, text, is_relative), kind in zip(wanted, types, strict=True):
            cell = _as_text(text, kind, column, self.feed)
            entry = (
                f"struct_pack(target := '{target.name}', column_key := '{column.key}', cell := {cell},"
                f" is_relative := {is_relative})"
            )
            entries.setdefault(number, []).append(entry)
        cases = " ".join(f"when {number} then [{', '.join(made)}]" for number, made in entries.items())
        self.con.execute(f"""
            insert into wish select '{table.name}', row_id, picked_fault, item.target, item.column_key, item.cell, item.is_relative
            from (select row_id, picked_fault, unnest(case picked_fault {cases} end) as item from ({scope}) self join pick using (row_id))
        """)

    def _accuse(self, table: Table, texts: dict[str, list[str]]) -> None:
        """Find whose expression the database refuses."""
        for rule, expressions in texts.items():
            for expression in expressions:
                try:
                    self.con.execute(
                        f"select count(({expression})) from ({self._scope(table, [expression])}) self"
                    ).fetchall()
                except duckdb.Error as error:
                    # Only sound synthetic rows are on the bench, so that the database's own words may be passed on.
                    raise BadFault(rule, f"{expression}: {error}") from None


def _as_text(expression: str, kind: str, column: Column, feed: Feed) -> str:
    """SQL of a new cell as the partner writes it: dates in the feed's first format, flags as 1 and 0."""
    if kind.startswith(("DATE", "TIMESTAMP")):
        formats = feed.dialect.datetime_formats if column.type == "datetime" else feed.dialect.date_formats
        return f"strftime(({expression}), '{formats[0]}')"
    if kind == "BOOLEAN":
        return f"({expression})::integer::varchar"
    return f"({expression})::varchar"
