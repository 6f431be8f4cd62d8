"""What the records say of children, once per distinct saying, and which sayings are worth comparing.

Belongs here: the fingerprint of a record's content, the blocking keys. Does not belong here: how alike two contents are
(scores.py), or who is who.

Scoring works on contents, not on records: the same child in eight returns with the same particulars is scored once, and
a score can be kept for as long as the particulars stay (scores.py).
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from sendjc_pipeline.identity.failure import guarded
from sendjc_pipeline.settings import SendjcError

NICKNAME_SEED = Path(__file__).resolve().parents[2] / "seeds" / "reference" / "nickname.csv"

# What two contents are compared on; also the columns that the model knows (model.json).
COMPARED = (
    "forename", "plain_forename", "surname", "is_one_name", "birth_date", "sex", "postcode", "upn", "nhs_number", "uln",
)  # fmt: skip
_FROM_RECORDS = ("forename", "surname", "one_name", "birth_date", "sex", "postcode", "upn", "nhs_number", "uln")

# Key -> what two contents must share to be compared at all. Each is one text; NULL blocks nothing.
BLOCKS = {
    "birth_forename": "birth_date || '|' || identity_sound(plain_forename)",
    "birth_surname": "birth_date || '|' || identity_sound(surname)",
    "birth_address": "birth_date || '|' || split_part(postcode, ' ', 1) || '|' || sex",
    "address_forename": "postcode || '|' || substr(plain_forename, 1, 2)",
    "address_surname": "postcode || '|' || identity_sound(surname)",
    "names_year": "identity_sound(plain_forename) || '|' || identity_sound(surname) || '|' || year(birth_date)",
    "names_day": "identity_sound(plain_forename) || '|' || identity_sound(surname) || '|' || strftime(birth_date, '%m%d')",
    "names_address": "identity_sound(plain_forename) || '|' || identity_sound(surname) || '|' || split_part(postcode, ' ', 1)",
    "swapped": "birth_date || '|' || least(forename, surname) || '|' || greatest(forename, surname)",
    "nhs_number": "nhs_number",
    "upn": "upn",
    "uln": "uln",
}

_SWAPPED = "one.forename = two.surname and one.surname = two.forename"
# What a pair must have, or no evidence of the rest could bring it to review (weights of model.json): like forenames, and two of
# family name, birth date and postcode, or a number in common. Nine in ten pairs of a large file go here, unscored.
PLAUSIBLE = f"""(
    one.plain_forename = two.plain_forename
    or jaro_winkler_similarity(one.forename, two.forename) >= 0.8
    or starts_with(one.forename, two.forename) or starts_with(two.forename, one.forename)
    or damerau_levenshtein(one.forename, two.forename) <= 1
    or {_SWAPPED}
) and (
    coalesce(one.postcode = two.postcode, false)::int
    + (
        one.surname = two.surname or jaro_winkler_similarity(one.surname, two.surname) >= 0.85
        or contains(one.surname, two.surname) or contains(two.surname, one.surname)
        or damerau_levenshtein(one.surname, two.surname) <= 1 or {_SWAPPED}
    )::int
    + coalesce(
        (year(one.birth_date) = year(two.birth_date))::int + (month(one.birth_date) = month(two.birth_date))::int
        + (day(one.birth_date) = day(two.birth_date))::int >= 2
        or (year(one.birth_date) = year(two.birth_date) and month(one.birth_date) = day(two.birth_date)
            and day(one.birth_date) = month(two.birth_date)), false)::int >= 2
    or coalesce(one.nhs_number = two.nhs_number, false) or coalesce(one.upn = two.upn, false) or coalesce(one.uln = two.uln, false)
)"""


@guarded("describing records")
def create_contents(con: duckdb.DuckDBPyConnection) -> None:
    """Create two temporary tables from those of records.create_records.

    local_content: local_no, fingerprint (UBIGINT: the last half of an MD5 of COMPARED).
    content: fingerprint, COMPARED, is_shared (several records say exactly this), and a column per BLOCKS. Only
        contents with both names: without them twins are one child to any score.

    A record says the newest of what its feeds say, of identifiers only what they agree on.
    """
    _load_nicknames(con)
    newest = ", ".join(
        f"coalesce(agreed.{name}, newest.{name}) as {name}"
        if name not in ("upn", "nhs_number", "uln")
        else f"agreed.{name}"
        for name in _FROM_RECORDS
    )
    latest = ", ".join(f"arg_max({name}, recency) as {name}" for name in _FROM_RECORDS)
    compared = ", ".join(COMPARED)
    # The plain forename follows from the forename and the seed.
    hashed = ", ".join(f"coalesce(named.{name}::varchar, '')" for name in COMPARED if name != "plain_forename")
    blocks = ", ".join(f"{expression} as block_{name}" for name, expression in BLOCKS.items())
    con.execute(f"""
        create or replace temp table local_content as
        with newest as (
            select local_person.local_no, {latest}
            from history_record
            inner join local_person using (side, space, partner, source_person_id)
            group by local_person.local_no
        ),

        said_now as (
            select local_no, {newest}
            from newest
            inner join agreed using (local_no)
        ),

        named as (
            select local_no,
                coalesce(forename, identity_name(split_part(one_name, '|', 1))) as forename,
                coalesce(surname, identity_name(split_part(one_name, '|', 2))) as surname,
                one_name is not null as is_one_name, birth_date, sex, postcode, upn, nhs_number, uln
            from said_now
        )

        select named.local_no, named.* exclude (local_no),
            coalesce(nickname.plain_forename, named.forename) as plain_forename,
            md5_number_lower(concat_ws('|', {hashed})) as fingerprint
        from named
        left join nickname on named.forename = nickname.forename;

        create or replace temp table content as
        with distinct_content as (
            select fingerprint, {", ".join(f"any_value({name}) as {name}" for name in COMPARED)},
                count(*) > 1 as is_shared
            from local_content
            where forename is not null and surname is not null
            group by fingerprint
        )

        select fingerprint, {compared}, is_shared, {blocks}
        from distinct_content;

        create or replace temp table local_content as
        select local_no, fingerprint
        from local_content;
    """)


@guarded("choosing what to compare")
def create_candidates(con: duckdb.DuckDBPyConnection) -> None:
    """Create table candidate (a, b: fingerprints, a < b, or a = b where is_shared) of what table new_content concerns.

    Needs new_content (fingerprint) and known_pair: only pairs with a new content are listed, the others being known already. A
    content that one more record says is not new, but has not been held against itself.
    """
    con.execute("create or replace temp table candidate (a ubigint, b ubigint)")
    (everything,) = con.execute(
        "select (select count(*) from new_content) = (select count(*) from content)"
    ).fetchone() or (True,)
    fresh = "content" if everything else "(select * from content semi join new_content using (fingerprint))"
    other = "one.fingerprint < two.fingerprint" if everything else "one.fingerprint <> two.fingerprint"
    for name in BLOCKS:
        con.execute(f"""
            insert into candidate
            select least(one.fingerprint, two.fingerprint), greatest(one.fingerprint, two.fingerprint)
            from {fresh} as one
            inner join content as two on one.block_{name} = two.block_{name} and {other}
        """)
    con.execute(f"""
        insert into candidate
        select fingerprint, fingerprint
        from content
        where is_shared and fingerprint not in (select a from known_pair where a = b);

        create or replace temp table candidate as
        select pair.a, pair.b
        from (select distinct a, b from candidate) as pair
        inner join content as one on pair.a = one.fingerprint
        inner join content as two on pair.b = two.fingerprint
        where {PLAUSIBLE};
    """)


def _load_nicknames(con: duckdb.DuckDBPyConnection) -> None:
    if not NICKNAME_SEED.is_file():
        raise SendjcError(
            f"The seed {NICKNAME_SEED.name} is missing from seeds/reference: restore it from version control."
        )
    con.execute(
        "create or replace temp table nickname as"
        " select identity_letters(forename) as forename, min(identity_letters(plain_forename)) as plain_forename"
        " from read_csv(?, header = true, all_varchar = true) group by 1",
        [str(NICKNAME_SEED)],
    )
