"""Opening an archive that somebody else made: what is refused before a byte of it is unpacked.

Here: the limits, and the copying of wanted entries to a folder of ours under names of ours. Not here: what the entries
mean.
"""

from __future__ import annotations

import shutil
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from sendjc_pipeline.feeds.model import Feed
from sendjc_pipeline.submissions.readers import FileRejected, rule_code

# The whole DfE release is 37 MB in 15 entries, at a ratio of 9; a workbook's sheets reach 30. Ten times that is an
# attack or a mistake.
MAX_ENTRIES = 200
MAX_TOTAL_BYTES = 512 * 1024 * 1024
MAX_RATIO = 300
# Below this size a high ratio does no harm (a theme file of blanks).
RATIO_COUNTS_FROM = 1024 * 1024

_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError)


def entries(path: Path, feed: Feed, *, folders_count: bool = False) -> dict[str, str]:
    """The archive's files: {name without folders: name in the archive}, after every limit was checked.

    `folders_count` keeps the folders in the names: a workbook has a sheet1.xml among its worksheets and another among its charts.

    Raises:
        FileRejected: <FEED>.file.unreadable (cut short, not an archive, encrypted) or <FEED>.file.unsafe_archive.
    """
    if path.stat().st_size == 0:
        raise FileRejected(rule_code(feed, "empty"), path.name, "the file holds nothing", "Download it again.")
    try:
        with zipfile.ZipFile(path) as archive:
            infos = [info for info in archive.infolist() if not info.is_dir()]
    except _BROKEN:
        raise _unreadable(path, feed) from None
    if fault := _fault(infos, folders_count):
        raise FileRejected(
            rule_code(feed, "unsafe_archive"),
            path.name,
            fault,
            "Send the file as the system that wrote it made it, or its CSVs loose.",
        )
    return {info.filename if folders_count else PurePosixPath(info.filename).name: info.filename for info in infos}


def unpack(path: Path, feed: Feed, wanted: Mapping[str, str], folder: Path) -> dict[str, Path]:
    """Copy entries of the archive into `folder`.

    `wanted` is {our name: name in the archive}; the same keys come back with the path of each copy.
    Reading to the end also checks each entry's checksum.

    Raises:
        FileRejected: <FEED>.file.unreadable.
    """
    found: dict[str, Path] = {}
    try:
        with zipfile.ZipFile(path) as archive:
            for number, (ours, theirs) in enumerate(wanted.items()):
                # A name of ours, so that nothing in the archive can choose where it is written.
                target = folder / f"entry_{number}"
                with archive.open(theirs) as source, target.open("wb") as copy:
                    shutil.copyfileobj(source, copy, 1 << 20)
                found[ours] = target
    except _BROKEN:
        raise _unreadable(path, feed) from None
    return found


def _fault(infos: list[zipfile.ZipInfo], folders_count: bool) -> str | None:
    if len(infos) > MAX_ENTRIES:
        return f"the archive holds more than {MAX_ENTRIES} files"
    if sum(info.file_size for info in infos) > MAX_TOTAL_BYTES:
        return f"the archive would unpack to more than {MAX_TOTAL_BYTES // 1024 // 1024} MB"
    if any(_swells(info) for info in infos):
        return f"an entry would swell more than {MAX_RATIO} times"
    if any(info.flag_bits & 0x1 for info in infos):
        return "the archive is encrypted"
    names = [PurePosixPath(info.filename.replace("\\", "/")) for info in infos]
    if any(name.is_absolute() or ".." in name.parts for name in names):
        return "an entry's name points outside the archive"
    if len({name if folders_count else name.name for name in names}) < len(names):
        return "two entries bear the same name"
    return None


def _swells(info: zipfile.ZipInfo) -> bool:
    return info.file_size > RATIO_COUNTS_FROM and info.file_size > MAX_RATIO * max(info.compress_size, 1)


def _unreadable(path: Path, feed: Feed) -> FileRejected:
    return FileRejected(
        rule_code(feed, "unreadable"),
        path.name,
        "the archive is cut short or damaged, and nothing of it was taken",
        "Save, export or download it again and send the whole file.",
    )
