"""The report's summary: who sent what, what became of it in one sentence, and what to do next.

Belongs here: counts of a whole delivery and the sentences about it. Does not belong here: single faults (`tables`) or layout.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

import duckdb
import yaml

from sendjc_pipeline import feeds
from sendjc_pipeline.submissions.receipt import Receipt
from sendjc_pipeline.submissions.report import tables, words

WORST_RULES = 5
PARTNERS = Path(feeds.__file__).with_name("partners.yaml")


@dataclass(frozen=True)
class TableLine:
    """Rows of one table: received = accepted + quarantined; `warned` are accepted rows with something to check."""

    received: int
    accepted: int
    quarantined: int
    warned: int
    quarantined_percent: float


@dataclass(frozen=True)
class Summary:
    """What the first sheet says. Of a dry run, partner, submission_id and received_at are None."""

    partner: str | None
    partner_name: str | None
    feed: str
    feed_title: str
    spec: str
    period: str | None
    stated_period: str | None
    submission_id: str | None
    received_at: str | None
    status: str
    verdict: str
    reasons: list[str]
    tables: dict[str, TableLine]
    file_messages: list[dict[str, object]]
    worst_rules: list[dict[str, object]]
    next_steps: list[str]

    @property
    def sentence(self) -> str:
        """The verdict with its first reason, if it was refused."""
        if not self.reasons:
            return f"{self.verdict}."
        more = len(self.reasons) - 1
        also = f"; and {words.count(more, 'more reason')}" if more else ""
        return f"{self.verdict}: {self.reasons[0]}{also}."

    def plain(self) -> dict[str, object]:
        """The summary for JSON."""
        return {**asdict(self), "verdict": self.sentence}


def summarise(con: duckdb.DuckDBPyConnection, receipt: Receipt, received_at: datetime | None) -> Summary:
    """Sum a delivery up, once `faults.create` has run."""
    feed = feeds.load(receipt.feed)
    warned, orphans = _count_rows(con)
    lines = {
        name: TableLine(
            received=count.received,
            accepted=count.accepted,
            quarantined=count.quarantined,
            warned=warned.get(name, 0) if receipt.status == "accepted" else 0,
            quarantined_percent=words.share(count.quarantined, count.received),
        )
        for name, count in receipt.tables.items()
    }
    rules = tables.rules(con)
    refusals = [rule for rule in rules if rule["outcome"] == "reject_file"]
    faults = tables.file_faults(con)
    return Summary(
        partner=receipt.partner,
        partner_name=_partner_name(receipt.partner),
        feed=receipt.feed,
        feed_title=feed.title,
        spec=receipt.spec,
        period=receipt.period,
        stated_period=receipt.stated_period,
        submission_id=receipt.submission_id,
        received_at=f"{received_at:%Y-%m-%d %H:%M} UTC" if received_at else None,
        status=receipt.status,
        verdict=_verdict(receipt, lines),
        reasons=[_reason(rule) for rule in refusals],
        tables=lines,
        file_messages=faults,
        worst_rules=[rule for rule in rules if rule["outcome"] == "quarantine_row"][:WORST_RULES],
        next_steps=_next_steps(receipt, lines, rules, orphans),
    )


def _partner_name(partner: str | None) -> str | None:
    listed = yaml.safe_load(PARTNERS.read_text(encoding="utf-8"))
    return next((str(members[partner]) for members in listed.values() if partner in members), None)


def _count_rows(con: duckdb.DuckDBPyConnection) -> tuple[dict[str, int], int]:
    """By table the rows that only warn; and how many rows are out for nothing but the want of the row above them."""
    con.execute("""
        create or replace temp view judged_row as
        select "table", bool_or(outcome <> 'warn') as is_out, bool_and(category = 'orphan') filter (outcome <> 'warn') as is_orphan
        from fault where "table" is not null group by "table", file, sheet, "row"
    """)
    warned = con.execute('select "table"::varchar, count(*) from judged_row where not is_out group by 1').fetchall()
    orphans = con.execute("select count(*) from judged_row where is_out and is_orphan").fetchone()
    return {str(name): int(count) for name, count in warned}, int(orphans[0]) if orphans else 0


def _verdict(receipt: Receipt, lines: dict[str, TableLine]) -> str:
    is_dry = receipt.submission_id is None
    received, out, warned = (
        sum(getattr(line, name) for line in lines.values()) for name in ("received", "quarantined", "warned")
    )
    if receipt.status != "accepted":
        return "Would be refused, and nothing of it would count" if is_dry else "Refused, and nothing of it counts"
    start = "Would be accepted" if is_dry else "Accepted"
    if not received:
        return f"{start}, but there is no row in it"
    if out:
        return (
            f"{start} with rows kept out: {received - out:,} of {words.count(received, 'row')} count,"
            f" {out:,} ({words.share(out, received)} %) {'would be' if is_dry else 'were'} kept out"
        )
    checked = f"; {warned:,} of them should be looked at" if warned else ""
    return f"{start}: all {words.count(received, 'row')} count{checked}"


def _reason(rule: dict[str, object]) -> str:
    if rule["table"]:
        return f"{rule['table']}: {rule['message']}"
    return str(rule["message"])


def _next_steps(
    receipt: Receipt, lines: dict[str, TableLine], rules: list[dict[str, object]], orphans: int
) -> list[str]:
    is_dry = receipt.submission_id is None
    again = "run the check again" if is_dry else "send all the files again for the same period; they replace these"
    if receipt.status != "accepted":
        return [
            "Mend what refused the files: it stands under 'About whole files' and first in the sheet Rules.",
            f"Then {again}. Rows are judged only once the files can be read, so more faults may show then.",
        ]
    steps = []
    if worst := next(
        (rule for rule in rules if rule["outcome"] == "quarantine_row" and rule["category"] != "orphan"), None
    ):
        steps.append(
            f"Begin with {worst['rule']}, which keeps out {words.count(_number(worst['count']), 'row')}: {worst['action']}."
        )
    if orphans:
        steps.append(
            f"{words.count(orphans, 'row')} {'is' if orphans == 1 else 'are'} kept out only because the row above"
            f" {'it' if orphans == 1 else 'them'} is missing or was kept out itself: mend that row, and"
            f" {'it comes' if orphans == 1 else 'they come'} back."
        )
    if any(line.quarantined for line in lines.values()):
        steps.append(
            f"Mend the rows in your own system, export afresh and {again}. The sheet Rows tells each by file and row."
        )
    if any(rule["outcome"] == "warn" for rule in rules):
        steps.append("Look at what is marked 'please check': it counts as it stands, and may be right.")
    if not steps:
        steps.append("Nothing is to be mended." + (" Send the files." if is_dry else ""))
    return steps


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0
