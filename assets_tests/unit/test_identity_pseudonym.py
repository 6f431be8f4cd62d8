from __future__ import annotations

import hashlib
import hmac

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sendjc_pipeline.identity.pseudonym import (
    EXTRACT,
    PERSON,
    PURPOSES,
    RECORD_DIGITS,
    REVIEW,
    Keys,
    Pseudonymiser,
    extract_purpose,
    pseudonym,
    record_purpose,
)
from sendjc_pipeline.settings import SendjcError

SECRET = b"\x07" * 32
KEY, OTHER_KEY = Keys.of_master(SECRET), Keys.of_master(b"\x08" * 32)
_CON = duckdb.connect()
_TOOL = Pseudonymiser(_CON, KEY)


def _by_sql(purpose: str, text: str | None, digits: int = 64) -> str | None:
    row = _CON.execute(f"select {_TOOL.sql(purpose, 'x', digits)} from (select ?::varchar as x)", [text]).fetchone()
    return row[0] if row else None


@settings(max_examples=150, deadline=None)
@given(text=st.text(max_size=200), kind=st.sampled_from(PURPOSES), rest=st.text(max_size=20))
def test_the_sql_form_is_hmac_sha_256(text: str, kind: str, rest: str) -> None:
    purpose = f"{kind}:{rest}"
    key = hmac.new(SECRET, kind.encode(), hashlib.sha256).digest()
    derived = hmac.new(key, purpose.encode(), hashlib.sha256).digest()
    assert _by_sql(purpose, text) == hmac.new(derived, text.encode(), hashlib.sha256).hexdigest()
    assert pseudonym(KEY, purpose, text, 64) == _by_sql(purpose, text)


@pytest.mark.parametrize("size", [32, 64, 65, 200])
def test_a_key_of_any_length_agrees_with_the_reference(size: int) -> None:
    con = duckdb.connect()
    key = Keys.of_master(bytes(range(size)))
    expression = Pseudonymiser(con, key).sql(PERSON, "'UPN:x'", 32)
    (found,) = con.execute(f"select {expression}").fetchone() or ("",)
    assert found == pseudonym(key, PERSON, "UPN:x", 32)


def test_null_stays_null() -> None:
    assert _by_sql(PERSON, None) is None


def test_one_text_differs_by_purpose_and_by_key() -> None:
    purposes = [PERSON, record_purpose("csds", "RHA"), record_purpose("csds", "RTD"), record_purpose("sen2", "RHA")]
    found = {pseudonym(KEY, purpose, "17", RECORD_DIGITS) for purpose in purposes}
    assert len(found) == len(purposes)
    assert pseudonym(OTHER_KEY, PERSON, "17", RECORD_DIGITS) not in found
    assert all(len(text) == RECORD_DIGITS for text in found)


def test_the_key_is_in_no_text_that_could_be_printed() -> None:
    expression = _TOOL.sql(PERSON, "x", 32)
    plan = str(_CON.execute(f"explain select {expression} from (select 'a' as x)").fetchall())
    for secret in (SECRET.hex(), repr(SECRET)[2:-1], "secret"):
        assert secret not in expression + plan + repr(_TOOL)


def test_two_sets_of_keys_on_one_connection_are_kept_apart() -> None:
    con = duckdb.connect()
    one, two = Pseudonymiser(con, KEY), Pseudonymiser(con, OTHER_KEY)
    made = ", ".join(tool.sql(PERSON, "'x'", 32) for tool in (one, two))
    assert con.execute(f"select {made}").fetchone() == (
        pseudonym(KEY, PERSON, "x", 32),
        pseudonym(OTHER_KEY, PERSON, "x", 32),
    )


@pytest.mark.parametrize("leaked", PURPOSES)
def test_who_has_the_key_of_one_purpose_can_make_no_pseudonym_of_another(leaked: str) -> None:
    """Not with it as a key, and not by taking it for the secret that keys are derived from."""
    keys = KEY
    mine = keys.only(leaked)
    for other in set(PURPOSES) - {leaked}:
        with pytest.raises(SendjcError, match=other):
            pseudonym(mine, other, "x", 32)
        real = pseudonym(keys, other, "x", 32)
        stolen = mine.derived(leaked)
        for guess in (stolen, *(mine._keys.values())):
            assert real not in (
                pseudonym(Keys.of_master(guess), other, "x", 32),
                pseudonym(Keys({other: guess}), other, "x", 32),
            )


def test_the_ids_of_a_list_lead_neither_to_the_warehouse_nor_to_another_councils_list() -> None:
    key = pseudonym(KEY, PERSON, "UPN:x", 32)
    lists = {pseudonym(KEY, extract_purpose("annex_a", council), key, 12) for council in ("derby", "nottingham")}
    assert len(lists) == 2 and not any(one in key for one in lists)


def test_a_set_of_keys_shows_none() -> None:
    keys = KEY
    assert repr(keys) == "Keys(withheld)"
    assert len({keys.fingerprint(purpose) for purpose in (PERSON, REVIEW, EXTRACT)}) == 3
