"""How the tests read the synthetic partners' files back: a second, plain reader, independent of generator and intake."""

from __future__ import annotations

from pathlib import Path

import polars as pl
from lxml import etree

BLADE_DATES = "%Y-%b-%d 00:00:00"


def blade(folder: Path) -> dict[str, pl.DataFrame]:
    """The nine tables of a Blade export by name, as text."""
    return {file.stem.rsplit("_", 1)[1]: pl.read_csv(file, infer_schema=False) for file in sorted(folder.glob("*.csv"))}


def day(column: str) -> pl.Expr:
    return pl.col(column).str.to_date(BLADE_DATES)


def xml_cases(file: Path) -> pl.DataFrame:
    """One row per request of an XML return: the dates and codes that timeliness needs."""
    rows = []
    for request in etree.parse(file).iterfind(".//Requests"):
        rows.append({
            "received": request.findtext("ReceivedDate"), "decided": request.findtext("RequestOutcomeDate"),
            "decision": request.findtext("RequestOutcome"), "outcome": request.findtext("Assessment/AssessmentOutcome"),
            "closed": request.findtext("Assessment/AssessmentOutcomeDate"), "week20": request.findtext("Assessment/Week20"),
            "active": request.find("ActivePlans") is not None,
        })  # fmt: skip
    return _dated(pl.DataFrame(rows, infer_schema_length=None), "%Y-%m-%d")


def blade_cases(folder: Path) -> pl.DataFrame:
    """The same columns as `xml_cases` from a Blade export."""
    tables = blade(folder)
    joined = (
        tables["requests"]
        .join(tables["assessment"], on="requeststableid", how="left")
        .join(tables["activeplans"].select("requeststableid", "activeplanstableid"), on="requeststableid", how="left")
    )
    return _dated(
        joined.select(
            received="receiveddate", decided="requestoutcomedate", decision="requestoutcome", outcome="assessmentoutcome",
            closed="assessmentoutcomedate", week20="week20", active=pl.col("activeplanstableid").is_not_null(),
        ),
        BLADE_DATES,
    )  # fmt: skip


def _dated(frame: pl.DataFrame, form: str) -> pl.DataFrame:
    return frame.with_columns(pl.col("received", "decided", "closed").cast(pl.String).str.to_date(form))


def bytes_of(folder: Path) -> dict[str, bytes]:
    """Every file under a folder by its path in it."""
    return {str(file.relative_to(folder)): file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()}
