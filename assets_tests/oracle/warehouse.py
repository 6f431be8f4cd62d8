"""A warehouse of random children: schema `raw` as the intake would fill it, and the models of the clocks built over it.

Belongs here: names of raw columns. Does not belong here: any rule.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from sendjc_pipeline import feeds
from sendjc_pipeline.identity.attributes import PERSON_COLUMNS
from sendjc_pipeline.identity.columns import raw_columns
from sendjc_pipeline.identity.doubt import DOUBT_COLUMNS
from sendjc_pipeline.identity.residence import RESIDENCE_COLUMNS
from sendjc_pipeline.reporting import Quarter
from sendjc_pipeline.settings import Settings
from sendjc_pipeline.warehouse.build import run_dbt
from sendjc_pipeline.warehouse.connection import connect
from sendjc_pipeline.warehouse.deliveries import QuarterInputs
from sendjc_pipeline.warehouse.raw_submissions import create_submission_tables

from .community_records import PROVIDERS
from .lives import STOPPED_SENDING
from .local_records import SENT_LOCALLY
from .mental_health_records import MIND_PROVIDERS
from .records import LAYOUT, Child, Setting, told_from

# Raw table of each kind of record, with the column that each of its fields fills; `partner` and `period` are those of the submission.
COLUMNS = {
    "requests": ("sen2_requests", "partner requeststableid person_key receiveddate requestoutcome requestoutcomedate exported has_quarantined_descendant"),
    "assessments": ("sen2_assessment", "partner assessmenttableid requeststableid assessmentoutcome assessmentoutcomedate week20"),
    "plans": ("sen2_namedplan", "partner namedplantableid assessmenttableid startdate ceasedate"),
    "active_plans": ("sen2_activeplans", "partner activeplanstableid requeststableid transferla reviewmeeting reviewoutcome reviewdraft lastreview"
        " phasetransferduedate phasetransferfinaldate"),
    "local_requests": ("ehc_local_request", "partner period request_id person_key received_date draft_plan_date comments_date final_plan_date"),
    "local_reviews": ("ehc_local_review", "partner period review_id person_key meeting_date report_date decision decision_date"
        " amendment_notice_date final_amended_date"),
    "advices": ("ep_advice_ep_advice", "partner period advice_id person_key adviser_type requested_date allocated_date"
        " received_date cancelled_date late_reason"),
    "referrals": ("csds_cyp101referral", "partner period servicerequestid person_key referralrequest_receiveddate discharge_date has_quarantined_descendant"
        " primaryreferralreason"),
    "teams": ("csds_cyp102servicetypereferredto", "partner period servicerequestid teamid_local teamtype referral_closuredate referral_rejectiondate"),
    "contacts": ("csds_cyp201carecontact", "partner period carecontactid servicerequestid teamid_local contact_date attendancestatus"),
    "activities": ("csds_cyp202careactivity", "partner period careactivityid carecontactid activity_type"),
    "sleeps": (
        "sleep_support_sleep_support",
        "partner period referral_id person_key referral_date accepted_date rejected_date first_contact_date "
        "discharge_date has_quarantined_descendant",
    ),
    "steps": (
        "sleep_support_sleep_step",
        "partner period step_id referral_id pathway_step start_date first_attended_date",
    ),
    "caseloads": (
        "sensory_support_sensory_support",
        "partner period caseload_id person_key need referral_date assessment_date eligibility_band visits_in_period "
        "start_date first_visit_date end_date end_reason has_quarantined_descendant",
    ),
    "items": (
        "equipment_equipment",
        "partner period request_id person_key category request_date assessment_date decision_date decision "
        "delivery_date has_quarantined_descendant",
    ),
    "packages": (
        "short_breaks_short_breaks",
        "partner period package_id person_key break_type request_date agreed_date start_date end_date hours_used "
        "has_quarantined_descendant",
    ),
    "suspicions": ("csds_cyp606provdiag", "partner period servicerequestid diagnosis_scheme provisionaldiagnosis provisionaldiagnosis_date"),
    "diagnoses": ("csds_cyp607primdiag", "partner period servicerequestid diagnosis_scheme primarydiagnosis primarydiagnosis_date"),
    "further_diagnoses": ("csds_cyp608secdiag", "partner period servicerequestid diagnosis_scheme secondarydiagnosis secondarydiagnosis_date"),
    "mind_referrals": ("mhsds_mhs101referral", "partner period servicerequestid person_key localpatientid referralrequestreceiveddate"
        " servdischdate has_quarantined_descendant primreasonreferralmh careprofteamlocalid referrejectiondate"),
    "mind_teams": ("mhsds_mhs102otherservicetype", "partner period servicerequestid othercareprofteamlocalid servteamtypereftomh"
        " referclosuredate referrejectiondate"),
    "mind_team_types": ("mhsds_mhs902serviceteamdetails", "partner period careprofteamlocalid servteamtypemh"),
    "mind_contacts": ("mhsds_mhs201carecontact", "partner period carecontactid servicerequestid othercareprofteamlocalid carecontdate attendstatus"),
    "mind_activities": ("mhsds_mhs202careactivity", "partner period careactid carecontactid procedure"),
    "mind_rtts": ("mhsds_mhs104rtt", "partner period servicerequestid patpathid refertotreatperiodstartdate refertotreatperiodenddate"
        " refertotreatperiodstatus"),
    "mind_diagnoses": ("mhsds_mhs604primdiag", "partner period servicerequestid diagschemeinuse primdiag codeddiagtimestamp"),
    "mind_further_diagnoses": ("mhsds_mhs605secdiag", "partner period servicerequestid diagschemeinuse secdiag codeddiagtimestamp"),
    "scores": ("mhsds_mhs606codedscoreassessmentrefer", "partner period servicerequestid codedasstooltype asstoolcomptimestamp"),
    "care_plans": ("mhsds_mhs008careplantype", "partner period careplanid person_key localpatientid careplancreatdate"),
    "rtts": ("csds_cyp104rtt", "partner period servicerequestid patientpathwayid rtt_startdate rtt_enddate rtt_status"),
}  # fmt: skip
_LINK_COLUMNS = {
    "person_key": "VARCHAR", "partner": "VARCHAR", "feed": "VARCHAR", "source_person_id": "VARCHAR", "method": "VARCHAR",
    "match_probability": "DOUBLE", "is_in_doubt": "BOOLEAN", "submission_id": "VARCHAR",
}  # fmt: skip
_KINDS = {
    "BIGINT": pl.Int64,
    "DOUBLE": pl.Float64,
    "VARCHAR": pl.String,
    "DATE": pl.Date,
    "BOOLEAN": pl.Boolean,
    "INTEGER": pl.Int32,
    "TIMESTAMP": pl.Date,
}
_PLACE = "submission_id varchar, partner varchar, feed varchar, table_name varchar"
_LEFT_OUT = {
    "left_out": f"{_PLACE}, reason varchar, rows bigint",
    "left_out_child": "partner varchar, feed varchar, reason varchar, children bigint",
    "blanked_value": f"{_PLACE}, column_name varchar, blanked bigint",
}
_FINDING = "rule varchar, feed varchar, table_name varchar, partner varchar, submission_id varchar, source_row bigint"


def build_clocks(settings: Settings, path: Path, children: Sequence[Child], setting: Setting) -> None:
    """Fill a new file with the children and build `fct_clock` and all that it rests on."""
    con = connect(path, settings=settings)
    create_empty(con, setting)
    fill(con, children)
    con.close()
    build_models(settings, path, "+fct_clock")


def build_models(settings: Settings, path: Path, select: str) -> float:
    """Run dbt over a file that has schema `raw`; seconds that the models themselves took."""
    step = ["build", "--resource-type", "seed", "--resource-type", "model", "--select", *select.split()]
    results = run_dbt(settings, path, [step])
    failed = {result.unique_id: result.message for result in results if result.status != "success"}
    assert not failed, failed
    return sum(result.seconds for result in results)


def create_empty(con: duckdb.DuckDBPyConnection, setting: Setting) -> None:
    """Schema `raw` with every table and no row, but for the submissions of the quarter and the quarter itself."""
    con.execute("create schema raw")
    for name in feeds.names():
        feed = feeds.load(name)
        for table in feed.tables:
            _create(con, f"{name}_{table.lower()}", dict(raw_columns(feed, feed.tables[table])))
    _create(con, "person", PERSON_COLUMNS)
    _create(con, "person_link", _LINK_COLUMNS)
    _create(con, "person_doubt", DOUBT_COLUMNS)
    _create(con, "person_residence", RESIDENCE_COLUMNS)
    for name, columns in _LEFT_OUT.items():
        con.execute(f"create table raw.{name} ({columns})")
    con.execute(f"create table raw.cross_feed_finding ({_FINDING})")
    create_submission_tables(con, QuarterInputs(Quarter.parse(setting.label), setting.known_at, []))
    con.execute(
        "create table raw.run_parameter as select ? as quarter, ?::date as quarter_start, ?::date as quarter_end,"
        " ?::date as as_of, ?::date as known_at",
        [setting.label, setting.start, setting.as_of, setting.as_of, setting.known_at],
    )
    submissions = pl.DataFrame(_submissions(setting), orient="row", schema=[
        "partner", "feed", "spec", "place", "period", "period_start", "period_end", "received_at"])  # fmt: skip
    con.register("incoming", submissions.to_arrow())
    con.execute("""
        insert into raw.submission by name
        select feed || '-' || partner || '-' || period as submission_id, partner, feed, spec, period, period_start, period_end,
            received_at, 'accepted' as status, 1 as received, 1 as accepted, 0 as quarantined, true as is_selected
        from incoming""")
    con.execute(
        "create table sent as select feed || '-' || partner || '-' || period as submission_id, * exclude (spec) from incoming"
    )
    con.unregister("incoming")


def _submissions(setting: Setting) -> Iterable[tuple[Any, ...]]:
    newest = setting.periods[-1]
    for council in LAYOUT:
        yield (
            council,
            "sen2",
            LAYOUT[council],
            newest.place,
            newest.label,
            newest.start,
            newest.end,
            _received(newest.end, 20),
        )
        yield from _of_council(setting, council)
    for sender, feed in SENT_LOCALLY:
        for period in setting.periods:
            yield sender, feed, "1", period.place, period.label, period.start, period.end, _received(period.end, 20)
    for feed, providers in (("csds", PROVIDERS), ("mhsds", MIND_PROVIDERS)):
        for provider in (*providers, STOPPED_SENDING):
            for period in setting.periods[:2] if provider == STOPPED_SENDING else setting.periods:
                # Two providers sent an old extract again after their newest one: it is old all the same.
                days = 400 if (provider, period.place) in (("RTD", 1), ("RXM", 0)) else 20
                yield provider, feed, "1", *period, _received(period.end, days)


def _of_council(setting: Setting, council: str) -> Iterable[tuple[Any, ...]]:
    for period in setting.periods:
        yield council, "ep_advice", "1", period.place, period.label, period.start, period.end, _received(period.end, 20)
    first = told_from(council, setting)
    if first is None:
        return
    if first < setting.periods[0].start:  # extracts of earlier years, in which none of these children was
        yield council, "ehc_local", "1", -1, "earlier", first, first, _received(first, 20)
    for period in setting.periods:
        if period.start >= first:
            yield (
                council,
                "ehc_local",
                "1",
                period.place,
                period.label,
                period.start,
                period.end,
                _received(period.end, 20),
            )


def _received(day: Any, days: int) -> datetime:
    return datetime.combine(day, time(9)) + timedelta(days=days)  # UTC, as all times of schema raw


def fill(con: duckdb.DuckDBPyConnection, children: Sequence[Child]) -> None:
    """Put the records of the children into schema `raw`."""
    people = [(*child.person, None) for child in children]
    _insert(con, "person", "person_key age_years residence_area_id is_deceased birth_month", people)
    con.execute("update raw.person set sex = 'U', birth_month = date '2010-01-01', deprivation_source = 'no_postcode'")
    for kind, (table, columns) in COLUMNS.items():
        _insert(con, table, columns, [row for child in children for row in getattr(child, kind)])


def _insert(con: duckdb.DuckDBPyConnection, table: str, columns: str, rows: list[tuple[Any, ...]]) -> None:
    names = columns.split()
    kinds = dict(
        con.execute(f"select column_name, data_type from duckdb_columns() where table_name = '{table}'").fetchall()
    )
    schema = {name: pl.Int32 if name == "period" else _KINDS[kinds[name]] for name in names}
    # The records have days; a time late in the evening is of its day as any other.
    times = [
        pl.col(name).cast(pl.Datetime("us")) + timedelta(hours=23, minutes=59)
        for name in names
        if kinds.get(name) == "TIMESTAMP"
    ]
    con.register("incoming", pl.DataFrame(rows, schema=schema, orient="row").with_columns(times).to_arrow())
    if table == "person":
        con.execute("insert into raw.person by name from incoming")
    else:
        feed = next(name for name in feeds.names() if table.startswith(f"{name}_"))
        place = "true" if "period" not in names else "sent.place = incoming.period"
        con.execute(f"""
            insert into raw.{table} by name
            select incoming.* {"exclude (period)" if "period" in names else ""}, sent.* exclude (partner, feed, place),
                row_number() over (partition by sent.submission_id) + 1 as source_row
            from incoming inner join sent on sent.feed = '{feed}' and sent.partner = incoming.partner and {place}""")
    con.unregister("incoming")


def _create(con: duckdb.DuckDBPyConnection, name: str, columns: dict[str, str]) -> None:
    con.execute(f"create table raw.{name} ({', '.join(f'{column} {kind}' for column, kind in columns.items())})")
