"""Keyed pseudonyms: HMAC-SHA-256 as a DuckDB expression, one derived key per purpose.

Belongs here: the arithmetic and the care that the key needs. Does not belong here: what gets a pseudonym. An unkeyed
hash would be undone by trying every valid NHS number, of which there are about 10^9 (domain rule 7.8).

A pseudonym is the first hex digits of HMAC(HMAC(key, purpose), text). Deriving a key per purpose keeps the same local
id at two providers apart, and lets one purpose be re-keyed without the others. By the birthday bound the chance that
any two of n texts collide is below n^2 / 2^(4 x digits + 1): for 10 million record ids at 24 digits 7e-16, for 10
million children at 32 digits 2e-25.
"""

from __future__ import annotations

import hashlib
import hmac

import duckdb

RECORD_DIGITS = 24
PERSON_DIGITS = 32
PERSON = "person"

_BLOCK = 64  # bytes in a block of SHA-256


def record_purpose(feed: str, partner: str) -> str:
    """The purpose of a partner's record ids: one for every submission of the feed, so a record keeps its pseudonym."""
    return f"record:{feed}:{partner}"


def pseudonym(key: bytes, purpose: str, text: str, digits: int) -> str:
    """One pseudonym in plain Python: the reference that the SQL form is tested against."""
    return hmac.new(_derive(key, purpose), text.encode(), hashlib.sha256).hexdigest()[:digits]


def _derive(key: bytes, purpose: str) -> bytes:
    return hmac.digest(key, purpose.encode(), "sha256")


class Pseudonymiser:
    """Writes SQL expressions for pseudonyms on one connection.

    The key never enters SQL text, where a log, a plan or an error could quote it: a temporary table of that connection
    holds the two pads of each derived key, bound as parameters.
    """

    __slots__ = ("_con", "_key", "_numbers")

    def __init__(self, con: duckdb.DuckDBPyConnection, key: bytes) -> None:
        self._con = con
        self._key = key
        self._numbers: dict[str, int] = {}
        con.execute("create or replace temp table pseudonym_pad (pad_no integer, inner_pad blob, outer_pad blob)")

    def __repr__(self) -> str:
        return "Pseudonymiser(key withheld)"

    def sql(self, purpose: str, expression: str, digits: int) -> str:
        """The pseudonym of a SQL expression, as lower-case hex text of that many digits; NULL for NULL."""
        number = self._numbers.get(purpose)
        if number is None:
            number = self._numbers[purpose] = len(self._numbers)
            padded = _derive(self._key, purpose).ljust(_BLOCK, b"\0")
            inner, outer = (bytes(byte ^ mask for byte in padded) for mask in (0x36, 0x5C))
            self._con.execute("insert into pseudonym_pad values (?, ?, ?)", [number, inner, outer])
        pads = (f"(select {pad}_pad from pseudonym_pad where pad_no = {number})" for pad in ("inner", "outer"))
        inner_pad, outer_pad = pads
        digest = f"sha256({outer_pad} || unhex(sha256({inner_pad} || encode(cast({expression} as varchar)))))"
        return f"substr(lower({digest}), 1, {digits})"
