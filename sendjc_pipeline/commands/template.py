"""`sendjc template`: empty tables and a dictionary for a partner to fill in."""

from __future__ import annotations

from pathlib import Path

from sendjc_pipeline import feeds
from sendjc_pipeline.commands.console import console, print_json
from sendjc_pipeline.feeds.template import tables, takes_workbooks, why_not_filled
from sendjc_pipeline.settings import SendjcError
from sendjc_pipeline.submissions import template_files


def template(
    name: str, spec: str | None, folder: Path, as_workbook: bool | None, replace: bool, as_json: bool = False
) -> None:
    """Write the template of a feed and say what was written; `as_workbook` None means a workbook where the feed takes one.

    Raises:
        SendjcError: unknown feed or spec, a workbook of a feed that takes none, or files that are there already.
    """
    feed = feeds.load(name)
    spec = feeds.resolve_spec(feed, spec)
    reason = why_not_filled(feed)
    if as_workbook and not reason and not takes_workbooks(feed):
        raise SendjcError(f"feed {name} is read from CSV files and not from workbooks; leave --xlsx out.")
    workbook = takes_workbooks(feed) if as_workbook is None else as_workbook
    paths = template_files.write(feed, spec, folder, workbook, replace)
    if as_json:
        told = {"feed": name, "spec": spec, "written": paths, "only_dictionary_because": reason or None}
        print_json(told | {"tables": len(tables(feed, spec))})
        return
    for path in paths:
        console.print(f"Wrote {path}", markup=False)
    if reason:
        console.print(f"Only the dictionary: {reason}", markup=False)
        return
    sent = [path.name for path in paths if not path.name.endswith("_dictionary.csv")]
    count = len(tables(feed, spec))
    console.print(
        f"{count} {'table' if count == 1 else 'tables'} of spec {spec}; fill them in and try them: sendjc check --feed {name} {' '.join(sent)}",
        markup=False,
    )
