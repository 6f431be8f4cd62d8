"""What a kept column of a feed of persons may hold: a listed code, a text of its declared form, a number too short for an identifier.

Belongs here: one SQL expression per column, NULL for whatever may not pass. Does not belong here: which columns are kept (columns.py) or what
the forms are (feeds/forms.py). A file whose columns have shifted brings names and numbers of children where codes belong, and intake
accepts many of them with a warning; what passes here is all that the warehouse ever sees.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from sendjc_pipeline import feeds
from sendjc_pipeline.feeds.codes import codes
from sendjc_pipeline.feeds.forms import FORMS, Form
from sendjc_pipeline.feeds.partners import kinds
from sendjc_pipeline.identity.failure import guarded
from sendjc_pipeline.identity.records import text

# NHS numbers and ULNs have ten digits; no count, duration or order of these feeds has eight.
LARGEST_NUMBER = 9_999_999

# Verhoeff's check: each digit, from the last, is permuted by its place, and the results are multiplied in the dihedral group of ten.
_PERMUTED = "01234567891576283094580379614289160435279453126870428657390127938064157046913258"
_PRODUCT = "0123456789123406789523401789563401289567401239567859876043216598710432765982104387659321049876543210"

_MACROS = f"""
create or replace macro identity_is_verhoeff(number) as 0 = list_reduce(
    list_transform(
        range(length(number)),
        lambda place: substr('{_PERMUTED}', place % 8 * 10 + number[-1 - place]::integer + 1, 1)::integer
    ),
    lambda product, digit: substr('{_PRODUCT}', product * 10 + digit + 1, 1)::integer
);
create or replace macro identity_numbers(x) as regexp_extract_all(x, '[0-9]+');
create or replace macro identity_parts(x) as [sendjc_compact(x), identity_letters(x)] || identity_numbers(x);
create or replace macro identity_has_postcode_form(x) as sendjc_postcode_is_well_formed(sendjc_postcode_text(x));
"""


@guarded("collecting what may not pass")
def create_known(con: duckdb.DuckDBPyConnection) -> None:
    """Create `known_identifier` (identifier): numbers, names and compact postcodes of all children of records.create_records.

    A name of one letter is no identifier, and would blank a code.
    """
    con.execute(_MACROS)
    kinds_of = ("nhs_number", "upn", "uln", "surname", "forename", "replace(postcode, ' ', '')")
    parts = " union ".join(f"select {kind} as identifier from history_record" for kind in kinds_of)
    con.execute(
        f"create or replace temp table known_identifier as from ({parts}) where identifier is not null and length(identifier) > 1"
    )


def what_passes(con: duckdb.DuckDBPyConnection, feed: feeds.Feed, column: feeds.Column, path: Path) -> str:
    """SQL over the row `sent` of an accepted table: the column's value, or NULL where it may not pass. Needs create_known.

    A text without a list whose column declares no form never passes.
    """
    sent = f'sent."{column.key}"'
    if column.code_list is not None:
        return f"case when {sent} in ({', '.join(listed(feed, column))}) then {sent} end"
    if column.type in ("integer", "decimal"):
        return f"case when abs({sent}) <= {LARGEST_NUMBER} then {sent} end"
    if column.type in ("date", "datetime", "flag"):
        return sent
    if column.form is None:
        return "null"
    forms = FORMS[column.form]
    if not any(form.is_compared for form in forms):
        return f"case when {fits(forms, sent)} then {sent} end"
    passed = _create_passed(con, column, forms, path)
    return f"case when {sent} in (from {passed}) then {sent} end"


def listed(feed: feeds.Feed, column: feeds.Column) -> list[str]:
    """The codes of a column's list in any spec of the feed, as SQL literals, sorted."""
    list_id = column.code_list or ""
    return sorted({text(code) for spec in feed.specs for code in codes(feed, list_id, spec, strict=False)})


def _create_passed(con: duckdb.DuckDBPyConnection, column: feeds.Column, forms: tuple[Form, ...], path: Path) -> str:
    """Create a table of the column's distinct values that pass; returns its name. There are few, so each may cost something."""
    name = f"passed_{column.key}"
    ours = ", ".join(text(partner) for partner in kinds())
    con.execute(f"""
        create or replace temp table {name} as
        with fitting as (
            select value from (select distinct "{column.key}" as value from read_parquet({text(path)})) where {fits(forms, "value")}
        ),
        part as (select value, unnest(identity_parts(value)) as identifier from fitting)

        select value from fitting
        where value in ({ours}) or value not in (select value from part semi join known_identifier using (identifier))
    """)
    return name


def fits(forms: tuple[Form, ...], value: str) -> str:
    """SQL that is true of a value of one of the forms; without the comparison. Needs create_known."""
    return " or ".join(_fits_one(form, value) for form in forms)


def _fits_one(form: Form, value: str) -> str:
    tests = [f"regexp_full_match({value}, {text(form.pattern)})"]
    if form.length is not None:
        tests.append(f"length({value}) between {form.length[0]} and {form.length[1]}")
    if form.is_compared:
        tests.append(f"not identity_has_postcode_form({value})")
    if form.has_snomed:
        tests.append(
            f"list_bool_and(list_transform(identity_numbers({value}), lambda number: identity_is_verhoeff(number)))"
        )
    return f"({' and '.join(tests)})"
