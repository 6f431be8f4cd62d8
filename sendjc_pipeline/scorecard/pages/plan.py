"""The delivery plan: every action with its owner's role, its dates and its BRAG, overdue first.

Belongs here: one page of mart_delivery_plan.
"""

from __future__ import annotations

from collections.abc import Iterator

from sendjc_pipeline.scorecard import words
from sendjc_pipeline.scorecard.bundle import Bundle, Row
from sendjc_pipeline.scorecard.page import Page, Section
from sendjc_pipeline.scorecard.picture import Cell, Table, Tag


def pages(bundle: Bundle) -> Iterator[Page]:
    """The page of the plans."""
    rows = bundle.rows(
        "mart_delivery_plan", "select * from mart_delivery_plan order by plan_id, priority_no, action_ref"
    )
    plans: dict[str, list[Row]] = {}
    for row in rows:
        plans.setdefault(str(row["plan_title"]), []).append(row)
    sections = [Section(title, tables=[_table(title, actions)]) for title, actions in plans.items()]
    overdue = sum(bool(row["is_overdue"]) for row in rows)
    lead = [
        f"{len(rows)} actions in {len(plans)} plans; {overdue} are overdue.",
        "Ratings of actions in this repository are synthetic: the published plan leaves them blank.",
    ]
    yield Page(
        "delivery-plan.html",
        "Delivery plan",
        lead if rows else [],
        sections or [Section("Actions", ["Not in this release."])],
    )


def _table(title: str, actions: list[Row]) -> Table:
    columns = ["Action", "What", "Owner", "Due", "Rating", "To look at"]
    return Table(f"{title}: every action", columns, [_row(action) for action in actions])


def _row(a: Row) -> list[str | Cell]:
    name, says = words.BRAG.get(str(a["brag"] or "not_rated"), words.BRAG["not_rated"])
    rating = Cell("", tags=[Tag(f"brag-{a['brag'] or 'not_rated'}", name, says)])
    due = words.day(a["due_date"]) if a["due_date"] else "no date in the plan"
    flags = [flag for flag in ("overdue" if a["is_overdue"] else "", str(a["date_flag"] or "")) if flag]
    return [
        f"{a['priority_no']}: {a['action_ref']}",
        str(a["action_text"] or ""),
        str(a["owner_role"] or ""),
        due,
        rating,
        "; ".join(flags),
    ]
