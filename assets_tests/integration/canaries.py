"""Canary identifiers: 10,000 that belong to nobody, and a search for any of them in whatever a run leaves behind.

Belongs here: making them, and finding them in texts, databases, Parquet, workbooks and Dagster's storage. Does not belong here: planting
them into files (planting.py), or the run (test_planted_canaries.py).
"""

from __future__ import annotations

import random
import re
import sqlite3
import zipfile
from collections.abc import Iterator
from dataclasses import astuple, dataclass
from pathlib import Path

import duckdb

from sendjc_pipeline.synthetic.identifiers import UPN_ALPHABET

CHILDREN = 1_700
_INWARD = "ABDEFGHJLNPQRSTUWXYZ"
# Every kind has a beginning that nothing else has, so that one pattern finds all that might be a canary, also inside other text:
# names of ten letters from Zq, postcodes of an area that does not exist, numbers from 999, UPNs of one council and school.
_SUSPECT = re.compile(
    r"(?=(zq[a-z]{8}|qj[0-9]{2}[ _-]?[0-9][a-z]{2}|[a-z][ -]?8929991[0-9]{5}|(?<![0-9a-f])9[ -]?9[ -]?9(?:[ -]?[0-9]){7}(?![0-9])))",
    re.IGNORECASE,
)
_BETWEEN = re.compile("[ _-]")


@dataclass(frozen=True)
class Canary:
    """The identifiers of one child that there is not."""

    nhs_number: str
    upn: str
    uln: str
    postcode: str
    surname: str
    forename: str

    def everything(self) -> str:
        """All of them, as in a note."""
        return f"{self.surname} {self.forename} {self.nhs_number} {self.upn} {self.uln} {self.postcode}"

    def spellings(self) -> list[str]:
        """What one cell may hold of them."""
        nhs, postcode = self.nhs_number, self.postcode
        return [
            *astuple(self), f"{nhs[:3]} {nhs[3:6]} {nhs[6:]}", f"{nhs[:3]}-{nhs[3:6]}-{nhs[6:]}", postcode.replace(" ", ""),
            postcode.lower(), self.surname.lower(), self.forename.upper(), f"{self.surname}, {self.forename}", self.upn.lower(),
        ]  # fmt: skip


def make(seed: int = 11) -> list[Canary]:
    """CHILDREN canaries, each with six identifiers that no other has.

    A number that is also a SNOMED CT code, as one in five hundred is, passes where such a code belongs unless a child of the quarter has
    it (test_identity_passing); such numbers are left out.
    """
    rng = random.Random(seed)
    numbers = _numbers(rng)
    names = [f"Zq{''.join(rng.choice('bcdfghjklmnpqrtvwxz') for _ in range(8))}" for _ in range(3 * CHILDREN)]
    names = list(dict.fromkeys(names))[: 2 * CHILDREN]
    codes = [
        f"QJ{out} {sector}{a}{b}" for out in range(10, 99) for sector in range(10) for a in _INWARD for b in _INWARD
    ]
    postcodes = rng.sample(codes, CHILDREN)
    found = []
    for n in range(CHILDREN):
        body = f"8929991{n:05d}"
        letter = UPN_ALPHABET[sum(int(d) * place for place, d in enumerate(body, start=2)) % 23]
        found.append(
            Canary(numbers[2 * n], letter + body, numbers[2 * n + 1], postcodes[n], names[2 * n], names[2 * n + 1])
        )
    return found


def _numbers(rng: random.Random) -> list[str]:
    found: dict[str, None] = {}
    while len(found) < 2 * CHILDREN:
        body = f"999{rng.randrange(1_000_000):06d}"
        check = (11 - sum(int(d) * w for d, w in zip(body, range(10, 1, -1), strict=True)) % 11) % 11
        if check < 10 and body[-1] + str(check) and not re.fullmatch("[0-9]+[01]0[0-9]", f"{body}{check}"):
            found[f"{body}{check}"] = None
    return list(found)


class Finder:
    """Finds canaries in texts and files, in any case, with or without blanks and hyphens."""

    def __init__(self, canaries: list[Canary]) -> None:
        self.known = {_BETWEEN.sub("", value).upper() for canary in canaries for value in astuple(canary)}

    def in_text(self, text: str) -> set[str]:
        """The canaries that stand in a text."""
        return {_BETWEEN.sub("", match[1]).upper() for match in _SUSPECT.finditer(text)} & self.known

    def in_file(self, path: Path) -> set[str]:
        """The canaries in a file: in its bytes, and in what it holds where those are packed."""
        found = self.in_text(path.name) | self.in_text(path.read_bytes().decode("latin-1"))
        for text in _unpacked(path):
            found |= self.in_text(text)
        return found

    def in_folder(self, folder: Path, without: tuple[str, ...] = ()) -> dict[str, set[str]]:
        """By file, the canaries below a folder; `without` are its own subfolders that are passed over."""
        files = [path for path in sorted(folder.rglob("*")) if path.is_file() and not path.is_symlink()]
        searched = [path for path in files if path.relative_to(folder).parts[0] not in without]
        assert searched, f"nothing to search in {folder.name}"
        return {str(path.relative_to(folder)): found for path in searched if (found := self.in_file(path))}


def _unpacked(path: Path) -> Iterator[str]:
    head = path.read_bytes()[:16]
    if head[8:12] == b"DUCK":
        yield from _tables(path)
    elif head.startswith(b"PAR1"):
        yield from _rows(duckdb.connect(), f"read_parquet('{path}')")
    elif head.startswith(b"SQLite format 3"):
        con = sqlite3.connect(path)
        for (table,) in con.execute("select name from sqlite_master where type = 'table'").fetchall():
            yield "\n".join(str(row) for row in con.execute(f'select * from "{table}"'))
        con.close()
    elif head.startswith(b"PK"):
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                yield name
                yield archive.read(name).decode("latin-1")


def _tables(path: Path) -> Iterator[str]:
    con = duckdb.connect(str(path), read_only=True)
    named = "select schema_name, table_name from duckdb_tables() where not internal"
    for schema, table in con.execute(named).fetchall():
        yield from _rows(con, f'"{schema}"."{table}"')
    for what in ("tables", "views", "columns"):
        yield from _rows(con, f"duckdb_{what}() where not internal")
    con.close()


def _rows(con: duckdb.DuckDBPyConnection, source: str) -> Iterator[str]:
    cursor = con.execute(f"select columns(*)::varchar from {source}")
    while block := cursor.fetchmany(20_000):
        yield "\n".join(" | ".join(value or "" for value in row) for row in block)
