"""Small local areas with small cells and late corrections, as a row of releases in the metric shape."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import numpy as np
import pandas as pd

from assets_tests.disclosure.attacker import KEYS, ROLLUP
from sendjc_pipeline.disclosure.profiles import Known, protect

AREAS = ("nottingham", "nottinghamshire", "derby")
QUARTERS = ("2024-25-Q4", "2025-26-Q1", "2025-26-Q2", "2025-26-Q3")  # one calendar year
# Which quarter each release tells of: late corrections come with the second of a quarter.
EIGHT = (0, 1, 0, 2, 1, 3, 2, 3)
SEX, ETHNICITY, NEED, TIER = (
    ("female", "male"),
    ("asian", "black", "mixed", "white"),
    ("asd", "semh", "slcn"),
    ("specialist", "targeted"),
)


class Children:
    """Plans issued, one count for each combination of area, quarter, sex, ethnicity, need, tier and outcome: in time, late, late with an exception."""

    def __init__(self, seed: int, mean: float) -> None:
        self.draw = np.random.default_rng(seed)
        shape = (len(AREAS), len(QUARTERS), len(SEX), len(ETHNICITY), len(NEED), len(TIER), 3)
        rate = mean * self.draw.gamma(0.4, 2.5, shape[:4])[..., None, None, None] / (3 * 2 * 3)
        self.counts = self.draw.poisson(np.broadcast_to(rate, shape))

    def correct(self, quarter: int) -> None:
        """Some children turn up late, and one was counted that should not have been."""
        for _ in range(4):
            at = [self.draw.integers(size) for size in self.counts.shape]
            at[1] = quarter
            self.counts[tuple(at)] += 1
        for at in self.draw.permutation(np.argwhere(self.counts[:, quarter] > 0))[:1]:
            self.counts[at[0], quarter, *at[1:]] -= 1

    def release(self, quarter: int) -> pd.DataFrame:
        """The true figures of a quarter, as known now."""
        rows = []
        for window, quarters in (("quarter", [quarter]), ("calendar_ytd", list(range(quarter + 1)))):
            counts = self.counts[:, quarters].sum(axis=1)  # area, sex, ethnicity, need, tier, outcome
            by_area = {area: counts[at] for at, area in enumerate(AREAS)}
            by_area |= {whole: sum(by_area[part] for part in parts) for whole, parts in ROLLUP.items()}
            for area, block in by_area.items():
                for tier, topic, value, cut in _cuts(block):
                    in_time, late, excepted = (int(cut[..., outcome].sum()) for outcome in range(3))
                    plans = in_time + late + excepted
                    key = (area, QUARTERS[quarter], window, "ehc", tier, topic, value)
                    rows.append(("plans", *key, "count", plans, None, plans))
                    rows.append(("in_time", *key, "pct", in_time, plans, _pct(in_time, plans)))
                    if topic == "Total":
                        rows.append(
                            ("in_time_exc", *key, "pct", in_time, in_time + late, _pct(in_time, in_time + late))
                        )
        frame = pd.DataFrame(rows, columns=[*KEYS, "unit", "numerator", "denominator", "value"])
        frame = frame.astype({"numerator": float, "denominator": float, "value": float})
        for column in (
            "value_lower",
            "value_upper",
            "bounds_basis",
            "brag",
            "spc_variation",
            "spc_assurance",
            "direction",
        ):
            frame[column] = "x"
        return frame.assign(suppression="none")


def _cuts(block: np.ndarray) -> Iterator[tuple[str, str, str, np.ndarray]]:
    yield "Total", "Total", "Total", block
    for axis, (topic, values) in enumerate((("sex", SEX), ("ethnicity_major", ETHNICITY), ("primary_need", NEED))):
        for at, value in enumerate(values):
            yield "Total", topic, value, block.take(at, axis=axis)
    for at, value in enumerate(TIER):
        yield value, "Total", "Total", block.take(at, axis=3)


def _pct(part: int, whole: int) -> float | None:
    return 100 * part / whole if whole else None


def published(frames: list[pd.DataFrame], profile: str) -> list[pd.DataFrame]:
    """Each release in turn, protected with those before it in memory."""
    con = duckdb.connect()
    con.execute(
        "create table area_rollup as select * from (values ('nottingham', 'qt1'), ('nottinghamshire', 'qt1')) as t(area_id, rollup_id)"
    )
    con.execute(
        "create table metric_nested (metric_id varchar, time_window varchar, within_metric_id varchar, within_time_window varchar)"
    )
    for window in ("quarter", "calendar_ytd"):
        con.execute("insert into metric_nested values ('in_time_exc', ?, 'in_time', ?)", [window, window])
    con.execute("""create table metric_definition as select * from (values ('plans', 'New plans', null), ('in_time', 'New plans in time', 'New plans'),
        ('in_time_exc', 'New plans in time, exceptions left out', 'New plans without an exception')) as
        t(metric_id, numerator_description, denominator_description)""")
    shown = []
    for at, frame in enumerate(frames):
        con.register("frame", frame)
        con.execute("create or replace table source as select * from frame")
        earlier = [f"shown_{number}" for number in range(at)]
        protect(
            con,
            "source",
            f"shown_{at}",
            profile,
            earlier,
            Known("area_rollup", "metric_nested", "metric_definition", None),
        )
        shown.append(
            con.execute(f"select * from shown_{at}")
            .df()
            .astype(dict.fromkeys(("numerator", "denominator", "value"), float))
        )
    con.close()
    return shown


def eight_releases(seed: int, mean: float, order: tuple[int, ...] = EIGHT) -> list[pd.DataFrame]:
    """The truth of successive releases, with corrections before every restatement."""
    children, seen, frames = Children(seed, mean), set[int](), []
    for quarter in order:
        if quarter in seen:
            children.correct(quarter)
        seen.add(quarter)
        frames.append(children.release(quarter))
    return frames
