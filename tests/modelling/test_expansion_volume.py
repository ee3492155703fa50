"""The maximum of the density with the amplitudes of shapelets integrated out against one found by SciPy."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.optimize import minimize_scalar

from jaxlens.fitting.posterior import with_free_values
from jaxlens.modelling.bases import MultiGaussian, Shapelets
from jaxlens.modelling.columns import columns
from jaxlens.modelling.rung import fitted
from tests.modelling.core_mocks import SIGMA, mock, problem_of
from tests.modelling.joint_mocks import LIGHT, SOURCE

BASES = (MultiGaussian(LIGHT, 1, 0.4, 0.4), Shapelets(SOURCE, 2))
AMPLITUDES = np.array([20.0, 1.0, 0.1, -0.1, 0.05, 0.02, 0.1])


@pytest.mark.long
@pytest.mark.usefixtures("x64")
def test_it_is_the_maximum_of_the_integral() -> None:
    """The scale of the shapelets moves: large ones are known better, so that the integral favours small ones.

    With these integrated out the pixels are normal about the light of the lens, with a covariance that is
    summed from the columns.
    """
    problem = problem_of(BASES)
    lens = mock(problem, AMPLITUDES, seed=2, side=14)
    at = problem.names.index(f"{SOURCE}-R_sersic")
    precision = np.array([1e-4, *[0.3] * 6])
    held = {i: float(u) for i, u in enumerate(lens.truth) if i != at}
    # noise that is large beside the source
    data = lens.data._replace(image=lens.data.image, weight=np.full_like(lens.data.weight, 0.3 / SIGMA))
    settings = lens.settings._replace(precision=precision)
    found = fitted("one", problem, data, settings, lens.truth[None], held, 1e-6)

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
        covariance = np.eye(target.size) + rows[1:].T @ (rows[1:] / precision[1:, None])
        both = np.linalg.solve(covariance, np.stack([target, rows[0]], axis=1))
        # the flux of the lens that fits best, with its prior
        gain = (rows[0] @ both[:, 0]) ** 2 / (rows[0] @ both[:, 1] + precision[0])
        fit = np.linalg.slogdet(covariance)[1] + target @ both[:, 0] - gain
        return float(0.5 * fit + 0.5 * u**2)

    def least_chi_square(u: float) -> float:
        point = jnp.asarray(lens.truth).at[at].set(u)
        rows = np.reshape(np.asarray(images(point)), (7, -1)) * data.weight[0, 0, 0, 0]
        curvature = rows @ rows.T + np.diag(precision)
        return float(-0.5 * (rows @ target) @ np.linalg.solve(curvature, rows @ target) + 0.5 * u**2)

    centre, sigma = float(found.point[at]), 1.0 / np.sqrt(found.curvature[at, at])
    options = {"bounds": (centre - 4.0 * sigma, centre + 4.0 * sigma), "method": "bounded"}
    best, other = (
        minimize_scalar(of, options={"xatol": 1e-5}, **options).x
        for of in (minus_log_density, least_chi_square)
    )
    # the best amplitudes alone would lead elsewhere
    assert abs(best - other) > 0.2 * sigma
    np.testing.assert_allclose(centre, best, atol=0.01 * sigma)
    for index, value in held.items():
        assert found.point[index] == value
