"""A table whose rows stand beside the figures of a metric table, such as the control chart of a monthly series.

Belongs here: hiding beside a hidden figure what was worked out from it, and what was worked out from several of which it is one: with the mean of
twelve months and eleven of them, anybody has the twelfth. Does not belong here: which figures are hidden (suppress.py).
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb
from pydantic import BaseModel, ConfigDict, Field


class Following(BaseModel):
    """What an exposure says of such a table.

    `follows`: the metric table, staged before. `hides`: columns that go with a hidden figure; `value` is one. `group`: columns that tell which
    figures were worked out together. `group_hides`: columns that go where one figure of the group is hidden.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    follows: str
    hides: tuple[str, ...] = Field(min_length=1)
    group: tuple[str, ...] = Field(min_length=1)
    group_hides: tuple[str, ...] = ()


def follow(
    con: duckdb.DuckDBPyConnection, source: str, target: str, followed: str, keys: Sequence[str], declared: Following
) -> None:
    """Copy `source` to temporary table `target`, empty where `followed` shows no value any more.

    Args:
        con: the connection that holds the tables.
        source: a table with `keys`, `value` and `suppression`.
        target: the temporary table to create, with the columns of `source`.
        followed: the metric table as it will be released, with `keys`, `value` and `suppression`.
        keys: what tells one figure from another; the same in both tables.
        declared: what is hidden, and with what.
    """
    columns = [name for (name,) in con.execute(f"select column_name from (describe {source})").fetchall()]
    shown = {c: f"case when not is_hidden then {c} end as {c}" for c in declared.hides}
    shown |= {c: f"case when not is_group_hidden then {c} end as {c}" for c in declared.group_hides}
    shown["suppression"] = (
        "case when is_hidden then why when is_group_hidden then 'secondary' else 'none' end as suppression"
    )
    same = " and ".join(f"one.{key} is not distinct from released.{key}" for key in keys)
    con.execute(f"""
        create temp table {target} as
        with beside as (
            select one.*, coalesce(released.suppression, 'none') as why,
                one.value is not null and released.value is null as is_hidden
            from {source} as one
            left join {followed} as released on {same}
        ),

        judged as (
            select *, bool_or(is_hidden) over (partition by {", ".join(declared.group)}) as is_group_hidden from beside
        )

        select {", ".join(shown.get(c, c) for c in columns)} from judged
        order by {", ".join(keys)}
    """)
