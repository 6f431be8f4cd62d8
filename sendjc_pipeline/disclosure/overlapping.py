"""Small counts in a table whose rows may count the same children, such as two feeds of one provider.

Belongs here: hiding counts of 1 to 4, and the smaller of two counts that differ by so many. Does not belong here: figures
that add up over areas or windows (hiding.py), or which tables are such (the exposures).
"""

from __future__ import annotations

import duckdb
from pydantic import BaseModel, ConfigDict, Field

from sendjc_pipeline.disclosure.profile import profile

THRESHOLD = profile("partner").hidden_up_to


class Overlapping(BaseModel):
    """What an exposure says of the counts of its table.

    `of`: columns of which the first filled one says how many children (or rows) a row tells of. `hides`: columns that are
    hidden with it. `same_children_by`: columns; rows equal in them may tell of the same children, one of more than the other.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    of: tuple[str, ...] = Field(min_length=1)
    hides: tuple[str, ...] = Field(min_length=1)
    same_children_by: tuple[str, ...] = ()


def suppress_overlapping(con: duckdb.DuckDBPyConnection, source: str, target: str, declared: Overlapping) -> None:
    """Copy a table with `suppression` added (none, primary or secondary) and what is declared hidden where it is not none.

    Two lists of a provider's children differ by those whom only one of them has: where these are 1 to 4, the shorter is hidden.
    """
    columns = [name for (name,) in con.execute(f"select column_name from (describe {source})").fetchall()]
    shown = ", ".join(
        f"case when suppression = 'none' then {c} end as {c}" if c in declared.hides else c for c in columns
    )
    same = " and ".join(f"other.{c} is not distinct from one.{c}" for c in declared.same_children_by) or "false"
    con.execute(f"""
        create temp table {target} as
        with counted as (
            select *, coalesce({", ".join(declared.of)}) as told from {source}
        ),

        judged as (
            select one.* exclude (told),
                case
                    when one.told between 1 and {THRESHOLD} then 'primary'
                    when exists (
                        select 1 from counted as other
                        where {same} and other.told - one.told between 1 and {THRESHOLD}
                    ) then 'secondary'
                    else 'none'
                end as suppression
            from counted as one
        )

        select {shown}, suppression from judged
    """)
