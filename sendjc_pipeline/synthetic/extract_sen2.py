"""What a council's case system would send for a quarter: the nine SEN2 tables, as typed frames.

Belongs here: which cases are in a live extract, and what is recorded of them by the quarter's end. Does not belong here:
file layouts (writers_sen2, writers_sen2_xml).

The extract holds every request received in this or the last calendar year or still open, and every active plan; what was
decided before that carries H (historical), and so does a plan taken over from another council (sources 1.4, 1.5).
"""

from __future__ import annotations

from datetime import date

import polars as pl

from sendjc_pipeline.reporting import Quarter
from sendjc_pipeline.synthetic import calibration as cal
from sendjc_pipeline.synthetic import extract_plans
from sendjc_pipeline.synthetic.draws import noise
from sendjc_pipeline.synthetic.extract_reviews import reviews
from sendjc_pipeline.synthetic.names import variant
from sendjc_pipeline.synthetic.population import World, chance
from sendjc_pipeline.synthetic.tables import dates, record_number

REAPPEAL_DAYS = 45  # from a refusal to the assessment that follows when it is overturned
TABLES = (
    "sen2",
    "person",
    "requests",
    "assessment",
    "namedplan",
    "plandetail",
    "activeplans",
    "placementdetail",
    "senneed",
)
PARENT = {"person": "sen2", "requests": "person", "assessment": "requests", "namedplan": "assessment", "plandetail": "namedplan",
          "activeplans": "requests", "placementdetail": "activeplans", "senneed": "activeplans"}  # fmt: skip
_NO_UPN = ("UN2", "UN3", "UN8", "UN9")
_SOURCES, _SOURCE_EDGES = ("1", "2", "3", "4", "5", None), (0.36, 0.9, 0.94, 0.95, 0.98)  # parent, school, health, ...


def extract(world: World, area: str, quarter: Quarter) -> dict[str, pl.DataFrame]:
    """Extract the nine tables of one council for one quarter, with the spelling of the specification (Blade lower-cases it).

    Beside its columns each frame has its key `<table>tableid`, its parent's, and `person` (for the truth; not sent).
    """
    end, window = cal.day(quarter.end), cal.day(date(quarter.end.year - 1, 1, 1))
    cases = _known(world.cases.filter(pl.col("area_id") == area), end, window)
    cases = cases.with_columns(
        requeststableid=record_number("case", f"{area} request"), assessmenttableid=record_number("case", f"{area} assessment"),
        namedplantableid=record_number("case", f"{area} plan"), activeplanstableid=record_number("case", f"{area} active"),
        persontableid=record_number("person", f"{area} person"),
    ).sort("persontableid", "received", "case")  # fmt: skip
    people = cases.select("person").unique().join(world.persons, on="person")
    known = people.select("person", "dob", "setting", "need_1", "need_2")
    cases = cases.join(known, on="person", how="left", maintain_order="left")
    active = reviews(world, cases.filter("active"), area, end, window)
    tables = {
        "sen2": _header(area, quarter),
        "person": _people(world, people, area, end),
        "requests": _requests(world, cases, end),
        "assessment": _assessments(world, cases),
        **extract_plans.plans(world, cases.filter("issued"), area),
        "activeplans": active,
        **extract_plans.active(world, cases.filter("active"), area, end),
    }
    return {name: tables[name] for name in TABLES}


def _known(cases: pl.DataFrame, end: int, window: int) -> pl.DataFrame:
    """Find the cases in the extract, with what is known of them at its date."""
    moved_in = pl.col("kind") == "transfer_in"
    told = cases.with_columns(
        pl.when(pl.col(name) <= end).then(name).alias(name) for name in ("decided", "closed", "ceased")
    ).filter(pl.col("received") <= end, ~moved_in | pl.col("closed").is_not_null())
    appealed = (pl.col("kind") == "overturned") & (pl.col("decided") + REAPPEAL_DAYS <= end)
    told = told.with_columns(
        issued=(pl.col("outcome") == "Y") & pl.col("closed").is_not_null(),
        assessed=((pl.col("decision") == "Y") & pl.col("decided").is_not_null())
        | (appealed | pl.col("closed").is_not_null()),
        appealed=appealed.fill_null(value=False),
    )
    refused = (pl.col("decision") != "Y") & ~pl.col("appealed") & pl.col("decided").is_not_null()
    finished = (pl.col("closed").is_not_null() | refused).fill_null(value=False)
    active = pl.col("issued") & pl.col("ceased").is_null()
    recent = pl.any_horizontal(pl.col(name) >= window for name in ("received", "decided", "closed", "ceased"))
    old = pl.when(moved_in).then(pl.lit(value=True))
    return told.with_columns(
        active=active,
        historical_decision=old.otherwise(pl.col("decided") < window).fill_null(value=False),
        historical_outcome=old.otherwise(pl.col("closed") < window).fill_null(value=False),
    ).filter(pl.col("active") | recent.fill_null(value=False) | ~finished)


def _header(area: str, quarter: Quarter) -> pl.DataFrame:
    return pl.DataFrame({
        "sen2tableid": ["1"], "Collection": ["SEN2"], "Year": [quarter.end.year], "ReferenceDate": [quarter.end], "SourceLevel": ["L"],
        "LEA": [cal.LA_CODE[area]], "SoftwareCode": ["SYNTHETIC"], "Release": ["2025"], "SerialNo": ["1"],
        "DateTime": [f"{quarter.end:%Y-%m-%d}T09:00:00"], "DMO": ["1"], "DCO": ["1"], "DSCO": ["1" if area != "derby" else "0"],
    })  # fmt: skip


def _people(world: World, people: pl.DataFrame, area: str, end: int) -> pl.DataFrame:
    known = world.residences.filter(pl.col("since") <= end, pl.col("area_id") == area).sort("person", "since")
    seen = known.with_columns(lag=chance(world, f"{area} old address", 0.3, known["person"])).with_columns(
        stale=pl.col("lag") & (pl.col("since") > end - 180) & (pl.len().over("person") > 1)
    )
    address = seen.group_by("person", maintain_order=True).agg(
        pl.when(pl.col("stale").last())
        .then(pl.col("postcode").first())
        .otherwise(pl.col("postcode").last())
        .alias("PostCode")
    )
    frame = people.join(address, on="person", how="left").sort("person")
    who = frame["person"]
    u = pl.Series("u", noise(world.seed, f"{area} no upn", who.to_numpy()))
    no_upn = (pl.col("upn_from") > end) | (pl.col("u") < 0.012)
    other = pl.lit(list(_NO_UPN)).list.get((pl.col("u") * 1e5).cast(pl.Int64) % len(_NO_UPN))
    young = pl.col("dob") > end - 6 * 365
    spelt = chance(world, f"{area} forename", 0.012, who), chance(world, f"{area} surname", 0.006, who)
    return dates(
        frame.with_columns(u).select(
            persontableid=record_number("person", f"{area} person"), sen2tableid=pl.lit("1"), person="person",
            Surname=pl.when(spelt[1]).then(variant(pl.col("surname"))).otherwise("surname"),
            Forename=pl.when(spelt[0]).then(variant(pl.col("forename"))).otherwise("forename"),
            PersonBirthDate="dob", Sex="sex", Ethnicity="ethnicity", PostCode="PostCode",
            UPN=pl.when(~no_upn).then("upn"),
            UniqueLearnerNumber=pl.when(pl.col("dob") < end - 14.5 * 365).then(pl.col("uln").cast(pl.String)),
            UPNunknown=pl.when(no_upn & young).then(pl.lit("UN1")).when(no_upn).then(other),
        ).sort("persontableid"),
        "PersonBirthDate",
    )  # fmt: skip


def _requests(world: World, cases: pl.DataFrame, end: int) -> pl.DataFrame:
    who = cases["case"]
    u = pl.lit(pl.Series("source", noise(world.seed, "request source", who.to_numpy())))
    source = pl.lit(list(_SOURCES)).list.get(sum((u >= edge).cast(pl.Int64) for edge in _SOURCE_EDGES))
    refused = (pl.col("kind") == "refused") & (pl.col("decided") < end - 30)
    outcome = pl.when("historical_decision").then(pl.lit("H")).when(pl.col("decided").is_null()).then(pl.lit("A"))
    return dates(
        cases.select(
            "requeststableid", "persontableid", "person", "case", ReceivedDate="received",
            RequestSource=source,
            RYA=chance(world, "rya", 0.001, who),
            RequestOutcomeDate=pl.when(~pl.col("historical_decision")).then("decided"), RequestOutcome=outcome.otherwise("decision"),
            RequestMediation=pl.col("appealed") | (refused & chance(world, "mediation", 0.09, who)).fill_null(value=False),
            RequestTribunal=(pl.col("appealed") & chance(world, "tribunal", 0.3, who)).fill_null(value=False),
            Exported=pl.lit(None, pl.String),
        ),
        "ReceivedDate", "RequestOutcomeDate",
    )  # fmt: skip


def _assessments(world: World, cases: pl.DataFrame) -> pl.DataFrame:
    frame = cases.filter("assessed")
    who = frame["case"]
    outcome = pl.when("historical_outcome").then(pl.lit("H")).when(pl.col("closed").is_null()).then(pl.lit("A"))
    no_plan = (pl.col("outcome") == "N") & pl.col("closed").is_not_null()
    return dates(
        frame.select(
            "assessmenttableid", "requeststableid", "person", "case", AssessmentOutcome=outcome.otherwise("outcome"),
            AssessmentOutcomeDate=pl.when(~pl.col("historical_outcome")).then("closed"),
            AssessmentMediation=no_plan & chance(world, "assessment mediation", 0.1, who),
            AssessmentTribunal=no_plan & chance(world, "assessment tribunal", 0.06, who),
            OtherMediation=chance(world, "other mediation", 0.01, who), OtherTribunal=chance(world, "other tribunal", 0.006, who),
            Week20=pl.col("week20") & pl.col("closed").is_not_null() & ~pl.col("historical_outcome"),
        ),
        "AssessmentOutcomeDate",
    )  # fmt: skip
