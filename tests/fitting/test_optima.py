"""What follows from the optima of descents: parameters on bounds."""

from __future__ import annotations

import numpy as np

from jaxlens.distributions import Normal, Uniform
from jaxlens.fitting.optima import _at_bound
from jaxlens.fitting.posterior import Constants
from jaxlens.fitting.transforms import transform_of
from jaxlens.imaging.assets import NO_ASSETS


def test_a_parameter_within_an_error_of_its_bound_sits_on_it() -> None:
    transform = transform_of([Uniform(0.0, 1.0), Uniform(0.0, 1.0), Normal(0.0, 1.0)])
    constants = Constants({}, NO_ASSETS, transform, (None, None, None), np.zeros((3, 3)))
    values = np.array([[0.1, 0.5, 0.0], [0.9, 0.3, 0.0]])
    covariance = np.broadcast_to(0.1**2 * np.eye(3), (2, 3, 3))
    found = _at_bound(constants, values, covariance)
    assert found.tolist() == [[True, False, False], [True, False, False]]
