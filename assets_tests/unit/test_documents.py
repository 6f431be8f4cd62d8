"""What the documents say of this repository is so: paths, commands, make targets, links, rooms and records."""

from __future__ import annotations

import re
import shlex
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
import typer.main

from sendjc_pipeline.cli import app

ROOT = Path(__file__).resolve().parents[2]
RECORDS = ROOT / "docs" / "decisions"
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
NAMES = [str(path.relative_to(ROOT)) for path in DOCUMENTS]
each_document = pytest.mark.parametrize("document", DOCUMENTS, ids=NAMES)

EXTENSIONS = (".csv", ".duckdb", ".json", ".key", ".md", ".parquet", ".py", ".sql", ".toml", ".txt", ".yaml", ".yml")
# What a run makes, below the home or in the clone, and what partners send: not in the repository.
GENERATED_FOLDERS = (
    ".sendjc", ".venv", "dagster", "keys", "landing", "open_data", "protection", "published", "reference", "restricted", "scorecard", "starter",
    "tables", "temp", "warehouse",
)  # fmt: skip
GENERATED_FILES = (
    "datapackage.json", "dictionary.html", "history.duckdb", "send_calendar_year_to_date.csv",
    "manifest.json", "marts.duckdb", "metric_monthly.parquet", "metric_quarterly.parquet", "receipt.json",
    "submission.json", "warehouse.duckdb", "Blade-Export_*.csv",
    "candidate_pair.parquet", "report.json", "revision.parquet", "report_rows.csv", "report_rules.csv", "rows.parquet",
)  # fmt: skip
TABLE_ROW = re.compile(r"^\| `(sendjc_pipeline/[^`]+)` \|", re.MULTILINE)


def fences(text: str) -> Iterator[tuple[str, str]]:
    """(language, body) of each fenced block."""
    for match in re.finditer(r"^```(\w*)\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        yield match[1], match[2]


def spans(document: Path) -> list[str]:
    """What stands in single backticks, outside fenced blocks."""
    prose = re.sub(r"^```.*?^```", "", document.read_text(), flags=re.MULTILINE | re.DOTALL)
    return [span.strip() for span in re.findall(r"`([^`\n]+)`", prose)]


@cache
def committed_names() -> frozenset[str]:
    """The bare names of the files in the clone, build products left out."""
    skipped = {".git", ".venv", ".sendjc", "target", "__pycache__"}
    return frozenset(p.name for p in ROOT.rglob("*") if p.is_file() and not skipped & set(p.relative_to(ROOT).parts))


def is_path(span: str) -> bool:
    """Whether a span names a file or folder: a path, or a bare name with a known ending; not a command or a URL."""
    if not re.fullmatch(r"[\w.<>*{}/-]+", span) or span.startswith((".r", "--", "/", "http")):
        return False
    return "/" in span or span.endswith(EXTENSIONS)


def is_generated(span: str) -> bool:
    """Whether a run makes it, or a partner sends it."""
    path = PurePosixPath(span)
    return path.parts[0] in GENERATED_FOLDERS or any(path.match(pattern) for pattern in GENERATED_FILES)


def exists(document: Path, span: str) -> bool:
    """Whether the clone holds it: from the root, or beside the document; <placeholders> and * stand for any name."""
    pattern = re.sub(r"<[^>]*>|\{[^}]*\}", "*", span).rstrip("/")
    if "/" not in span and "*" not in pattern:
        return pattern in committed_names() or (ROOT / pattern).exists()
    if "/" not in span:
        return any(PurePosixPath(name).match(pattern) for name in committed_names())
    return any(any(folder.glob(pattern)) for folder in (ROOT, document.parent))


@each_document
def test_every_path_that_it_names_exists(document: Path) -> None:
    named = [span for span in spans(document) if is_path(span) and not is_generated(span)]
    assert [span for span in named if not exists(document, span)] == []


def test_a_path_that_is_not_there_would_be_noticed() -> None:
    readme = ROOT / "README.md"
    for span in ("seeds/reference/no_such_seed.csv", "no_such_seed.csv"):
        assert is_path(span) and not is_generated(span) and not exists(readme, span)
    assert exists(readme, "seeds/reference/<name>.csv")


def models(document: Path) -> list[str]:
    """The models that a document says there are: not those of its section "Later"; * stands for any name."""
    text = re.sub(r"^## Later\n.*?(?=^## |\Z)", "", document.read_text(), flags=re.MULTILINE | re.DOTALL)
    return re.findall(r"`((?:stg|int|fct|dim|mart)_[a-z0-9_*]+)`", text)


def is_model(name: str) -> bool:
    """Whether the project makes it."""
    return any((ROOT / "dbt_project" / "models").rglob(f"{name}.sql"))


@each_document
def test_every_model_that_it_names_exists(document: Path) -> None:
    assert [name for name in models(document) if not is_model(name)] == []


def test_a_model_that_is_not_there_would_be_noticed(tmp_path: Path) -> None:
    document = tmp_path / "a.md"
    document.write_text("`mart_ghost` and `int_ehc__*`\n\n## Later\n\n`mart_some_day`\n\n## Then\n\n`dim_person`\n")
    assert models(document) == ["mart_ghost", "int_ehc__*", "dim_person"]
    assert [is_model(name) for name in models(document)] == [False, True, True]


@each_document
def test_every_link_leads_somewhere(document: Path) -> None:
    targets = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", document.read_text())
    local = [target for target in targets if "://" not in target]
    assert [target for target in local if not (document.parent / target).exists()] == []


def typed_lines(document: Path) -> Iterator[tuple[str, bool]]:
    """Every sendjc command line of a document, and whether it stands in a block, where it must be complete."""
    for language, body in fences(document.read_text()):
        if language in ("sh", "bash", "console"):
            lines = body.replace("\\\n", " ").splitlines()
            yield from ((line.split(" #")[0].removeprefix("$ ").strip(), True) for line in lines if "sendjc " in line)
    yield from ((span, False) for span in spans(document) if span.startswith("sendjc "))


@cache
def sendjc() -> Any:
    """The command line as click sees it: a group of commands and groups."""
    return typer.main.get_command(app)


def resolve(words: list[str]) -> tuple[Any, list[str]]:
    """The command that the first words name, and the words left over.

    Raises:
        LookupError: no such command.
    """
    command = sendjc()
    rest = list(words)
    while hasattr(command, "commands") and rest and not rest[0].startswith("-"):
        name = rest.pop(0)
        if name not in command.commands:
            raise LookupError(f"there is no command '{name}'")
        command = command.commands[name]
    return command, rest


def fault(line: str, whole: bool) -> str | None:
    """What is wrong with a command line, or None. A mention in a sentence may leave options out; a block may not."""
    try:
        command, rest = resolve(shlex.split(line)[1:])
    except LookupError as error:
        return str(error)
    if hasattr(command, "commands"):
        return "names a group, not a command" if whole else None
    context = command.context_class(command, info_name=line, resilient_parsing=True)
    try:
        given, _, _ = command.make_parser(context).parse_args(args=rest)
    except Exception as error:  # click's usage errors, from whichever click typer brings
        return str(error)
    missing = [p.name for p in command.params if p.required and not given.get(p.name)]
    return f"lacks {', '.join(missing)}" if whole and missing else None


@each_document
def test_every_command_line_is_one_that_sendjc_takes(document: Path) -> None:
    found = {line: fault(line, whole) for line, whole in typed_lines(document) if line.startswith("sendjc ")}
    assert {line: why for line, why in found.items() if why} == {}


@pytest.mark.parametrize(
    "line",
    [
        "sendjc nonsense",
        "sendjc run --no-such-option",
        "sendjc run",
        "sendjc release",
        "sendjc submit --feed sen2 a.csv",
        "sendjc release diff 2024-25-Q4.r1",
    ],
)
def test_a_wrong_command_line_would_be_noticed(line: str) -> None:
    assert fault(line, whole=True)


def test_the_documents_hold_command_lines_at_all() -> None:
    assert sum(1 for document in DOCUMENTS for _ in typed_lines(document)) > 20


def test_every_command_is_told_of_somewhere() -> None:
    told = {resolve(shlex.split(line)[1:])[0] for document in DOCUMENTS for line, _ in typed_lines(document)}
    branches = [getattr(command, "commands", {"": command}) for command in sendjc().commands.values()]
    leaves = {leaf for branch in branches for leaf in branch.values()}
    kept_for_make = {"prepare", "demo"}  # make calls them; nobody need type them
    assert {leaf.name for leaf in leaves - told} - kept_for_make == set()


@each_document
def test_every_make_target_that_it_names_exists(document: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    text = "\n".join([*spans(document), *(body for language, body in fences(document.read_text()) if language == "sh")])
    assert set(re.findall(r"^make ([a-z]+)", text, re.MULTILINE)) - targets == set()


@each_document
def test_every_switch_of_the_environment_that_it_names_is_read(document: Path) -> None:
    code = "\n".join(path.read_text() for path in (ROOT / "sendjc_pipeline").rglob("*.py"))
    assert {name for name in re.findall(r"\bSENDJC_[A-Z_]+\b", document.read_text()) if name not in code} == set()


def test_decision_records_are_numbered_without_a_gap_and_indexed() -> None:
    records = sorted(path.name for path in RECORDS.glob("[0-9]*.md"))
    index = (RECORDS / "README.md").read_text()
    assert [int(name[:4]) for name in records] == list(range(1, len(records) + 1))
    assert re.findall(r"\]\((\d{4}-[^)]+\.md)\)", index) == records


@pytest.mark.parametrize("record", sorted(RECORDS.glob("[0-9]*.md")), ids=lambda path: path.stem)
def test_a_record_has_its_number_a_status_and_a_date(record: Path) -> None:
    text = record.read_text()
    assert text.startswith(f"# {record.name[:4]} ")
    assert re.search(r"^Status: (proposed|accepted|superseded by \d{4})\. Date: 20\d\d-\d\d-\d\d\.", text, re.MULTILINE)


def test_the_rooms_stand_in_the_order_of_the_import_contract() -> None:
    contract = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"][0]
    rooms = TABLE_ROW.findall((ROOT / "docs" / "architecture.md").read_text())
    assert [room.removesuffix(".py").rstrip("/").replace("/", ".") for room in rooms] == contract["layers"][::-1]


def test_the_glossary_says_each_term_once_and_in_order() -> None:
    text = (ROOT / "docs" / "glossary.md").read_text()
    sections = [re.findall(r"^\| ([^|]+) \| [^|]+ \|$", part, re.MULTILINE) for part in text.split("\n## ")[1:-1]]
    terms = [[term for term in section if term not in ("term", "---")] for section in sections]
    assert [section for section in terms if section != sorted(section, key=str.casefold)] == []
    every = [term for section in terms for term in section]
    assert len(every) == len(set(every)) > 60


def test_the_runbook_gives_the_exit_codes_of_the_commands() -> None:
    from sendjc_pipeline.commands import run, submissions
    from sendjc_pipeline.commands.console import NOT_CHECKED

    rows = re.findall(r"^\| `sendjc (\w+)` \| (\d) \|", (ROOT / "docs" / "runbook.md").read_text(), re.MULTILINE)
    told = {command: {int(code) for name, code in rows if name == command} for command, _ in rows}
    assert told["run"] == {run.PUBLISHED, run.FAILED, run.REFUSED}
    assert told["check"] == {submissions.CLEAN, submissions.ROWS_REFUSED, submissions.FILE_REFUSED, NOT_CHECKED}
