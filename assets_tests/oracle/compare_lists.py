"""Random clocks, put where dbt would have put them, and the lists that dbt makes of them beside the oracle's.

Belongs here: names of tables and columns, and the making of clocks. Does not belong here: any rule of the lists (lists.py).
"""

from __future__ import annotations

import tempfile
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from sendjc_pipeline.settings import Settings
from sendjc_pipeline.warehouse.build import BUILDING_NAME
from sendjc_pipeline.warehouse.connection import connect

from . import days, lists
from .choices import Choices, Seeded
from .community_records import PROVIDERS
from .lives import STOPPED_SENDING
from .records import Setting
from .warehouse import build_models, create_empty

EDGES = (0, 7, 8, 14, 15, 28, 29, 84, 85, 91, 92, 126, 127, 364, 365, 366)
FLAGS = (*lists.ALWAYS, *lists.WHILE_OPEN, "not_resident", "excepted")
_MODELS = (
    "resource_type:seed stg_submission__* int_reference__area_member int_reference__month mart_submission_status"
    " int_pathway__wait int_pathway__supply mart_waiting_list mart_queue mart_clock_accounting"
)


def clocks_of(setting: Setting, seed: int, children: int) -> list[lists.Wait]:
    """One to three clocks of each child, most of them about an edge of a band, a month or the quarter."""
    c = Seeded(seed)
    return [_a_wait(c, setting, child, number) for child in range(children) for number in range(1 + c.below(3))]


def _a_wait(c: Choices, setting: Setting, child: int, number: int) -> lists.Wait:
    start = days.a_start(c, setting, EDGES)
    stop = days.plus(start, c.pick(EDGES) if c.chance(50) else c.below(500)) if c.chance(50) else None
    end = days.plus(start, c.pick(EDGES) if c.chance(50) else c.below(500)) if c.chance(30) else None
    if start > setting.as_of:
        status = "not_started"
    elif stop and stop <= setting.as_of:
        status = "stopped"
    elif end and end <= setting.as_of:
        status = "ended"
    else:
        status = "nullified" if c.chance(4) else "open"
    area = c.pick((*lists.AREAS, "elsewhere")) if c.chance(95) else "nottingham"
    flags = tuple(flag for flag in FLAGS[:-2] if c.chance(3)) + (() if area in lists.AREAS else ("not_resident",))
    provider = STOPPED_SENDING if area in ("derby", "elsewhere") and c.chance(10) else c.pick(PROVIDERS)
    clock = c.pick(tuple(lists.SERVICES))
    return lists.Wait(f"{child}-{number}", clock, f"p{child}", area, provider, start, stop, end, status, flags)


class Built:
    """What dbt makes of the clocks."""

    def __init__(self, waits: list[lists.Wait], setting: Setting) -> None:
        with tempfile.TemporaryDirectory() as folder:
            settings = Settings(Path(folder), "test").make_zones()
            path = settings.temp / BUILDING_NAME
            con = connect(path, settings=settings)
            create_empty(con, setting)
            con.register("incoming", pl.DataFrame([_row(wait, setting) for wait in waits]).to_arrow())
            con.execute("create table fct_clock__pathway as select * from incoming")
            con.execute("create table fct_clock as select * from incoming")
            con.close()
            build_models(settings, path, _MODELS)
            con = connect(path, read_only=True, settings=settings)
            self.waiting_list = {
                lists.Cell(*row[:6]): lists.Figures(*row[6:])
                for row in con.execute("""
                    select period, state, clock_id, area_id, provider_id, band, child_count, pathway_count, mean_weeks, median_weeks,
                        p92_weeks from mart_waiting_list""").fetchall()
            }
            self.queues = {
                row[:3]: lists.Queue(*row[3:])
                for row in con.execute("""
                    select clock_id, area_id, provider_id, load_ratio, pressure, target_list_size, weeks_to_clear, needed_weekly_capacity
                    from mart_queue""").fetchall()
            }
            self.accounting = Counter({
                row[:3]: row[3]
                for row in con.execute(
                    "select clock_id, area_id, reason, case_count from mart_clock_accounting where reason <> 'all' and case_count > 0"
                ).fetchall()
            })  # fmt: skip
            con.close()


def _row(wait: lists.Wait, setting: Setting) -> dict[str, Any]:
    settled = {"stopped": wait.stop, "ended": wait.end, "open": setting.as_of}.get(wait.status)
    pathway = {"slt": "slcn", "hearing": "sensory"}
    service = lists.SERVICES[wait.clock][0]
    return {
        "case_id": wait.case, "clock_id": wait.clock, "person_key": wait.person, "area_id": wait.area, "provider_id": wait.provider,
        "pathway": pathway.get(service, service), "service": service, "tier": "specialist", "start_date": wait.start,
        "stop_date": wait.stop, "end_date": wait.end, "status": wait.status, "is_counted": lists.reason(wait) == "counted",
        "wait_days": (settled - wait.start).days if isinstance(settled, date) else None,
        **{f"is_{flag}": flag in wait.flags for flag in FLAGS},
    }  # fmt: skip
