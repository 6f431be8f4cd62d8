"""Forms of a code or text for which no list exists: what such a column may hold and still leave the restricted zone.

Belongs here: one pattern per form, and whether a child's identifier could have it. Does not belong here: which column has which form (the
feeds' YAML), or what becomes of a value that does not fit (identity.passing). Patterns are of RE2 and must match the whole value.
"""

from __future__ import annotations

from dataclasses import dataclass

# SNOMED CT: no leading zero, 6 to 18 digits; the second and third last are the partition of a concept (00, or 10 of an extension).
_SNOMED = "[1-9][0-9]{2,14}[01]0[0-9]"
_EXPRESSION = f"[ (]*{_SNOMED}([ :=,+(){{}}]+{_SNOMED})*[ )}}]*"
# ICD-10: a letter and two digits; then a fourth and fifth place, with or without the point, and a dagger (D) or asterisk (A).
_ICD10 = "[A-Z][0-9]{2}([.]?(X|[0-9]{1,2}[AD]?))?"
# Read version 2 and CTV3: five places, filled up with points. Those of letters only begin with Xa and a capital, as no name does.
_READ = "[A-Za-z0-9]*[0-9][A-Za-z0-9]*[.]*|[A-Za-z]{1,2}[.]{3,4}|Xa[A-Z][A-Za-z0-9.]{2}"


@dataclass(frozen=True)
class Form:
    """What a value looks like: `pattern`, with the fewest and most characters of `length` where given.

    `is_compared`: a child's identifier could have this form, so a value is also held against those of the quarter's children, and may
    not be of a postcode's form. `has_snomed`: each of its numbers must be a SNOMED CT identifier of a concept, by its check digit.
    """

    words: str
    pattern: str
    length: tuple[int, int] | None = None
    is_compared: bool = False
    has_snomed: bool = False


# No number of seven digits or fewer is an NHS number or a ULN (ten digits), and no single letter is a name.
FORMS: dict[str, tuple[Form, ...]] = {
    "short_code": (
        Form("one letter", "[A-Za-z]"),
        Form("one to three characters with a digit", "[A-Za-z0-9]*[0-9][A-Za-z0-9]*", length=(1, 3)),
    ),
    "mark": (Form("one letter, up to three digits, or true, false, yes or no", "[A-Za-z]|[0-9]{1,3}|(?i:true|false|yes|no)"),),
    "attendance": (Form("F, P, FT, PT or a digit", "[FP]T?|[0-9]"),),
    "number": (Form("a whole number of up to seven digits", "[0-9]{1,7}"),),
    "score": (Form("a number of up to four digits before the point and two after it", "-?[0-9]{1,4}([.][0-9]{1,2})?"),),
    "version": (Form("a version, such as 1.6", "[0-9]{1,4}([.][0-9]{1,2}){0,2}"),),
    "year": (Form("a year", "(19|20)[0-9]{2}"),),
    "collection": (Form("the name of a collection: SEN2 or CIN", "SEN2|CIN"),),
    "authority": (Form("three digits", "[0-9]{3}"),),
    "establishment": (Form("four digits", "[0-9]{4}"),),
    "urn": (Form("six digits", "[0-9]{6}"),),
    "ukprn": (Form("eight digits, the first a 1", "1[0-9]{7}"),),
    "organisation": (
        Form("a trust or board: three characters that begin with N, Q, R or T", "[NQRT][A-Z0-9]{2}", is_compared=True),
        Form("three to six characters with a digit", "[A-Z0-9]*[0-9][A-Z0-9]*", length=(3, 6), is_compared=True),
        Form("a school", "EE[0-9]{6}"),
    ),
    "snomed": (Form("a SNOMED CT code", _SNOMED, is_compared=True, has_snomed=True),),
    "snomed_expression": (
        Form("SNOMED CT codes and the signs between them, without terms", _EXPRESSION, is_compared=True, has_snomed=True),
    ),
    "diagnosis": (
        Form("an ICD-10 code", _ICD10),
        Form("a Read code", _READ, length=(5, 5), is_compared=True),
        Form("a SNOMED CT code", _SNOMED, is_compared=True, has_snomed=True),
    ),
}  # fmt: skip
