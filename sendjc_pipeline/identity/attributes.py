"""What is known of each child, with no more detail than the warehouse may hold.

Belongs here: choosing among what partners say, and coarsening: month of birth and age instead of the day; area, district, small
area and deprivation decile instead of the postcode (domain rule 7.8). Does not belong here: cohort or area attribution of a
measure, which dbt does, or where a postcode lies (postcode_directory.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import duckdb

from sendjc_pipeline import feeds
from sendjc_pipeline.identity import postcode_directory
from sendjc_pipeline.identity.failure import guarded
from sendjc_pipeline.identity.passing import listed
from sendjc_pipeline.identity.records import AcceptedSubmission, create_view, text
from sendjc_pipeline.identity.sources import SOURCES
from sendjc_pipeline.settings import SendjcError

_SEEDS = Path(__file__).resolve().parents[2] / "seeds" / "reference"
# Seed -> its column of codes: the area of a district, and of an outward code where no directory knows the postcode.
AREA_SEEDS = {"district_area": "district_code", "outward_code_area": "outward_code"}
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
    "residence_district_code": "VARCHAR",
    "residence_lsoa": "VARCHAR",
    "deprivation_decile": "INTEGER",
    "deprivation_source": "VARCHAR",
    "is_deceased": "BOOLEAN",
}

# The area that a postcode lies in: of its district, or of its outward code where no directory knows it (joins_of_area).
AREA = f"""case when place.district_code is not null then coalesce(district_area.area_id, '{ELSEWHERE}')
    else coalesce(outward_code_area.area_id, '{ELSEWHERE}') end"""

# What of several postcodes counts, for arg_max beside handed_on (local_no): a council that handed the plan on gives way, then the newest counts.
POSTCODE_ORDER = "{'still_theirs': handed_on.local_no is null, 'recency': recency}"

# SEN2 cease reasons (domain/sources.md 1.4)
_TRANSFERRED = "5"
_DECEASED = "8"


@guarded("describing children")
def create_attributes(
    con: duckdb.DuckDBPyConnection,
    accepted: Sequence[AcceptedSubmission],
    past: Sequence[AcceptedSubmission],
    quarter_end: date,
    directory: Path | None = None,
) -> None:
    """Create temporary table `person_attribute` (PERSON_COLUMNS) from the tables of persons.create_persons.

    The newest submission period that says anything decides each attribute, then the newest receipt. birth_month is
    the first of the month; age_years counts completed years at the quarter's end; sex is M, F or U; ethnicity is a
    listed school-census code from education, where "refused" and "not obtained" give way to a real one; residence_area_id
    follows the newest usable postcode, 'elsewhere' outside the four areas and NULL where there is none, and
    residence_source is the feed that sent it. `directory` is the postcode directory, if one is loaded: its district decides the
    area, and gives residence_district_code, residence_lsoa and deprivation_decile (1 the most deprived tenth of England).
    deprivation_source is 'directory', or why there is no decile: 'no_postcode', 'no_directory', 'not_in_directory' (a postcode
    newer than the directory; the outward code gives the area), 'no_index' (outside England). A council that handed the
    plan to another one still holds the address that the child left, so its postcode counts only where nobody else has one.

    Raises:
        SendjcError: a seed of areas is missing.
    """
    _create_places(con, directory)
    _create_plan_ends(con, [*accepted, *past], quarter_end)
    _create_deaths(con, accepted, quarter_end)
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
                    {{'postcode': postcode, 'feed': feed}},
                    {POSTCODE_ORDER}
                ) filter (where postcode is not null) as residence
            from person_record
            inner join local_link using (side, space, partner, source_person_id)
            left join handed_on on local_link.local_no = handed_on.local_no
            group by local_link.person_key
        )

        select known.person_key,
            cast(date_trunc('month', known.birth_date) as date) as birth_month,
            identity_whole_years(known.birth_date, date '{quarter_end}') as age_years,
            coalesce(known.sex, 'U') as sex,
            known.ethnicity,
            case when known.residence is not null then {AREA} end as residence_area_id,
            known.residence.feed as residence_source,
            place.district_code as residence_district_code,
            place.lsoa_code as residence_lsoa,
            place.deprivation_decile,
            case
                when known.residence is null then 'no_postcode'
                when {directory is None} then 'no_directory'
                when place.postcode is null then 'not_in_directory'
                when place.deprivation_decile is null then 'no_index'
                else 'directory'
            end as deprivation_source,
            known.person_key in (select person_key from death) as is_deceased
        from known
        {joins_of_area("known.residence.postcode")}
    """)


def joins_of_area(postcode: str) -> str:
    """What AREA needs joined, of a SQL expression of a postcode; create_attributes must have run."""
    return f"""
        left join place on {postcode} = place.postcode
        left join district_area on place.district_code = district_area.district_code
        left join outward_code_area on split_part({postcode}, ' ', 1) = outward_code_area.outward_code"""


def _create_places(con: duckdb.DuckDBPyConnection, directory: Path | None) -> None:
    """Create `place` (postcode_directory.COLUMNS, empty without one) and the tables of AREA_SEEDS (their code, area_id)."""
    empty = ", ".join(f"null::{kind} as {name}" for name, kind in postcode_directory.COLUMNS.items())
    known = f"from read_parquet({text(directory)})" if directory else f"select {empty} where false"
    con.execute(f"create or replace temp view place as {known}")
    for name, code in AREA_SEEDS.items():
        path = _SEEDS / f"{name}.csv"
        if not path.is_file():
            raise SendjcError(f"The seed {path.name} is missing from seeds/reference: restore it from version control.")
        con.execute(
            f"create or replace temp table {name} as select {code}, area_id from read_csv(?, header = true, all_varchar = true)",
            [str(path)],
        )


def _ethnicities() -> list[str]:
    """The codes that any feed lists for ethnicity, as SQL literals: a feed takes any text there, with a warning."""
    declared = [(feed := feeds.load(source.feed), feed.tables[source.table].column(key)) for source in SOURCES
                for key in source.columns.get("ethnicity", ())]  # fmt: skip
    return sorted({code for feed, column in declared if column.code_list for code in listed(feed, column)})


def _create_plan_ends(
    con: duckdb.DuckDBPyConnection, accepted: Sequence[AcceptedSubmission], quarter_end: date
) -> None:
    """Create `plan_end` (submission_id, person_key, local_no, reason): plans that had ended by the quarter's end, as each council said.

    And `handed_on` (local_no): who, as a council then knew them, had left with the plan.
    """
    con.execute(
        "create or replace temp table plan_end (submission_id varchar, person_key varchar, local_no bigint, reason varchar)"
    )
    tables = ("namedplan", "assessment", "requests")
    if all(create_view(con, f"sen2_{table}", accepted, "sen2", table) for table in tables):
        con.execute(f"""
            insert into plan_end
            select distinct sen2_namedplan.submission_id, local_link.person_key, local_link.local_no, sen2_namedplan.ceasereason
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
    con.execute(
        f"create or replace temp table handed_on as select distinct local_no from plan_end where reason = '{_TRANSFERRED}'"
    )


def _create_deaths(con: duckdb.DuckDBPyConnection, accepted: Sequence[AcceptedSubmission], quarter_end: date) -> None:
    """Create `death` (person_key): died by the quarter's end, by a patient's newest record or why a plan ceased."""
    con.execute(
        f"""
        create or replace temp table death as
        select local_link.person_key
        from person_record
        inner join local_link using (side, space, partner, source_person_id)
        group by local_link.person_key, local_link.local_no, person_record.feed
        having arg_max_null(death_date, recency) <= date '{quarter_end}'
        union
        select person_key from plan_end
        where reason = '{_DECEASED}' and list_contains($counted, submission_id)
    """,
        {"counted": [item.submission_id for item in accepted]},
    )
