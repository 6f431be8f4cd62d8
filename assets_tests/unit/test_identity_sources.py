"""Identity knows every feed that holds persons, and reads all that its person table says of who the child is."""

from __future__ import annotations

import pytest

from sendjc_pipeline import feeds
from sendjc_pipeline.identity.sources import person_column, source_of
from sendjc_pipeline.settings import SendjcError

PERSON_LEVEL = [name for name in feeds.names() if feeds.load(name).is_person_level]
# Dates that are not the child's birthday: of an unborn child, and of a mother's first child.
OTHER_DATES = {"expectedpersonbirthdate", "mc_dob"}


@pytest.mark.parametrize("name", PERSON_LEVEL)
def test_every_identifying_column_of_the_person_table_is_read(name: str) -> None:
    source = source_of(name)
    table = feeds.load(name).tables[source.table]
    identifying = {column.key for column in table.columns if column.privacy in ("identifier", "birth_date", "postcode")}
    read = {key for keys in source.columns.values() for key in keys}
    assert identifying - read - OTHER_DATES == set()
    assert source.person_id


@pytest.mark.parametrize("name", PERSON_LEVEL)
def test_every_table_that_names_a_child_hangs_on_the_person_table(name: str) -> None:
    feed, home = feeds.load(name), source_of(name).table
    for table in feed.tables.values():
        if person_column(table):
            assert home in {table.name, *(above.name for above in feed.ancestors(table))}


def test_a_feed_without_an_entry_is_refused_by_its_name() -> None:
    with pytest.raises(SendjcError, match=r"identity/sources\.py"):
        source_of("no_such_feed")
