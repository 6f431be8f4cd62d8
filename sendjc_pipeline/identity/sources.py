"""Where each feed keeps its children: the table, and the columns that say who they are.

Belongs here: one entry per feed that holds persons. A new feed of that kind needs an entry and nothing else in this
room.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from sendjc_pipeline import feeds
from sendjc_pipeline.settings import SendjcError

Side = Literal["education", "health"]

# Attribute of a child -> (DuckDB type, macro of standardise.py that brings a sent value into it, or none).
ATTRIBUTES: Mapping[str, tuple[str, str | None]] = {
    "nhs_number": ("varchar", "identity_nhs_number"),
    "upn": ("varchar", "identity_upn"),
    "uln": ("varchar", "identity_uln"),
    "surname": ("varchar", "identity_name"),
    "forename": ("varchar", "identity_name"),
    "birth_date": ("date", "identity_birth_date"),
    "sex": ("varchar", "identity_sex"),
    "postcode": ("varchar", "identity_postcode"),
    "ethnicity": ("varchar", None),
    "death_date": ("date", None),
}


@dataclass(frozen=True)
class PersonSource:
    """One table with a row per child.

    `space` names the numbering that its ids belong to within a partner: two feeds of one space use the same id for the
    same child (demographics and CSDS, by agreement with the provider). Ids that do not last number the children of one
    submission only, as the ordinals of a SEN2 return do: the next return gives them to other children.
    """

    feed: str
    table: str
    side: Side
    space: str
    ids_last: bool
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Attribute -> the columns that may hold it, the first filled one counting."""

    @property
    def person_id(self) -> str:
        """The column with the partner's own id of the child."""
        return person_column(feeds.load(self.feed).tables[self.table]) or ""

    def space_of(self, submission_id: str) -> str:
        """The numbering that the ids of a submission belong to."""
        return self.space if self.ids_last else f"{self.space}:{submission_id}"


SOURCES = (
    PersonSource("sen2", "person", "education", "sen2", False, {
        "upn": ("upn",), "uln": ("uniquelearnernumber",), "surname": ("surname",), "forename": ("forename",),
        "birth_date": ("personbirthdate",), "sex": ("sex", "gendercurrent"), "postcode": ("postcode",),
        "ethnicity": ("ethnicity",),
    }),
    PersonSource("csds", "cyp001mpi", "health", "patient", True, {
        "nhs_number": ("nhsnumber",), "birth_date": ("dateofbirth",), "sex": ("gender",), "postcode": ("postcode",),
        "death_date": ("persondeathdate",),
    }),
    PersonSource("demographics", "demographics", "health", "patient", True, {
        "nhs_number": ("nhsnumber",), "surname": ("surname",), "forename": ("forename",),
        "birth_date": ("dateofbirth",), "sex": ("sex",), "postcode": ("postcode",),
    }),
)  # fmt: skip


def source_of(feed: str) -> PersonSource:
    """The entry of a feed. Raises SendjcError when a feed that holds persons has none."""
    for source in SOURCES:
        if source.feed == feed:
            return source
    raise SendjcError(f"Feed {feed} holds persons and identity/sources.py does not say where: add its entry there.")


def person_column(table: feeds.Table) -> str | None:
    """The column of a table that holds the partner's own id of a child, if it has one."""
    return next((column.key for column in table.columns if column.privacy == "person_id"), None)
