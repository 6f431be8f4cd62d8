"""One row per child with its key, and how each local record hangs on it.

Belongs here: choosing the identifier that the key is made of. Does not belong here: linking (link.py) or what is
known of the child (attributes.py).

The key is the pseudonym of the child's strongest identifier that was used in linking: UPN, else NHS number, else ULN,
else the partner's own id. So it is the same in every quarter, in any order of arrival and on any machine with the
same key, for as long as that identifier stays the same, with no store of earlier keys to keep or lose. It changes
when a stronger identifier is learnt (a child gets its first UPN) or the one in use is corrected. A child of a SEN2
return who has no identifier at all gets a new key with every return, because the return's own ids are given to other
children in the next one: two keys for one child are a lesser evil than one key for two. Carrying a key over such a
change, with merges and splits on record, needs a ledger of keys and is not done here.
"""

from __future__ import annotations

import duckdb

from sendjc_pipeline.identity.failure import IdentityFailed, guarded
from sendjc_pipeline.identity.pseudonym import PERSON, PERSON_DIGITS, Pseudonymiser

# Strongest first: (prefix in the text that is hashed, kind in `trusted`, the side that the identifier belongs to).
_STRENGTH = (("UPN", "upn", "education"), ("NHS", "nhs_number", "health"), ("ULN", "uln", "education"))


@guarded("giving children their keys")
def create_persons(con: duckdb.DuckDBPyConnection, pseudonymiser: Pseudonymiser) -> None:
    """Create two temporary tables from link.link's.

    person: person_no, person_key (32 hex digits), anchor_side (the side of the identifier that the key is made of).
    local_link: one row per local_no with side, space, partner, source_person_id, person_no, person_key and method: how
        the record hangs on that identifier, which is the rule between the sides for records of the other side.
    """
    strongest = ", ".join(f"'{prefix}:' || min(value) filter (where kind = '{kind}')" for prefix, kind, _ in _STRENGTH)
    sides = " ".join(f"when canonical ^@ '{prefix}:' then '{side}'" for prefix, _, side in _STRENGTH)
    con.execute(f"""
        create or replace temp table member as
        select child.local_no, child.side, child.method,
            coalesce(health_link.education_no, child.child_no) as person_no,
            coalesce(health_link.method, education_link.method) as between_method
        from child
        left join between_link as education_link on child.child_no = education_link.education_no
        left join between_link as health_link on child.child_no = health_link.health_no;

        create or replace temp table person as
        with identified as (
            select member.person_no,
                coalesce(
                    {strongest},
                    'LOCAL:' || arg_min(concat_ws('|', partner, space, source_person_id), local_no)
                ) as canonical,
                arg_min(side, local_no) as first_side
            from member
            inner join local_person using (local_no, side)
            left join trusted using (local_no)
            group by member.person_no
        )

        select person_no, {pseudonymiser.sql(PERSON, "canonical", PERSON_DIGITS)} as person_key,
            case {sides} else first_side end as anchor_side
        from identified;

        create or replace temp table local_link as
        select local_person.*, person.person_no, person.person_key,
            case when member.side = person.anchor_side then member.method else member.between_method end as method
        from member
        inner join local_person using (local_no, side)
        inner join person using (person_no);
    """)
    (twice,) = con.execute("select count(*) - count(distinct person_key) from person").fetchone() or (0,)
    if twice:
        raise IdentityFailed(
            f"{twice} children would share a key with another: two rules of match_rule.csv contradict."
        )
