"""Annex A, lists 1 and 2: the children whom an area SEND inspection asks a council about, with the identifiers that this council itself sent.

Belongs here: the one way by which identifiers leave the restricted zone, to the council whose children they are, on demand, never in a
release (docs/decisions/0007). Does not belong here: which children, or what is known of them (mart_annex_a). Layout: domain/sources.md 4.4.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import polars as pl

from sendjc_pipeline.identity.keys_in_force import keys_in_force
from sendjc_pipeline.identity.pseudonym import (
    EXTRACT,
    RECORD,
    RECORD_DIGITS,
    Pseudonymiser,
    extract_purpose,
    record_purpose,
)
from sendjc_pipeline.identity.vault import identity_folder
from sendjc_pipeline.reporting import Quarter
from sendjc_pipeline.sealing import sealed
from sendjc_pipeline.settings import SendjcError, Settings
from sendjc_pipeline.submissions import ledger
from sendjc_pipeline.submissions.intake import accepted_folder
from sendjc_pipeline.warehouse.build import warehouse_path
from sendjc_pipeline.warehouse.connection import connect

RULES = Path(__file__).resolve().parents[2] / "seeds" / "reference" / "annex_a_rule.csv"
_ID_DIGITS = 12
_YES_NO = "case when {0} then 'a) Yes' when not {0} then 'b) No' end"
_BOTH = {
    "Unique ID": "upper(unique_id)",
    "UPN": "upn",
    "ULN": "uln",
    "Date of birth": "strftime(birth_date, '%d/%m/%Y')",
    "Gender": "gender",
    "Ethnicity": "ethnicity",
}
_PLAN = {
    "Date initial EHC plan issued": "strftime(initial_plan_date, '%d/%m/%Y')",
    "Date updated EHC plan issued": "strftime(updated_plan_date, '%d/%m/%Y')",
    "Date EHC plan last reviewed": "strftime(last_review_date, '%d/%m/%Y')",
}
_SCHOOL = {
    "SEN primary need": "primary_need",
    "Main education establishment – URN": "main_urn",  # noqa: RUF001  the lists' own dash
    "Main education establishment – phase": "main_phase",  # noqa: RUF001  the lists' own dash
    "Subsidiary education establishment – phase (dual registration)": "subsidiary_phase",  # noqa: RUF001  the lists' own dash
}
_HOME = {"Elective home education": _YES_NO.format("is_home_educated")}
_REST = {
    "Suspensions": "suspension_count::varchar",
    "Permanent exclusions": "permanent_exclusion_count::varchar",
    "Absence": "absence_pct::varchar",
    "Pupil Premium": _YES_NO.format("has_pupil_premium"),
    "Known to children's social care?": _YES_NO.format("is_known_to_social_care"),
    "Which children's social care team?": "social_care_team",
    "Does the child or young person have a disability?": _YES_NO.format("has_disability"),
}
# Headings in the order of the lists, and the SQL of each over `listed_child`.
COLUMNS = {1: {**_BOTH, **_PLAN, **_SCHOOL, **_HOME, **_REST}, 2: {**_BOTH, **_SCHOOL, **_REST}}
# Feed, table -> its record of the child's own id, UPN, ULN and birth date; what SEN2 says comes first.
_SAID = (
    ("sen2", "person", "persontableid", "personbirthdate"),
    ("school_census", "pupilonroll", "pupilonrolltableid", "dob"),
)


@dataclass(frozen=True)
class AnnexList:
    """One list: rows as text by heading, and (rule, words, rows that break it)."""

    number: int
    rows: pl.DataFrame
    faults: list[tuple[str, str, int]]


@sealed("Making the lists of an inspection", "Nothing was written: tell whoever maintains sendjc.")
def annex_a(settings: Settings, area: str, quarter: Quarter) -> list[AnnexList]:
    """Lists 1 and 2 of a council at a quarter's end, from the quarter's warehouse as it stands.

    Raises:
        SendjcError: the quarter was not built, its identity folder is gone, or the council has withdrawn or sent anew since.
    """
    keys = keys_in_force(settings).only(RECORD, EXTRACT)
    path, links = warehouse_path(settings, quarter), identity_folder(settings, quarter) / "person_link.parquet"
    if not path.is_file() or not links.is_file():
        raise SendjcError(f"{quarter} has not been built here: `sendjc run --quarter {quarter}` first.")
    con = connect(settings=settings)
    try:
        _require_newest(con, settings, area, quarter, links)
        con.execute(f"attach '{_quoted(path)}' as warehouse (read_only)")
        # An id of this list and this council: with the warehouse's own key, whoever has seen both could join them.
        pseudonymiser = Pseudonymiser(con, keys)
        _create_identifiers(con, settings, area, links, pseudonymiser)
        unique_id = pseudonymiser.sql(extract_purpose("annex_a", area), "mart.person_key", _ID_DIGITS)
        con.execute(
            f"""
            create temp table listed_child as
            select mart.*, {unique_id} as unique_id, said.upn, said.uln, said.birth_date, run.as_of,
                date_sub('year', said.birth_date, run.as_of) as age_years
            from warehouse.mart_annex_a mart cross join warehouse.stg_submission__run_parameter run left join said using (person_key)
            where mart.area_id = ?""",
            [area],
        )
        return [_list(con, number) for number in COLUMNS]
    finally:
        con.close()


def _require_newest(
    con: duckdb.DuckDBPyConnection, settings: Settings, area: str, quarter: Quarter, links: Path
) -> None:
    """Refuse lists of children from files that the council has taken back or replaced since the quarter was built."""
    for feed in ("sen2", "school_census"):
        found = con.execute(
            "select distinct submission_id from read_parquet(?) where partner = ? and feed = ?",
            [str(links), area, feed],
        ).fetchall()
        standing = ledger.standing(settings, date.max)
        if stale := sorted(str(row[0]) for row in found if row[0] not in standing):
            raise SendjcError(
                f"{quarter} was built from {', '.join(stale)}, which {area} has withdrawn or replaced since: `sendjc run --quarter {quarter}` first."
            )


def _create_identifiers(
    con: duckdb.DuckDBPyConnection, settings: Settings, area: str, links: Path, pseudonymiser: Pseudonymiser
) -> None:
    """Create `said` (person_key, upn, uln, birth_date) from what this council sent, found again by the pseudonym of its own record ids."""
    con.execute("create temp table sent (person_key varchar, place integer, upn varchar, uln varchar, birth_date date)")
    by_id = {submission.submission_id: submission for submission in ledger.all_submissions(settings)}
    used = con.execute(
        "select distinct feed, submission_id from read_parquet(?) where partner = ?", [str(links), area]
    ).fetchall()
    for place, (feed, table, key, born) in enumerate(_SAID):
        for submission_id in sorted(str(s) for f, s in used if f == feed):
            file = accepted_folder(settings, by_id[submission_id]) / f"{table}.parquet"
            hashed = pseudonymiser.sql(record_purpose(feed, area), f"sent.{key}", RECORD_DIGITS)
            con.execute(
                f"insert into sent select link.person_key, {place}, case when sent.upn_is_valid then sent.upn end,"
                f" sent.uniquelearnernumber, sent.{born} from read_parquet('{_quoted(file)}') sent"
                " join read_parquet(?) link on link.submission_id = ? and link.feed = ? and link.partner = ?"
                f" and link.source_person_id = {hashed}",
                [str(links), submission_id, feed, area],
            )
    con.execute(
        "create temp table said as select person_key, arg_min(upn, (place, upn)) as upn, arg_min(uln, (place, uln)) as uln,"
        " arg_min(birth_date, (place, birth_date)) as birth_date from sent group by person_key"
    )


def _list(con: duckdb.DuckDBPyConnection, number: int) -> AnnexList:
    columns = ", ".join(f'{sql} as "{heading}"' for heading, sql in COLUMNS[number].items())
    con.execute(
        f"create or replace temp table listed as select {columns}, birth_date, age_years, as_of, initial_plan_date,"
        f" updated_plan_date, last_review_date from listed_child where list_number = {number}"
    )
    headings = ", ".join(f'"{heading}"' for heading in COLUMNS[number])
    rows = con.execute(f'select {headings} from listed order by "Unique ID"').pl()
    rules = pl.read_csv(RULES, infer_schema=False).filter(pl.col("list_number") == str(number))
    faults = []
    for rule, words, condition in rules.select("rule", "words", "condition").rows():
        found = con.execute(f"select count(*) from listed where {condition}").fetchone()
        faults.append((str(rule), str(words), int(found[0]) if found else 0))
    return AnnexList(number, rows, faults)


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
