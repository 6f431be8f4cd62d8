"""Which published columns are a share of which: file -> (above the line, below it, the share), as DfE's data guidance and the columns' names say.

Belongs here: the layout of the published files. Two columns below the line are added.
"""

from __future__ import annotations

Share = tuple[str, str, str]

_NEEDS = "asd hi mld msi oth pd pmld semh slcn sld spld vi".split()
_PLACED = {"mainstream_total": "mainstream_total_pc", "special_total": "special_total_pc", "ap_pru_total": "AP_PRU_total_pc", "fe_total": "fe_total_pc",
    "ed_elsewhere": "ed_elsewhere_pc", "nm_early_years": "nm_early_years_pc", "placement_unknown": "placement_unknown_pc"}  # fmt: skip


def _by_need() -> list[Share]:
    return [(f"number_{need}", "ehc_plans", f"{need}_pc") for need in _NEEDS] + [
        ("number_need_unknown", "ehc_plans", "unknown_pc")
    ]


def _timeliness(band: str, share: str) -> list[Share]:
    return [(band, "plans_issued_den", f"pc_{share}"), (f"{band}_ex", "plans_issued_den_ex", f"PC_{share}_ex")]


SHARES: dict[str, list[Share]] = {
    "timeliness_20_week": [
        ("plans_issued_within_20_weeks", "plans_issued_den", "pc_plans_issued_within_20_weeks"),
        ("plans_issued_20_weeks_ex", "plans_issued_den_ex", "PC_plans_issued_20_weeks_ex"),
        *_timeliness("plans_issued_gt20weeks_ltYear", "plans_issued_gt20weeks_ltYear"),
        *_timeliness("plans_issued_gt_1_year", "plans_issued_gt_1_year"),
    ],
    "requests": [
        ("requests_decided_to_assess", "requests_received_in_year", "request_assess_pc"),
        ("requests_decided_not_to_assess", "requests_received_in_year", "request_not_assess_pc"),
        ("requests_decision_not_made", "requests_received_in_year", "request_outstanding_pc"),
        ("requests_withdrawn", "requests_received_in_year", "request_withdrawn_pc"),
        ("request_outcome_six_weeks", "request_outcome_six_weeks|request_outcome_over_6_weeks", "request_outcome_six_weeks_pc"),
        ("request_outcome_over_6_weeks", "request_outcome_six_weeks|request_outcome_over_6_weeks", "request_outcome_over_6_weeks_pc"),
    ],
    "assessments": [
        ("assess_issued", "assess_in_year", "assess_issued_pc"),
        ("assess_not_issued", "assess_in_year", "assess_not_issued_pc"),
        ("assess_not_made", "assess_in_year", "assess_not_made_pc"),
        ("assess_withdrawn", "assess_in_year", "assess_withdrawn_pc"),
        ("outcome_decision_within_time", "outcome_decision_within_time|outcome_decision_over_time", "outcome_decision_within_time_pc"),
        ("outcome_decision_over_time", "outcome_decision_within_time|outcome_decision_over_time", "outcome_decision_over_time_pc"),
    ],
    "annual_reviews": [
        ("number_decsion_4weeks", "number_decsion_4weeks|number_decision_gt_4weeks", "pc_decsion_4weeks"),
        ("number_decision_gt_4weeks", "number_decsion_4weeks|number_decision_gt_4weeks", "pc_decision_gt_4weeks"),
    ],
    "caseload": [(above, "ehcplans", share) for above, share in _PLACED.items()],
    "newplans": [(above, "new_ehc_plans", share) for above, share in _PLACED.items()],
    "sen_needs_all_plans": _by_need(),
    "sen_need_newplans": _by_need(),
}  # fmt: skip

# Their counts are rounded to tens, their shares are made of the unrounded ones.
ROUNDED_SHARES: dict[str, list[Share]] = {
    "absence_by_social_care_group_la": [
        ("t_sess_overall", "t_sess_possible", "pt_overall"),
        ("t_sess_authorised", "t_sess_possible", "pt_sess_authorised"),
        ("t_sess_unauthorised", "t_sess_possible", "pt_sess_unauthorised"),
        ("t_pupils_pa_10_exact", "t_pupils", "pt_pupils_pa_10_exact"),
        ("t_pupils_pa_50_exact", "t_pupils", "pt_pupils_pa_50_exact"),
    ],
    "cin_cla_by_sen_la": [
        *((f"t_{group}", "t_pupils", f"pt_{group}") for group in ("no_identified_SEN", "all_SEN", "SEN_support", "statement_or_EHC_plan")),
        *((f"t_{need}", "t_all_SEN", f"pt_{need}") for need in "ASD HI MLD MSI NSA OTH PD PMLD SEMH SLCN SLD SPLD VI".split()),
    ],
}  # fmt: skip
