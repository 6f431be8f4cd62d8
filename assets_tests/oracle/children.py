"""Random children: who they are, and what partners sent of them. Shapes are weighted towards the golden cases of domain rules 7.12."""

from __future__ import annotations

from .choices import Choices
from .community_records import OTHERS, THERAPIES, add_referrals
from .ehc_records import add_requests
from .local_records import add_local_rows
from .mental_health_records import add_mental_health
from .records import Child, Person, Setting
from .step_records import add_steps

_AREAS = ("nottingham", "nottinghamshire", "derby", "newcastle", "nottingham", "derby", "elsewhere", None)


def a_child(c: Choices, setting: Setting, name: str) -> Child:
    """A child with requests, referrals or both, and often with rows of a local file. `name` makes its identifiers, which no other child may have."""
    age = c.pick((25, 26, 27)) if c.chance(8) else 1 + c.below(18)
    child = Child(Person(f"p_{name}", age, c.pick(_AREAS), c.chance(3)))
    kind = c.below(10)
    if kind < 7:
        add_referrals(c, setting, child, name, THERAPIES)
    if c.chance(45):
        add_referrals(c, setting, child, f"{name}_o", OTHERS)
    if c.chance(45):
        add_mental_health(c, setting, child, name)
    if kind > 3:
        add_requests(c, setting, child, name)
        add_steps(c, setting, child, name)
    if c.chance(60):
        add_local_rows(c, setting, child, name)
    return child
