"""The board summary: two pages of PDF for one area, made with no browser.

Belongs here: what a board reads before a meeting: targets, rated figures, what moved, what is missing. Does not belong here: pictures (the pages have them).
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from fpdf import FPDF
from fpdf.enums import XPos, YPos

from sendjc_pipeline.scorecard import verdicts, words
from sendjc_pipeline.scorecard.bundle import Bundle
from sendjc_pipeline.scorecard.figure import Figure
from sendjc_pipeline.scorecard.pages.overview import headline

_BLUE, _DARK = (0, 94, 184), (33, 43, 50)
_ROWS = 34
_WIDTHS = ((76, "L"), (24, "L"), (29, "R"), (21, "R"), (40, "R"))
# One measure has several windows: without them it would stand there several times with other numbers.
_WHEN = {
    "quarter": "quarter",
    "calendar_ytd": "calendar year",
    "snapshot": "last day",
    "month_mean": "monthly mean",
    "rolling_12m": "last 12 months",
}
_PLAIN = {
    "\u201c": '"',
    "\u201d": '"',
    "\u2019": "'",
    "\u2013": "-",
    "\u2026": "...",
    "\u25b2": "up",
    "\u25bc": "down",
    "\u2264": "<=",
}


def summary(bundle: Bundle, area_id: str) -> bytes:
    """The PDF of an area: the same bytes for the same release."""
    figures = [f for f in headline(bundle) if f.area_id == area_id]
    pdf = FPDF(format="A4")
    pdf.set_creation_date(_published(bundle))
    pdf.set_title(f"{bundle.areas[area_id]}: board summary, {bundle.period}")
    pdf.set_lang("en-GB")
    pdf.set_auto_page_break(False)
    pdf.add_page()
    _heading(
        pdf,
        f"{bundle.areas[area_id]}: SEND board summary, {bundle.period}",
        f"Release {bundle.release_id}. Small numbers are hidden; ratings are derived.",
    )
    _lines(
        pdf,
        "Targets",
        [verdicts.answer(f, f.title) for f in figures if f.target_type == "absolute"][:6]
        or ["No document sets this area a number to reach."],
    )
    moved = [
        f"{f.title}: {f.shown}. {verdicts.trend(f)}" for f in figures if f.spc_variation not in (None, "common_cause")
    ]
    _lines(
        pdf,
        "What moved beyond chance",
        moved[:6] or ["No monthly series shows a change beyond chance, or none is long enough to tell."],
    )
    missing = [f"{f.title}: {f.why_missing}" for f in figures if not f.is_shown and f.value_status == "withheld"]
    _lines(pdf, "Read with care", [*missing[:3], *_doubts(figures)][:6] or ["No figure is withheld or graded C or D."])
    pdf.add_page()
    given = [f for f in figures if f.is_shown]
    _heading(
        pdf,
        "Figures",
        f"{len(given)} of {len(figures)} figures are given"
        + (f"; the first {_ROWS} follow, the rest are on the area's page." if len(given) > _ROWS else "."),
    )
    _row(pdf, ("Measure", "When", "Value", "England", "Verdicts"), "B")
    for figure in sorted(
        given, key=lambda f: (f.target_type != "absolute", f.england_value is None, f.topic, f.metric_id)
    )[:_ROWS]:
        _row(pdf, _figure(figure))
    return bytes(pdf.output())


def _doubts(figures: list[Figure]) -> list[str]:
    """What speaks against figures that are shown, each reason once, with those that it bears on."""
    doubted: dict[str, list[str]] = {}
    for figure in figures:
        if figure.is_shown and figure.dq_grade in ("C", "D"):
            doubted.setdefault(verdicts.trust(figure), []).append(figure.title)
    said = []
    for reason, titles in sorted(doubted.items(), key=lambda of: -len(of[1])):
        others = len(titles) - 2
        said.append("; ".join(titles[:2]) + (f"; and {others} more" if others > 0 else "") + f": {reason}")
    return said


def _published(bundle: Bundle) -> datetime:
    stamp = str(bundle.manifest.get("known_at") or "2000-01-01")
    return datetime.fromisoformat(stamp.replace("Z", "+00:00")).replace(tzinfo=UTC)


def _heading(pdf: FPDF, title: str, below: str) -> None:
    pdf.set_text_color(*_BLUE)
    pdf.set_font("Helvetica", "B", 17)
    _write(pdf, 9, title)
    pdf.set_text_color(*_DARK)
    pdf.set_font("Helvetica", "", 9)
    _write(pdf, 5, below)
    pdf.ln(2)


def _lines(pdf: FPDF, title: str, lines: list[str]) -> None:
    pdf.set_font("Helvetica", "B", 12)
    _write(pdf, 7, title)
    pdf.set_font("Helvetica", "", 9.5)
    for line in lines:
        _write(pdf, 4.6, f"- {words.shortened(line, 330)}")
    pdf.ln(3)


def _figure(figure: Figure) -> tuple[str, ...]:
    england = "" if figure.england_value is None else words.value(figure.england_value, figure.unit)
    tags = ", ".join(t.text for t in verdicts.tags(figure) if not t.kind.startswith("spc"))
    when = _WHEN.get(figure.time_window, words.spaced(figure.time_window))
    return figure.title, when, figure.shown, england, tags


def _row(pdf: FPDF, texts: tuple[str, ...], style: str = "") -> None:
    for text, (width, align) in zip(texts, _WIDTHS, strict=True):
        pdf.set_font("Helvetica", style, 8.5)
        pdf.cell(width, 6.6, _fitted(pdf, _latin(text), width), border="B", align=align)
    pdf.ln(6.6)


def _fitted(pdf: FPDF, text: str, width: float) -> str:
    """The text as it fits into its column: in smaller letters, and if they were too small to read, cut at a word."""
    for size in (8.5, 8, 7.5, 7):
        pdf.set_font_size(size)
        if pdf.get_string_width(text) <= width - 2:
            return text
    most = len(text)
    while pdf.get_string_width(text) > width - 2:
        most -= 1
        text = _latin(words.shortened(text, most))
    return text


def _write(pdf: FPDF, height: float, text: str) -> Any:
    return pdf.multi_cell(0, height, _latin(text), align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def _latin(text: str) -> str:
    """The built-in fonts know Latin-1 only: signs beyond it are replaced by what they mean."""
    for sign, plain in _PLAIN.items():
        text = text.replace(sign, plain)
    return text.encode("latin-1", "replace").decode("latin-1")
