"""The posterior with pixels as its source: its value in the space of the data, its gradient by steps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import jaxlens
from jaxlens.fitting.posterior import unconstrained_log_prior
from jaxlens.modelling.bases import MultiGaussian
from jaxlens.modelling.model import LensData
from jaxlens.modelling.pixel_descent import best_strength, pixel_posterior, used_pixels
from jaxlens.modelling.pixel_posterior import PixelSettings, source_of
from jaxlens.modelling.pixel_source import PixelSource
from jaxlens.modelling.problem import LensProblem, lens_problem
from tests.modelling.clumpy import (
    LENS,
    SCALE,
    SOURCE,
    clumps,
    configuration,
    gaussian_images,
    image_of,
    kernel,
    matern_precision,
    minus_log_marginal,
    rays,
    spline_images,
)

pytestmark = pytest.mark.slow

N, SIDE = 20, 10
GRID = (0.02, -0.05, 0.45)
HYPER = np.array([-5.0, -0.3])
RIDGE = 1e-3
TRUTH = {"theta_E": 0.7, "gamma1": 0.03, "gamma2": -0.02}


class Mock(NamedTuple):
    problem: LensProblem
    data: LensData
    settings: PixelSettings
    point: np.ndarray


def point_of(problem: LensProblem, **values: float) -> np.ndarray:
    x = problem.constrained(np.zeros(len(problem.names))).copy()
    for i, name in enumerate(problem.names):
        x[i] = next((value for end, value in values.items() if name.endswith(end)), 0.0)
    return np.concatenate([problem.unconstrained(x), HYPER])


@pytest.fixture(scope="module")
def mock() -> Mock:
    widths = MultiGaussian(LENS, 4, 0.1, 1.5)
    rng = np.random.default_rng(0)
    ends = rays(N, **TRUTH)
    image = image_of(clumps(*ends)) + 30.0 * gaussian_images(N, widths.widths)[2].reshape(N, N) + 0.4
    sigma = 0.02 + 0.01 * rng.random((N, N))
    image += sigma * rng.normal(size=(N, N))
    y, x = np.mgrid[:N, :N]
    weight = np.where(np.hypot(x - 9, y - 10) < 9, 1.0 / sigma, 0.0)
    with jax.enable_x64(True):
        fixed = {f"{SOURCE}-center_x": GRID[0], f"{SOURCE}-center_y": GRID[1]}
        problem = lens_problem(
            jaxlens.Simulator(configuration()), (widths, PixelSource(SOURCE, SIDE)), None, fixed
        )
        problem.base[f"{SOURCE}-half_width"] = jnp.asarray(GRID[2])
        grid = np.array([SCALE, 0.0, 0.0, SCALE, 0.0, 0.0])
        data = LensData(*(a[None, None] for a in (image, weight, kernel(), grid)))
        settings = PixelSettings(np.ones(len(problem.names) + 2), np.full(4, RIDGE), used_pixels(data))
        return Mock(problem, data, settings, point_of(problem, **TRUTH))


@pytest.fixture(autouse=True)
def double_precision() -> Iterator[None]:
    with jax.enable_x64(True):
        yield


def posterior(mock: Mock, v: np.ndarray) -> tuple:
    problem = mock.problem
    return pixel_posterior(
        problem.lens, "matern", problem.constants, problem.base, mock.data, mock.settings, jnp.asarray(v)
    )


def oracle(mock: Mock, v: np.ndarray) -> tuple[float, np.ndarray]:
    """-ln of the marginal density by NumPy, for a round mass."""
    x = mock.problem.constrained(v[:-2])
    values = {end: x[[n.endswith(end) for n in mock.problem.names].index(True)] for end in TRUTH}
    used = mock.data.weight[0, 0].ravel() > 0.0
    weight = mock.data.weight[0, 0].ravel()[used]
    source = spline_images(*rays(N, **values), SIDE, GRID)[:, used] * weight
    light = np.vstack([gaussian_images(N, MultiGaussian(LENS, 4, 0.1, 1.5).widths), np.ones(N * N)])
    data = mock.data.image[0, 0].ravel()[used] * weight
    ridge = np.array([RIDGE] * 4 + [0.0])
    total, best = minus_log_marginal(
        source, light[:, used] * weight, data, matern_precision(SIDE, *v[-2:]), ridge
    )
    prior = unconstrained_log_prior(
        mock.problem.lens.model, mock.problem.constants, mock.problem.base, jnp.asarray(v[:-2])
    )
    pull = v[-1] + np.log(0.15 * SIDE)
    return total - 0.5 * used.sum() - float(prior) + 0.5 * pull**2, best


@pytest.mark.long
def test_the_value_is_that_of_normal_data(mock: Mock) -> None:
    for theta_E, hyper in ((0.7, HYPER), (0.73, HYPER + np.array([1.0, -0.7]))):
        v = point_of(mock.problem, **{**TRUTH, "theta_E": theta_E})
        v[-2:] = hyper
        expansion, state = posterior(mock, v)
        wanted, light = oracle(mock, v)
        np.testing.assert_allclose(expansion.value, wanted, rtol=1e-7, atol=1e-5)
        np.testing.assert_allclose(state.solution.light[0], light, rtol=1e-5, atol=1e-7)
        assert 5.0 < state.known[0] < SIDE**2


@pytest.mark.long
def test_the_gradient_is_that_of_differences(mock: Mock) -> None:
    v = mock.point + 0.1 * np.random.default_rng(1).normal(size=mock.point.size)
    gradient, step = np.asarray(posterior(mock, v)[0].gradient), 1e-4
    for i in range(v.size):
        change = step * np.eye(v.size)[i]
        ends = [float(posterior(mock, v + sign * change)[0].value) for sign in (1.0, -1.0)]
        np.testing.assert_allclose(gradient[i], (ends[0] - ends[1]) / (2.0 * step), rtol=1e-4, atol=1e-4)


@pytest.mark.long
def test_the_strength_has_the_largest_evidence(mock: Mock) -> None:
    problem = mock.problem
    args = (problem.constants, problem.base, mock.data, mock.settings)
    found = np.asarray(best_strength(problem.lens, "matern", *args, jnp.asarray(mock.point)))
    assert (found[:-2] == mock.point[:-2]).all()
    best = oracle(mock, found)[0]
    assert best < oracle(mock, mock.point)[0]
    around = [
        found + np.r_[np.zeros(found.size - 2), d] for d in 0.1 * np.array([[1, 0], [-1, 0], [0, 1], [0, -1]])
    ]
    assert all(oracle(mock, v)[0] > best for v in around)
    wide = [found + np.r_[np.zeros(found.size - 2), s, 0.0] for s in np.linspace(-6.0, 6.0, 7)]
    assert np.argmin([oracle(mock, v)[0] for v in wide]) == 3


def test_a_lens_without_that_basis_is_refused(mock: Mock) -> None:
    with pytest.raises(ValueError, match="must be a PixelSource"):
        source_of(replace(mock.problem.lens, bases=mock.problem.lens.bases[:1]))
