"""How many planted faults the intake catches, per rule, and how many rows of families without a fault it refuses.

Every feed is written with faults, submitted and accepted as `sendjc run` does; what the intake says is held against the generator's list.
A fault is caught when its own rule is told of its own row (of a copy: of either row). Rows that fall with their own parent belong to the
spoilt family and are counted apart.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from sendjc_pipeline import feeds as declarations
from sendjc_pipeline.commands.synth import land_written
from sendjc_pipeline.feeds.implied import rules_of
from sendjc_pipeline.settings import Settings
from sendjc_pipeline.submissions import intake
from sendjc_pipeline.submissions.manifest import Submission
from sendjc_pipeline.synthetic.calibration import AREAS
from sendjc_pipeline.synthetic.generate import generate

# Q1 has the DfE release, Q2 the population estimates.
SEED, SCALE, RATE = 11, 0.15, 0.05
QUARTERS = ("2024-25-Q1", "2024-25-Q2", "2024-25-Q4")
DENSE_RATE, DENSE_QUARTERS = (
    0.5,
    tuple(f"{year}-Q{number}" for year in ("2023-24", "2024-25") for number in (1, 2, 3, 4)),
)
LEAST_CAUGHT, MOST_CLEAN_REFUSED = 0.99, 0.005
_SUBMISSION = ["feed", "partner", "period"]


def main(feeds: list[str] | None = None, scale: float = SCALE) -> None:
    """Run it, print one line per rule and per feed, and exit with 1 if a target is missed.

    Small returns have fewer rows to spoil than rules, so feeds with rules left over are written again, more of them and with more faults.
    """
    caught, clean, rows = _round(feeds, scale, RATE, QUARTERS)
    left = _unplanted(caught, rows["feed"].unique().to_list())
    planted = dict(caught.group_by("feed").len().rows())
    again = sorted(feed for feed, rules in left.items() if rules and planted.get(feed, 0) < 2 * len(_rules(feed)))
    nothing = (caught.clear(), clean.clear(), rows)
    dense, dense_clean, dense_rows = _round(again, scale, DENSE_RATE, DENSE_QUARTERS) if again else nothing
    every = pl.concat([caught, dense])
    for feed in sorted(rows["feed"].unique()):
        _print_feed(feed, every.filter(pl.col("feed") == feed), _unplanted(every, [feed])[feed])
    print(f"\nOne fault in {1 / RATE:.0f} rows")
    _print_totals(caught, clean, rows)
    if again:
        print(f"\nOne fault in {1 / DENSE_RATE:.0f} rows, {len(DENSE_QUARTERS)} quarters, for the rules left over")
        _print_totals(dense, dense_clean, dense_rows)
    share = caught["caught"].sum() / max(caught.height, 1)
    dense_share = dense["caught"].sum() / max(dense.height, 1) if dense.height else 1.0
    wrong = clean["refused"].sum() / max(clean["rows"].sum(), 1)
    print(
        f"\nrules planted {every['rule'].n_unique()}, of these caught every time {every.group_by('rule').agg(pl.col('caught').all())['caught'].sum()}"
    )
    print(
        f"caught {share:.2%} of {caught.height} (at least {LEAST_CAUGHT:.0%}), in the denser set {dense_share:.2%} of {dense.height};"
    )
    print(f"clean rows refused {wrong:.3%} of {clean['rows'].sum()} (at most {MOST_CLEAN_REFUSED:.1%})")
    if min(share, dense_share) < LEAST_CAUGHT or wrong > MOST_CLEAN_REFUSED:
        sys.exit(1)


def _round(
    feeds: list[str] | None, scale: float, rate: float, quarters: Sequence[str]
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Write, submit, accept and compare: the faults with whether they were caught; clean rows by feed; rows by submission."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        summary = generate(home / "areas", SEED, scale, AREAS, quarters, home / "truth", rate, feeds=feeds)
        settings = Settings(home=home / "home")
        settings.make_zones()
        messages, rows, refused = _take_in(settings, land_written(settings, summary, datetime.now(UTC)))
        defects, family = (pl.read_parquet(home / "truth" / f"{name}.parquet") for name in ("defects", "family"))
    return _caught(defects, family, messages), _clean(defects, family, refused), rows


def _unplanted(caught: pl.DataFrame, names: list[str]) -> dict[str, list[str]]:
    """By feed, the rules of its newest spec that were never planted."""
    planted = set(caught["rule"])
    found = {}
    for name in names:
        found[name] = [code for code in _rules(name) if code not in planted]
    return found


def _rules(name: str) -> list[str]:
    feed = declarations.load(name)
    return [rule.code for table in feed.tables.values() for rule in rules_of(feed, table, feed.default_spec)]


def _take_in(settings: Settings, submissions: list[Submission]) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Accept every submission; returns what was said of rows, the rows received, and the rows kept out."""
    said, counted, kept_out = [], [], []
    for submission in submissions:
        receipt = intake.accept(settings, submission)
        folder = intake.accepted_folder(settings, submission)
        name = [pl.lit(getattr(submission, part)).alias(part) for part in _SUBMISSION]
        said.append(pl.read_parquet(folder / "_messages.parquet").select(*name, "rule", "table", "row"))
        kept_out.append(pl.read_parquet(folder / "_quarantine.parquet").select(*name, "table", "row"))
        received = sum(count.received for count in receipt.tables.values())
        counted.append(
            pl.DataFrame({"rows": [received], "is_refused": [receipt.status != "accepted"]}).select(
                *name, "rows", "is_refused"
            )
        )
        if receipt.status != "accepted":
            print(
                f"REFUSED WHOLE: {submission.feed} {submission.partner} {submission.period}: {'; '.join(receipt.file_messages)[:300]}"
            )
    return pl.concat(said), pl.concat(counted), pl.concat(kept_out)


def _caught(defects: pl.DataFrame, family: pl.DataFrame, messages: pl.DataFrame) -> pl.DataFrame:
    place = [*_SUBMISSION, "table", "row"]
    told = messages.filter(pl.col("row").is_not_null()).unique()
    exact = told.select(*place, "rule", by_row=pl.lit(True)).unique()
    by_family = (
        told.join(family, on=place).select(*_SUBMISSION, "table", "family", "rule", by_family=pl.lit(True)).unique()
    )
    both = defects.join(exact, on=[*place, "rule"], how="left")
    both = both.join(by_family, on=[*_SUBMISSION, "table", "family", "rule"], how="left")
    either = pl.when(pl.col("way") == "copy").then("by_family").otherwise("by_row")
    return both.with_columns(caught=either.fill_null(False))


def _clean(defects: pl.DataFrame, family: pl.DataFrame, refused: pl.DataFrame) -> pl.DataFrame:
    """By feed: rows of families without a fault, and how many of them were kept out."""
    spoilt = defects.select(*_SUBMISSION, "family").unique()
    sound = family.join(spoilt, on=[*_SUBMISSION, "family"], how="anti")
    out = sound.join(refused.unique(), on=[*_SUBMISSION, "table", "row"], how="semi")
    counts = sound.group_by("feed").len("rows").join(out.group_by("feed").len("refused"), on="feed", how="left")
    return counts.with_columns(pl.col("refused").fill_null(0)).sort("feed")


def _print_feed(feed: str, caught: pl.DataFrame, never: list[str]) -> None:
    print(f"\n{feed}")
    by_rule = caught.group_by("rule").agg(planted=pl.len(), caught=pl.col("caught").sum()).sort("rule")
    for rule, planted, found in by_rule.rows():
        print(f"  {rule:80} {planted:6} {found:6}{'' if planted == found else '  MISSED'}")
    if never:
        print(
            f"  not planted, as no row of these files allows it or it would refuse them all ({len(never)}): {', '.join(never)}"
        )


def _print_totals(caught: pl.DataFrame, clean: pl.DataFrame, rows: pl.DataFrame) -> None:
    print(
        f"\n{'feed':28}{'rows':>9}{'rules':>7}{'planted':>9}{'caught':>8}{'share':>9}{'clean rows':>12}{'refused':>9}{'share':>9}"
    )
    sound = {feed: counts for feed, *counts in clean.rows()}
    for feed in sorted({*sound, *caught["feed"]}):
        clean_rows, refused = sound.get(feed, (0, 0))
        mine = caught.filter(pl.col("feed") == feed)
        received = rows.filter(pl.col("feed") == feed)["rows"].sum()
        found = int(mine["caught"].sum())
        share = found / mine.height if mine.height else 1.0
        print(
            f"{feed:28}{received:9}{mine['rule'].n_unique():7}{mine.height:9}{found:8}{share:9.2%}{clean_rows:12}{refused:9}"
            f"{refused / max(clean_rows, 1):9.3%}"
        )
