"""Random children who move between tiers, put where dbt would have put their referrals, and the moves that dbt makes of them.

Belongs here: names of tables and columns, and the making of children. Does not belong here: any rule of the moves (moves.py).
"""

from __future__ import annotations

import tempfile
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from sendjc_pipeline.settings import Settings
from sendjc_pipeline.warehouse.build import BUILDING_NAME
from sendjc_pipeline.warehouse.connection import connect

from .choices import Choices, Seeded
from .days import plus
from .moves import Asked, Child, Move
from .records import Setting
from .warehouse import build_models, create_empty

# A third tier is added to mental health, so that a step further up and an onward referral of unknown aim can come about.
SERVICES = {"mh_universal": "universal", "mhst": "targeted", "camhs": "specialist"}
SERVICE_OF = {tier: service for service, tier in SERVICES.items()}
PROVIDERS, SILENT = ("RHA", "RY8"), "NR3"
EDGES = (0, 1, 4, 5, 6, 7, 8, 13, 14, 15, 27, 28, 29, 41, 42, 43, 89, 90, 91)
FLAGS = (
    "aged_out",
    "deceased",
    "end_inferred",
    "impossible",
    "incomplete",
    "moved",
    "sending_open",
    "sending_rejected",
    "within_tier",
)
AREAS = ("nottingham", "nottinghamshire", "derby", "newcastle")


def children_of(setting: Setting, seed: int, children: int) -> list[Child]:
    """Children with one to four referrals; most days lie about a limit of another day."""
    c = Seeded(seed)
    return [_a_child(c, setting, f"p{number}") for number in range(children)]


def _a_child(c: Choices, setting: Setting, key: str) -> Child:
    first = plus(setting.as_of, -c.below(520))
    asked: list[Asked] = []
    for _ in range(1 + c.below(4)):
        last = asked[-1] if asked else None
        from_day = first if last is None else c.pick((last.received, last.closed or last.received))
        asked.append(_a_referral(c, plus(from_day, c.pick(EDGES) if c.chance(70) else c.below(150)) if last else first))
    area = c.pick(AREAS) if c.chance(95) else c.pick((None, "elsewhere"))
    return Child(key, area, c.chance(3), c.chance(3), tuple(asked))


def _a_referral(c: Choices, received: date) -> Asked:
    closed = plus(received, c.pick(EDGES) if c.chance(40) else c.below(200)) if c.chance(85) else None
    if closed and c.chance(2):
        closed = plus(received, -3)
    seen = [plus(received, c.pick(EDGES) if c.chance(60) else c.below(200)) for _ in range(c.below(3))]
    if closed and c.chance(15):
        seen.append(plus(closed, c.pick((0, 1, 28))))
    if c.chance(3):
        seen.append(plus(received, -5))
    onward = [plus(closed or received, c.pick((0, 5, 6, 7, 8, 9, 10)) - c.pick((0, 0, 12)))] if c.chance(25) else []
    is_rejected = closed is not None and c.chance(10)
    provider = SILENT if c.chance(4) else c.pick(PROVIDERS)
    accepted = plus(received, c.pick(EDGES)) if c.chance(25) and not is_rejected else None
    return Asked(
        provider, c.pick(tuple(SERVICE_OF)), received, accepted, closed, is_rejected, closed is not None and c.chance(4), c.chance(3),
        tuple(seen), tuple(onward),
    )  # fmt: skip


class Built:
    """What dbt makes of the children: the moves, and the counts of the mart where it tells them."""

    def __init__(self, children: list[Child], setting: Setting) -> None:
        with tempfile.TemporaryDirectory() as folder:
            settings = Settings(Path(folder), "test").make_zones()
            path = settings.temp / BUILDING_NAME
            con = connect(path, settings=settings)
            create_empty(con, setting)
            con.close()
            build_models(settings, path, "resource_type:seed stg_submission__* int_reference__area_member")
            con = connect(path, settings=settings)
            _fill(con, children, setting)
            con.close()
            build_models(
                settings,
                path,
                "int_pathway__episode int_pathway__transition int_reference__quarter mart_tier_transition",
            )
            con = connect(path, read_only=True, settings=settings)
            self.moves = _moves(con)
            self.counts = {
                row[:6]: row[6:]
                for row in con.execute("""
                    select quarter, from_tier, to_tier, area_id, limit_days, outcome, transition_count, child_count, decided_count,
                        round(share_pct, 8) from mart_tier_transition""").fetchall()
            }
            self.statuses = {
                row[:2]: row[2]
                for row in con.execute(
                    "select distinct quarter, area_id, value_status from mart_tier_transition"
                ).fetchall()
            }
            con.close()


def _fill(con: duckdb.DuckDBPyConnection, children: list[Child], setting: Setting) -> None:
    con.execute("""insert into service by name select 'mh_universal' as service, 'mental_health' as pathway, 'universal' as tier,
        5 as spell_gap_days, date '2010-04-01' as valid_from""")
    referrals, contacts, milestones = [], [], []
    for child in children:
        for number, one in enumerate(child.asked):
            key, where = f"{child.key}-{number}", {"provider_id": one.provider, "source_feed": "mhsds"}
            referrals.append({
                "referral_key": key, "service_request_id": key, "person_key": child.key, "service": SERVICE_OF[one.tier],
                "pathway": "mental_health", "tier": one.tier, "spell_gap_days": 5, "is_in_scope": True, "received_date": one.received,
                "accepted_date": one.accepted, "closed_date": one.closed, "is_rejected": one.is_rejected,
                "is_closure_inferred": one.is_inferred, "is_incomplete": one.is_incomplete, **where,
            })  # fmt: skip
            contacts += [
                {
                    "service_request_id": key,
                    "service": SERVICE_OF[one.tier],
                    "contact_date": day,
                    "is_attended": True,
                    **where,
                }
                for day in one.attended
            ]
            contacts.append(
                {
                    "service_request_id": key,
                    "service": SERVICE_OF[one.tier],
                    "contact_date": one.received,
                    "is_attended": False,
                    **where,
                }
            )
            milestones += [
                {
                    "service_request_id": key,
                    "event_type": "referred_onward",
                    "event_date": day,
                    **where,
                }
                for day in one.onward
            ]
    people = [
        {"person_key": child.key, "residence_area_id": child.area or "unknown", "is_deceased": child.is_deceased, "is_aged_out": child.is_aged_out}
        for child in children
    ]  # fmt: skip
    supply = [
        {"service": service, "provider_id": provider, "month": f"{last:%Y-%m}", "month_end": last,
            "supply_status": "not_supplied" if provider == SILENT and last > setting.periods[1].end else "supplied", "reason": None, "missing_feeds": None}
        for service in SERVICES for provider in (*PROVIDERS, SILENT) for last in month_ends(setting)
    ]  # fmt: skip
    tables: dict[str, list[dict[str, Any]]] = {
        "int_pathway__referral": referrals, "int_pathway__contact": contacts, "int_pathway__milestone": milestones, "dim_person": people,
        "int_pathway__supply": supply,
    }  # fmt: skip
    for name, rows in tables.items():
        con.register("incoming", pl.DataFrame(rows, infer_schema_length=None).to_arrow())
        con.execute(f"create table {name} as select * from incoming")
        con.unregister("incoming")


def month_ends(setting: Setting) -> list[date]:
    """The last days of the twelve months that end with the quarter."""
    found, day = [], setting.as_of
    for _ in range(12):
        found.append(day)
        day = day.replace(day=1) - timedelta(days=1)
    return found


def _moves(con: duckdb.DuckDBPyConnection) -> list[Move]:
    flags = ", ".join(f"case when is_{flag} then '{flag}' end" for flag in FLAGS)
    rows = con.execute(f"""
        select person_key, from_provider_id, sending_received_date, sending_end_date, from_tier, to_tier, to_provider_id, gap_days,
            [is_accepted, is_gap_kept, is_not_returned, is_handover_in_time, is_end_after_acceptance],
            [short_outcome, outcome, long_outcome], is_provisional, list_filter([{flags}], flag -> flag is not null), is_counted
        from int_pathway__transition""").fetchall()
    assert all(row[12] == (not row[11]) for row in rows)
    return [Move(*(*row[:8], tuple(row[8]), tuple(row[9]), row[10], tuple(row[11]))) for row in rows]
