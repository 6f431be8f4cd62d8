"""One row per child with its key, and how each local record hangs on it.

Belongs here: choosing the identifier that the key is made of. Does not belong here: linking (link.py, cluster.py) or what
is known of the child (attributes.py).

The key is the pseudonym of the child's anchor: of all that identifies it (UPN, NHS number, ULN, each partner's own id),
what was received first, over everything received so far. So a child that gets a stronger identifier later, is sent again,
or is linked to another partner's record keeps its key (of two keys that turn out to be one child's, the older stays), on
any machine with the same pseudonym key and with no store of earlier keys to keep or lose. It follows the times of receipt
that the manifests hold, not the order in which anything is processed. What did change between two runs is on record
(events.py).
"""

from __future__ import annotations

import duckdb

from sendjc_pipeline.identity.failure import IdentityFailed, guarded
from sendjc_pipeline.identity.pseudonym import PERSON, PERSON_DIGITS, Pseudonymiser
from sendjc_pipeline.identity.thresholds import Thresholds

# Strongest first: (prefix in the text that is hashed, kind in `trusted`, the side that the identifier belongs to).
STRENGTH = (("UPN", "upn", "education"), ("NHS", "nhs_number", "health"), ("ULN", "uln", "education"))
_LOCAL = len(STRENGTH)  # a partner's own id is the weakest
LOCAL, LOCAL_VALUE = "LOCAL", "concat_ws('|', partner, space, source_person_id)"
SCORED, CLERICAL = "splink", "clerical"


@guarded("giving children their keys")
def create_persons(con: duckdb.DuckDBPyConnection, pseudonymiser: Pseudonymiser, limits: Thresholds) -> None:
    """Create three temporary tables from those of link.link, cluster.create_clusters and questioned.create_questioned.

    person_anchor: person_no, person_key (32 hex digits), kind (of the anchor: a prefix above or LOCAL).
    local_link: one row per local_no with side, space, partner, source_person_id, person_no, person_key; and how the record
        hangs on the child: method (the rule that settled it; the rule between the sides for records of the side whose
        identifiers are weaker; 'splink' for those that only their score joins; 'clerical'), match_probability (1 for
        rules and clerks), is_in_doubt (joined by a score below the threshold of doubt, or to a child with a contested number, or
        questioned).
    person: person_no, of the children whom a counted submission holds.
    """
    _create_anchors(con, pseudonymiser)
    _create_heads(con)
    con.execute(f"""
        create or replace temp table local_link as
        with disputed as (
            select node.person_no from node semi join contested_local using (local_no)
        ),

        scored as (
            select node.local_no, node_link.weight
            from node
            inner join person_head on node.person_no = person_head.person_no and node.node_no <> person_head.node_no
            inner join node_link on node.node_no = node_link.node_no
        ),

        -- A child of the rules that clerks joined to the one with the strongest identifier.
        clerical as (
            select node.local_no
            from node
            inner join person_head on node.person_no = person_head.person_no and node.node_no = person_head.node_no
            inner join child using (local_no)
            left join between_link on child.child_no = between_link.health_no
            where coalesce(between_link.education_no, child.child_no) <> person_head.rule_no
        )

        select local_person.*, node.person_no, person_anchor.person_key,
            case
                when scored.local_no is not null then '{SCORED}'
                when clerical.local_no is not null then '{CLERICAL}'
                when child.side = person_head.side then child.method
                else coalesce(education_link.method, health_link.method, child.method)
            end as method,
            case when scored.local_no is null then 1.0 else round(1 / (1 + pow(2, -scored.weight)), 6) end as match_probability,
            match_probability < {limits.doubt}
                or (scored.local_no is not null and node.person_no in (from disputed))
                or node.local_no in (select one from questioned_link) as is_in_doubt
        from node
        inner join local_person using (local_no)
        inner join child using (local_no)
        inner join person_anchor using (person_no)
        inner join person_head using (person_no)
        left join scored using (local_no)
        left join clerical using (local_no)
        left join between_link as education_link on child.child_no = education_link.education_no
        left join between_link as health_link on child.child_no = health_link.health_no;

        create or replace temp table person as
        select distinct local_link.person_no
        from person_record
        inner join local_link using (side, space, partner, source_person_id);
    """)
    (twice,) = con.execute("select count(*) - count(distinct person_key) from person_anchor").fetchone() or (0,)
    if twice:
        raise IdentityFailed(
            f"{twice} children would share a key with another: two rules of match_rule.csv contradict."
        )


def _create_anchors(con: duckdb.DuckDBPyConnection, pseudonymiser: Pseudonymiser) -> None:
    """person_anchor: what was received first, then what is strongest, then what sorts first."""
    brought = " union all ".join(
        f"select {rank} as strength, '{prefix}' as kind, {kind} as value, received_at, local_no from sent where {kind} is not null"
        for rank, (prefix, kind, _) in enumerate(STRENGTH)
    )
    con.execute(f"""
        create or replace temp table anchor as
        with sent as (
            select local_person.local_no, history_record.*
            from history_record
            inner join local_person using (side, space, partner, source_person_id)
        ),

        -- A number belongs to the record that brought it first, however it was corrected or shared later; so no two children
        -- have one anchor, and of two children that become one, one keeps its anchor.
        token as (
            select kind, value, strength, min(received_at) as since,
                arg_min(local_no, {{'received_at': received_at, 'local_no': local_no}}) as local_no
            from ({brought})
            group by kind, value, strength
            union all
            select '{LOCAL}', {LOCAL_VALUE}, {_LOCAL}, min(received_at), local_no
            from sent
            group by local_no, partner, space, source_person_id
        )

        select person_no, arg_min(kind || ':' || value, {{'since': since, 'strength': strength, 'value': value}}) as canonical
        from token
        inner join node using (local_no)
        group by person_no;

        create or replace temp table person_anchor as
        select person_no, {pseudonymiser.sql(PERSON, "canonical", PERSON_DIGITS)} as person_key,
            split_part(canonical, ':', 1) as kind
        from anchor;
        drop table anchor;
    """)


def _create_heads(con: duckdb.DuckDBPyConnection) -> None:
    """person_head: person_no; the node, the child of the rules and the side that its other records hang on.

    They are those of the strongest identifier, else of the first record: independent of what was received first, so that the
    methods on record do not depend on it.
    """
    ranks = " ".join(f"when '{kind}' then {rank}" for rank, (_, kind, _) in enumerate(STRENGTH))
    con.execute(f"""
        create or replace temp table person_head as
        select node.person_no,
            arg_min(node.node_no, [rank, node.local_no]) as node_no,
            arg_min(coalesce(between_link.education_no, child.child_no), [rank, node.local_no]) as rule_no,
            arg_min(child.side, [rank, node.local_no]) as side
        from node
        inner join child using (local_no)
        left join between_link on child.child_no = between_link.health_no
        left join (
            select local_no, min(case kind {ranks} end) as strength from trusted group by local_no
        ) as best using (local_no)
        cross join lateral (select coalesce(best.strength, {_LOCAL}) as rank)
        group by node.person_no
    """)
