"""Where each child was known to live, and since when: one row each time that the area changed.

Belongs here: reading the area out of every submission so far, not only the newest. Does not belong here: which postcode counts at the quarter's end
(attributes.py), or spans with an end (dbt, mart_person_authority).
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb

from sendjc_pipeline.identity.attributes import AREA, POSTCODE_ORDER, joins_of_area
from sendjc_pipeline.identity.failure import guarded
from sendjc_pipeline.identity.records import text

RESIDENCE_COLUMNS = {"person_key": "VARCHAR", "area_id": "VARCHAR", "residence_source": "VARCHAR", "from_date": "DATE"}


@guarded("tracing where children lived")
def write_residence(con: duckdb.DuckDBPyConnection, quarter_end: date, folder: Path) -> None:
    """Write person_residence.parquet (RESIDENCE_COLUMNS) into `folder`, for the children of the quarter; needs attributes.create_attributes.

    from_date is the last day of the first period in which a partner said so: by then the child lived there, and the move itself is not dated. Of what
    is said for one period the newest receipt counts, after those that had handed the plan on; at the quarter's end, what person_attribute has. area_id
    as in person.parquet, never NULL.
    """
    end = f"date '{quarter_end}'"
    columns = ", ".join(f"cast({name} as {kind}) as {name}" for name, kind in RESIDENCE_COLUMNS.items())
    query = f"""
        with earlier as (
            select local_link.person_key, submission.period_end as said_on,
                arg_max({{'postcode': postcode, 'feed': history_record.feed}}, {POSTCODE_ORDER}) as said
            from history_record
            inner join submission using (submission_id)
            inner join local_link
                on history_record.side = local_link.side and history_record.space = local_link.space
                and history_record.partner = local_link.partner and history_record.source_person_id = local_link.source_person_id
            left join handed_on on local_link.local_no = handed_on.local_no
            where postcode is not null and submission.period_end < {end}
                and local_link.person_key in (select person_key from person_attribute)
            group by all
        ),

        stated as (
            select earlier.person_key, {AREA} as area_id, earlier.said.feed as residence_source, earlier.said_on as from_date
            from earlier {joins_of_area("earlier.said.postcode")}
            union all
            select person_key, residence_area_id, residence_source, {end}
            from person_attribute
            where residence_area_id is not null
        )

        select {columns}
        from stated
        qualify area_id is distinct from lag(area_id) over (partition by person_key order by from_date)
        order by person_key, from_date"""
    con.execute(f"copy ({query}) to {text(folder / 'person_residence.parquet')} (format parquet, compression zstd)")
