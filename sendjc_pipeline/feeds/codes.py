"""Code lists by spec, from the seed `code_list.csv`: which codes a column may hold in which year.

Belongs here: reading and validating the seed. Does not belong here: what a code means for a measure (those are other
seeds, joined in dbt).
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import cast

import pandas as pd

from sendjc_pipeline.feeds.model import Feed
from sendjc_pipeline.settings import SendjcError

SEED = Path(__file__).resolve().parents[2] / "seeds" / "reference" / "code_list.csv"
COLUMNS = ["list_id", "code", "label", "valid_from_spec", "valid_to_spec", "source"]


class BadCodeList(SendjcError):
    """The seed is missing, malformed, or lacks a list that a feed names."""


def read_seed(path: Path = SEED) -> pd.DataFrame:
    """The seed as text: list_id, code, label, valid_from_spec and valid_to_spec ('' = always), source.

    Raises:
        BadCodeList: with the columns and checks that failed, all at once.
    """
    # pandera takes 0.6 s to import, which `sendjc --help` need not pay.
    import pandera.pandas as pa

    text = pa.Column(str, nullable=False)
    filled = pa.Column(str, pa.Check.str_length(min_value=1), nullable=False)
    schema = pa.DataFrameSchema(
        {
            "list_id": pa.Column(str, pa.Check.str_matches(r"^[a-z][a-z0-9_]*$"), nullable=False),
            "code": pa.Column(str, pa.Check.str_matches(r"^[A-Za-z0-9/\\#]+$"), nullable=False),
            "label": filled,
            "valid_from_spec": text,
            "valid_to_spec": text,
            "source": filled,
        },
        strict=True,
        ordered=True,
        unique=["list_id", "code", "valid_from_spec"],
    )
    if not path.is_file():
        raise BadCodeList(f"the seed {path.name} is missing from seeds/reference; restore it from version control.")
    frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    try:
        return cast("pd.DataFrame", schema.validate(frame, lazy=True))
    except pa.errors.SchemaErrors as error:
        cases = error.failure_cases[["column", "check"]].drop_duplicates()
        faults = "; ".join(f"{case.column}: {case.check}" for case in cases.itertuples())
        raise BadCodeList(f"the seed {path.name} fails {faults}.") from None


@cache
def _lists() -> dict[str, list[tuple[str, str, str]]]:
    found: dict[str, list[tuple[str, str, str]]] = {}
    for row in read_seed().itertuples(index=False):
        found.setdefault(str(row.list_id), []).append((str(row.code), str(row.valid_from_spec), str(row.valid_to_spec)))
    return found


def varies(list_id: str) -> bool:
    """Whether the list differs between specs of its feed."""
    return any(first or last for _, first, last in _lists().get(list_id, []))


def codes(feed: Feed, list_id: str, spec: str, *, strict: bool = True) -> tuple[str, ...]:
    """The codes of a list in a spec of the feed, in the seed's order. Without `strict`, a spec that has none gives none.

    Raises:
        BadCodeList: no such list, or none of its codes is valid in that spec.
    """
    order = feed.specs.index
    found = tuple(
        code
        for code, first, last in _lists().get(list_id, [])
        if (not first or order(first) <= order(spec)) and (not last or order(spec) <= order(last))
    )
    if not found and strict:
        raise BadCodeList(f"the code list {list_id}, which feed {feed.name} names, has no code for spec {spec}.")
    return found
