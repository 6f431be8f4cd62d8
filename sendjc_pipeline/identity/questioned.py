"""Links that stand although something speaks against them: they count as in doubt, and clerks are asked.

Belongs here: which records of a child may prove to be another's, and beside which record of the child a clerk should see them. Does
not belong here: who is joined (link.py, cluster.py), or pairs that were not linked (doubt.py).

A link is questioned for one of five reasons. 'birth_year_differs': the child's other records give another year of birth, so that only a
number could bring the record in (cluster.py). 'birth_date_unknown': a score joined the record, which gives no birth date that could tell
a brother of the same name. 'torn': the record fits a second child about as well, and the two are known to be two. 'no_forename': a
number joined the record, which has a surname and in place of a forename what systems write for newborns: of twins it may be either.
'forename_differs': the record shares a number with another, and their forenames are alike and not the same, as those of Mia and Mya.
What clerks found to be one child is not asked again.
"""

from __future__ import annotations

import duckdb

from sendjc_pipeline.identity.failure import guarded
from sendjc_pipeline.identity.rules import IDENTIFIERS
from sendjc_pipeline.identity.thresholds import Thresholds

REASONS = ("birth_year_differs", "birth_date_unknown", "torn", "no_forename", "forename_differs")


@guarded("looking for links that something speaks against")
def create_questioned(con: duckdb.DuckDBPyConnection, limits: Thresholds) -> None:
    """Create table questioned_link: one (local_no, in question), two (of the same child), person_no, weight, reason (of REASONS).

    Needs cluster.create_clusters. One row per record: of several reasons the first, and the record of the child that is most like it.
    """
    con.execute("create or replace temp table suspicion (one bigint, two bigint, reason varchar)")
    _suspect_birth_dates(con)
    _suspect_torn(con, limits)
    _suspect_nameless(con)
    _suspect_forenames(con)
    order = " ".join(f"when '{reason}' then {place}" for place, reason in enumerate(REASONS))
    con.execute(f"""
        create or replace temp table questioned_link as
        with likeness as (
            select least(record_edge.one, record_edge.two) as low, greatest(record_edge.one, record_edge.two) as high,
                max(record_edge.weight) as weight
            from record_edge
            where record_edge.one in (select unnest([one, two]) from suspicion)
                and record_edge.two in (select unnest([one, two]) from suspicion)
            group by 1, 2
        )

        select suspicion.one, suspicion.two, node.person_no, likeness.weight, suspicion.reason
        from suspicion
        inner join node on suspicion.one = node.local_no
        left join likeness
            on least(suspicion.one, suspicion.two) = likeness.low and greatest(suspicion.one, suspicion.two) = likeness.high
        where suspicion.one not in (select unnest([one, two]) from decided_same)
        qualify row_number() over (
            partition by suspicion.one
            order by case suspicion.reason {order} end, likeness.weight desc nulls last, suspicion.two) = 1;
        drop table suspicion;
    """)


def _suspect_birth_dates(con: duckdb.DuckDBPyConnection) -> None:
    """Nodes of a child whose year of birth is not that of most of its nodes, or that have none; where none has, all but the first."""
    con.execute("""
        create or replace temp table node_birth as
        select node.person_no, node.node_no, min(year(agreed.birth_date)) as birth_year
        from node
        inner join agreed using (local_no)
        where node.person_no in (select person_no from node group by person_no having count(distinct node_no) > 1)
        group by 1, 2;

        insert into suspicion
        with frequent as (
            select person_no, birth_year, min(node_no) as node_no,
                row_number() over (partition by person_no order by birth_year is null, count(*) desc, min(node_no)) as place
            from node_birth
            group by 1, 2
        )

        select mine.local_no, other.local_no,
            case when node_birth.birth_year is null then 'birth_date_unknown' else 'birth_year_differs' end
        from node_birth
        inner join frequent on node_birth.person_no = frequent.person_no and frequent.place = 1
        inner join node as mine on node_birth.node_no = mine.node_no
        inner join node_birth as usual
            on frequent.person_no = usual.person_no and frequent.birth_year is not distinct from usual.birth_year
                and (frequent.birth_year is not null or frequent.node_no = usual.node_no)
        inner join node as other on usual.node_no = other.node_no
        where node_birth.birth_year is distinct from frequent.birth_year
            or (frequent.birth_year is null and node_birth.node_no <> frequent.node_no);
        drop table node_birth;
    """)


def _suspect_torn(con: duckdb.DuckDBPyConnection, limits: Thresholds) -> None:
    """Records likely enough to be linked to another child too, if one of their own child's records did not forbid it.

    Two children are known to be two by a source that holds both, by two numbers of one kind, or by clerks. A record that is itself
    so parted from the other child is not torn.
    """
    differ = " or ".join(f"a.{kind} <> b.{kind}" for kind in IDENTIFIERS)
    con.execute(f"""
        create or replace temp table rival as
        select distinct mine.local_no, mine.person_no, other.person_no as rival_no
        from (
            select one, two from record_edge where weight >= {limits.link_weight}
            union all
            select two, one from record_edge where weight >= {limits.link_weight}
        ) as likely
        inner join node as mine on likely.one = mine.local_no
        inner join node as other on likely.two = other.local_no and mine.person_no <> other.person_no;

        -- The records of either child, and which of them are known not to be the other's.
        create or replace temp table known_apart as
        select distinct a.local_no, rival.rival_no
        from (select distinct person_no, rival_no from rival) as rival
        inner join node as mine on rival.person_no = mine.person_no
        inner join node as other on rival.rival_no = other.person_no
        inner join agreed as a on mine.local_no = a.local_no
        inner join agreed as b on other.local_no = b.local_no
        inner join local_person as one on mine.local_no = one.local_no
        inner join local_person as two on other.local_no = two.local_no
        where (one.partner = two.partner and one.space = two.space) or {differ}
            or (least(mine.local_no, other.local_no), greatest(mine.local_no, other.local_no)) in (select (one, two) from decided_different);

        insert into suspicion
        select rival.local_no, other.local_no, 'torn'
        from rival
        inner join node as other on rival.person_no = other.person_no and rival.local_no <> other.local_no
        inner join known_apart on other.local_no = known_apart.local_no and rival.rival_no = known_apart.rival_no
        where (rival.local_no, rival.rival_no) not in (select (local_no, rival_no) from known_apart);
        drop table rival;
        drop table known_apart;
    """)


def _suspect_nameless(con: duckdb.DuckDBPyConnection) -> None:
    """Records with a surname and no forename that a number joined to another record."""
    con.execute("""
        insert into suspicion
        select nameless.local_no, other.local_no, 'no_forename'
        from (
            select local_no
            from said
            group by local_no
            having count(forename) = 0 and count(identity_name(split_part(one_name, '|', 1))) = 0
                and count(coalesce(surname, one_name)) > 0
        ) as nameless
        inner join trusted as mine on nameless.local_no = mine.local_no
        inner join trusted as other on mine.kind = other.kind and mine.value = other.value and mine.local_no <> other.local_no
        inner join local_person as one on nameless.local_no = one.local_no
        inner join local_person as two on other.local_no = two.local_no
        where one.partner <> two.partner or split_part(one.space, ':', 1) <> split_part(two.space, ':', 1);
    """)


def _suspect_forenames(con: duckdb.DuckDBPyConnection) -> None:
    """Records with a number that no rule could use, because the forenames of its bearers differ, and that their score joined all the same."""
    con.execute("""
        insert into suspicion
        select greatest(a.local_no, b.local_no), least(a.local_no, b.local_no), 'forename_differs'
        from shared_identifier as a
        inner join shared_identifier as b on a.kind = b.kind and a.value = b.value and a.local_no < b.local_no
        inner join node as mine on a.local_no = mine.local_no
        inner join node as other on b.local_no = other.local_no and mine.person_no = other.person_no and mine.node_no <> other.node_no
        inner join local_content as said_a on a.local_no = said_a.local_no
        inner join local_content as said_b on b.local_no = said_b.local_no
        inner join content as one on said_a.fingerprint = one.fingerprint
        inner join content as two on said_b.fingerprint = two.fingerprint
        where one.plain_forename <> two.plain_forename and one.birth_date is not distinct from two.birth_date;
    """)
