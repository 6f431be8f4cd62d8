"""Which local records are one child: the rules of match_rule.csv, carried out in SQL.

Belongs here: the three ways of joining (no_conflict, one_per_partner, one_each_side). Does not belong here: reading,
person keys or attributes.

What clerks told apart is never joined here; what they joined is the business of cluster.py.

Nothing depends on the order of rows or on threads: children are numbered by sorted ids, and every choice is a min() or
a count. No chain can form: within a side a rule joins only children with exactly one value of its keys, and a child is
linked to the other side once or not at all.
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from sendjc_pipeline.identity.failure import guarded
from sendjc_pipeline.identity.rules import IDENTIFIERS, MatchRule

# Identifiers with a check digit, so that one which differs is another child's and no slip. The key of a rule agrees anyhow.
_CHECKED = ("upn", "nhs_number")

# That each bearer of a number says who it is.
_TOLD = """
                count(distinct child_no) filter (where birth_date is not null or (forename is not null and surname is not null))
                    = count(distinct child_no)
                and (count(distinct surname) <= 1
                    or bool_and(surname is null or (forename is not null and birth_date is not null)))"""

# Values whose bearers clerks have told apart.
_PARTED = """
            select one.value
            from decided_different
            inner join child as a on decided_different.one = a.local_no
            inner join child as b on decided_different.two = b.local_no
            inner join bearer as one on a.child_no = one.child_no
            inner join bearer as two on b.child_no = two.child_no and one.value = two.value"""


@guarded("linking records")
def link(con: duckdb.DuckDBPyConnection, rules: Sequence[MatchRule]) -> None:
    """Decide who is one child by the rules, from the tables of records.create_records and decisions.create_decisions.

    child: one row per local_no: side, child_no (the child within its side), method (the rule that settled it, else
    'local_id').
    trusted: local_no, kind, value: the identifiers that were used, being valid, undisputed and not shared.
    shared_identifier: kind, value, local_no: those that were not used, with each record that bears one.
    between_link: education_no, health_no (both child_no), method.
    """
    con.execute("""
        create or replace temp table child as
        select local_no, side, local_no as child_no, 'local_id' as method from local_person;
        create or replace temp table trusted (local_no bigint, kind varchar, value varchar);
        create or replace temp table shared_identifier (kind varchar, value varchar, local_no bigint);
        create or replace temp table between_link (education_no bigint, health_no bigint, method varchar);
    """)
    for rule in rules:
        if rule.uniqueness == "no_conflict":
            _join_by_identifier(con, rule)
        elif rule.uniqueness == "one_per_partner":
            _join_by_attributes(con, rule)
        else:
            _link_sides(con, rule)


def _join_by_identifier(con: duckdb.DuckDBPyConnection, rule: MatchRule) -> None:
    """Same identifier, same child, unless its bearers differ in birth date, sex, forename or a checked identifier.

    The forename is there for twins of one sex, on whom one number is a known mistake; for the same reason two children of one
    numbering, be it a provider's or that of one return, are joined only when the forenames of both are known. The next
    return numbers the same children anew, so one record here and one there are no two children.

    A number may be another child's, so each record must also say who it is: by birth date, or by both names. A surname that
    stands in for a missing birth date or forename must be everybody's. Records without any names are held to the birth date.
    """
    key = rule.keys[0]
    alike = " and ".join(f"count(distinct {name}) <= 1" for name in ("birth_date", "sex", "forename", *_CHECKED))
    checked = ", ".join(f"said.{name}" for name in _CHECKED)
    con.execute(f"""
        create or replace temp table bearer as
        select child.child_no, min(agreed.{key}) as value
        from child
        inner join agreed using (local_no)
        where child.side = '{rule.side}' and agreed.{key} is not null
        group by child.child_no
        having count(distinct agreed.{key}) = 1;

        create or replace temp table joined as
        with bearing as (
            select bearer.value, bearer.child_no, local_person.partner, local_person.space, said.birth_date, said.sex, {checked},
                coalesce(said.forename, identity_name(split_part(said.one_name, '|', 1))) as forename,
                coalesce(said.surname, identity_name(split_part(said.one_name, '|', 2))) as surname
            from bearer
            inner join child using (child_no)
            inner join local_person using (local_no)
            inner join said using (local_no)
        ),

        maybe_twins as (
            select value
            from bearing
            group by value, partner, space
            having count(distinct child_no) > greatest(1, count(distinct child_no) filter (where forename is not null))
        )

        select bearer.child_no, bearer.value, min(bearer.child_no) over (partition by bearer.value) as new_no
        from bearer
        where bearer.value in (
            select value from bearing group by value
            having count(distinct child_no) = 1 or ({alike} and {_TOLD})
        ) and bearer.value not in (from maybe_twins) and bearer.value not in ({_PARTED});

        insert into shared_identifier
        select distinct '{key}', bearer.value, child.local_no
        from bearer
        anti join joined using (value)
        inner join child using (child_no)
        inner join agreed on child.local_no = agreed.local_no and bearer.value = agreed.{key};

        insert into trusted
        select child.local_no, '{key}', joined.value
        from joined
        inner join child using (child_no)
        inner join agreed on child.local_no = agreed.local_no and joined.value = agreed.{key};
    """)
    _renumber(con, rule, f"child.local_no in (select local_no from trusted where kind = '{key}')")


def _join_by_attributes(con: duckdb.DuckDBPyConnection, rule: MatchRule) -> None:
    """Same keys, same child, unless a numbering of a partner has two such children or they bear two identifiers of one kind."""
    keys, filled = _keys(rule)
    one_each = " and ".join(f"count(distinct said.{kind}) <= 1" for kind in IDENTIFIERS)
    con.execute(f"""
        create or replace temp table bearer as
        select child_no, min(value) as value
        from (
            select child.child_no, {keys} as value
            from child
            inner join agreed using (local_no)
            where child.side = '{rule.side}' and {filled}
        )
        group by child_no
        having count(distinct value) = 1;

        create or replace temp table joined as
        select bearer.child_no, bearer.value, min(bearer.child_no) over (partition by bearer.value) as new_no
        from bearer
        where bearer.value in (
            select bearer.value
            from bearer
            inner join child using (child_no)
            inner join local_person using (local_no)
            inner join said using (local_no)
            where bearer.value in (select value from bearer group by value having count(*) > 1)
            group by bearer.value
            having count(distinct bearer.child_no) > 1
                and count(distinct (bearer.child_no, local_person.partner, local_person.space))
                    = count(distinct (local_person.partner, local_person.space))
                and {one_each}
        ) and bearer.value not in ({_PARTED});
    """)
    _renumber(con, rule, "joined.child_no is not null")


def _renumber(con: duckdb.DuckDBPyConnection, rule: MatchRule, settled: str) -> None:
    con.execute(f"""
        create or replace temp table child as
        select child.local_no, child.side, coalesce(joined.new_no, child.child_no) as child_no,
            case when child.method = 'local_id' and {settled} then '{rule.method}' else child.method end as method
        from child
        left join joined using (child_no)
    """)


def _link_sides(con: duckdb.DuckDBPyConnection, rule: MatchRule) -> None:
    """Link a child of each side that alone bear the same keys, unless they bear two identifiers of one kind.

    A child with two candidates is linked to none.
    """
    keys, filled = _keys(rule)
    borne = " union all ".join(
        f"select child.child_no, '{kind}' as kind, agreed.{kind} as value"
        f" from child inner join agreed using (local_no) where agreed.{kind} is not null"
        for kind in IDENTIFIERS
    )
    con.execute(f"""
        insert into between_link
        with borne as ({borne}),

        bearer as (
            select distinct {keys} as value,
                case child.side when 'education' then child.child_no end as education_no,
                case child.side when 'health' then child.child_no end as health_no
            from child
            inner join agreed using (local_no)
            where {filled}
        ),

        candidate as (
            select distinct min(education_no) as education_no, min(health_no) as health_no
            from bearer
            group by value
            having count(distinct education_no) = 1 and count(distinct health_no) = 1
        ),

        still_free as (
            select * from candidate
            where education_no not in (select education_no from between_link)
                and health_no not in (select health_no from between_link)
                and (education_no, health_no) not in (
                    select unnest([(a.child_no, b.child_no), (b.child_no, a.child_no)])
                    from decided_different
                    inner join child as a on decided_different.one = a.local_no
                    inner join child as b on decided_different.two = b.local_no
                )
                and (education_no, health_no) not in (
                    select (candidate.education_no, candidate.health_no)
                    from candidate
                    inner join borne as a on candidate.education_no = a.child_no
                    inner join borne as b on candidate.health_no = b.child_no and a.kind = b.kind and a.value <> b.value
                )
        )

        select education_no, health_no, '{rule.method}'
        from still_free
        qualify count(*) over (partition by education_no) = 1 and count(*) over (partition by health_no) = 1
    """)


def _keys(rule: MatchRule) -> tuple[str, str]:
    """One value made of every key (no standardised one holds a bar, so no two sets of keys run together), and that all are known."""
    columns = [f"agreed.{key}" for key in rule.keys]
    value = ", ".join(f"cast({column} as varchar)" for column in columns)
    return f"concat_ws('|', {value})", " and ".join(f"{column} is not null" for column in columns)
