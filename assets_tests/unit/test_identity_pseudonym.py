from __future__ import annotations

import hashlib
import hmac

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sendjc_pipeline.identity.pseudonym import PERSON, RECORD_DIGITS, Pseudonymiser, pseudonym, record_purpose

KEY = b"\x07" * 32
_CON = duckdb.connect()
_TOOL = Pseudonymiser(_CON, KEY)


def _by_sql(purpose: str, text: str | None, digits: int = 64) -> str | None:
    row = _CON.execute(f"select {_TOOL.sql(purpose, 'x', digits)} from (select ?::varchar as x)", [text]).fetchone()
    return row[0] if row else None


@settings(max_examples=150, deadline=None)
@given(text=st.text(max_size=200), purpose=st.text(min_size=1, max_size=20))
def test_the_sql_form_is_hmac_sha_256(text: str, purpose: str) -> None:
    derived = hmac.new(KEY, purpose.encode(), hashlib.sha256).digest()
    assert _by_sql(purpose, text) == hmac.new(derived, text.encode(), hashlib.sha256).hexdigest()
    assert pseudonym(KEY, purpose, text, 64) == _by_sql(purpose, text)


@pytest.mark.parametrize("size", [32, 64, 65, 200])
def test_a_key_of_any_length_agrees_with_the_reference(size: int) -> None:
    con = duckdb.connect()
    key = bytes(range(size))
    expression = Pseudonymiser(con, key).sql(PERSON, "'UPN:x'", 32)
    (found,) = con.execute(f"select {expression}").fetchone() or ("",)
    assert found == pseudonym(key, PERSON, "UPN:x", 32)


def test_null_stays_null() -> None:
    assert _by_sql(PERSON, None) is None


def test_one_text_differs_by_purpose_and_by_key() -> None:
    purposes = [PERSON, record_purpose("csds", "RHA"), record_purpose("csds", "RTD"), record_purpose("sen2", "RHA")]
    found = {pseudonym(KEY, purpose, "17", RECORD_DIGITS) for purpose in purposes}
    assert len(found) == len(purposes)
    assert pseudonym(b"\x08" * 32, PERSON, "17", RECORD_DIGITS) not in found
    assert all(len(text) == RECORD_DIGITS for text in found)


def test_the_key_is_in_no_text_that_could_be_printed() -> None:
    expression = _TOOL.sql(PERSON, "x", 32)
    plan = str(_CON.execute(f"explain select {expression} from (select 'a' as x)").fetchall())
    for secret in (KEY.hex(), repr(KEY)[2:-1], "secret"):
        assert secret not in expression + plan + repr(_TOOL)
