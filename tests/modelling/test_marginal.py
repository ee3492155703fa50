"""The maximum of the density with the amplitudes integrated out against one found by SciPy."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.optimize import minimize_scalar

from jaxlens.fitting.posterior import with_free_values
from jaxlens.modelling.bases import MultiGaussian, Shapelets
from jaxlens.modelling.columns import columns
from jaxlens.modelling.ladder import fitted
from jaxlens.modelling.marginal import with_amplitudes_integrated
from tests.modelling.core_mocks import SIGMA, mock, problem_of
from tests.modelling.joint_mocks import LIGHT, SOURCE

BASES = (MultiGaussian(LIGHT, 1, 0.4, 0.4), Shapelets(SOURCE, 2))
AMPLITUDES = np.array([20.0, 1.0, 0.1, -0.1, 0.05, 0.02, 0.1])


@pytest.mark.slow
@pytest.mark.usefixtures("x64")
def test_it_is_the_maximum_of_the_integral() -> None:
    """The scale of the shapelets moves: large ones are known better, so that the integral favours small ones.

    With the amplitudes integrated out the pixels are normal, with a covariance that is summed from the
    columns; the flux of the lens is far above 0.
    """
    problem = problem_of(BASES)
    lens = mock(problem, AMPLITUDES, seed=2, side=14)
    at = problem.names.index(f"{SOURCE}-R_sersic")
    precision = np.array([1e-4, *[0.3] * 6])
    held = {i: float(u) for i, u in enumerate(lens.truth) if i != at}
    # noise that is large beside the source
    data = lens.data._replace(image=lens.data.image, weight=np.full_like(lens.data.weight, 0.3 / SIGMA))
    settings = lens.settings._replace(precision=precision, tilt=np.zeros(lens.truth.size))
    before = fitted("one", problem, data, settings, lens.truth[None], held)
    after = with_amplitudes_integrated(before, data)

    @jax.jit
    def images(u: jax.Array) -> jax.Array:
        x = problem.constants.transform.constrained(u)
        return columns(
            problem.lens, with_free_values(problem.lens.model, problem.constants, problem.base, x), data
        )

    target = np.ravel(data.image * data.weight)

    def minus_log_density(u: float) -> float:
        point = jnp.asarray(lens.truth).at[at].set(u)
        rows = np.reshape(np.asarray(images(point)), (7, -1)) * data.weight[0, 0, 0, 0]
        covariance = np.eye(target.size) + rows.T @ (rows / precision[:, None])
        fit = np.linalg.slogdet(covariance)[1] + target @ np.linalg.solve(covariance, target)
        return float(0.5 * fit + 0.5 * u**2)

    centre, sigma = float(before.point[at]), 1.0 / np.sqrt(before.curvature[at, at])
    bounds = (centre - 4.0 * sigma, centre + 4.0 * sigma)
    best = minimize_scalar(minus_log_density, bounds=bounds, method="bounded", options={"xatol": 1e-4}).x
    shift = (best - centre) / sigma
    assert abs(shift) > 0.2
    assert abs((float(after.point[at]) - best) / sigma) < 0.3 * abs(shift)
    for index, value in held.items():
        assert after.point[index] == value
    # the value is minus the log of the density without the tilt, which is least before
    assert before.value <= after.value + 1e-6
    assert after.label == before.label
    assert after.settings.tilt is settings.tilt or not np.any(after.settings.tilt)
    assert after.degrees == before.degrees
