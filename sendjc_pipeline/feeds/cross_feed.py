"""Rules that compare what different feeds say of one child: their records, from `cross_feed.yaml`.

Belongs here: the shape and the loading. Does not belong here: running them (`warehouse.cross_feed`), since they need keys that exist
only after identity.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import yaml
from pydantic import ValidationError

from sendjc_pipeline.feeds.elements import Names, Record
from sendjc_pipeline.feeds.library import load
from sendjc_pipeline.settings import SendjcError

_FILE = Path(__file__).with_name("cross_feed.yaml")


class CrossFeedRule(Record):
    """One comparison of feeds; it holds for every spec, and its outcome is always a warning."""

    code: str
    table: str
    """<feed>.<table>: whose row is told."""
    needs: Names = ()
    """Feeds that the same partner must have sent, lest a file that is late make every row a fault."""
    when: str
    columns: Names
    message: str
    action: str

    @property
    def feed(self) -> str:
        """The feed whose row is told."""
        return self.table.partition(".")[0]

    @property
    def table_name(self) -> str:
        """The table of that feed."""
        return self.table.partition(".")[2]


@cache
def cross_feed_rules() -> tuple[CrossFeedRule, ...]:
    """Every rule, in the order of the file.

    Raises:
        SendjcError: a rule is malformed, or names a feed, table or column that nothing declares.
    """
    content = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    rules = []
    for code, body in content.items():
        try:
            rule = CrossFeedRule.model_validate({"code": code, **body})
            table = load(rule.feed).tables[rule.table_name]
            for column in rule.columns:
                table.column(column)
            for feed in rule.needs:
                load(feed)
        except (ValidationError, KeyError, StopIteration) as error:
            raise SendjcError(f"feeds/{_FILE.name}: {code} is wrong ({type(error).__name__}).") from None
        rules.append(rule)
    return tuple(rules)
