"""Train the linkage model and write sendjc_pipeline/identity/model.json: `python -m benchmarks identity-train`.

Runs only score with what this wrote; train again when a feed, a comparison or the population changes, and measure with
`python -m benchmarks identity` before the new model is committed. The sample has another seed than the benchmark's.

u: random pairs. m: pairs of records that the truth calls one child. Splink supposes that what two records share is shared
independently, which twins and siblings contradict: they share the day, the surname and the address. So pairs that agree on
all three have levels of the forename of their own, whose weights are such that the whole pair gets the odds that were
counted among such pairs. On real data there is no truth: m then comes from pairs with one NHS number or UPN.
"""

from __future__ import annotations

import json
import math
import tempfile
from pathlib import Path

import duckdb
from splink import Linker
from splink.backends.duckdb import DuckDBAPI

from benchmarks.identity_records import deliver, generate
from sendjc_pipeline.identity import contents, pseudonymise, records, standardise
from sendjc_pipeline.identity.scores import MODEL
from sendjc_pipeline.warehouse.connection import connect

RECORDS, SEED = 80_000, 7
PRIOR = (
    1 / 250_000
)  # of two records compared, the share of one child: of the size of four areas, and fixed, so that scores can be kept


def _close(name: str) -> str:
    left, right = f'"{name}_l"', f'"{name}_r"'
    return (
        f"(jaro_winkler_similarity({left}, {right}) >= 0.93"
        f" or (damerau_levenshtein({left}, {right}) <= 1 and length({left}) + length({right}) > 7))"
    )


_FAMILY_NAME = (
    f'("surname_l" = "surname_r" or {_close("surname")} or jaro_winkler_similarity("surname_l", "surname_r") >= 0.85'
    ' or contains("surname_l", "surname_r") or contains("surname_r", "surname_l"))'
)
# Pairs that share what a household shares: name of the context -> condition, comparisons whose weight is shared evidence.
CONTEXTS = {
    "twin": (
        f'"postcode_l" = "postcode_r" and "birth_date_l" = "birth_date_r" and {_FAMILY_NAME}',
        ("surname", "birth_date", "postcode"),
    ),
    "family": (f'"postcode_l" = "postcode_r" and {_FAMILY_NAME}', ("surname", "postcode")),
}
_TWO_FIELDS = (
    'not "is_one_name_l" and not "is_one_name_r"'  # a name in one field was split by guess: never more than close
)
_SAME = f'"forename_l" = "forename_r" and {_TWO_FIELDS}'
_SAME_FORENAME = '"plain_forename_l" = "plain_forename_r"'
_SIMILAR_FORENAME = (
    'jaro_winkler_similarity("forename_l", "forename_r") >= 0.8 or starts_with("forename_l", "forename_r")'
    ' or starts_with("forename_r", "forename_l") or damerau_levenshtein("forename_l", "forename_r") <= 1'
)
_SWAPPED = '"forename_l" = "surname_r" and "surname_l" = "forename_r"'

_FORENAMES = {
    "same": _SAME, "close": f"{_SAME_FORENAME} or {_close('forename')}", "similar": _SIMILAR_FORENAME, "unlike": "true",
}  # fmt: skip


def _level(condition: str, label: str) -> dict[str, object]:
    return {"sql_condition": condition, "label_for_charts": label}


def _null(name: str) -> dict[str, object]:
    return {
        "sql_condition": f'"{name}_l" is null or "{name}_r" is null',
        "label_for_charts": "unknown",
        "is_null_level": True,
    }


def _identifier(name: str) -> dict[str, object]:
    """A number on two records speaks for one child as far as the forenames do: one number on twins is a known mistake."""
    same = f'"{name}_l" = "{name}_r"'
    levels = [
        _null(name),
        _level(f"{same} and ({_SAME_FORENAME} or {_close('forename')} or {_SWAPPED})", "same"),
        _level(f"{same} and ({_SIMILAR_FORENAME})", "same, similar forename"),
        _level(same, "same, unlike forename"),
        _level("ELSE", "differs"),
    ]
    return {"output_column_name": name, "comparison_levels": levels}


_TURNED = (
    'year("birth_date_l") = year("birth_date_r") and month("birth_date_l") = day("birth_date_r")'
    ' and day("birth_date_l") = month("birth_date_r")'
)
_ONE_PART = (
    " + ".join(f'({part}("birth_date_l") = {part}("birth_date_r"))::int' for part in ("year", "month", "day")) + " = 2"
)
COMPARISONS = [
    {"output_column_name": "forename", "comparison_levels": [
        *[
            _level(f"{condition} and ({forename})", f"{context}, {label}")
            for context, (condition, _) in CONTEXTS.items()
            for label, forename in _FORENAMES.items()
        ],
        _level(_SAME, "same"),
        _level(f"{_SAME_FORENAME} or {_close('forename')}", "close"),
        _level(_SWAPPED, "swapped"),
        _level(_SIMILAR_FORENAME, "similar"),
        _level("ELSE", "unlike"),
    ]},
    {"output_column_name": "surname", "comparison_levels": [
        _level('"surname_l" = "surname_r"', "same"),
        _level(_close("surname"), "close"),
        _level(_SWAPPED, "swapped"),
        _level('least(length("surname_l"), length("surname_r")) > 2 and (contains("surname_l", "surname_r") or contains("surname_r", "surname_l"))', "part"),
        _level('jaro_winkler_similarity("surname_l", "surname_r") >= 0.85', "similar"),
        _level("ELSE", "unlike"),
    ]},
    {"output_column_name": "birth_date", "comparison_levels": [
        _null("birth_date"),
        _level('"birth_date_l" = "birth_date_r"', "same"),
        _level(_TURNED, "day and month turned"),
        _level(_ONE_PART, "one part differs"),
        _level("ELSE", "differs"),
    ]},
    {"output_column_name": "sex", "comparison_levels": [_null("sex"), _level('"sex_l" = "sex_r"', "same"), _level("ELSE", "differs")]},
    {"output_column_name": "postcode", "comparison_levels": [
        _null("postcode"),
        _level('"postcode_l" = "postcode_r"', "same"),
        _level('substr("postcode_l", 1, length("postcode_l") - 2) = substr("postcode_r", 1, length("postcode_r") - 2)', "same sector"),
        _level("split_part(\"postcode_l\", ' ', 1) = split_part(\"postcode_r\", ' ', 1)", "same district"),
        _level("ELSE", "elsewhere"),
    ]},
    *[_identifier(name) for name in ("nhs_number", "upn", "uln")],
]  # fmt: skip

# Set, not learnt: (m, u). An identifier may be mistaken on one record in 300; two children share one by mistake only.
FIXED = {
    **{(name, "same, similar forename"): (1e-3, 1e-5) for name in ("nhs_number", "upn", "uln")},
    **{(name, "same, unlike forename"): (1e-3, 1e-3) for name in ("nhs_number", "upn", "uln")},
    ("nhs_number", "same"): (0.997, 1e-6), ("nhs_number", "differs"): (0.003, 1 - 1e-6),
    ("upn", "same"): (0.997, 1e-6), ("upn", "differs"): (0.003, 1 - 1e-6),
    ("uln", "same"): (0.99, 1e-6), ("uln", "differs"): (0.01, 1 - 1e-6),
    ("surname", "swapped"): (0.004, 0.004),  # its weight is on the forename
    ("forename", "swapped"): (0.004, 1e-7),
}  # fmt: skip


def main() -> None:
    """Train and write the model; print the weights."""
    con = _contents()
    settings = {
        "link_type": "dedupe_only", "unique_id_column_name": "fingerprint", "comparisons": COMPARISONS,
        "blocking_rules_to_generate_predictions": [], "probability_two_random_records_match": PRIOR,
        "retain_intermediate_calculation_columns": False, "retain_matching_columns": False,
    }  # fmt: skip
    linker = Linker(DuckDBAPI(con).register("training"), settings, log_level=None)
    linker.training.estimate_u_using_random_sampling(max_pairs=4e6, seed=42)
    linker.training.estimate_m_from_label_column("child")
    model = linker.misc.save_model_to_json()
    levels = {
        (c["output_column_name"], level["label_for_charts"]): level
        for c in model["comparisons"]
        for level in c["comparison_levels"]
    }
    for key, level in levels.items():
        if not level.get("is_null_level"):
            m, u = FIXED.get(key, (level.get("m_probability") or 1e-4, level.get("u_probability") or 1e-7))
            level["m_probability"], level["u_probability"] = float(f"{m:.6g}"), float(f"{max(u, 1e-7):.6g}")
    _outside_households(levels)
    _households(con, levels)
    model.pop("linker_uid", None)
    MODEL.write_text(json.dumps(model, indent=1) + "\n")
    for (comparison, label), level in levels.items():
        if not level.get("is_null_level"):
            m, u = level["m_probability"], level["u_probability"]
            print(f"{comparison:12} {label:22} m {m:.8f} u {u:.8f} weight {math.log2(m / u):7.2f}")


def _contents() -> duckdb.DuckDBPyConnection:
    """One row per record with COMPARED and `child`, made by the pipeline's own standardising."""
    sample = generate(RECORDS, SEED)
    con = connect()
    with tempfile.TemporaryDirectory() as folder:
        accepted = pseudonymise.accepted_of(deliver(Path(folder), sample))
        standardise.create_macros(con)
        records.create_records(con, accepted)
        contents.create_contents(con)
    con.register("truth", sample.records.select("record_id", "partner", "child").to_arrow())
    compared = ", ".join(f"content.{name}" for name in contents.COMPARED)
    con.execute(f"""
        create table training as
        select local_no as fingerprint, truth.child, {compared}
        from local_content
        inner join content using (fingerprint)
        inner join local_person using (local_no)
        inner join truth on local_person.partner = truth.partner and local_person.source_person_id = truth.record_id
        order by 1""")
    return con


def _outside_households(levels: dict[tuple[str, str], dict[str, object]]) -> None:
    """Make the other levels of the forename those of pairs that do not share a household, which have their own evidence."""
    names = [label for comparison, label in levels if comparison == "forename" and ", " not in label]
    learnt = [label for label in names if ("forename", label) not in FIXED]
    total = sum(float(levels["forename", label]["m_probability"]) for label in learnt)  # type: ignore[arg-type]
    for label in learnt:
        m = float(levels["forename", label]["m_probability"]) / total  # type: ignore[arg-type]
        levels["forename", label]["m_probability"] = float(f"{m:.6g}")


def _households(con: duckdb.DuckDBPyConnection, levels: dict[tuple[str, str], dict[str, object]]) -> None:
    """Give the levels of the forename within a context the weight that brings their pairs to the odds counted among them."""

    def weight(comparison: str, label: str) -> float:
        level = levels[comparison, label]
        return math.log2(float(level["m_probability"]) / float(level["u_probability"]))  # type: ignore[arg-type]

    labels = [label for comparison, label in levels if comparison == "forename" and ", " in label]
    cases = " ".join(f"when {levels['forename', label]['sql_condition']} then '{label}'" for label in labels)
    left, right = (", ".join(f'{name} as "{name}_{end}"' for name in contents.COMPARED) for end in "lr")
    con.execute(f"""
        create table household_pair as
        select l.child = r.child as is_match, case {cases} end as label
        from (select {left}, child, fingerprint from training) as l
        inner join (select {right}, child, fingerprint from training) as r
            on l."postcode_l" = r."postcode_r" and l.fingerprint < r.fingerprint""")
    query = "select count(*) from training as l inner join training as r on l.child = r.child and l.fingerprint < r.fingerprint"
    (all_matches,) = con.execute(query).fetchone() or (0,)
    all_others = all_matches / PRIOR
    for label in labels:
        query = "select count(*) filter (is_match), count(*) filter (not is_match) from household_pair where label = ?"
        matches, others = con.execute(query, [label]).fetchone() or (0, 0)
        context, forename = label.split(", ")
        shared = sum(weight(comparison, "same") for comparison in CONTEXTS[context][1])
        counted = math.log2(((matches + 0.5) / all_matches) / ((others + 0.5) / all_others)) - shared
        wanted = min(counted, weight("forename", forename))
        print(f"{label}: {matches} of one child, {others} of two")
        # Only their ratio counts: such pairs are too rare among random ones for a u of their own.
        levels["forename", label]["m_probability"] = float(f"{0.01 * 2**wanted:.6g}")
        levels["forename", label]["u_probability"] = 0.01
