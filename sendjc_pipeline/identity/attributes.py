"""What is known of each child, with no more detail than the warehouse may hold.

Belongs here: choosing among what partners say, and coarsening: month of birth and age instead of the day, area instead
of the postcode (domain rule 7.8). Does not belong here: cohort or area attribution of a measure, which dbt does.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import duckdb

from sendjc_pipeline import feeds
from sendjc_pipeline.identity.failure import guarded
from sendjc_pipeline.identity.passing import listed
from sendjc_pipeline.identity.records import AcceptedSubmission, create_view
from sendjc_pipeline.identity.sources import SOURCES
from sendjc_pipeline.settings import SendjcError

AREA_SEED = Path(__file__).resolve().parents[2] / "seeds" / "reference" / "outward_code_area.csv"
ELSEWHERE = "elsewhere"

# Column -> DuckDB type of person.parquet, in its order.
PERSON_COLUMNS = {
    "person_key": "VARCHAR",
    "birth_month": "DATE",
    "age_years": "INTEGER",
    "sex": "VARCHAR",
    "ethnicity": "VARCHAR",
    "residence_area_id": "VARCHAR",
    "residence_source": "VARCHAR",
    "is_deceased": "BOOLEAN",
}

# SEN2 cease reasons (domain/sources.md 1.4)
_TRANSFERRED = "5"
_DECEASED = "8"


@guarded("describing children")
def create_attributes(
    con: duckdb.DuckDBPyConnection, accepted: Sequence[AcceptedSubmission], quarter_end: date
) -> None:
    """Create temporary table `person_attribute` (PERSON_COLUMNS) from the tables of persons.create_persons.

    The newest submission period that says anything decides each attribute, then the newest receipt. birth_month is
    the first of the month; age_years counts completed years at the quarter's end; sex is M, F or U; ethnicity is a
    listed school-census code from education, where "refused" and "not obtained" give way to a real one; residence_area_id
    follows the newest usable postcode, 'elsewhere' outside the four areas and NULL where there is none, and
    residence_source is the feed that sent it. A council that handed the plan to another one still holds the address
    that the child left, so its postcode counts only where nobody else has one.

    Raises:
        SendjcError: the seed of outward codes is missing.
    """
    if not AREA_SEED.is_file():
        raise SendjcError(
            f"The seed {AREA_SEED.name} is missing from seeds/reference: restore it from version control."
        )
    con.execute(
        "create or replace temp table outward_area as"
        " select outward_code, area_id from read_csv(?, header = true, all_varchar = true)",
        [str(AREA_SEED)],
    )
    _create_plan_ends(con, accepted, quarter_end)
    _create_deaths(con, quarter_end)
    codes = ", ".join(_ethnicities())
    con.execute(f"""
        create or replace temp table person_attribute as
        with known as (
            select local_link.person_key,
                arg_max(birth_date, recency) as birth_date,
                arg_max(sex, recency) as sex,
                coalesce(
                    arg_max(ethnicity, recency) filter (where ethnicity in ({codes}) and ethnicity not in ('REFU', 'NOBT')),
                    arg_max(ethnicity, recency) filter (where ethnicity in ({codes}))
                ) as ethnicity,
                arg_max(
                    {{'outward': identity_outward(postcode), 'feed': feed}},
                    {{'still_theirs': handed_on.local_no is null, 'recency': recency}}
                ) filter (where postcode is not null) as residence
            from person_record
            inner join local_link using (side, space, partner, source_person_id)
            left join (select distinct local_no from plan_end where reason = '{_TRANSFERRED}') as handed_on
                on local_link.local_no = handed_on.local_no
            group by local_link.person_key
        )

        select known.person_key,
            cast(date_trunc('month', known.birth_date) as date) as birth_month,
            identity_whole_years(known.birth_date, date '{quarter_end}') as age_years,
            coalesce(known.sex, 'U') as sex,
            known.ethnicity,
            case when known.residence is not null then coalesce(outward_area.area_id, '{ELSEWHERE}') end
                as residence_area_id,
            known.residence.feed as residence_source,
            known.person_key in (select person_key from death) as is_deceased
        from known
        left join outward_area on known.residence.outward = outward_area.outward_code
    """)


def _ethnicities() -> list[str]:
    """The codes that any feed lists for ethnicity, as SQL literals: a feed takes any text there, with a warning."""
    declared = [(feed := feeds.load(source.feed), feed.tables[source.table].column(key)) for source in SOURCES
                for key in source.columns.get("ethnicity", ())]  # fmt: skip
    return sorted({code for feed, column in declared if column.code_list for code in listed(feed, column)})


def _create_plan_ends(
    con: duckdb.DuckDBPyConnection, accepted: Sequence[AcceptedSubmission], quarter_end: date
) -> None:
    """Create `plan_end` (person_key, local_no, reason): plans that had ended by the quarter's end, as each council says."""
    con.execute("create or replace temp table plan_end (person_key varchar, local_no bigint, reason varchar)")
    tables = ("namedplan", "assessment", "requests")
    if all(create_view(con, f"sen2_{table}", accepted, "sen2", table) for table in tables):
        con.execute(f"""
            insert into plan_end
            select distinct local_link.person_key, local_link.local_no, sen2_namedplan.ceasereason
            from sen2_namedplan
            inner join sen2_assessment using (submission_id, assessmenttableid)
            inner join sen2_requests using (submission_id, requeststableid)
            inner join submission using (submission_id)
            inner join local_link
                on submission.partner = local_link.partner and submission.space = local_link.space
                and sen2_requests.persontableid = local_link.source_person_id
            where sen2_namedplan.ceasereason is not null
                and coalesce(sen2_namedplan.ceasedate, submission.period_end) <= date '{quarter_end}'
        """)


def _create_deaths(con: duckdb.DuckDBPyConnection, quarter_end: date) -> None:
    """Create `death` (person_key): died by the quarter's end, by a patient's newest record or why a plan ceased."""
    con.execute(f"""
        create or replace temp table death as
        select local_link.person_key
        from person_record
        inner join local_link using (side, space, partner, source_person_id)
        group by local_link.person_key, local_link.local_no, person_record.feed
        having arg_max_null(death_date, recency) <= date '{quarter_end}'
        union
        select person_key from plan_end where reason = '{_DECEASED}'
    """)
