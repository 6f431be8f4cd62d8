"""The semantic model for Power BI as text (PBIP with TMDL): tables over the Parquet files, relations, and measures that respect hidden cells.

Belongs here: the TMDL of a release. The folder of the release is the one parameter, so a new release is a changed path and a refresh.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from sendjc_pipeline.scorecard.kit.model import Column, Relation, Sheet

NAME = "sendjc"
_TYPES = {
    "VARCHAR": "string",
    "BIGINT": "int64",
    "INTEGER": "int64",
    "DOUBLE": "double",
    "BOOLEAN": "boolean",
    "DATE": "dateTime",
    "TIMESTAMP": "dateTime",
}

# A sum of shares means nothing, and a hidden cell must stay blank: each measure answers for one figure or for none.
_ONE = "IF(COUNTROWS(metric_quarterly) = 1, MAX(metric_quarterly[{}]))"
_HOW_MANY = "CALCULATE(COUNTROWS(metric_quarterly), metric_quarterly[{}] IN {{{}}})"
_MEASURES = (
    ("Value", _ONE.format("value"), "The value of one figure; blank where several are chosen or it is hidden."),
    ("Numerator", _ONE.format("numerator"), "What is counted above the line of one figure."),
    ("Denominator", _ONE.format("denominator"), "What is counted below the line of one figure."),
    ("Target", _ONE.format("target_value"), "The target in force for one figure."),
    ("England", _ONE.format("england_value"), "England's published figure beside one figure."),
    (
        "Hidden figures",
        _HOW_MANY.format("suppression", '"primary", "secondary"'),
        "How many of the chosen figures are hidden.",
    ),
    (
        "Figures not given",
        _HOW_MANY.format("value_status", '"withheld", "not_supplied"'),
        "How many of the chosen figures nobody could give.",
    ),
)


def files(tables: Sequence[Sheet], links: Sequence[Relation], release_id: str) -> Iterator[tuple[str, str]]:
    """Each file of the project as (path, text)."""
    model = f"{NAME}.SemanticModel"
    yield (
        f"{NAME}.pbip",
        _json(
            {
                "version": "1.0",
                "artifacts": [{"report": {"path": f"{NAME}.Report"}}],
                "settings": {"enableAutoRecovery": True},
            }
        ),
    )
    yield (
        f"{NAME}.Report/definition.pbir",
        _json({"version": "4.0", "datasetReference": {"byPath": {"path": f"../{model}"}}}),
    )
    yield f"{NAME}.Report/report.json", _json({"config": "{}", "layoutOptimization": 0, "sections": []})
    yield f"{model}/definition.pbism", _json({"version": "4.2", "settings": {}})
    yield f"{model}/definition/database.tmdl", "database\n\tcompatibilityLevel: 1567\n"
    yield f"{model}/definition/model.tmdl", _model(tables)
    yield f"{model}/definition/expressions.tmdl", _parameter(release_id)
    yield f"{model}/definition/relationships.tmdl", "\n".join(map(_relation, links))
    for table in tables:
        yield f"{model}/definition/tables/{table.name}.tmdl", _table(table)


def _json(content: object) -> str:
    return json.dumps(content, indent=2) + "\n"


def _model(tables: Sequence[Sheet]) -> str:
    refs = "".join(f"ref table {table.name}\n" for table in tables)
    return f"model Model\n\tculture: en-GB\n\tdefaultPowerBIDataSourceVersion: powerBI_V3\n\n{refs}"


def _parameter(release_id: str) -> str:
    says = f"/// The folder of the release, ending in a backslash; made for {release_id}.\n"
    meta = '[IsParameterQuery=true, Type="Text", IsParameterQueryRequired=true]'
    return f'{says}expression ReleaseFolder = "C:\\sendjc\\current\\" meta {meta}\n'


def _relation(link: Relation) -> str:
    name = f"{link.table}_{link.column}_{link.to_table}"
    return (
        f"relationship {name}\n\tfromColumn: {link.table}.{link.column}\n\ttoColumn: {link.to_table}.{link.to_column}\n"
    )


def _table(table: Sheet) -> str:
    parts = [f"{_doc(table.says, 0)}table {table.name}\n"]
    if table.name == "metric_quarterly":
        parts += [f"{_doc(says, 1)}\tmeasure '{name}' = {formula}\n" for name, formula, says in _MEASURES]
    parts += [_column(column) for column in table.columns]
    windows_path = table.path.replace("/", "\\")
    parts.append(
        f"\tpartition {table.name} = m\n\t\tmode: import\n\t\tsource =\n\t\t\t\tlet\n"
        f'\t\t\t\t\tSource = Parquet.Document(File.Contents(ReleaseFolder & "{windows_path}"))\n\t\t\t\tin\n\t\t\t\t\tSource\n'
    )
    return "\n".join(parts)


def _column(column: Column) -> str:
    kind = _TYPES[column.kind]
    return f"{_doc(column.says, 1)}\tcolumn {column.name}\n\t\tdataType: {kind}\n\t\tsummarizeBy: none\n\t\tsourceColumn: {column.name}\n"


def _doc(text: str, depth: int) -> str:
    """A description in TMDL: one line, for a line break would end it."""
    line = " ".join(text.split())
    return f"{chr(9) * depth}/// {line}\n" if line else ""
