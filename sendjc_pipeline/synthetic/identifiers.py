"""Identifiers that pass their checks and belong to nobody: UPN, ULN, NHS number.

Belongs here: check characters and number blocks. Does not belong here: who gets a number, or whether a partner knows it.
Rules: sources 6.1 (UPN), 6.2 (NHS number). NHS numbers come from the reserved block 999 000 0000 to 999 999 9999 only.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from sendjc_pipeline.settings import SendjcError
from sendjc_pipeline.synthetic.draws import Draws, Ints

UPN_ALPHABET = "ABCDEFGHJKLMNPQRTUVWXYZ"
_ESTABLISHMENTS = 160  # per council: 160 x 1,000 serials a year, far beyond a year group


def nhs_check_digit(body: Ints) -> Ints:
    """Compute the check digit of nine-digit bodies: 11 - (weighted sum mod 11), 11 becomes 0; 10 means that the body is not used."""
    total = sum((body // 10 ** (8 - place) % 10) * (10 - place) for place in range(9))
    return (11 - np.asarray(total, dtype=np.int64) % 11) % 11


def nhs_numbers(count: int, draws: Draws) -> Ints:
    """Draw `count` different valid NHS numbers of the 999 block.

    Raises:
        SendjcError: the block does not hold so many.

    """
    body = 999_000_000 + np.arange(1_000_000, dtype=np.int64)
    check = nhs_check_digit(body)
    number = body * 10 + check
    pool = number[(check < 10) & (number != 9_999_999_999)]
    if count > len(pool):
        raise SendjcError(
            f"The reserved NHS numbers are {len(pool)} and {count} children need one: use a smaller --scale."
        )
    return draws.sample(pool, count)


def uln_check_digit(body: Ints) -> Ints:
    """Compute the check digit of learner numbers: 10 - (weighted sum mod 11); 10 means that the body is not used."""
    total = sum((body // 10 ** (8 - place) % 10) * (10 - place) for place in range(9))
    return (10 - np.asarray(total, dtype=np.int64) % 11) % 11


def ulns(count: int, draws: Draws) -> Ints:
    """Draw `count` different ten-digit learner numbers of the block 9990000000 up."""
    body = 999_000_000 + np.arange(1_000_000, dtype=np.int64)
    check = uln_check_digit(body)
    return draws.sample((body * 10 + check)[(check > 0) & (check < 10)], count)


def upn_check_letter(digits: Ints) -> Ints:
    """Compute the position in UPN_ALPHABET of the check letter of twelve-digit bodies: sum of digit x place (2 to 13), mod 23."""
    total = sum((digits // 10 ** (11 - place) % 10) * (place + 2) for place in range(12))
    return np.asarray(total, dtype=np.int64) % 23


def upns(la_code: Ints, entry_year: Ints) -> list[str]:
    """Make a unique pupil number for each child: check letter, council, establishment, entry year, serial.

    Children of one council and year are spread over establishments in their order, so no two share a number.
    """
    frame = pl.DataFrame({"la": la_code, "year": entry_year % 100})
    rank = frame.select(pl.int_range(pl.len()).over("la", "year")).to_series().to_numpy()
    establishment = 2000 + (rank % _ESTABLISHMENTS) * 7
    digits = ((la_code * 10_000 + establishment) * 100 + entry_year % 100) * 1_000 + rank // _ESTABLISHMENTS
    letters = upn_check_letter(digits)
    pairs = zip(letters.tolist(), digits.tolist(), strict=True)
    return [UPN_ALPHABET[letter] + f"{body:012d}" for letter, body in pairs]
