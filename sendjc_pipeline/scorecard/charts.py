"""The pictures: an XmR chart, bars, a waiting list by band. Each takes plain rows and gives a Vega-Lite specification.

Belongs here: what is drawn and in which colours (NHS identity palette; every meaning is also a shape, a dash or a word). Does not belong here:
words, tables and SVG (picture.py), or which rows (pages/).

Each kind of chart is made by Altair once and then filled with rows: its validation cost more than drawing (measured: 20 of 33 ms a picture).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from datetime import UTC, datetime
from functools import cache
from typing import Any

import altair as alt

BLUE, DARK, GREY, PALE, ORANGE = "#005eb8", "#212b32", "#4c6272", "#aeb7bd", "#ed8b00"
WIDTH, ROW_HEIGHT = 560, 26
_MOST_TICKS = 7
_FONT = "Arial, Helvetica, sans-serif"

Rows = Sequence[Mapping[str, Any]]
Spec = dict[str, Any]


def xmr(points: Rows, target: float | None, unit: str) -> Spec:
    """A monthly series with mean and limits; points with a special cause are diamonds, those that tell of worsening orange.

    Args:
        points: rows of month (YYYY-MM), value, mean, lower, upper, cause (`none`, `better`, `worse`, `other`), oldest first.
        target: a line to meet, or None.
        unit: what the axis counts.
    """
    spec = _filled(_xmr(unit), {"points": points, "target": [] if target is None else [{"target": target}]})
    for layer in spec["layer"]:
        if "x" in layer["encoding"]:
            layer["encoding"]["x"]["axis"]["values"] = _ticks([str(point["month"]) for point in points])
    return spec


def bars(rows: Rows, unit: str, marker: float | None = None) -> Spec:
    """One bar for each row of (label, value, shown), in the order given; `marker` is drawn across, such as England's figure."""
    spec = _filled(_bars(unit), {"rows": rows, "marker": [] if marker is None else [{"marker": marker}]})
    return {**spec, "height": max(60, ROW_HEIGHT * len(rows))}


def bands(rows: Rows, states: Sequence[str]) -> Spec:
    """Children by waiting band, those who wait beside those who finished.

    Args:
        rows: (band, state, children, shown) for every band and state in their order, so that all areas have one axis; a hidden count is drawn as none.
        states: the two states, in the order of their colours: each must have the same in every picture, whatever is hidden.
    """
    return _filled(_bands(tuple(states)), {"rows": rows})


def _filled(spec: Spec, rows: Mapping[str, Rows]) -> Spec:
    return {**deepcopy(spec), "datasets": {name: [dict(row) for row in of] for name, of in rows.items()}}


def _ticks(months: Sequence[str]) -> list[int]:
    """The months that the axis names, as milliseconds: the first, and every so many after it. Left to itself it names a month of three several times."""
    first, last = (int(month[:4]) * 12 + int(month[5:]) - 1 for month in (months[0], months[-1]))
    step = -(-(last - first + 1) // _MOST_TICKS)
    days = (datetime(at // 12, at % 12 + 1, 1, tzinfo=UTC) for at in range(first, last + 1, step))
    return [int(day.timestamp() * 1000) for day in days]


@cache
def _xmr(unit: str) -> Spec:
    base = alt.Chart(alt.NamedData("points")).encode(
        # A month is read as midnight in Greenwich: on a clock west of it the axis would name the month before.
        x=alt.X(
            "month:T", title=None, scale=alt.Scale(type="utc"), axis=alt.Axis(format="%b %Y", labelAngle=0, values=[])
        )
    )
    scale = alt.Scale(zero=False, nice=True)
    lines = [
        base.mark_line(color=BLUE, strokeWidth=2).encode(y=alt.Y("value:Q", title=unit, scale=scale)),
        base.mark_line(color=DARK, strokeWidth=1).encode(y="mean:Q"),
        base.mark_line(color=GREY, strokeDash=[5, 4]).encode(y="lower:Q"),
        base.mark_line(color=GREY, strokeDash=[5, 4]).encode(y="upper:Q"),
        base.mark_point(filled=True, size=60, opacity=1).encode(
            y="value:Q",
            shape=alt.condition("datum.cause == 'none'", alt.value("circle"), alt.value("diamond")),
            color=alt.condition("datum.cause == 'worse'", alt.value(ORANGE), alt.value(BLUE)),
        ),
        alt.Chart(alt.NamedData("target")).mark_rule(color=DARK, strokeDash=[1, 3], strokeWidth=2).encode(y="target:Q"),
    ]
    return _finished(alt.layer(*lines).properties(width=WIDTH, height=200))


@cache
def _bars(unit: str) -> Spec:
    base = alt.Chart(alt.NamedData("rows")).encode(
        y=alt.Y("label:N", sort=None, title=None, axis=alt.Axis(labelLimit=320)),
        x=alt.X("value:Q", title=unit, scale=alt.Scale(zero=True)),
    )
    marker = alt.Chart(alt.NamedData("marker")).mark_rule(color=ORANGE, strokeWidth=3).encode(x="marker:Q")
    shown = base.mark_text(align="left", dx=4, color=DARK, fontSize=13).encode(text="shown:N")
    return _finished(alt.layer(base.mark_bar(color=BLUE), marker, shown).properties(width=WIDTH - 120))


@cache
def _bands(states: tuple[str, ...]) -> Spec:
    colours = alt.Scale(domain=list(states), range=[BLUE, PALE])
    base = alt.Chart(alt.NamedData("rows")).encode(
        y=alt.Y("band:N", sort=None, title=None),
        yOffset=alt.YOffset("state:N", sort=list(states)),
        x=alt.X("children:Q", title="Children"),
    )
    drawn = base.mark_bar(stroke=DARK, strokeWidth=0.5).encode(
        color=alt.Color("state:N", title=None, scale=colours, legend=alt.Legend(orient="top"))
    )
    shown = base.mark_text(align="left", dx=4, color=DARK, fontSize=11).encode(text="shown:N")
    return _finished(alt.layer(drawn, shown).properties(width=WIDTH - 60, height=290))


def _finished(chart: Any) -> Spec:
    """The specification with one look for all pictures, and no background, so that it prints."""
    axis = {"labelColor": DARK, "titleColor": DARK, "labelFontSize": 13, "titleFontSize": 13, "gridColor": "#e8edee"}
    styled = chart.configure(font=_FONT, background="transparent").configure_axis(titleFontWeight="normal", **axis)
    spec: Spec = styled.configure_view(stroke=None).configure_legend(labelFontSize=13).to_dict()
    return spec
