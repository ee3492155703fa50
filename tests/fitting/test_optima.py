"""What follows from the optima of descents: parameters on bounds, covariances, warnings."""

from __future__ import annotations

import numpy as np

from jaxlens.distributions import Normal, Uniform
from jaxlens.fitting.optima import _at_bound, _warnings
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


def test_warnings_name_the_images_that_they_concern() -> None:
    none = np.zeros((3, 2), bool)
    agreed, followed = np.array([[True, True], [True, False], [True, False]]), ~none
    followed[2, 1] = False
    converged, diverged, at_bound = np.array([True, True, False]), none.copy(), none.copy()
    diverged[:2, 0] = True
    at_bound[1, 1] = True
    texts = _warnings(("a", "b"), agreed, followed, converged, at_bound, diverged)
    assert [text.split(" (")[1] for text in texts] == [
        "image 2 of 3)",
        "image 1 of 3)",
        "images 0, 1 of 3)",
        "image 1 of 3)",
    ]
    assert texts[0].startswith("no maximum was reached within the steps")
    assert "only one came to the best model" in texts[1]
    assert texts[2].startswith("the optimizer ran away")
    assert texts[3].startswith("b sits on a bound of its prior")
    one = _warnings(("a",), agreed[:1], followed[:1], ~converged[:1], at_bound[:1, :1], none[:1])
    assert [text.split(" (")[1] for text in one] == ["the image)"]
