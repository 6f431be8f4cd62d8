"""Named streams, quotas and keyed noise."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sendjc_pipeline.synthetic.draws import Draws, labels, noise, quota


@given(st.integers(0, 5000), st.lists(st.floats(0.01, 100), min_size=1, max_size=12))
def test_quota_gives_out_exactly_the_total_and_is_never_off_by_one(total: int, weights: list[float]) -> None:
    parts = quota(total, weights)
    assert parts.sum() == total
    assert (np.abs(parts - total * np.array(weights) / sum(weights)) < 1).all()


def test_a_stream_depends_on_its_name_and_seed_only() -> None:
    first = Draws(7, "world").child("ehc")
    Draws(7, "world").child("other").uniform(1000)
    assert (first.uniform(5) == Draws(7, "world", "ehc").uniform(5)).all()
    assert (Draws(7, "a").uniform(5) != Draws(7, "b").uniform(5)).all()
    assert (Draws(7, "a").uniform(5) != Draws(8, "a").uniform(5)).all()


def test_labels_keep_their_counts() -> None:
    assert np.bincount(labels(np.array([3, 0, 5]), Draws(1, "x")), minlength=3).tolist() == [3, 0, 5]


def test_noise_is_fixed_by_its_keys_whatever_else_is_asked() -> None:
    keys = np.arange(20_000)
    every = noise(1, "salt", keys, keys % 7)
    assert (every[::-1] == noise(1, "salt", keys[::-1], keys[::-1] % 7)).all()
    assert abs(float(every.mean()) - 0.5) < 0.01
    assert abs(float((every < 0.05).mean()) - 0.05) < 0.005
    assert abs(float(np.corrcoef(every, noise(1, "other", keys, keys % 7))[0, 1])) < 0.03
