"""What is true in the simulated world, written beside the partners' files: the yardstick of the pipeline.

Belongs here: who stands behind every record, what happened to every case, and the metric values that follow from it,
counted from the simulation and from no file. Does not belong here: what partners know.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl

from sendjc_pipeline.reporting import Quarter
from sendjc_pipeline.synthetic import calibration as cal
from sendjc_pipeline.synthetic.population import World, address
from sendjc_pipeline.synthetic.tables import dates
from sendjc_pipeline.synthetic.waits import LIMIT_DAYS, clocks

EXPECTED = ("quarter", "metric_id", "area_id", "time_window", "service", "numerator", "denominator", "value")
_OWN = ("plan", "overturned")  # plans that this council made, and so answers for their timing


def _row(
    metric: str,
    area: str,
    window: str,
    numerator: float,
    denominator: float | None,
    value: float | None,
    service: str = "Total",
) -> tuple[object, ...]:
    below = None if denominator is None else float(denominator)
    return metric, area, window, service, float(numerator), below, value


def _share(metric: str, area: str, window: str, part: int, whole: int, service: str = "Total") -> tuple[object, ...]:
    return _row(metric, area, window, part, whole, 100 * part / whole if whole else None, service)


def ehc_metrics(world: World, area: str, quarter: Quarter) -> list[tuple[object, ...]]:
    """Count 20 weeks (quarter and calendar year to date), six weeks, median weeks, open over 20 weeks, active plans."""
    end = cal.day(quarter.end)
    cases = world.cases.filter(pl.col("area_id") == area).with_columns(days=pl.col("closed") - pl.col("received"))
    rows = []
    for window, start in (("quarter", quarter.start), ("calendar_ytd", date(quarter.end.year, 1, 1))):
        issued = cases.filter(pl.col("kind").is_in(_OWN), pl.col("closed").is_between(cal.day(start), end))
        plain = issued.filter(~pl.col("week20"))
        rows.append(
            _share("ehcp_20w_pct_inc", area, window, issued.filter(pl.col("days") <= 140).height, issued.height)
        )
        rows.append(_share("ehcp_20w_pct_exc", area, window, plain.filter(pl.col("days") <= 140).height, plain.height))
        decided = cases.filter(pl.col("decided").is_between(cal.day(start), end), pl.col("decision") != "W")
        decided = decided.filter(~pl.col("kind").is_in(["transfer_in", "stock"]))
        prompt = decided.filter(pl.col("decided") - pl.col("received") <= 42).height
        rows.append(_share("ehc_decision_6w_pct", area, window, prompt, decided.height))
        median = issued.select(pl.col("days").median() / 7).item()
        rows.append(_row("ehc_weeks_median", area, window, issued.height, None, median))
    waiting = cases.filter(
        pl.col("received") <= end, ~pl.col("kind").is_in(["transfer_in", "stock"]), pl.col("closed") > end,
        (pl.col("decided") > end) | (pl.col("decision") == "Y"),
    )  # fmt: skip
    overdue = waiting.filter(end - pl.col("received") > 140).height
    active = cases.filter(pl.col("outcome") == "Y", pl.col("closed") <= end, pl.col("ceased") > end).height
    rows.append(_row("ehc_open_over_20w_count", area, "snapshot", overdue, waiting.height, overdue))
    rows.append(_row("ehcp_caseload", area, "snapshot", active, None, active))
    return rows


def therapy_metrics(
    world: World, contacts: pl.DataFrame, areas: list[str], quarter: Quarter
) -> list[tuple[object, ...]]:
    """Count open and over the limit (children, longest clock, by residence), mean completed wait, children with a contact."""
    start, end = cal.day(quarter.start), cal.day(quarter.end)
    home = address(world, end).select("person", "residence")
    every = clocks(world, areas, end).join(home, on="person")
    whose = (
        world.referrals.filter(pl.col("area_id").is_in(areas))
        .select("referral", "person", "service")
        .join(home, on="person")
    )
    attended = contacts.filter(pl.col("day").is_between(start, end), pl.col("status").is_in(["5", "6"]))
    seen = attended.join(whose, on="referral")
    rows = []
    for area in areas:
        for service, metric in (("SLT", "slt_wait_over_18w_pct"), ("OT", "ot_wait_over_13w_pct")):
            mine = every.filter(pl.col("residence") == area, pl.col("service") == service)
            longest = mine.filter(pl.col("stop").is_null()).group_by("person").agg(days=end - pl.col("start").min())
            over = longest.filter(pl.col("days") > LIMIT_DAYS[service]).height
            rows.append(_share(metric, area, "snapshot", over, longest.height, service.lower()))
            done = mine.filter(pl.col("treated"), pl.col("stop").is_between(start, end))
            days, count = done.select((pl.col("stop") - pl.col("start")).sum(), pl.len()).row(0)
            name = f"{service.lower()}_wait_mean_weeks"
            rows.append(
                _row(name, area, "quarter", days / 7, count, days / 7 / count if count else None, service.lower())
            )
        people = seen.filter(pl.col("residence") == area)
        for name, some in (("slt", ["SLT"]), ("ot", ["OT"]), ("Total", ["SLT", "OT"])):
            count = people.filter(pl.col("service").is_in(some))["person"].n_unique()
            rows.append(_row("cyp_accessing_count", area, "quarter", count, None, count, name))
    return rows


def expected(world: World, contacts: pl.DataFrame, areas: list[str], quarter: Quarter) -> pl.DataFrame:
    """Collect the metric values that a faultless pipeline would publish for a quarter; columns EXPECTED.

    A wait that went on from an earlier referral (waits.SPELL_GAP_DAYS) is seen whole only by a pipeline that was also
    given the quarter in which that referral closed.
    """
    rows = [row for area in areas for row in ehc_metrics(world, area, quarter)]
    rows += therapy_metrics(world, contacts, areas, quarter)
    frame = pl.DataFrame(rows, schema=EXPECTED[1:], orient="row", infer_schema_length=None)
    return frame.with_columns(quarter=pl.lit(quarter.label)).select(
        "quarter",
        "metric_id",
        "area_id",
        "time_window",
        "service",
        pl.col("numerator", "denominator", "value").cast(pl.Float64),
    )


def records(feed: str, partner: str, period: str, table: str, ids: pl.Series, persons: pl.Series) -> pl.DataFrame:
    """List which child stands behind each person record: feed, partner, period, table, source_person_id, position, person.

    `position` counts the records of the file from 1: an XML return has no record numbers of its own.
    """
    fixed = {"feed": feed, "partner": partner, "period": period, "table": table}
    return pl.DataFrame({"source_person_id": ids, "position": range(1, len(ids) + 1), "person": persons}).select(
        *(pl.lit(value).alias(name) for name, value in fixed.items()),
        "source_person_id",
        pl.col("position").cast(pl.Int64),
        "person",
    )


def write_world(world: World, folder: Path) -> None:
    """Write person, residence, ehc_case and health_referral as Parquet; days become dates, NEVER becomes null."""
    folder.mkdir(parents=True, exist_ok=True)
    tables = {
        "person": dates(world.persons, "dob", "died", "upn_from"),
        "residence": dates(world.residences, "since", "until"),
        "ehc_case": dates(world.cases, "received", "decided", "closed", "ceased"),
        "health_referral": dates(
            world.referrals, "received", "treated", "discharged", "dna", "cancelled", "provider_cancelled"
        ),
    }
    for name, frame in tables.items():
        frame.write_parquet(folder / f"{name}.parquet")


def write_lists(folder: Path, **frames: list[pl.DataFrame]) -> None:
    """Write each list of frames as one Parquet file; an empty list writes nothing."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, parts in frames.items():
        if parts:
            pl.concat(parts).write_parquet(folder / f"{name}.parquet")
