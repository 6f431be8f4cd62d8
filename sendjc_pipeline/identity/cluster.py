"""From scored pairs to children: mutual best links, one record per source, nothing chained.

Belongs here: joining what the deterministic rules left apart. Does not belong here: scoring (scores.py), the rules
(link.py) or keys (persons.py).

A child of the rules (a node) is joined to the one that it fits best, if that one fits it best too, until nothing more
joins. Two groups never join that hold records of one source (a partner's numbering of children, which holds a child once),
or differ in an identifier, or were told apart by clerks. A node that fits two of one source about equally well joins
neither: that is what twins and namesakes look like. So a sibling can never come in by way of another record.

Brothers and sisters may bear one name at one address, and then only the year of birth tells them apart. So two records of different
years are joined only where a number that nobody contests says so too; else they go to the clerks, however alike they are. Nor does a
record without a birth date join two such children by fitting both.
"""

from __future__ import annotations

import duckdb

from sendjc_pipeline.identity import overruled
from sendjc_pipeline.identity.failure import guarded
from sendjc_pipeline.identity.rules import IDENTIFIERS
from sendjc_pipeline.identity.thresholds import Thresholds

IDENTIFIER_WEIGHT = 20.0  # what one number on two records adds to a match weight in model.json
_SHORT_OF_LINK = 1.0  # bits: the odds that a clerk is shown are half of those that link
_ROUNDS = 50  # a bound that no data reaches: every round joins at least one pair, most of them in the first three


@guarded("joining likely records")
def create_clusters(con: duckdb.DuckDBPyConnection, limits: Thresholds) -> None:
    """Create the tables below, from those of link.link, scores.create_scores and decisions.create_decisions.

    node: local_no, node_no (the child that the rules and the clerks made), person_no (the child in the end).
    node_edge: one (node_no), two (one < two), weight: the best score of a pair of records of two nodes.
    contested_local: local_no, kind, value: records that bear a number which one source gives to two children.
    record_edge: one, two (local_no), weight: what node_edge was made of, contested numbers speaking for nobody; is_over_years: a
        number joins records of two years of birth.
    node_link: node_no, weight: of the best link to another node of its person, NULL where clerks made it; no row for nodes
        that stand alone.
    """
    _create_nodes(con)
    _create_edges(con, limits)
    con.execute("""
        create or replace temp table cluster as select distinct node_no, node_no as person_no from node;
        create or replace temp table open_edge as select * from node_edge;""")
    for _ in range(_ROUNDS):
        if not _join_best(con, limits):
            break
    con.execute("""
        create or replace temp table node as
        select node.local_no, node.node_no, cluster.person_no
        from node
        inner join cluster using (node_no);

        create or replace temp table node_link as
        select node_no, max(weight) as weight
        from (
            select unnest([node_edge.one, node_edge.two]) as node_no, node_edge.weight
            from node_edge
            inner join cluster as a on node_edge.one = a.node_no
            inner join cluster as b on node_edge.two = b.node_no and a.person_no = b.person_no
        )
        group by node_no;
    """)


def _create_nodes(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("""
        create or replace temp table node as
        select child.local_no, coalesce(between_link.education_no, child.child_no) as node_no
        from child
        left join between_link on child.child_no = between_link.health_no;
    """)
    overruled.overrule(con)
    # What clerks found to be one child: the smallest number spreads along their pairs until nothing changes.
    while True:
        (changes,) = con.execute("""
            select count(*)
            from decided_same
            inner join node as a on decided_same.one = a.local_no
            inner join node as b on decided_same.two = b.local_no
            where a.node_no <> b.node_no""").fetchone() or (0,)
        if not changes:
            return
        con.execute("""
            create or replace temp table node as
            with spread as (
                select greatest(a.node_no, b.node_no) as node_no, min(least(a.node_no, b.node_no)) as new_no
                from decided_same
                inner join node as a on decided_same.one = a.local_no
                inner join node as b on decided_same.two = b.local_no
                where a.node_no <> b.node_no
                group by 1
            )

            select node.local_no, coalesce(spread.new_no, node.node_no) as node_no
            from node
            left join spread using (node_no)
        """)


def _create_edges(con: duckdb.DuckDBPyConnection, limits: Thresholds) -> None:
    """node_edge, and what keeps two nodes apart: their sources, their identifiers, and clerks."""
    identifiers = " union all ".join(
        f"select node.node_no, '{kind}' as kind, agreed.{kind} as value from agreed inner join node using (local_no) where agreed.{kind} is not null"
        for kind in IDENTIFIERS
    )
    same_number = " or ".join(f"coalesce(one.{kind} = two.{kind}, false)" for kind in IDENTIFIERS)
    con.execute(f"""
        -- Numbers that one source gives to two children: on whom they are right, nobody knows, so they speak for nobody.
        create or replace temp table contested as
        select kind, value
        from shared_identifier
        inner join local_person using (local_no)
        inner join node using (local_no)
        group by kind, value, partner, space
        having count(distinct node_no) > 1;

        create or replace temp table contested_local as
        select shared_identifier.local_no, shared_identifier.kind, shared_identifier.value
        from shared_identifier
        semi join contested using (kind, value);

        create or replace temp table record_edge as
        select a.local_no as one, b.local_no as two, pair_score.weight,
            coalesce(year(one.birth_date) <> year(two.birth_date), false) as is_another_year,
            {same_number} as shares_number
        from pair_score
        inner join content as one on pair_score.a = one.fingerprint
        inner join content as two on pair_score.b = two.fingerprint
        inner join local_content as a on pair_score.a = a.fingerprint
        inner join local_content as b on pair_score.b = b.fingerprint
        where a.local_no <> b.local_no;

        create or replace temp table record_edge as
        select record_edge.one, record_edge.two,
            case
                when record_edge.is_another_year and not is_over_years
                    then least(undisputed_weight, {limits.link_weight} - {_SHORT_OF_LINK})
                else undisputed_weight
            end as weight,
            is_over_years
        from record_edge
        left join (
            select distinct a.local_no as one, b.local_no as two
            from contested_local as a
            inner join contested_local as b on a.kind = b.kind and a.value = b.value and a.local_no <> b.local_no
        ) as disputed using (one, two)
        cross join lateral (
            select record_edge.weight - case when disputed.one is null then 0 else {IDENTIFIER_WEIGHT} end as undisputed_weight,
                record_edge.is_another_year and record_edge.shares_number and disputed.one is null as is_over_years
        );

        create or replace temp table node_edge as
        select least(one.node_no, two.node_no) as one, greatest(one.node_no, two.node_no) as two,
            max(record_edge.weight) as weight
        from record_edge
        inner join node as one on record_edge.one = one.local_no
        inner join node as two on record_edge.two = two.local_no
        where one.node_no <> two.node_no
        group by 1, 2;

        create or replace temp table source_no as
        select partner, space, row_number() over (order by partner, space) as source_no
        from (select distinct partner, space from local_person);

        create or replace temp table node_source as
        select distinct node.node_no, source_no.source_no
        from node
        inner join local_person using (local_no)
        inner join source_no using (partner, space)
        where node.node_no in (select unnest([one, two]) from node_edge);

        create or replace temp table node_identifier as
        select distinct node_no, kind, value from ({identifiers})
        where node_no in (select unnest([one, two]) from node_edge);

        create or replace temp table node_birth as
        select distinct node.node_no, year(agreed.birth_date) as birth_year
        from agreed
        inner join node using (local_no)
        where agreed.birth_date is not null and node.node_no in (select unnest([one, two]) from node_edge);

        create or replace temp table node_over_years as
        select distinct one.node_no as one, two.node_no as two
        from record_edge
        inner join node as one on record_edge.one = one.local_no
        inner join node as two on record_edge.two = two.local_no
        where record_edge.is_over_years;

        create or replace temp table node_parted as
        select distinct a.node_no as one, b.node_no as two
        from decided_different
        inner join node as a on decided_different.one = a.local_no
        inner join node as b on decided_different.two = b.local_no;
    """)


def _join_best(con: duckdb.DuckDBPyConnection, limits: Thresholds) -> int:
    """One round; returns how many pairs joined."""
    _create_open_edges(con)
    con.execute(f"""
        create or replace temp table fit as
        select one as person_no, two as other_no, weight from open_edge
        union all
        select two, one, weight from open_edge;

        create or replace temp table best as
        select person_no, arg_max(other_no, [weight, -other_no]) as other_no, max(weight) as weight
        from fit
        group by person_no
        having max(weight) >= {limits.link_weight};

        -- Torn between two of one source.
        create or replace temp table torn as
        select distinct best.person_no
        from best
        inner join fit on best.person_no = fit.person_no and fit.other_no <> best.other_no
            and fit.weight > best.weight - {limits.margin}
        inner join person_source as a on best.other_no = a.person_no
        inner join person_source as b on fit.other_no = b.person_no and a.source_no = b.source_no;

        create or replace temp table joining as
        select best.person_no, best.other_no
        from best
        inner join best as other on best.other_no = other.person_no and other.other_no = best.person_no
        where best.person_no < best.other_no
            and best.person_no not in (from torn) and best.other_no not in (from torn);

        create or replace temp table cluster as
        select cluster.node_no, coalesce(joining.person_no, cluster.person_no) as person_no
        from cluster
        left join joining on cluster.person_no = joining.other_no;
    """)
    (joined,) = con.execute("select count(*) from joining").fetchone() or (0,)
    return int(joined)


def _create_open_edges(con: duckdb.DuckDBPyConnection) -> None:
    """open_edge (one, two: person_no; weight) between persons that may still join, and person_source.

    A person's number is that of one of its nodes, and who is apart stays apart, so each round starts from the last one's.
    """
    con.execute("""
        create or replace temp table person_source as
        select distinct cluster.person_no, node_source.source_no
        from node_source inner join cluster using (node_no);

        create or replace temp table person_identifier as
        select distinct cluster.person_no, node_identifier.kind, node_identifier.value
        from node_identifier inner join cluster using (node_no);

        create or replace temp table person_birth as
        select distinct cluster.person_no, node_birth.birth_year
        from node_birth inner join cluster using (node_no);

        create or replace temp table person_edge as
        select least(a.person_no, b.person_no) as one, greatest(a.person_no, b.person_no) as two, max(open_edge.weight) as weight
        from open_edge
        inner join cluster as a on open_edge.one = a.node_no
        inner join cluster as b on open_edge.two = b.node_no
        where a.person_no <> b.person_no
        group by 1, 2;

        create or replace temp table apart as
        select person_edge.one, person_edge.two
        from person_edge
        inner join person_source as a on person_edge.one = a.person_no
        inner join person_source as b on person_edge.two = b.person_no and a.source_no = b.source_no
        union
        select person_edge.one, person_edge.two
        from person_edge
        inner join person_identifier as a on person_edge.one = a.person_no
        inner join person_identifier as b on person_edge.two = b.person_no and a.kind = b.kind and a.value <> b.value
        union
        select least(a.person_no, b.person_no), greatest(a.person_no, b.person_no)
        from node_parted
        inner join cluster as a on node_parted.one = a.node_no
        inner join cluster as b on node_parted.two = b.node_no
        union
        (
            select person_edge.one, person_edge.two
            from person_edge
            inner join person_birth as a on person_edge.one = a.person_no
            inner join person_birth as b on person_edge.two = b.person_no
            group by 1, 2
            having not bool_or(a.birth_year = b.birth_year)
            except
            select least(a.person_no, b.person_no), greatest(a.person_no, b.person_no)
            from node_over_years
            inner join cluster as a on node_over_years.one = a.node_no
            inner join cluster as b on node_over_years.two = b.node_no
        );

        create or replace temp table open_edge as
        select * from person_edge anti join apart using (one, two);
    """)
