"""The children in need census as XML: header, then children with their disabilities and episodes nested (domain sources 4.1).

Belongs here: elements and nesting. Does not belong here: which rows are sent.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

FILE = "cin.xml"
_HEADER = {"CollectionDetails": ("Collection", "Year", "ReferenceDate"),
           "Source": ("SourceLevel", "LEA", "SoftwareCode", "Release", "SerialNo", "DateTime")}  # fmt: skip
_CHARACTERISTICS = ("Ethnicity",)
_CHILD = "LAchildID"
# Table -> its element, and the column by which its rows are found from the row above.
_ELEMENT = {
    "assessment": "Assessments",
    "cinplan": "CINPlanDates",
    "section47": "Section47",
    "childprotectionplan": "ChildProtectionPlans",
}
_KEYS = ("disabilityid", "cindetailsid", "assessmentid", "assessmentfactorid", "cinplanid", "section47id", "childprotectionplanid")  # fmt: skip


def write(tables: dict[str, pl.DataFrame], folder: Path) -> dict[str, int]:
    """Write the XML; returns the number of rows (elements of all tables) by file name."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / FILE).write_text(document(tables), encoding="utf-8", newline="\n")
    return {FILE: sum(frame.height for frame in tables.values())}


def document(tables: dict[str, pl.DataFrame]) -> str:
    """Write the whole census, one child to a line."""
    row = tables["message"].row(0, named=True)
    header = ""
    for group, items in _HEADER.items():
        leaves = "".join(f"<{item}>{_safe(row[item])}</{item}>" for item in items if row[item] is not None)
        header += f"<{group}>{leaves}</{group}>"
    children = "\n".join(_children(tables)["xml"].to_list())
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<Message><Header>{header}</Header>\n<Children>\n{children}\n</Children></Message>\n'


def _safe(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")


def _leaves(items: list[str]) -> pl.Expr:
    """Write `<Item>value</Item>` for every item that has a value; an empty item is left out."""
    cells = []
    for item in items:
        safe = pl.col(item).str.replace_all("&", "&amp;", literal=True).str.replace_all("<", "&lt;", literal=True)
        cells.append(pl.format(f"<{item}>{{}}</{item}>", safe))
    return pl.concat_str(cells, ignore_nulls=True) if cells else pl.lit("")


def _element(item: str) -> pl.Expr:
    """Write `<Item>value</Item>` also where there is no value: the element is a row of its own."""
    return pl.format(f"<{item}>{{}}</{item}>", pl.col(item).fill_null(""))


def _children(tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    frame = tables["child"]
    named = [item for item in frame.columns if item not in _CHARACTERISTICS]
    disabilities = _inner(tables["disability"].select(_CHILD, xml=_element("Disability")), _CHILD, "disabilities")
    episodes = _inner(_episodes(tables), _CHILD, "episodes")
    # A child that stands twice has its rows once, under the first of the two.
    mine = pl.when(pl.col(_CHILD).is_first_distinct()).then(pl.col(_CHILD))
    frame = frame.select(mine=mine, identifiers=_leaves(named), other=_leaves(list(_CHARACTERISTICS)))
    for part in (disabilities, episodes):
        frame = frame.join(part.rename({_CHILD: "mine"}), on="mine", how="left", maintain_order="left")
    wrapped = pl.format("<Disabilities>{}</Disabilities>", "disabilities").fill_null("")
    return frame.select(
        xml=pl.format(
            "<Child><ChildIdentifiers>{}</ChildIdentifiers><ChildCharacteristics>{}{}</ChildCharacteristics>{}</Child>",
            "identifiers", "other", wrapped, pl.col("episodes").fill_null(""),
        )
    )  # fmt: skip


def _episodes(tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    frame = tables["cindetails"]
    items = [item for item in frame.columns if item not in (*_KEYS, _CHILD)]
    frame = frame.select(_CHILD, "cindetailsid", xml=_leaves(items))
    for table, element in _ELEMENT.items():
        rows = tables[table]
        xml = _leaves([item for item in rows.columns if item not in _KEYS])
        if table == "assessment":
            factors = _inner(
                tables["assessmentfactor"].select("assessmentid", xml=_element("AssessmentFactors")),
                "assessmentid",
                "factors",
            )
            rows = rows.join(factors, on="assessmentid", how="left", maintain_order="left")
            wrapped = pl.format(
                "<FactorsIdentifiedAtAssessment>{}</FactorsIdentifiedAtAssessment>", "factors"
            ).fill_null("")
            xml = pl.concat_str(xml, wrapped)
        inner = _inner(
            rows.select("cindetailsid", xml=pl.format(f"<{element}>{{}}</{element}>", xml)), "cindetailsid", "inner"
        )
        frame = frame.join(inner, on="cindetailsid", how="left", maintain_order="left").select(
            _CHILD, "cindetailsid", xml=pl.concat_str("xml", pl.col("inner").fill_null(""))
        )
    return frame.with_columns(xml=pl.format("<CINdetails>{}</CINdetails>", "xml"))


def _inner(rows: pl.DataFrame, key: str, name: str) -> pl.DataFrame:
    """The elements of each parent, one after the other."""
    return rows.group_by(key, maintain_order=True).agg(pl.col("xml").str.join("").alias(name))
