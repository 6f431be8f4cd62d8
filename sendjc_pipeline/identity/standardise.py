"""One spelling for names, dates, postcodes and numbers, as DuckDB macros; NULL for whatever may not be matched on.

Belongs here: what makes two texts the same, and which values mean "not known". Does not belong here: which columns
hold them (sources.py) or what equality leads to (link.py). Check digits are the intake's own macros, so that a number
is judged by one rule only.
"""

from __future__ import annotations

import duckdb

from sendjc_pipeline.submissions.macros import create_macros as create_check_macros

# Letters that are no base letter with a mark, so that strip_accents leaves them. English systems write the stroked ones
# as the plain letter.
_SINGLE = ("ŁØĐÐĦŦŊ", "LODDHTN")
_DOUBLE = {"Æ": "AE", "Œ": "OE", "Þ": "TH", "ẞ": "SS", "ß": "SS"}

# What a system writes when a newborn, or anybody, has no name yet.
PLACEHOLDER_NAMES = (
    "UNKNOWN", "NOTKNOWN", "NOTGIVEN", "NOTSTATED", "UNNAMED", "NONAME", "NONE", "NULL", "TBC", "TBA", "BABY",
    "BABYBOY", "BABYGIRL", "BABYOF", "BABYA", "BABYB", "BABYONE", "BABYTWO", "INFANT", "INFANTBOY", "INFANTGIRL",
    "MALEINFANT", "FEMALEINFANT", "NEWBORN", "TWIN", "TWINA", "TWINB", "TWINONE", "TWINTWO", "TWINI", "TWINII", "TRIPLET",
    "TRIPLETA", "TRIPLETB", "TRIPLETC", "MALE", "FEMALE", "X", "XX", "XXX", "ZZZ",
)  # fmt: skip

# Numbers that satisfy the check digit and belong to nobody: every repeated digit does, and these two runs.
_RUNS = "'0123456789', '9876543210'"

# Nobody under 26 was born before; 01/01/1900 and 01/01/1901 are the usual stand-ins for "not known".
EARLIEST_BIRTH = "1920-01-01"

_MARKS = "upper(strip_accents(x))"
for _letter, _spelling in _DOUBLE.items():
    _MARKS = f"replace({_MARKS}, '{_letter}', '{_spelling}')"
_NAMES = ", ".join(f"'{name}'" for name in PLACEHOLDER_NAMES)

# Soundex: vowels go, letters of one sound become one digit, neighbours of one sound count once.
_SOUNDS = "coalesce(translate(substr(x, 2), 'BFPVCGJKQSXZDTLMNRAEIOUHWY', '111122222222334556'), '')"
for _digit in "123456":
    _SOUNDS = f"replace({_SOUNDS}, '{_digit * 2}', '{_digit}')"

_MACROS = f"""
create or replace macro identity_letters(x) as
    nullif(regexp_replace(translate({_MARKS}, '{_SINGLE[0]}', '{_SINGLE[1]}'), '[^\\p{{L}}]', '', 'g'), '');
create or replace macro identity_name(x) as
    case when identity_letters(x) not in ({_NAMES}) and not starts_with(identity_letters(x), 'BABYOF')
    then identity_letters(x) end;
create or replace macro identity_words(x) as nullif(trim(regexp_replace(
    translate({_MARKS}, '{_SINGLE[0]}-', '{_SINGLE[1]}'), '([^\\p{{L}}''])+', ' ', 'g')), '');
create or replace macro identity_one_name(forename, surname) as case
    when nullif(trim(forename), '') is null and regexp_matches(trim(surname), '[\\p{{L}}][ ,]+[\\p{{L}}]') then surname
    when nullif(trim(surname), '') is null and regexp_matches(trim(forename), '[\\p{{L}}][ ,]+[\\p{{L}}]') then forename end;
create or replace macro identity_split_name(x) as case
    when contains(x, ',') then identity_words(split_part(x, ',', 2)) || '|' || identity_words(split_part(x, ',', 1))
    else regexp_replace(identity_words(x), ' ', '|') end;
create or replace macro identity_sound(x) as substr(x[1] || {_SOUNDS}, 1, 4);
create or replace macro identity_birth_date(x) as case when x >= date '{EARLIEST_BIRTH}' then x end;
create or replace macro identity_sex(x) as case
    when upper(trim(x)) in ('M', '1') then 'M' when upper(trim(x)) in ('F', '2') then 'F' end;
create or replace macro identity_is_run(x) as x = repeat(x[1], length(x)) or x in ({_RUNS});
create or replace macro identity_nhs_number(x) as case
    when sendjc_nhs_is_valid(sendjc_nhs_text(x)) and not identity_is_run(sendjc_nhs_text(x))
    then sendjc_nhs_text(x) end;
create or replace macro identity_upn(x) as case
    when sendjc_upn_is_valid(sendjc_compact(x)) and not identity_is_run(sendjc_compact(x)[2:])
    then sendjc_compact(x) end;
create or replace macro identity_uln(x) as case
    when regexp_full_match(sendjc_compact(x), '[1-9][0-9]{{9}}') and not identity_is_run(sendjc_compact(x))
    then sendjc_compact(x) end;
create or replace macro identity_postcode(x) as case
    when sendjc_postcode_is_valid(sendjc_postcode_text(x)) and not regexp_matches(sendjc_postcode_text(x), '^(ZZ|XX)')
    then sendjc_postcode_text(x) end;
create or replace macro identity_whole_years(birth, day) as case when birth <= day then
    (year(day) - year(birth)
        - case when birth + to_years((year(day) - year(birth))::integer) > day then 1 else 0 end)::integer end;
"""


def create_macros(con: duckdb.DuckDBPyConnection) -> None:
    """Define the macros. Each takes one text or date and gives NULL for NULL.

    identity_name: letters only, upper case, no diacritics. identity_birth_date: a date, not a placeholder.
    identity_sex: M or F. identity_nhs_number, identity_upn, identity_uln: compact text that passes its check (ULN: ten
    digits, as its check digit is not a verified fact). identity_postcode: as 'NG7 2QX', not a pseudo code.
    identity_whole_years(birth, day): completed years, by adding years to the birth date and
    comparing (29 February and a year is 28 February, which no quarter's end can tell from 1 March).
    """
    create_check_macros(con)
    con.execute(_MACROS)
