"""Products of a result are those of a simulator at its parameters."""

from __future__ import annotations

import numpy as np
import pytest

from tests.fitting.test_result import result
from tests.products.lenses import LENS, lens, simulator

pytestmark = pytest.mark.slow


@pytest.mark.long
def test_they_are_those_of_the_best_parameters() -> None:
    params = lens(0.1)
    found = result(
        bands=1, config=LENS, params={name: np.asarray(one, float) for name, one in params.items()}
    )
    sim, x, y = simulator(), [0.7, -1.1, 2.0, 0.4], [0.5, 0.9, -0.3, -1.6]
    np.testing.assert_allclose(found.convergence(x, y), sim.convergence(params, x, y), rtol=1e-6)
    np.testing.assert_allclose(found.shear(x, y).gamma2, sim.shear(params, x, y).gamma2, rtol=1e-6)
    np.testing.assert_allclose(found.magnification(x, y), sim.magnification(params, x, y), rtol=1e-6)
    np.testing.assert_allclose(found.einstein_radius(), sim.einstein_radius(params), rtol=1e-6)
    (curves,), (expected,) = found.critical_curves(), sim.critical_curves(params)
    np.testing.assert_allclose(curves.tangential[0], expected.tangential[0], atol=1e-5)
    np.testing.assert_allclose(found.caustics()[0].tangential[0], expected.tangential_caustics[0], atol=1e-5)
