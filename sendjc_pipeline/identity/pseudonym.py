"""Keyed pseudonyms: HMAC-SHA-256 as a DuckDB expression, one key per purpose.

Belongs here: the arithmetic and the care that keys need. Does not belong here: where secrets are kept (keyring.py), or what
gets a pseudonym. An unkeyed hash would be undone by trying every valid NHS number, of which there are about 10^9 (domain
rule 7.8).

A pseudonym is the first hex digits of HMAC(HMAC(key, purpose), text). The key is that of the purpose's first word (PURPOSES),
itself HMAC(secret, word): from a key neither the secret nor another key follows, and one can be changed without the others.
The rest of a purpose keeps the same local id at two providers apart. By the birthday bound the chance that any two of n texts
collide is below n^2 / 2^(4 x digits + 1): for 10 million record ids at 24 digits 7e-16, for 10 million children at 32 digits
2e-25.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from itertools import count

import duckdb

from sendjc_pipeline.settings import SendjcError

RECORD_DIGITS = 24
PERSON_DIGITS = 32
FINGERPRINT_DIGITS = 16

PERSON = "person"  # keys of children in the warehouse
RECORD = "record"  # ids of partners' records
REVIEW = "review"  # tokens in the ledgers of clerical review and of keys
OPT_OUT = "opt_out"  # tokens of those who opted out
EXTRACT = "extract"  # ids in lists of children that leave the home
PURPOSES = (PERSON, RECORD, REVIEW, OPT_OUT, EXTRACT)

_BLOCK = 64  # bytes in a block of SHA-256
_numbers = count()


def record_purpose(feed: str, partner: str) -> str:
    """The purpose of a partner's record ids: one for every submission of the feed, so a record keeps its pseudonym."""
    return f"{RECORD}:{feed}:{partner}"


def extract_purpose(name: str, recipient: str) -> str:
    """The purpose of the ids in a list of children: two recipients cannot join their lists by them, nor with the warehouse."""
    return f"{EXTRACT}:{name}:{recipient}"


class Keys:
    """A key for each of some PURPOSES. It holds no secret, so that who is given one key (`only`) has nothing to make another of."""

    __slots__ = ("_keys",)

    def __init__(self, keys: Mapping[str, bytes]) -> None:
        self._keys = dict(keys)

    def __repr__(self) -> str:
        return "Keys(withheld)"

    @classmethod
    def of(cls, secrets: Mapping[str, bytes]) -> Keys:
        """The keys that follow from a secret for each purpose."""
        return cls({purpose: _derive(secret, purpose) for purpose, secret in secrets.items()})

    @classmethod
    def of_master(cls, secret: bytes) -> Keys:
        """The keys of every purpose from one secret."""
        return cls.of(dict.fromkeys(PURPOSES, secret))

    @property
    def purposes(self) -> frozenset[str]:
        """Those of PURPOSES that it has a key for."""
        return frozenset(self._keys)

    def only(self, *purposes: str) -> Keys:
        """The keys of some purposes and no others."""
        return Keys({purpose: self._keys[purpose] for purpose in purposes})

    def fingerprint(self, purpose: str) -> str:
        """By which a key is known without being told: 16 hex digits."""
        return hmac.new(self._keys[purpose], b"fingerprint", hashlib.sha256).hexdigest()[:FINGERPRINT_DIGITS]

    def derived(self, purpose: str) -> bytes:
        """What pseudonyms of a purpose are made with.

        Raises:
            SendjcError: there is no key for it.
        """
        kind = purpose.partition(":")[0]
        if kind not in self._keys:
            raise SendjcError(f"There is no key for '{kind}': give the purpose a name in identity/pseudonym.py.")
        return _derive(self._keys[kind], purpose)


def pseudonym(keys: Keys, purpose: str, text: str, digits: int) -> str:
    """One pseudonym in plain Python: the reference that the SQL form is tested against."""
    return hmac.new(keys.derived(purpose), text.encode(), hashlib.sha256).hexdigest()[:digits]


def _derive(key: bytes, purpose: str) -> bytes:
    return hmac.digest(key, purpose.encode(), "sha256")


class Pseudonymiser:
    """Writes SQL expressions for pseudonyms on one connection.

    No key ever enters SQL text, where a log, a plan or an error could quote it: a temporary table of that connection
    holds the two pads of each derived key, bound as parameters.
    """

    __slots__ = ("_con", "_keys", "_numbers", "_pads")

    def __init__(self, con: duckdb.DuckDBPyConnection, keys: Keys) -> None:
        self._con = con
        self._keys = keys
        self._numbers: dict[str, int] = {}
        self._pads = f"pseudonym_pad_{next(_numbers)}"
        con.execute(f"create temp table {self._pads} (pad_no integer, inner_pad blob, outer_pad blob)")

    def __repr__(self) -> str:
        return "Pseudonymiser(keys withheld)"

    def sql(self, purpose: str, expression: str, digits: int) -> str:
        """The pseudonym of a SQL expression, as lower-case hex text of that many digits; NULL for NULL."""
        number = self._numbers.get(purpose)
        if number is None:
            number = self._numbers[purpose] = len(self._numbers)
            padded = self._keys.derived(purpose).ljust(_BLOCK, b"\0")
            inner, outer = (bytes(byte ^ mask for byte in padded) for mask in (0x36, 0x5C))
            self._con.execute(f"insert into {self._pads} values (?, ?, ?)", [number, inner, outer])
        pads = (f"(select {pad}_pad from {self._pads} where pad_no = {number})" for pad in ("inner", "outer"))
        inner_pad, outer_pad = pads
        digest = f"sha256({outer_pad} || unhex(sha256({inner_pad} || encode(cast({expression} as varchar)))))"
        return f"substr(lower({digest}), 1, {digits})"
