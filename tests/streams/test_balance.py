"""Balanced weights make the distribution of a label even."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from jaxlens.streams.balance import LabelBalance

RNG = np.random.default_rng(0)


def test_balanced_weights_make_every_interval_count_as_much() -> None:
    values = RNG.exponential(size=4000)
    balance = LabelBalance(*reversed(np.histogram(values[values < 3.0], 6)))
    own = values[values < 3.0]
    weights = np.asarray(balance.weights(own))
    np.testing.assert_allclose(weights.mean(), 1.0, rtol=1e-5)
    shares = np.histogram(own, balance.edges, weights=weights)[0] / len(own)
    np.testing.assert_allclose(shares, 1.0 / 6.0, rtol=2e-3)
    hole = LabelBalance([0.0, 1.0, 2.0, 3.0], [4, 0, 1])
    assert hole.weights(np.array([0.5, 1.5, 2.5])).tolist() == [0.625, 2.5, 2.5]
    with pytest.raises(ValueError, match="with at least one system"):
        LabelBalance([0.0, 1.0], [0])


def test_a_balance_is_that_of_a_label_of_a_stream() -> None:
    labels = np.array([[0.0, 1.0], [0.0, 2.0], [0.0, 9.0]])
    batch = SimpleNamespace(labels=labels, present=labels < 5.0)
    names = ("PLANE_1-OBJECT_1-MASS_PROFILE_1-gamma", "PLANE_1-OBJECT_1-MASS_PROFILE_1-theta_E")
    stream = SimpleNamespace(label_names=names, bands=(), source=lambda count: [batch] * count)
    balance = LabelBalance.fit(stream, "theta_E", bins=2, batches=3)
    assert balance.counts.tolist() == [3.0, 3.0]
    assert balance.edges.tolist() == [1.0, 1.5, 2.0]
    with pytest.raises(ValueError, match=r"label is 'theta'; give one of PLANE_1"):
        LabelBalance.fit(stream, "theta")
