"""The verdicts beside a figure as tags, and the sentences that put a figure, its target and its trust into words.

Belongs here: what a board member reads first. Does not belong here: making a verdict; each comes from the release (decision 0013).
"""

from __future__ import annotations

from sendjc_pipeline.scorecard import words
from sendjc_pipeline.scorecard.figure import Figure
from sendjc_pipeline.scorecard.picture import Cell, Tag


def tags(figure: Figure) -> list[Tag]:
    """BRAG, variation, assurance and grade of a figure, each only where it has one."""
    found = []
    if figure.brag and figure.brag != "not_rated":
        name, says = words.BRAG[figure.brag]
        found.append(Tag(f"brag-{figure.brag}", name, f"derived rating: {says}"))
    if figure.spc_variation:
        sign, says = words.VARIATION.get(figure.spc_variation, ("", str(figure.spc_variation)))
        found.append(Tag(f"spc-{_kind(figure.spc_variation)}", sign, says))
    if figure.spc_assurance:
        sign, says = words.ASSURANCE.get(figure.spc_assurance, ("", str(figure.spc_assurance)))
        found.append(Tag("spc-assurance", sign, says))
    if figure.dq_grade:
        found.append(
            Tag(
                f"grade-{figure.dq_grade}",
                figure.dq_grade,
                f"data-quality grade: {words.GRADES.get(figure.dq_grade, '')}",
            )
        )
    if figure.is_shown and figure.value_status == "provisional":
        found.append(Tag("status", "Provisional", "may still change: submissions are taken until the freeze"))
    return found


def cell(figure: Figure | None, why: bool = True) -> Cell:
    """A figure as a cell of a table, with the reason under it where there is no value and `why` is asked for."""
    if figure is None:
        return Cell("", note="not measured here")
    return Cell(figure.shown, tags=tags(figure), note=figure.why_missing if why else "")


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
    _, says = words.VARIATION.get(figure.spc_variation, ("", str(figure.spc_variation)))
    said = f"Trend: {says}"
    if figure.spc_assurance:
        said += f"; it {words.ASSURANCE.get(figure.spc_assurance, ('', ''))[1]}"
    return f"{said}."


def trust(figure: Figure) -> str:
    """Whether the figure can be relied on, and what speaks against it."""
    if not figure.is_shown:
        return ""
    said = []
    if figure.dq_grade:
        said.append(f"Data quality is grade {figure.dq_grade}, {words.GRADES.get(figure.dq_grade, '')}")
    if figure.dq_reason:
        said.append(str(figure.dq_reason).rstrip("."))
    if figure.bounds:
        said.append(f"uncertain links put it {figure.bounds}")
    elif figure.bounds_basis == "no_doubt":
        said.append("no uncertain link bears on it")
    if figure.value_status == "provisional":
        said.append("it is provisional until the freeze")
    return words.sentence("; ".join(said))


def _against_target(figure: Figure) -> str:
    name, says = words.BRAG.get(figure.brag or "not_rated", words.BRAG["not_rated"])
    better = figure.value >= figure.target_value if figure.polarity == "higher" else figure.value <= figure.target_value
    met = "met" if better else "not met"
    return met if figure.brag in (None, "not_rated") else f"{met}, rated {name} ({says}; derived by our rule)"


def _kind(variation: str) -> str:
    return variation.split("_")[0] if variation.split("_")[0] in ("improving", "concerning") else "common"
