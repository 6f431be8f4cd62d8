"""A world in which every feed that a metric may need has come from everybody who sends it, and the models that say which figures may go out.

Belongs here: who sends what, what can go wrong with a submission, and the models run over it. Does not belong here: which
figures a fault should hold back (test_gating).
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import duckdb

from sendjc_pipeline.reporting import Quarter
from unit.model_sql import SEEDS, load_seed, render

QUARTER = Quarter.parse("2024-25-Q4")
FREEZE = QUARTER.freeze
SENT = timedelta(days=20)
COUNCILS = ("nottingham", "nottinghamshire", "derby", "newcastle")
MEMBERS_OF_QT1 = ("nottingham", "nottinghamshire")
SEED_NAMES = (
    "area", "area_rollup", "census_term", "education_supply", "expected_submission", "metric_definition", "metric_requirement",
    "metric_series", "quality_rating", "quality_threshold", "service_catalogue", "service_rule",
)  # fmt: skip
MODELS = (
    "stg_submission__submission", "stg_submission__run_parameter", "int_reference__month", "int_reference__area_member",
    "mart_submission_status", "int_education__supply", "int_pathway__supply", "int_pathway__area_supply", "int_reference__feed_kept_up",
    "int_register__statement", "int_reference__feed_supply", "int_reference__metric_series",
)  # fmt: skip
FIXED = ("int_reference__month", "int_reference__area_member", "int_register__statement")  # whatever is sent
# Whoever tells of children in services, and of which areas: (partner, feed): areas.
TELLERS: dict[tuple[str, str], tuple[str, ...]] = {
    ("RHA", "csds"): MEMBERS_OF_QT1, ("RY8", "csds"): ("derby",), ("RXM", "csds"): ("derby",), ("RTD", "csds"): ("newcastle",),
    ("RHA", "mhsds"): MEMBERS_OF_QT1, ("RXM", "mhsds"): ("derby",), ("RX4", "mhsds"): ("newcastle",),
    ("NR3", "sleep_support"): MEMBERS_OF_QT1, ("RY8", "sleep_support"): ("derby",), ("newcastle", "sleep_support"): ("newcastle",),
    ("RHA", "equipment"): MEMBERS_OF_QT1, ("derby", "equipment"): ("derby",), ("RTD", "equipment"): ("newcastle",),
    **{(council, feed): (council,) for council in COUNCILS for feed in ("sensory_support", "short_breaks", "ep_advice")},
}  # fmt: skip
OF_COUNCILS = ("ehc_local", "ep_advice", "school_census", "cin")
PERIODS = {"school_census": ("2024-25-Q1", "2024-25-Q3", "2024-25-Q4"), "cin": ("2024-25-Q4",)}
FOUR_QUARTERS = ("2024-25-Q1", "2024-25-Q2", "2024-25-Q3", "2024-25-Q4")


def seed(name: str) -> list[dict[str, str]]:
    """The rows of a committed seed."""
    with (SEEDS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def senders() -> list[tuple[str, str]]:
    """(feed, partner) of everybody who sends in this world."""
    expected = {(row["feed"], row["partner"]) for row in seed("expected_submission")}
    told = {(feed, partner) for partner, feed in TELLERS}
    return sorted(expected | told | {(feed, council) for feed in OF_COUNCILS for council in COUNCILS})


def referrals() -> Iterator[tuple[str, str, str, str]]:
    """(area, partner, feed, service): a child of each area in each service that a feed tells of; a provider of therapies has but those it is expected for."""
    expected = {(r["area_id"], r["partner"], r["service"]) for r in seed("expected_submission") if r["feed"] == "csds"}
    for (partner, feed), areas in TELLERS.items():
        for service in sorted({row["service"] for row in seed("service_rule") if row["feed"] == feed}):
            for area in areas:
                if service not in ("slt", "ot") or (area, partner, service) in expected:
                    yield area, partner, feed, service


@dataclass(frozen=True)
class Fault:
    """What went wrong with the quarter's submission of a feed: what it changes in its row, or that there is no row."""

    name: str
    status: str
    change: str


REFUSED = Fault("refused", "withheld", "update sent set status = 'rejected'")
MISSING = Fault("missing", "not_supplied", "delete from sent")
LATE = Fault("late", "not_supplied", f"update sent set received_at = timestamp '{FREEZE + SENT}'")
UNUSABLE = (
    Fault("mostly kept out", "withheld", "update sent set worst_table = 'any', worst_quarantined_pct = 60, quarantined = 60, received = 100"),
    Fault("empty", "withheld", "update sent set empty_table = 'any'"),
    Fault("without agreement", "withheld", "update sent set is_selected = false"),
)  # fmt: skip

Verdict = tuple[str, str | None]  # status, reason


class World:
    """The models as views over submissions that a test may change."""

    def __init__(self) -> None:
        self._con = duckdb.connect(config={"threads": 1})
        self._con.execute("create schema raw; create schema kept")
        for name in SEED_NAMES:
            load_seed(self._con, name)
            for column in seed(name)[0].keys() & {
                "valid_from",
                "valid_to",
            }:  # of a column without a day DuckDB makes a text
                self._con.execute(f"alter table {name} alter {column} type date")
        self._stub_children()
        self._fill()
        for model in MODELS:
            kind = "table" if model in FIXED else "view"
            self._con.execute(f"create {kind} {model} as {render(model)}")
        self.whole = self.verdicts()

    def _stub_children(self) -> None:
        children = [(number, *referral) for number, referral in enumerate(referrals())]
        self._con.execute(
            "create table child (person_key integer, area varchar, partner varchar, feed varchar, service varchar)"
        )
        self._con.executemany("insert into child values (?, ?, ?, ?, ?)", children)
        self._con.execute("create view dim_person as select person_key, area as residence_area_id from child")
        self._con.execute(
            "create view int_pathway__referral as select person_key, partner as provider_id, feed as source_feed, service,"
            " true as is_in_scope from child"
        )
        self._con.execute(
            "create table int_returns__population (area_id varchar, district varchar, year integer, people bigint)"
        )
        self._con.executemany(
            "insert into int_returns__population values (?, 'Total', 2023, 1)", [(c,) for c in COUNCILS]
        )

    def _fill(self) -> None:
        rows = [
            (
                f"{feed}-{partner}-{label}",
                partner,
                feed,
                label,
                Quarter.parse(label).start,
                Quarter.parse(label).end,
                _received(label),
            )
            for feed, partner in senders()
            for label in PERIODS.get(feed, FOUR_QUARTERS)
        ]
        self._con.execute(
            "create table kept.submission (submission_id varchar, partner varchar, feed varchar, period varchar, period_start date,"
            " period_end date, received_at timestamp, spec varchar default 'any', status varchar default 'accepted', received bigint default 1,"
            " accepted bigint default 1, quarantined bigint default 0, worst_table varchar, worst_quarantined_pct double default 0,"
            " empty_table varchar, is_selected boolean default true)"
        )
        self._con.executemany(
            "insert into kept.submission (submission_id, partner, feed, period, period_start, period_end, received_at)"
            " values (?, ?, ?, ?, ?, ?, ?)",
            rows,
        )
        self.mend()

    def mend(self) -> None:
        """Put back everything as it was sent."""
        self._con.execute("create or replace table sent as from kept.submission")
        self.known_at(FREEZE)

    def known_at(self, day: date) -> None:
        """Ask as on that day; what came later is not gathered (warehouse.gather)."""
        self._con.execute("create or replace table raw.submission as from sent where received_at::date <= ?", [day])
        self._con.execute(
            "create or replace table raw.run_parameter as select ? as quarter, ?::date as quarter_start, ?::date as quarter_end,"
            " ?::date as as_of, ?::date as known_at",
            [QUARTER.label, QUARTER.start, QUARTER.end, QUARTER.end, day],
        )

    def spoil(self, feed: str, partner: str, fault: Fault) -> None:
        """Let the quarter's submission of a feed go wrong, and no other."""
        self._con.execute(
            f"{fault.change} where feed = ? and partner = ? and period = ?", [feed, partner, QUARTER.label]
        )
        self.known_at(FREEZE)

    def without_population(self, area: str) -> None:
        """Take an area out of the estimates."""
        self._con.execute("delete from int_returns__population where area_id = ?", [area])

    def verdicts(self) -> dict[tuple[str, ...], Verdict]:
        """(status, reason) by metric, service, area, and time window."""
        found = self._con.execute(
            "select metric_id, service, area_id, time_window, tier, grain, value_status, dq_reason from int_reference__metric_series"
        ).fetchall()
        verdicts: dict[tuple[str, ...], Verdict] = {tuple(row[:6]): (row[6], row[7]) for row in found}
        assert len(verdicts) == len(found)
        return verdicts


def rolled_up(areas: Iterable[str]) -> set[str]:
    """The areas, and the board that any of them is a part of."""
    areas = set(areas)
    return areas | ({"qt1"} if areas & set(MEMBERS_OF_QT1) else set())


def _received(label: str) -> datetime:
    return datetime.combine(Quarter.parse(label).end + SENT, datetime.min.time())
