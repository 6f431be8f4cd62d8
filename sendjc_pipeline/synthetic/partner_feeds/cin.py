"""A council's yearly children in need census: one XML with every episode of need that was open in the year.

Belongs here: the rows of its tables. Does not belong here: who is chosen (_social_care), elements and nesting (_cin_xml).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from sendjc_pipeline import feeds
from sendjc_pipeline.synthetic import calibration as cal
from sendjc_pipeline.synthetic.partner_feeds import _cin_xml
from sendjc_pipeline.synthetic.partner_feeds import _local as local
from sendjc_pipeline.synthetic.partner_feeds import _social_care as care
from sendjc_pipeline.synthetic.scene import Scene
from sendjc_pipeline.synthetic.tables import ISO, dates, text

FEED = "cin"
IS_TREE = True
_RATE = 0.035
_TO_CONFERENCE = 6  # days from the end of the assessment
_WITHOUT_ENQUIRY = 4  # percent of assessments
_WITH_PLAN = {"nottingham": 24.7, "nottinghamshire": 18.6, "derby": 23.6, "newcastle": 39.0}
_GENDER_BEFORE_2025 = {"M": "1", "F": "2"}
_DISABILITY = {"ASD": "AUT", "SLCN": "COMM", "SLD": "LD", "MLD": "LD", "PMLD": "LD", "SPLD": "LD", "HI": "HEAR", "VI": "VIS",
               "MSI": "VIS", "PD": "MOB", "SEMH": "BEH", "OTH": "DDA", "DS": "LD"}  # fmt: skip


def partners(areas: Sequence[str]) -> list[str]:
    """Every council."""
    return list(areas)


def period(scene: Scene) -> str:
    """The financial year."""
    return care.period(scene)


def spec(scene: Scene) -> str:
    """The year in which the census year ends, or the nearest one that is declared."""
    known = feeds.load(FEED).specs
    return min(max(str(scene.quarter.end.year), known[0]), known[-1])


def write(scene: Scene, partner: str, tables: dict[str, pl.DataFrame], folder: Path) -> dict[str, int]:  # noqa: ARG001  a writer's signature
    """Write the XML; returns the number of rows (elements of all tables) by file name."""
    return _cin_xml.write(tables, folder)


def extract(scene: Scene, partner: str) -> dict[str, pl.DataFrame] | None:
    """The tables of one census, with identifiers to nest by."""
    if not care.is_due(scene):
        return None
    children = care.chosen(scene, partner, "in need", _RATE, _WITH_PLAN).sort("number")
    kind = pl.col("need_1").replace_strict(_DISABILITY, default=None, return_dtype=pl.String)
    children = children.with_columns(
        LAchildID="number", disability=pl.when("has_plan").then(pl.coalesce(kind, pl.lit("DDA"))).otherwise(kind)
    )
    episodes = _episodes(scene, children)
    children = children.join(episodes, on="LAchildID", how="semi", maintain_order="left")
    assessed = _assessed(scene, episodes)
    episodes = episodes.join(_conferences(scene, assessed), on="cindetailsid", how="left", maintain_order="left")
    tables = {
        "message": _message(scene, partner), "child": _child(scene, children),
        "disability": children.select("LAchildID", disabilityid=pl.col("LAchildID") + ".1", Disability=pl.col("disability").fill_null("NONE")),
        "cindetails": _details(scene, episodes), "assessment": assessed.select(
            "assessmentid", "cindetailsid", AssessmentActualStartDate="began",
            AssessmentInternalReviewDate=pl.when("done").then(pl.col("began") + 10), AssessmentAuthorisationDate=pl.when("done").then("finished")),
        "assessmentfactor": _factors(scene, assessed), **_plans(scene, assessed),
    }  # fmt: skip
    days = ["CINreferralDate", "CINclosureDate", "AssessmentActualStartDate", "AssessmentInternalReviewDate", "AssessmentAuthorisationDate",
            "CINPlanStartDate", "CINPlanEndDate", "S47ActualStartDate", "InitialCPCtarget", "DateOfInitialCPC", "CPPstartDate", "CPPendDate"]  # fmt: skip
    sent = {name: text(dates(frame, *(d for d in days if d in frame.columns)), ISO) for name, frame in tables.items()}
    return {**sent, "_person": children.select(source_person_id="LAchildID", person="person")}


def _message(scene: Scene, area: str) -> pl.DataFrame:
    end = scene.quarter.end
    return pl.DataFrame({
        "Collection": ["CIN"], "Year": [str(end.year)], "ReferenceDate": [str(end)], "SourceLevel": ["L"], "LEA": [str(cal.LA_CODE[area])],
        "SoftwareCode": ["SYNTHETIC"], "Release": ["1"], "SerialNo": ["001"], "DateTime": [f"{end:%Y}-05-12T09:00:00"],
    })  # fmt: skip


def _child(scene: Scene, children: pl.DataFrame) -> pl.DataFrame:
    reason = pl.when(care.is_under_six(scene)).then(pl.lit("UN1")).otherwise(pl.lit("UN3"))
    sex = (
        {"Sex": pl.col("sex")}
        if spec(scene) >= "2025"
        else {"GenderCurrent": pl.col("sex").replace(_GENDER_BEFORE_2025)}
    )
    none = pl.lit(None, pl.String)
    frame = children.select(
        "LAchildID", UPN="known_upn", UPNunknown=pl.when(pl.col("known_upn").is_null()).then(reason), PersonBirthDate="dob",
        ExpectedPersonBirthDate=none, **sex, PersonDeathDate=none, Ethnicity="ethnicity",
    )  # fmt: skip
    return dates(frame, "PersonBirthDate")


def _episodes(scene: Scene, children: pl.DataFrame) -> pl.DataFrame:
    """One episode of need per child, and a second for some whose first was closed: referred, closed (or null), nfa."""
    who, year, end = children["person"], care.year_start(scene), scene.end
    referred = end - pl.lit(pl.Series(local.between(scene, "referred", 10, 800, who)))
    frame = children.with_columns(
        referred=pl.max_horizontal(referred, pl.col("dob") + 1), nfa=pl.Series(local.between(scene, "nfa", 1, 100, who) <= 8),
        u=pl.Series(local.between(scene, "closed", 1, 100, who)), stay=pl.Series(local.between(scene, "open for", 0, 200, who)),
        pause=pl.Series(local.between(scene, "came back", 20, 150, who)),
    )  # fmt: skip
    frame = frame.with_columns(nfa=pl.col("nfa") & (pl.col("referred") >= year))
    closed = pl.max_horizontal(pl.col("referred") + 80, pl.lit(year)) + pl.col("stay")
    closed = pl.when("nfa").then("referred").when((pl.col("u") <= 50) & (closed <= end)).then(closed)
    first = frame.with_columns(closed=closed, cindetailsid=pl.col("LAchildID") + ".1")
    again = (pl.col("u") <= 12) & ~pl.col("nfa") & (pl.col("closed") + pl.col("pause") <= end - 10)
    second = first.filter(again.fill_null(value=False)).with_columns(
        referred=pl.col("closed") + pl.col("pause"),
        closed=pl.lit(None, pl.Int64),
        cindetailsid=pl.col("LAchildID") + ".2",
    )
    every = pl.concat([first, second.select(first.columns)])
    return every.filter(pl.col("referred") < pl.col("dob") + 18 * care.YEAR - 5).sort("LAchildID", "cindetailsid")


def _details(scene: Scene, episodes: pl.DataFrame) -> pl.DataFrame:
    who = episodes["person"]
    source = local.pick(scene, "referral source", ("6", "2A", "3A", "5B", "1A"), (30, 25, 20, 15, 10), who)
    need = local.pick(scene, "main need", ("N1", "N4", "N5", "N3", "N8"), (55, 15, 15, 10, 5), who)
    disabled = pl.col("disability").is_not_null() & pl.Series(
        local.between(scene, "need is disability", 1, 100, who) <= 50
    )
    return episodes.select(
        "cindetailsid", "LAchildID", CINreferralDate="referred", ReferralSource=source,
        PrimaryNeedCode=pl.when(~pl.col("nfa")).then(pl.when(disabled).then(pl.lit("N2")).otherwise(pl.lit(need))),
        CINclosureDate="closed", ReasonForClosure=pl.when(pl.col("closed").is_not_null()).then(pl.lit("RC7")),
        DateOfInitialCPC="conference", ReferralNFA=pl.when("nfa").then(pl.lit("true")).otherwise(pl.lit("false")),
    )  # fmt: skip


def _conferences(scene: Scene, assessed: pl.DataFrame) -> pl.DataFrame:
    """The conferences that no enquiry led to, and that the episode therefore holds: cindetailsid, conference."""
    held = pl.col("finished") + _TO_CONFERENCE
    return assessed.filter(pl.col("plan") <= _WITHOUT_ENQUIRY, held <= scene.end).select(
        "cindetailsid", conference=held
    )


def _assessed(scene: Scene, episodes: pl.DataFrame) -> pl.DataFrame:
    """One assessment per episode that was acted on: began, finished, done (authorised by the end of the year), kind of plan after it."""
    frame = episodes.filter(~pl.col("nfa"))
    who = frame["person"]
    frame = frame.with_columns(
        assessmentid=pl.col("cindetailsid") + ".1", began=pl.col("referred") + pl.Series(local.between(scene, "assessment", 0, 4, who)),
        last=pl.Series(local.between(scene, "assessed in", 20, 60, who)), plan=pl.Series(local.between(scene, "kind of plan", 1, 100, who)),
    ).with_columns(finished=pl.col("began") + pl.col("last"))  # fmt: skip
    return frame.with_columns(done=pl.col("finished") <= scene.end)


def _factors(scene: Scene, assessed: pl.DataFrame) -> pl.DataFrame:
    done = assessed.filter("done")
    home = local.pick(scene, "factor at home", ("3B", "4B", "16A", "17A", "1B"), (35, 25, 20, 15, 5), done["person"])
    child = local.pick(scene, "factor of the child", ("5A", "4A", "6A", "20"), (35, 30, 15, 20), done["person"])
    parts = [
        done.select("assessmentid", assessmentfactorid=pl.col("assessmentid") + f".{n}", AssessmentFactors=codes)
        for n, codes in enumerate((home, child), start=1)
    ]
    return pl.concat(parts).sort("assessmentfactorid")


def _plans(scene: Scene, assessed: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """What followed the assessment: a child protection plan after an enquiry for one in seven, a plan of need for most others."""
    done = assessed.filter("done")
    # An episode is closed 80 days after its referral at the earliest, which is after this day.
    held = pl.col("finished") + _TO_CONFERENCE
    protected = done.filter(pl.col("plan") <= 14, held <= scene.end)
    needed = done.filter(pl.col("plan") > 14, pl.col("plan") <= 75, held <= scene.end)
    key = pl.col("cindetailsid") + ".1"
    enquiry = protected.filter(pl.col("plan") > _WITHOUT_ENQUIRY).select(
        "cindetailsid", section47id=key, S47ActualStartDate=held - 15, InitialCPCtarget=held, DateOfInitialCPC=held, ICPCnotRequired=pl.lit("false"),
    )  # fmt: skip
    abuse = local.pick(scene, "abuse", ("NEG", "EMO", "PHY", "SAB"), (50, 36, 9, 5), protected["person"])
    return {
        "cinplan": needed.select("cindetailsid", cinplanid=key, CINPlanStartDate=held, CINPlanEndDate="closed"),
        "section47": enquiry,
        "childprotectionplan": protected.select(
            "cindetailsid", childprotectionplanid=key, CPPstartDate=held, CPPendDate="closed", InitialCategoryOfAbuse=abuse,
            LatestCategoryOfAbuse=abuse, NumberOfPreviousCPP=pl.lit("0"),
        ),
    }  # fmt: skip
