"""An .xlsx workbook as sheets of cells.

Belongs here: opening, and who reads a sheet. Does not belong here: what is refused before opening (workbook_guard), or which sheet
holds which table (tabular). Nothing is ever calculated: a formula's last saved result is read.
"""

from __future__ import annotations

import posixpath
import zipfile
from dataclasses import dataclass
from pathlib import Path

from lxml import etree
from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from sendjc_pipeline.feeds.model import Feed
from sendjc_pipeline.submissions.readers import FileRejected, rule_code
from sendjc_pipeline.submissions.readers.plain_sheet import read_plain
from sendjc_pipeline.submissions.readers.sheet_cells import Cells, LibraryCells
from sendjc_pipeline.submissions.readers.workbook_guard import Limits, Part, inspect

__all__ = ["Limits", "Part", "Sheet", "Workbook", "inspect"]

_MAIN_PART = "xl/workbook.xml"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT_RELATION = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"


@dataclass(frozen=True)
class Sheet:
    """One sheet of cells by its name, and what the guard saw in it."""

    name: str
    home: str
    """The part of the archive that holds it."""
    is_hidden: bool
    part: Part


class Workbook:
    """A workbook that passed the guard. Sheets without cells to read (charts) are left out."""

    def __init__(self, path: Path, feed: Feed, limits: Limits | None = None) -> None:
        """Look the file through and open it.

        Raises:
            FileRejected: as `workbook_guard.inspect`, and <FEED>.file.unreadable when the library cannot open it.
        """
        self.path, self._feed = path, feed
        parts = {name.lower(): part for name, part in inspect(path, feed, limits or Limits()).items()}
        try:
            self._book = CalamineWorkbook.from_path(path)
            homes = _sheet_parts(path)
            self.sheets = [
                Sheet(
                    item.name, (home := homes[item.name]), item.visible != SheetVisibleEnum.Visible, parts[home.lower()]
                )
                for item in self._book.sheets_metadata
                if item.typ == SheetTypeEnum.WorkSheet
            ]
        except (CalamineError, OSError, ValueError, KeyError, zipfile.BadZipFile, etree.XMLSyntaxError):
            raise self._unreadable() from None

    def cells(self, sheet: Sheet) -> Cells:
        """The sheet's cells. Raises FileRejected when the library cannot read it."""
        if plain := read_plain(self.path, sheet.name, sheet.home, sheet.part):
            return plain
        try:
            return LibraryCells(self._book.get_sheet_by_name(sheet.name))
        except (CalamineError, OSError, ValueError):
            raise self._unreadable() from None

    def _unreadable(self) -> FileRejected:
        return FileRejected(
            rule_code(self._feed, "unreadable"),
            self.path.name,
            "it cannot be opened as an .xlsx workbook",
            "Open it in Excel, save it as an Excel workbook (.xlsx) or as CSV UTF-8, and send it again.",
        )


def _sheet_parts(path: Path) -> dict[str, str]:
    """Sheet name -> its part in the archive."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    with zipfile.ZipFile(path) as archive:
        names = {name.lower(): name for name in archive.namelist()}
        book = etree.fromstring(archive.read(names[_MAIN_PART]), parser)
        links = etree.fromstring(archive.read(names["xl/_rels/workbook.xml.rels"]), parser)
    targets = {str(link.get("Id")): str(link.get("Target")) for link in links}
    return {
        str(item.get("name")): posixpath.normpath(
            posixpath.join("/xl", targets[str(item.get(_RELATION) or item.get(_STRICT_RELATION))])
        ).lstrip("/")
        for item in book.iter("{*}sheet")
    }
