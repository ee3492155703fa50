"""Shapelets of a source up to an order."""

from __future__ import annotations

import numpy as np

from jaxlens.modelling.amplitude_priors import ABSENT
from jaxlens.modelling.bases import MultiGaussian, Shapelets
from jaxlens.modelling.source_models import added_shapelets, with_orders
from tests.modelling.core_mocks import problem_of
from tests.modelling.joint_mocks import LIGHT, SOURCE


def test_orders_beyond_have_no_amplitudes() -> None:
    """The precision of those within is that of the first; Gaussians keep theirs."""
    problem = problem_of((MultiGaussian(LIGHT, 2, 0.1, 0.4), Shapelets(SOURCE, 3)))
    found = with_orders(problem, np.arange(1.0, 13.0), 1)
    np.testing.assert_array_equal(found, [1.0, 2.0, 3.0, 3.0, 3.0, *[ABSENT] * 7])
    np.testing.assert_array_equal(with_orders(problem, found, 2), [1.0, 2.0, *[3.0] * 6, *[ABSENT] * 4])


def test_the_label_says_the_order() -> None:
    assert added_shapelets(4) == ", shapelets to order 4"
