"""What a run may say of what stayed out of it, in one line.

Belongs here: the wording, and how few children are told as few. Does not belong here: what stays out (identity/admission.py).
"""

from __future__ import annotations

from sendjc_pipeline.disclosure.profile import profile
from sendjc_pipeline.identity.pseudonymise import IdentityResult

THRESHOLD = profile("partner").hidden_up_to


def left_out_in_words(result: IdentityResult) -> str:
    """What stayed out of the linkage, in one line; empty where nothing did. Few children who opted out are told as few."""
    parts = []
    if result.without_agreement:
        whose = ", ".join(f"{feed} of {partner}" for partner, feed in result.without_agreement)
        parts.append(f"{result.rows_without:,} rows without a sharing agreement in force ({whose})")
    if result.opted_out:
        few = result.opted_out <= THRESHOLD
        parts.append(f"{f'fewer than {THRESHOLD + 1}' if few else f'{result.opted_out:,}'} children who opted out")
    return f"left out before linkage: {' and '.join(parts)}" if parts else ""
