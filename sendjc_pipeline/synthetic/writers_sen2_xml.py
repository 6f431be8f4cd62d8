"""SEN2 as an XML return: header, then persons with their requests, assessments, plans and needs nested (sources 1.1).

Belongs here: elements and nesting. Does not belong here: which rows are sent.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from sendjc_pipeline.synthetic.extract_sen2 import PARENT, TABLES
from sendjc_pipeline.synthetic.tables import ISO, text

FILE = "sen2.xml"
ELEMENT = {"person": "Person", "requests": "Requests", "assessment": "Assessment", "namedplan": "NamedPlan", "plandetail": "PlanDetail",
           "activeplans": "ActivePlans", "placementdetail": "PlacementDetail", "senneed": "SENneed"}  # fmt: skip
_HEADER = {"CollectionDetails": ("Collection", "Year", "ReferenceDate"),
           "Source": ("SourceLevel", "LEA", "SoftwareCode", "Release", "SerialNo", "DateTime", "DMO", "DCO", "DSCO")}  # fmt: skip


def xml_tables(tables: dict[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """Make the text frames behind a council's XML: items with their XML spelling, keys only to nest by."""
    return {name: text(frame.drop("person", "case", strict=False), ISO) for name, frame in tables.items()}


def _leaves(items: list[str]) -> pl.Expr:
    """Write `<Item>value</Item>` for every item that has a value; an empty item is left out."""
    cells = []
    for item in items:
        safe = pl.col(item).str.replace_all("&", "&amp;", literal=True).str.replace_all("<", "&lt;", literal=True)
        cells.append(pl.format(f"<{item}>{{}}</{item}>", safe))
    return pl.concat_str(cells, ignore_nulls=True) if cells else pl.lit("")


def _elements(name: str, tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """Write each row of a table as one element with its children inside: its key, its parent's key, xml."""
    frame = tables[name]
    key, link = f"{name}tableid", f"{PARENT[name]}tableid"
    items = [column for column in frame.columns if not column.endswith("tableid")]
    frame = frame.select(key, link, xml=_leaves(items))
    for child in (child for child in TABLES if PARENT.get(child) == name):
        rows = _elements(child, tables).group_by(key, maintain_order=True)
        inner = rows.agg(pl.col("xml").str.join("").alias("inner"))
        frame = frame.join(inner, on=key, how="left", maintain_order="left").select(
            key, link, xml=pl.concat_str("xml", pl.col("inner").fill_null(""))
        )
    tag = ELEMENT[name]
    return frame.with_columns(xml=pl.format(f"<{tag}>{{}}</{tag}>", "xml"))


def document(tables: dict[str, pl.DataFrame]) -> str:
    """Write the whole return, one person to a line."""
    row = tables["sen2"].row(0, named=True)
    header = ""
    for group, items in _HEADER.items():
        leaves = "".join(f"<{item}>{row[item]}</{item}>" for item in items if row[item] is not None)
        header += f"<{group}>{leaves}</{group}>"
    people = "\n".join(_elements("person", tables)["xml"].to_list())
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<Message><Header>{header}</Header>\n<Persons>\n{people}\n</Persons></Message>\n'


def write(tables: dict[str, pl.DataFrame], folder: Path) -> dict[str, int]:
    """Write the XML; returns the number of rows (elements of all tables) by file name."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / FILE).write_text(document(tables), encoding="utf-8", newline="\n")
    return {FILE: sum(frame.height for frame in tables.values())}
