"""The verdicts beside a figure as tags, and the sentences that put a figure, its target and its trust into words.

Belongs here: what a board member reads first. Does not belong here: making a verdict; each comes from the release (decision 0013).
"""

from __future__ import annotations

from collections.abc import Iterable

from sendjc_pipeline.scorecard import words
from sendjc_pipeline.scorecard.figure import Figure
from sendjc_pipeline.scorecard.picture import Cell, Tag


def tags(figure: Figure) -> list[Tag]:
    """BRAG, variation, assurance and grade of a figure that is shown, each only where it has one."""
    if not figure.is_shown:
        return []
    found = []
    if figure.brag and figure.brag != "not_rated":
        found.append(Tag(f"brag-{figure.brag}", words.BRAG[figure.brag][0]))
    if figure.spc_variation:
        found.append(Tag(f"spc-{_kind(figure.spc_variation)}", words.VARIATION[figure.spc_variation][0]))
    if figure.spc_assurance:
        found.append(Tag("spc-assurance", words.ASSURANCE[figure.spc_assurance][0]))
    if figure.dq_grade:
        found.append(Tag(f"grade-{figure.dq_grade}", f"grade {figure.dq_grade}"))
    if figure.value_status == "provisional":
        found.append(Tag("status", "provisional"))
    return found


def cell(figure: Figure | None, why: bool = True) -> Cell:
    """A figure as a cell of a table, with the reason under it where there is no value and `why` is asked for."""
    if figure is None:
        return Cell("", note="not measured here")
    note = figure.why_missing.removeprefix(f"{figure.shown}: ") if why else ""
    return Cell(figure.shown, tags=tags(figure), note=words.sentence(note))


def cell_of_cut(figure: Figure | None) -> Cell:
    """A figure of a breakdown: many are hidden, so that the table says why once (`notes`)."""
    return cell(figure, why=figure is not None and not figure.is_hidden)


def notes(figures: Iterable[Figure]) -> list[str]:
    """What stands under a table of a breakdown."""
    return [words.HIDDEN] if any(figure.is_hidden for figure in figures) else []


def answer(figure: Figure, subject: str = "") -> str:
    """The figure, its target and whether it is met, in one sentence or two; `subject` begins it, by default the area's name."""
    subject = subject or str(figure.area_name)
    if not figure.is_shown:
        return f"{subject}: {figure.why_missing}"
    said = f"{subject}: {figure.shown}"
    if figure.behind:
        said += f" ({figure.behind})"
    said += f" {figure.when}."
    if figure.target_type == "absolute" and figure.target_value is not None:
        said += f" The target is {figure.target}: {_against_target(figure)}."
    elif figure.target_type == "directional":
        said += f" The strategy sets no number; it wants this to go {'up' if figure.polarity == 'higher' else 'down'}."
    return said


def trend(figure: Figure) -> str:
    """Whether it is getting better, from the process-control verdict; empty where there is none."""
    if not figure.is_shown or not figure.spc_variation:
        return ""
    _, says = words.VARIATION[figure.spc_variation]
    said = f"Trend: {says}"
    if figure.spc_assurance:
        said += f"; it {words.ASSURANCE[figure.spc_assurance][1]}"
    return f"{said}."


def trust(figure: Figure) -> str:
    """Whether the figure can be relied on, and what speaks against it."""
    if not figure.is_shown:
        return ""
    said = []
    if figure.dq_grade:
        by = f", {figure.doubt}" if figure.doubt.startswith("for its ") else ""
        said.append(f"Data quality is grade {figure.dq_grade}, {words.GRADES.get(figure.dq_grade, '')}{by}")
    if figure.doubt and not figure.doubt.startswith("for its "):
        said.append(figure.doubt)
    if figure.bounds:
        said.append(f"uncertain links put it {figure.bounds}")
    elif figure.bounds_basis == "no_doubt":
        said.append("no uncertain link bears on it")
    if figure.value_status == "provisional":
        said.append("it is provisional until the freeze")
    return words.sentence("; ".join(said))


def met(figure: Figure) -> str:
    """Whether the number in a target is reached, whatever the day that it is for; empty where no figure can tell."""
    if not figure.is_shown or figure.target_value is None:
        return ""
    better = figure.value >= figure.target_value if figure.polarity == "higher" else figure.value <= figure.target_value
    return "met" if better else "not met"


def _against_target(figure: Figure) -> str:
    name, says = words.BRAG.get(figure.brag or "not_rated", words.BRAG["not_rated"])
    said = met(figure)
    return said if figure.brag in (None, "not_rated") else f"{said}, rated {name} ({says}; derived by our rule)"


def _kind(variation: str) -> str:
    return variation.split("_")[0] if variation.split("_")[0] in ("improving", "concerning") else "common"
