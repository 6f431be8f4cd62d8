"""The intake's speed and memory: large deliveries through every check, from the files to accepted Parquet.

Limits, on 2 cores: CSV 60 MB/s; workbooks 40,000 rows/s; XML 20 MB/s; 2 GiB. A kind of file is left out, with a word, where no feed of it can be made here.
"""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.copies import write_copies, write_repeated
from benchmarks.measure import SENDJC, measure
from sendjc_pipeline import feeds

QUARTER = "2024-25-Q4"
_CSV, _XLSX, _XML, _MIB = 60, 40_000, 20, 2048
# A workbook of twice as many rows is over the size that the guard of workbooks lets through.
_CSV_BYTES, _XML_BYTES, _XLSX_ROWS = 300_000_000, 90_000_000, 100_000


def main() -> None:
    """Measure and print; exit code 1 where a limit is missed."""
    with tempfile.TemporaryDirectory() as folder:
        out, home = Path(folder) / "sent", Path(folder) / "home"
        subprocess.run(
            [SENDJC, "synth", "--out", out, "--scale", "2", "--seed", "11", "--quarters", QUARTER,
             "--areas", "nottingham,nottinghamshire", "--home", home],
            check=True, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        sound = [
            _csv("csds", out / "RHA" / "csds" / QUARTER, Path(folder) / "csds"),
            _csv("sen2", out / "nottingham" / "sen2" / QUARTER, Path(folder) / "sen2"),
            _xml(out / "nottinghamshire" / "sen2" / QUARTER, Path(folder) / "return.xml"),
            _xlsx(Path(folder) / "book"),
        ]
    if not all(sound):
        raise SystemExit(1)


def _csv(feed: str, source: Path, target: Path) -> bool:
    sent = sorted(source.glob("*.csv"))
    copies = 1 + _CSV_BYTES // sum(path.stat().st_size for path in sent)
    files = write_copies(feed, sent, target, copies)
    return _report(f"{feed}, CSV", feed, files, sum(path.stat().st_size for path in files) / 1e6, "MB", _CSV)


def _xml(source: Path, target: Path) -> bool:
    """The persons of one return again and again, so that starting up does not decide; identifiers of rows are made by the reader."""
    sent = next(iter(sorted(source.glob("*.xml"))), None)
    if sent is None:
        print("sen2, XML: no synthetic partner writes it")
        return True
    write_repeated(sent, target, "Person", _XML_BYTES)
    return _report("sen2, XML", "sen2", [target], target.stat().st_size / 1e6, "MB", _XML)


def _xlsx(folder: Path) -> bool:
    """Many rows of the feed's own example, written by openpyxl."""
    books = [name for name in feeds.names() if feeds.load(name).reader == "tabular"]
    name = "ep_advice" if "ep_advice" in books else next(iter(books), None)
    if name is None:
        print("XLSX: no feed has the reader of workbooks")
        return True
    from openpyxl import Workbook

    feed = feeds.load(name)
    table = next(iter(feed.tables.values()))
    example = _example(name, table.name)
    folder.mkdir()
    book = Workbook(write_only=True)
    sheet = book.create_sheet(table.name)
    headers = list(example)
    ids = {feed.header(c, feed.default_spec) for c in table.columns if c.privacy in ("record_id", "person_id")}
    sheet.append(headers)
    for number in range(_XLSX_ROWS):
        sheet.append([f"{example[h]}~{number}" if h in ids else example[h] for h in headers])
    path = folder / f"{table.name}.xlsx"
    book.save(path)
    return _report(f"{name}, XLSX", name, [path], _XLSX_ROWS, "rows", _XLSX)


def _example(feed: str, table: str) -> dict[str, str]:
    import yaml

    path = Path(feeds.__file__).parent / "examples" / f"{feed}.yml"
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    return {str(key): str(value) for key, value in content["tables"][table][0].items()}


def _report(name: str, feed: str, files: Sequence[Path], amount: float, unit: str, limit: float) -> bool:
    """Check the files in a process of its own, start-up included, and print one line."""
    found = measure(["check", *files, "--feed", feed, "--period", QUARTER])
    speed = amount / found.seconds
    # Exit 1 is a file with rows at fault, which was read; 2 is a refused one, whose speed says nothing.
    is_sound = speed >= limit and found.peak_mib <= _MIB and found.code in (0, 1)
    verdict = "ok" if is_sound else "MISSED"
    print(
        f"{name:20} {amount:10,.0f} {unit:4} {found.seconds:6.1f} s  {speed:10,.1f} {unit}/s (>= {limit:,})"
        f"  {found.peak_mib:7.0f} MiB (<= {_MIB})  exit {found.code}  {verdict}"
    )
    return is_sound
