"""Birth dates that a system writes when it knows none: taken for unknown before anybody is matched on them.

Belongs here: which dates of which source those are. Does not belong here: dates on which nobody of the cohort was born
(standardise.EARLIEST_BIRTH), or what an unknown date leads to.

A date is a stand-in where it is in seeds/reference/placeholder_birth_date.csv, or where one submission gives it to far more children
than were born on a day: more than FLOOR and MOST_TIMES the average of the other days of that year on which it has anybody born. A system
that writes one does so in every extract, so the date is then unknown in all that the partner sends of the feed, also in an extract with
few of them.
"""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import duckdb

from sendjc_pipeline.settings import SendjcError

SEED = Path(__file__).resolve().parents[2] / "seeds" / "reference" / "placeholder_birth_date.csv"

# Of 1,000 children of one year 3 are born on a day, and more than 25 on one day of no year by chance, twins included.
FLOOR, MOST_TIMES = 10, 5


def placeholders(path: Path = SEED) -> list[date]:
    """The declared dates.

    Raises:
        SendjcError: the seed is missing, or a row is no date.
    """
    if not path.is_file():
        raise SendjcError(f"The seed {path.name} is missing from seeds/reference: restore it from version control.")
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return sorted(date.fromisoformat(row["birth_date"]) for row in csv.DictReader(file))
    except (KeyError, TypeError, ValueError):
        raise SendjcError(f"{path.name} has a row whose birth_date is no date (YYYY-MM-DD): correct the row.") from None


def blank_stand_ins(con: duckdb.DuckDBPyConnection) -> None:
    """Set birth_date to NULL in table sent_person (records.create_records) where it is a stand-in; create stand_in_date.

    stand_in_date: partner, feed, birth_date.
    """
    con.execute("create or replace temp table placeholder (birth_date date)")
    con.executemany("insert into placeholder values (?)", [[day] for day in placeholders()])
    con.execute(f"""
        create or replace temp table stand_in_date as
        with per_day as (
            select partner, feed, submission_id, birth_date, count(distinct source_person_id) as children
            from sent_person
            where birth_date is not null
            group by all
        ),

        per_year as (
            select *, sum(children) over of_year - children as others, count(*) over of_year - 1 as other_days
            from per_day
            window of_year as (partition by partner, feed, submission_id, year(birth_date))
        )

        select distinct partner, feed, birth_date
        from per_year
        where birth_date in (from placeholder) or children > {FLOOR} + coalesce({MOST_TIMES} * others / nullif(other_days, 0), 0);

        update sent_person set birth_date = null
        from stand_in_date
        where sent_person.partner = stand_in_date.partner and sent_person.feed = stand_in_date.feed
            and sent_person.birth_date = stand_in_date.birth_date;
        drop table placeholder;
    """)
