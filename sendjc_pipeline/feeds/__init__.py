"""What each partner sends: one declaration per feed.

`names` and `load` are the door; everything else in the room is reached through the `Feed` that `load` returns. Rows and
files do not belong here.
"""

from sendjc_pipeline.feeds.library import UnknownFeed, layout_files, load, names, resolve_spec
from sendjc_pipeline.feeds.model import Column, Feed, Rule, Table

__all__ = ["Column", "Feed", "Rule", "Table", "UnknownFeed", "layout_files", "load", "names", "resolve_spec"]
