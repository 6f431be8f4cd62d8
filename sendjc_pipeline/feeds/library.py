"""Finding and loading declarations: the YAML files beside this module, each read once per process."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from sendjc_pipeline.feeds.model import Feed
from sendjc_pipeline.settings import SendjcError

_FOLDER = Path(__file__).parent
# The C loader is ten times faster, and the declarations are a thousand lines; it is missing only from odd builds of PyYAML.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class UnknownFeed(SendjcError):
    """A feed or spec that nothing declares."""


@cache
def names() -> tuple[str, ...]:
    """Every declared feed, in alphabetical order."""
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.yml")))


@cache
def load(name: str) -> Feed:
    """The declaration of a feed.

    Raises:
        UnknownFeed: no feed has that name.
        SendjcError: the declaration itself is wrong; the text names the place.
    """
    if name not in names():
        raise UnknownFeed(f"'{name}' is not a declared feed; known feeds: {', '.join(names())}.")
    content = yaml.load((_FOLDER / f"{name}.yml").read_text(encoding="utf-8"), Loader=_LOADER)  # noqa: S506  a safe loader
    content["name"] = name
    for table, body in content["tables"].items():
        body["name"] = table
    try:
        return Feed.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise SendjcError(f"feeds/{name}.yml is wrong at {where or 'its root'}: {first['msg']}.") from None


def resolve_spec(feed: Feed, spec: str | None) -> str:
    """The spec asked for, or the feed's default one. Raises UnknownFeed for a spec that the feed does not declare."""
    if spec is None:
        return feed.default_spec
    if spec not in feed.specs:
        raise UnknownFeed(f"'{spec}' is not a spec of feed {feed.name}; known specs: {', '.join(feed.specs)}.")
    return spec


@cache
def layout_files(name: str) -> tuple[Path, ...]:
    """Files beside a feed's declaration that its reader needs as well: <feed>.layout.yaml, where there is one."""
    return tuple(sorted(_FOLDER.glob(f"{name}.*.yaml")))
