"""Check digits as DuckDB macros: NHS number, UPN and postcode.

Belongs here: arithmetic on one normalised value. Does not belong here: which columns hold such values, or what a failure
leads to. Sources: domain/sources.md 6.1, 6.2 and 6.4; a unit test compares the first two with python-stdnum.
"""

from __future__ import annotations

import duckdb

UPN_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"  # no I, O or S; a letter's place is its value
_UPN = f"[{UPN_LETTERS}][0-9]{{11}}[0-9{UPN_LETTERS}]"
# ZZ99 with letters that no real postcode has: no fixed abode, not known and the like; well-formed, and placing nobody.
_POSTCODE = "(GIR 0AA|ZZ99 3[A-Z]{2}|[A-Z]{1,2}[0-9][A-Z0-9]? [0-9][ABD-HJLNP-UW-Z]{2})"

# Digits are taken from the number by division: eight times faster than cutting the text into characters.
# Weights 10..2 on nine digits; 11 minus the remainder, where 11 counts as 0 and 10 can never equal a digit.
_NHS_SUM = " + ".join(f"{11 - place} * (n // {10 ** (10 - place)} % 10)" for place in range(1, 10))
# Characters 2 to 12, each times its place. The 13th may be a letter (a temporary UPN), which then has its letter's value.
_UPN_SUM = " + ".join(f"{place} * (n // {10 ** (12 - place)} % 10)" for place in range(2, 13))
_UPN_LAST = f"strpos('0123456789', x[13]) + strpos('{UPN_LETTERS}', x[13]) - 1"

_MACROS = f"""
-- Most cells have no blank at either end: asking first takes 7 ns a cell where trimming takes 84. What begins with a blank sorts before '!'.
create or replace macro sendjc_has_outer_blank(x) as (x > '' and x < '!') or (x >= chr(160) and x < chr(161)) or ends_with(x, ' ')
    or ends_with(x, chr(9)) or ends_with(x, chr(10)) or ends_with(x, chr(13)) or ends_with(x, chr(160));
create or replace macro sendjc_text(x) as nullif(
    case when sendjc_has_outer_blank(x) then trim(x, ' ' || chr(9) || chr(10) || chr(13) || chr(160)) else x end, '');
create or replace macro sendjc_compact(x) as upper(regexp_replace(x, '[\\s\\x{{A0}}]+', '', 'g'));
create or replace macro sendjc_nhs_is_well_formed(x) as regexp_full_match(x, '[0-9]{{10}}');
create or replace macro sendjc_upn_is_well_formed(x) as regexp_full_match(x, '{_UPN}');
create or replace macro sendjc_postcode_is_well_formed(x) as regexp_full_match(x, '{_POSTCODE}');
-- What is well-formed needs no mending, and nearly every cell is.
create or replace macro sendjc_upn_text(x) as case when sendjc_upn_is_well_formed(x) then x else sendjc_compact(x) end;
create or replace macro sendjc_nhs_text(x) as case when sendjc_nhs_is_well_formed(x) then x
    else replace(sendjc_compact(x), '-', '') end;
create or replace macro sendjc_postcode_text(x) as case when sendjc_postcode_is_well_formed(x) then x
    when length(sendjc_compact(x)) > 4 then sendjc_compact(x)[:-4] || ' ' || sendjc_compact(x)[-3:] else sendjc_compact(x) end;
create or replace macro sendjc_nhs_sum(n) as {_NHS_SUM};
create or replace macro sendjc_upn_sum(n) as {_UPN_SUM};
-- Two placeholders satisfy the arithmetic and belong to nobody. "least" stands for "and", of which it has all the meaning here (NULL is passed
-- over, and only a number that is not well-formed has one): inside "and" and "case" DuckDB works out each mention of a number anew, 470 ns a UPN.
create or replace macro sendjc_nhs_is_valid(x) as least(sendjc_nhs_is_well_formed(x), x not in ('0000000000', '9999999999'),
    (11 - sendjc_nhs_sum(try_cast(x as bigint)) % 11) % 11 = try_cast(x as bigint) % 10);
create or replace macro sendjc_upn_is_valid(x) as least(sendjc_upn_is_well_formed(x),
    strpos('{UPN_LETTERS}', x[1]) - 1 = (sendjc_upn_sum(try_cast(substr(x, 2, 11) as bigint)) + 13 * ({_UPN_LAST})) % 23);
create or replace macro sendjc_postcode_is_valid(x) as case when x is null then null
    else sendjc_postcode_is_well_formed(x) and not starts_with(x, 'ZZ99') end;
create or replace macro sendjc_letter(n) as case when n <= 26 then chr((64 + n)::integer)
    else chr((64 + (n - 1) // 26)::integer) || chr((65 + (n - 1) % 26)::integer) end;
"""


def create_macros(con: duckdb.DuckDBPyConnection) -> None:
    """Define the macros: sendjc_<kind>_is_well_formed and _is_valid (NULL for NULL), and the normalisers before them."""
    con.execute(_MACROS)


def ensure_macros(con: duckdb.DuckDBPyConnection) -> None:
    """Define the macros unless they are there: two connections that define them at one time would be in each other's way."""
    row = con.execute("select count(*) from duckdb_functions() where function_name = 'sendjc_letter'").fetchone()
    if not row or not row[0]:
        create_macros(con)
