"""The one line that a run says of what stayed out."""

from __future__ import annotations

from sendjc_pipeline.disclosure.left_out import left_out_in_words
from sendjc_pipeline.identity.pseudonymise import IdentityResult


def test_the_run_says_in_one_line_what_was_left_out() -> None:
    few = IdentityResult(9, 9, {}, {}, without_agreement=(("newcastle", "sen2"),), rows_without=1234, opted_out=3)
    assert left_out_in_words(few) == (
        "left out before linkage: 1,234 rows without a sharing agreement in force (sen2 of newcastle) and fewer than 5 children who opted out"
    )
    assert left_out_in_words(IdentityResult(9, 9, {}, {})) == ""
