"""What each data file of the synthetic release counts: its measures by their published headers.

Belongs here: which whole is parted into what, near which shares, and which percentages follow. The shares are near England's published ones or
assumed. Does not belong here: how a whole is parted (_dfe_ehc_plans_counts), or lines and files (_dfe_ehc_plans_files).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from sendjc_pipeline.synthetic.partner_feeds._dfe_ehc_plans_counts import Release, Text, filled

_NEEDS = {
    "asd": 33.0, "hi": 1.9, "mld": 8.6, "msi": 0.3, "oth": 2.6, "pd": 3.4, "pmld": 2.0, "semh": 20.6, "slcn": 20.4, "sld": 3.8, "spld": 2.6,
    "vi": 0.6, "need_unknown": 0.2,
}  # fmt: skip
# Where plans are met, by the group that a total stands for (assumed within the groups).
_PLACES = {
    "mainstream_total": {
        "mainstream_la_maintained": 14.5, "mainstream_la_maintained_resourced_provision": 1.3, "mainstream_la_maintained_senunit": 1.1,
        "mainstream_academy": 20.0, "mainstream_academy_resourced_provision": 1.4, "mainstream_academy_senunit": 1.0, "mainstream_free_school": 1.3,
        "mainstream_free_school_resourced_provision": 0.2, "mainstream_free_school_senunit": 0.1, "mainstream_independent": 2.0,
    },
    "special_total": {"special_la_maintained": 11.5, "special_academy_free": 13.2, "special_independent": 6.1, "special_non_maintained": 0.7},
    "ap_pru_total": {"ap_pru_academy": 0.4, "ap_pru_free_school": 0.1, "ap_pru_la_maintained": 0.4},
    "fe_total": {"general_fe_tertiary_colleges": 12.0, "specialist_post_16_institutions": 1.6, "ukrlp_provider": 0.8},
    "ed_elsewhere": {
        "elective_home_education": 1.3, "other_arrangements_la": 1.6, "other_arrangements_parents": 0.3, "online_provider": 0.1, "w_settings": 0.4,
        "other_schools": 0.1, "other_placement_settings": 0.2, "neet": 3.0, "neet_ntci": 0.5, "neet_other": 0.4, "neet_other_csa": 0.2,
    },
    "nm_early_years": {}, "placement_unknown": {},
}  # fmt: skip
_ALONE = {"nm_early_years": 0.7, "placement_unknown": 1.0}  # groups of one kind
NOT_ASKED = ("await_prov_2022", "perm_ex_2022")  # asked of 2022 only
_TIMES = ("request_outcome_six_weeks", "request_outcome_over_6_weeks")
_MEETINGS = ("review_meeting_25", "review_meeting_24", "review_meeting_prior_24")
_FAST, _SLOW, _LATE = "plans_issued_within_20_weeks", "plans_issued_gt20weeks_ltYear", "plans_issued_gt_1_year"
_FAST_EX, _SLOW_EX, _LATE_EX = "plans_issued_20_weeks_ex", f"{_SLOW}_ex", f"{_LATE}_ex"


def _requests(r: Release) -> dict[str, Text]:
    received, refused = r.base["requests"], r.base["refused"]
    left = r.split(
        received - refused,
        {"requests_decided_to_assess": 86, "requests_decision_not_made": 6, "requests_withdrawn": 8},
        "requests",
    )
    decided = refused + left["requests_decided_to_assess"]
    six = decided * r.base["six_week_pct"] // 1000
    some = r.split(
        received,
        {
            "requests_rya": 2,
            "mediation_related_request": 1,
            "tribunal_related_request": 0.5,
            "tribunal_after_mediation_request": 0.4,
            "none": 96,
        },
        "reasons",
    )
    del some["none"]
    leaves = {
        "requests_decided_not_to_assess": refused,
        "request_outcome_six_weeks": six,
        "request_outcome_over_6_weeks": decided - six,
        **left,
        **some,
    }
    whole = ["requests_received_in_year"]
    named = {
        "request_assess_pc": ("requests_decided_to_assess", whole), "request_not_assess_pc": ("requests_decided_not_to_assess", whole),
        "request_outstanding_pc": ("requests_decision_not_made", whole), "request_withdrawn_pc": ("requests_withdrawn", whole),
        "request_outcome_six_weeks_pc": ("request_outcome_six_weeks", _TIMES), "request_outcome_over_6_weeks_pc": ("request_outcome_over_6_weeks", _TIMES),
    }  # fmt: skip
    return filled(leaves, {"requests_received_in_year": ["requests_decided_not_to_assess", *left]}, named)


def _assessments(r: Release) -> dict[str, Text]:
    leaves = r.split(
        r.base["requests"] - r.base["refused"],
        {"assess_issued": 78, "assess_not_issued": 5, "assess_not_made": 15, "assess_withdrawn": 2},
        "assessments",
    )
    parts = list(leaves)
    times = r.split(
        leaves["assess_not_issued"], {"outcome_decision_within_time": 30, "outcome_decision_over_time": 70}, "16 weeks"
    )
    ways = (
        "number_assess_mediation", "number_assess_tribunal", "number_asssess_mediation_tribunal", "number_other_mediation", "number_other_tribunal",
        "number_other_mediation_tribunal",
    )  # fmt: skip
    some = r.split(leaves["assess_issued"], {**dict.fromkeys(ways, 0.5), "none": 97}, "appeals")
    del some["none"]
    named = {f"{name}_pc": (name, ["assess_in_year"]) for name in parts} | {
        f"{name}_pc": (name, list(times)) for name in times
    }
    return filled({**leaves, **times, **some}, {"assess_in_year": parts}, named)


def _places(total: str, base: str) -> Callable[[Release], dict[str, Text]]:
    def fill(r: Release) -> dict[str, Text]:
        kinds = {name: share for group in _PLACES.values() for name, share in group.items()} | _ALONE
        leaves = r.split(r.base[base], kinds, f"placements {base}")
        sums = {group: list(members) for group, members in _PLACES.items() if members} | {total: list(kinds)}
        named = {
            ("AP_PRU_total_pc" if group == "ap_pru_total" else f"{group}_pc"): (group, [total]) for group in _PLACES
        }
        text = filled(leaves, sums, named)
        return text | {name: np.full(text[total].shape, "z", dtype=object) for name in NOT_ASKED}

    return fill


def _needs(base: str) -> Callable[[Release], dict[str, Text]]:
    def fill(r: Release) -> dict[str, Text]:
        leaves = r.split(r.base[base], {f"number_{need}": share for need, share in _NEEDS.items()}, f"needs {base}")
        named = {
            f"{'unknown' if need == 'need_unknown' else need}_pc": (f"number_{need}", ["ehc_plans"]) for need in _NEEDS
        }
        return filled(leaves, {"ehc_plans": list(leaves)}, named)

    return fill


def _reviews(r: Release) -> dict[str, Text]:
    due = r.split(r.base["active"], {"review_expected": 92, "review_not_expected": 8}, "reviews due")
    met = r.split(
        due["review_expected"],
        {"review_meeting_25": 2, "review_meeting_24": 76, "review_meeting_prior_24": 9, "no_review_meeting": 13},
        "meetings",
    )
    held = sum((met[name] for name in _MEETINGS), np.zeros_like(r.base["active"]))
    after = r.split(
        held,
        {
            "review_decision25": 4,
            "review_decision24": 74,
            "review_decision_prior24": 7,
            "review_decision_not_due": 5,
            "review_decision_outstanding": 10,
        },
        "decisions",
    )
    decided = after["review_decision25"] + after["review_decision24"] + after["review_decision_prior24"]
    outcome = r.split(
        decided, {"outcome_amend": 45, "outcome_cease": 5, "outcome_maintan": 48, "no_outcome": 2}, "outcomes"
    )
    times = r.split(decided, {"number_decsion_4weeks": 45, "number_decision_gt_4weeks": 55}, "4 weeks")
    named = {
        "pc_decsion_4weeks": ("number_decsion_4weeks", list(times)),
        "pc_decision_gt_4weeks": ("number_decision_gt_4weeks", list(times)),
    }
    return filled(
        {**due, **met, **after, **outcome, **times},
        {"total_ehc_plans": list(due), "total_review_meeting": _MEETINGS},
        named,
    )


def _ceased(r: Release) -> dict[str, Text]:
    reasons = {
        "max_age": 6, "needs_met": 8, "he": 5, "employ": 10, "transfer": 14, "no_engage": 47, "moved_outside_eng": 3, "deceased": 2, "not_rec": 2,
        "other": 3,
    }  # fmt: skip
    leaves = r.split(r.base["ceased"], reasons, "ceased")
    return filled(leaves, {"total_ceased": list(leaves)}, {})


def _budgets(r: Release) -> dict[str, Text]:
    kinds = {"pb_health": 4, "pb_education": 60, "pb_social": 34, "pb_integrated": 2}
    leaves = r.split(r.base["active"] // 20, {**kinds, "org_arrangments": 15}, "budgets")
    return filled(leaves, {"personal_budget": list(kinds)}, {})


def _residential(r: Release) -> dict[str, Text]:
    return filled(
        r.split(r.base["active"] // 110, {"Res_3851": 55, "Res_52": 45}, "residential"),
        {"Res_tot": ["Res_3851", "Res_52"]},
        {},
    )


def _work(r: Release) -> dict[str, Text]:
    leaves = r.split(
        r.base["active"] // 130, {"open_supp_intern": 70, "open_apprentice": 20, "open_trainee": 10}, "work"
    )
    return filled(leaves, {"open_wbp": list(leaves)}, {})


def _timeliness(r: Release) -> dict[str, Text]:
    """Plans issued by how long they took, of those with no exception to the 20 weeks (the headers with _ex) and of all."""
    issued, excused, fast, fast_excused, late = (
        r.base[name] for name in ("issued", "exceptions", "on_time", "on_time_exceptions", "over_52")
    )
    late_excused = np.minimum(excused - fast_excused, late // 4)
    ex = {
        _FAST_EX: fast - fast_excused,
        _LATE_EX: late - late_excused,
        _SLOW_EX: issued - excused - (fast - fast_excused) - (late - late_excused),
    }
    excepted = {"fast": fast_excused, "late": late_excused, "slow": excused - fast_excused - late_excused}
    sums = {
        _FAST: [_FAST_EX, "fast"],
        _SLOW: [_SLOW_EX, "slow"],
        _LATE: [_LATE_EX, "late"],
        "plans_issued_den": [*ex, *excepted],
        "plans_issued_den_ex": list(ex),
    }
    named = {f"pc_{name}": (name, ["plans_issued_den"]) for name in (_FAST, _SLOW, _LATE)}
    named |= {f"PC_{name}": (name, ["plans_issued_den_ex"]) for name in ex}
    text = filled({**ex, **excepted}, sums, named)
    return {name: cells for name, cells in text.items() if name not in excepted}


FILES: dict[str, Callable[[Release], dict[str, Text]]] = {
    "annual_reviews": _reviews, "assessments": _assessments, "caseload": _places("ehcplans", "active"), "ceased_plans": _ceased,
    "newplans": _places("new_ehc_plans", "issued"), "personal_budgets": _budgets, "requests": _requests, "residential_settings": _residential,
    "sen_need_newplans": _needs("issued"), "sen_needs_all_plans": _needs("active"), "timeliness_20_week": _timeliness, "work_based_placements": _work,
}  # fmt: skip
