"""One published figure and everything that is said beside it.

Belongs here: the columns of metric_quarterly in words. Does not belong here: whether a figure may be shown (disclosure/), what a verdict is (dbt).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sendjc_pipeline.scorecard import words

WINDOWS = {
    "quarter": "in the quarter",
    "calendar_ytd": "in the calendar year so far",
    "snapshot": "on the quarter's last day",
    "month_mean": "on average over the quarter",
    "rolling_12m": "in the last 12 months",
}


@dataclass(frozen=True)
class Figure:
    """A row of metric_quarterly; a column that an older release lacks reads as None."""

    row: Mapping[str, Any]
    name_of: Callable[[str], str] = words.spaced
    said: Callable[[str], str] = str

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self.row.get(name)

    @property
    def series(self) -> tuple[str, str, str]:
        """What tells one headline figure of a metric from another: window, service, tier."""
        return (self.row["time_window"], self.row["service"] or "Total", self.row["tier"] or "Total")

    @property
    def title(self) -> str:
        """The metric's name, with service and tier where its name does not say them."""
        _, service, tier = self.series
        known = (service, tier) if self.row["topic"] != "ehc" else ()
        parts = [self.name_of(part) for part in known if part != "Total" and not self.row["metric_id"].startswith(part)]
        return f"{self.row['metric_name']} ({', '.join(parts)})" if parts else str(self.row["metric_name"])

    @property
    def is_total(self) -> bool:
        """Whether it is about all children of its series, and not a breakdown."""
        return bool(self.row["breakdown_topic"] == "Total")

    @property
    def is_shown(self) -> bool:
        """Whether there is a value to read."""
        return self.row["value"] is not None

    @property
    def is_hidden(self) -> bool:
        """Whether there is a number that the rule for small numbers keeps back."""
        return not self.is_shown and self.row["suppression"] in ("primary", "secondary")

    @property
    def shown(self) -> str:
        """The value with its unit, or one word for why there is none."""
        if self.is_shown:
            return words.value(self.row["value"], self.row["unit"])
        return words.absence(self.row["suppression"], self.row["value_status"])

    @property
    def why_missing(self) -> str:
        """Why there is no value, in words; empty where there is one."""
        if self.is_shown:
            return ""
        return words.why_missing(self.row["suppression"], self.row["value_status"], self._reason)

    @property
    def doubt(self) -> str:
        """What speaks against a value that is shown, in words; empty where nothing does."""
        return words.weakness(self._reason) if self.is_shown else ""

    @property
    def _reason(self) -> str:
        return self.said(str(self.row["dq_reason"] or ""))

    @property
    def behind(self) -> str:
        """The counts behind a share or mean, such as `57 of 119`."""
        numerator, denominator = self.row["numerator"], self.row["denominator"]
        if self.row["unit"] == "pct" and numerator is not None and denominator is not None:
            return f"{words.value(numerator, 'count')} of {words.value(denominator, 'count')}"
        if self.row["unit"] != "count" and denominator is not None:
            return f"from {words.value(denominator, 'count')}"
        return ""

    @property
    def bounds(self) -> str:
        """What the figure is at least and at most, where links in doubt make it uncertain."""
        low, high = self.row.get("value_lower"), self.row.get("value_upper")
        if not self.is_shown or low is None or high is None or low == high:
            return ""
        return f"between {words.value(low, self.row['unit'])} and {words.value(high, self.row['unit'])}"

    @property
    def target(self) -> str:
        """The target in force, in words; empty where the documents set none."""
        if self.row["target_type"] == "absolute" and self.row["target_value"] is not None:
            due = self.row["target_due_date"]
            by = f" by {words.day(due)}" if due else ""
            return f"{words.value(self.row['target_value'], self.row['unit'])}{by}"
        return (
            "no number set: to go " + ("up" if self.row["polarity"] == "higher" else "down")
            if self.row["target_type"] == "directional"
            else ""
        )

    @property
    def aim(self) -> str:
        """Which way is better, in words; empty where neither is."""
        return {"higher": "higher is better", "lower": "lower is better"}.get(str(self.row["polarity"]), "")

    @property
    def when_and_aim(self) -> str:
        """The window, and which way is better: what stands under a measure's name in a table."""
        return f"{self.when}; {self.aim}" if self.aim else self.when

    @property
    def when(self) -> str:
        """The window in words."""
        return WINDOWS.get(self.row["time_window"], str(self.row["time_window"]).replace("_", " "))
