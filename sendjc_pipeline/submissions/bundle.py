"""Bundles: a .zip of a feed's own files is unpacked into a folder of ours before the reader sees it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sendjc_pipeline.feeds.model import Feed
from sendjc_pipeline.submissions.readers import FileRejected, rule_code
from sendjc_pipeline.submissions.readers.archive import entries, unpack

# What macOS and Windows add to an archive by themselves.
_LITTER = (".", "__MACOSX", "Thumbs.db", "desktop.ini")


def open_bundles(feed: Feed, files: Sequence[Path], folder: Path) -> list[Path]:
    """The files to read: those given, with every .zip replaced by what is in it (unpacked into `folder`).

    Raises:
        FileRejected: a zip is cut short, unsafe, empty or holds another zip, or one name comes twice.
    """
    if not feed.unzip:
        return list(files)
    found: list[Path] = []
    for number, path in enumerate(files):
        if path.suffix.lower() != ".zip":
            found.append(path)
            continue
        wanted = {
            name: entry
            for name, entry in entries(path, feed).items()
            if not name.startswith(_LITTER) and "__MACOSX/" not in entry
        }
        if not wanted:
            raise FileRejected(
                rule_code(feed, "empty"), path.name, "the archive holds no file", "Send it again with the files in it."
            )
        if any(name.lower().endswith(".zip") for name in wanted):
            raise FileRejected(
                rule_code(feed, "unsafe_archive"),
                path.name,
                "the archive holds another archive",
                "Pack the files once only.",
            )
        inside = folder / f"bundle_{number}"
        inside.mkdir()
        # `entries` returns bare names, so none of them can lead out of this folder.
        found += [copy.rename(inside / name) for name, copy in unpack(path, feed, wanted, inside).items()]
    names = [path.name for path in found]
    if repeated := sorted({name for name in names if names.count(name) > 1}):
        raise FileRejected(
            rule_code(feed, "repeated_file"), repeated[0], "the file came more than once", "Send each file once."
        )
    return found
