"""Who may send which feed. Their names and kinds are `partners.yaml`; which area needs whom is a seed, not this room's business."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import yaml

from sendjc_pipeline.feeds.model import Feed
from sendjc_pipeline.settings import SendjcError


class UnknownPartner(SendjcError):
    """A sender that is not a partner, or a partner that does not send this feed."""


@cache
def kinds() -> dict[str, str]:
    """The kind of every partner id: council, provider, board or publisher."""
    listed = yaml.safe_load(Path(__file__).with_name("partners.yaml").read_text(encoding="utf-8"))
    return {partner: kind for kind, members in listed.items() for partner in members}


def require_sender(feed: Feed, partner: str) -> None:
    """Refuse a partner who is unknown or of the wrong kind.

    Raises:
        UnknownPartner: the text names the partners that may send the feed.
    """
    if kinds().get(partner) in feed.partners:
        return
    senders = ", ".join(name for name, kind in kinds().items() if kind in feed.partners)
    fault = (
        f"is a {kinds()[partner]}, and {feed.name} is sent by a {' or a '.join(feed.partners)}"
        if partner in kinds()
        else "is not a partner"
    )
    raise UnknownPartner(f"'{partner}' {fault}; partners that send {feed.name}: {senders}.")
