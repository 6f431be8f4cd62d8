"""Random cases and contacts, put where dbt would have put them, and what dbt's flow makes of them.

Belongs here: names of tables and columns, and the making of cases. Does not belong here: any rule (flows.py).
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from sendjc_pipeline.settings import Settings
from sendjc_pipeline.warehouse.build import BUILDING_NAME
from sendjc_pipeline.warehouse.connection import connect

from .choices import Choices, Seeded
from .compare_moves import AREAS, month_ends
from .days import plus
from .flows import EHC, EHC_EXITS, HEALTH, HEALTH_EXITS, MORE_TREATED, Case, Seen, Step, Work
from .records import Setting
from .warehouse import build_models, create_empty

SERVICES = ("slt", "ot", "nd_assessment", "camhs", "ehc")
PATHWAYS = {"slt": "slcn", "ot": "ot", "nd_assessment": "neurodevelopment", "camhs": "mental_health"}
_FIRST_DAYS = (0, 0, 1, 7, 90, 126)


def cases_of(setting: Setting, seed: int, children: int) -> list[Case]:
    """One or two cases of each child."""
    c = Seeded(seed, 1)
    return [
        _a_case(c, setting, f"p{child}", f"{child}-{number}")
        for child in range(children)
        for number in range(1 + c.below(2))
    ]


def _a_case(c: Choices, setting: Setting, person: str, key: str) -> Case:
    service = c.pick(SERVICES)
    stages, exits = (EHC, EHC_EXITS) if service == "ehc" else (HEALTH, HEALTH_EXITS)
    received = plus(setting.as_of, -c.below(364 + 10))
    events = [(stages[0][1][0], received)]
    day = received
    for _, kinds in stages[1:]:
        if c.chance(70):
            kind = c.pick((*kinds, *(MORE_TREATED.get(service, ()) if "treatment_given" in kinds else ())))
            day = plus(day, c.pick(_FIRST_DAYS) if c.chance(60) else c.below(100) - 20)
            events += [(kind, day), (kind, plus(day, 30))] if kind != "referral_accepted" or service == "slt" else []
    for kind in exits:
        if c.chance(20):
            events.append((kind, plus(c.pick((received, day)), c.below(60))))
    return Case(key, person, service, c.pick(AREAS), c.pick(("RHA", "RY8")), received, c.chance(5), tuple(events))


def contacts_of(setting: Setting, seed: int, children: int) -> list[Seen]:
    """None to seven contacts of each child with one service."""
    c = Seeded(seed, 2)
    found = []
    for child in range(children):
        service, area = c.pick(SERVICES[:4]), c.pick(AREAS)
        for _ in range(c.below(8)):
            who = c.pick((None, "a", "b", "c"))
            day = plus(setting.as_of, c.pick((0, 1, -1)) if c.chance(10) else -c.below(400))
            found.append(
                Seen(f"p{child}", service, area, day, who, None if who is None else c.chance(30), c.chance(50))
            )
    return found


class Built:
    """What dbt makes of the cases and the contacts."""

    def __init__(self, cases: Sequence[Case], contacts: Sequence[Seen], setting: Setting) -> None:
        with tempfile.TemporaryDirectory() as folder:
            settings = Settings(Path(folder), "test").make_zones()
            path = settings.temp / BUILDING_NAME
            con = connect(path, settings=settings)
            create_empty(con, setting)
            for name, records in _tables(cases, contacts, setting).items():
                con.register("incoming", pl.DataFrame(records, infer_schema_length=None).to_arrow())
                con.execute(f"create table {name} as select * from incoming")
                con.unregister("incoming")
            con.execute("alter table int_pathway__supply alter reason type varchar")
            con.close()
            build_models(
                settings, path, "resource_type:seed stg_submission__* int_reference__area_member int_pathway__flow int_ehc__flow"
                " int_pathway__area_supply mart_submission_status mart_pathway_flow mart_pathway_contact",
            )  # fmt: skip
            con = connect(path, read_only=True, settings=settings)
            columns = "case_id, step, is_recorded, reached_date, days, state, exit_reason, is_counted"
            rows = con.execute(
                f"select {columns} from int_pathway__flow union all select {columns} from int_ehc__flow"
            ).fetchall()
            self.steps = [Step(*row[:7]) for row in rows]
            self.left_out = {row[0] for row in rows if not row[7]}
            self.counts = {
                row[:5]: row[5:]
                for row in con.execute("""
                    select service, area_id, step, outcome, reason, case_count, child_count, round(median_weeks, 8), round(p92_weeks, 8)
                    from mart_pathway_flow where case_count > 0""").fetchall()
            }
            self.work = {
                row[:2]: Work(*row[2:])
                for row in con.execute("""
                    select service, area_id, child_count, contact_count, professionals_per_child, assessments_per_child,
                        joint_assessment_pct from mart_pathway_contact""").fetchall()
            }
            con.close()


def _tables(cases: Sequence[Case], contacts: Sequence[Seen], setting: Setting) -> dict[str, list[dict[str, object]]]:
    health = [case for case in cases if case.service != "ehc"]
    requests = [case for case in cases if case.service == "ehc"]
    asked = {(c.person, c.service, c.area) for c in contacts} | {(f"case-{c.key}", c.service, c.area) for c in health}
    # A case has a person of its own here, who lives where the case does.
    return {
        "int_pathway__spell": [
            {"spell_id": c.key, "person_key": f"case-{c.key}", "pathway": PATHWAYS[c.service], "service": c.service, "tier": "specialist",
                "provider_id": c.provider, "received_date": c.received, "is_incomplete": c.is_left_out}
            for c in health
        ],
        "int_ehc__case": [
            {"case_id": c.key, "person_key": f"case-{c.key}", "area_id": c.area, "received_date": c.received, "is_incomplete": False,
                "is_request_historical": False, "is_assessment_historical": c.is_left_out, "is_assessed_elsewhere": False,
                "is_transferred_in": False}
            for c in requests
        ],
        "int_pathway__event": [{"case_id": c.key, "event_type": kind, "event_date": day} for c in health for kind, day in c.events],
        "int_ehc__event": [{"case_id": c.key, "event_type": kind, "event_date": day} for c in requests for kind, day in c.events],
        "dim_person": [
            {"person_key": key, "residence_area_id": area, "is_deceased": False, "is_aged_out": False}
            for key, area in {(c.person, c.area) for c in contacts} | {(f"case-{c.key}", c.area) for c in cases}
        ],
        "int_pathway__referral": [
            {"source_feed": "csds", "provider_id": "RHA", "service_request_id": person, "person_key": person,
                "pathway": PATHWAYS[service], "service": service, "tier": "specialist", "is_in_scope": True}
            for person, service, _ in asked
        ],
        "int_pathway__contact": [
            {"source_feed": "csds", "provider_id": "RHA", "service_request_id": c.person, "service": c.service, "contact_date": c.day,
                "is_attended": True, "professional_id": c.professional, "is_joint": c.is_joint, "is_assessment": c.is_assessment}
            for c in contacts
        ],
        "int_pathway__supply": [
            {"service": service, "provider_id": "RHA", "month": f"{last:%Y-%m}", "month_end": last,
                "supply_status": "supplied", "reason": None, "missing_feeds": None}
            for service in PATHWAYS for last in month_ends(setting)
        ],
    }  # fmt: skip
