"""The attack on what is about to be published: a release that gives a small number back is refused.

Belongs here: working out every range anew from what would be shown, and refusing. Does not belong here: hiding more (hiding.py).
"""

from __future__ import annotations

from sendjc_pipeline.disclosure.bounds import narrow
from sendjc_pipeline.disclosure.hiding import (
    Board,
    Choice,
    apart,
    exact_ranges,
    exposed,
    joint,
    rounded_ranges,
    unassumed,
)
from sendjc_pipeline.settings import SendjcError


class GivenAway(SendjcError):
    """What would be published gives a small number back."""


def attack(board: Board, choice: Choice) -> None:
    """Work out the range of every hidden cell from all that would be shown. Raises GivenAway, without the number."""
    if board.profile.hidden_up_to == 0:
        return
    found = exposed(board, narrow(board.equations, exact_ranges(board, choice)))
    found |= joint(board, choice)
    found[list(choice.lost)] = False
    count = int(found.sum())
    if board.profile.rounds:
        unpublished, restated = apart(board, narrow(unassumed(board), rounded_ranges(board, choice)))
        together = unpublished | restated
        together[list(choice.lost)] = False
        count += int(together.sum())
    if count:
        raise GivenAway(
            f"Profile {board.profile.name}: {count} hidden count{'s' if count > 1 else ''} could be worked out from what would be shown; nothing was published."
            " Report it as a fault of sendjc_pipeline/disclosure."
        )
