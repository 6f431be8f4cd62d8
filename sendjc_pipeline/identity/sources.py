"""Where each feed keeps its children: the table, and the columns that say who they are.

Belongs here: one entry per feed that holds persons. A new feed of that kind needs an entry and nothing else in this
room.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from sendjc_pipeline import feeds
from sendjc_pipeline.settings import SendjcError

Side = Literal["education", "health"]

# Attribute of a child -> (DuckDB type, macro of standardise.py that brings a sent value into it, or none). `one_name` is a
# whole name that was sent in one field (records.py); forename and surname are then not known.
ATTRIBUTES: Mapping[str, tuple[str, str | None]] = {
    "nhs_number": ("varchar", "identity_nhs_number"),
    "upn": ("varchar", "identity_upn"),
    "uln": ("varchar", "identity_uln"),
    "surname": ("varchar", "identity_name"),
    "forename": ("varchar", "identity_name"),
    "one_name": ("varchar", None),
    "birth_date": ("date", "identity_birth_date"),
    "sex": ("varchar", "identity_sex"),
    "postcode": ("varchar", "identity_postcode"),
    "ethnicity": ("varchar", None),
    "death_date": ("date", None),
}


# Attribute -> the names under which the layouts hold it, the first filled one counting. Health codes ethnicity otherwise.
_NAMES: Mapping[str, tuple[str, ...]] = {
    "nhs_number": ("nhsnumber", "nhs_number"),
    "upn": ("upn",),
    "uln": ("uniquelearnernumber", "uln"),
    "surname": ("surname",),
    "forename": ("forename",),
    "birth_date": ("personbirthdate", "dateofbirth", "date_of_birth", "dob"),
    "sex": ("sex", "gendercurrent", "gender"),
    "postcode": ("postcode",),
    "ethnicity": ("ethnicity",),
    "death_date": ("persondeathdate", "persdeathdate"),
}


@dataclass(frozen=True)
class PersonSource:
    """The table of a feed that says who its children are: a row per child, or one per referral with the child on it.

    `space` names the numbering that its ids belong to within a partner: two feeds of one space use the same id for the
    same child (demographics and CSDS, by agreement with the provider). Ids that do not last number the children of one
    submission only, as the ordinals of a SEN2 return do: the next return gives them to other children.
    """

    feed: str
    table: str
    side: Side
    space: str
    ids_last: bool

    @property
    def columns(self) -> Mapping[str, tuple[str, ...]]:
        """Attribute -> the columns of the table that may hold it, the first filled one counting."""
        declared = {column.key for column in feeds.load(self.feed).tables[self.table].columns}
        held = {name: tuple(key for key in keys if key in declared) for name, keys in _NAMES.items()}
        return {name: keys for name, keys in held.items() if keys}

    @property
    def person_id(self) -> str:
        """The column with the partner's own id of the child."""
        return person_column(feeds.load(self.feed).tables[self.table]) or ""

    def space_of(self, submission_id: str) -> str:
        """The numbering that the ids of a submission belong to."""
        return self.space if self.ids_last else f"{self.space}:{submission_id}"


SOURCES = (
    PersonSource("sen2", "person", "education", "sen2", ids_last=False),
    PersonSource("school_census", "pupilonroll", "education", "school_census", ids_last=False),
    PersonSource("cin", "child", "education", "cin", ids_last=True),
    PersonSource("ssda903", "looked_after", "education", "ssda903", ids_last=True),
    PersonSource("csds", "cyp001mpi", "health", "patient", ids_last=True),
    PersonSource("mhsds", "mhs001mpi", "health", "patient", ids_last=True),
    PersonSource("demographics", "demographics", "health", "patient", ids_last=True),
    PersonSource("ep_advice", "ep_advice", "education", "ep_advice", ids_last=True),
    PersonSource("ehc_local", "ehc_local", "education", "ehc_local", ids_last=True),
    PersonSource("sleep_support", "sleep_support", "education", "sleep_support", ids_last=True),
    PersonSource("sensory_support", "sensory_support", "education", "sensory_support", ids_last=True),
    PersonSource("equipment", "equipment", "education", "equipment", ids_last=True),
    PersonSource("short_breaks", "short_breaks", "education", "short_breaks", ids_last=True),
)


def source_of(feed: str) -> PersonSource:
    """The entry of a feed. Raises SendjcError when a feed that holds persons has none."""
    for source in SOURCES:
        if source.feed == feed:
            return source
    raise SendjcError(f"Feed {feed} holds persons and identity/sources.py does not say where: add its entry there.")


def person_column(table: feeds.Table) -> str | None:
    """The column of a table that holds the partner's own id of a child, if it has one."""
    return next((column.key for column in table.columns if column.privacy == "person_id"), None)
