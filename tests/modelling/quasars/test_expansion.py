"""The expansion of the density of a quasar: its gradient is that of its value, in all parameters."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxlens.fitting.least_squares import Expansion
from jaxlens.modelling.model import LensData
from jaxlens.modelling.quasars.delays import TimeDelays
from jaxlens.modelling.quasars.expansion import quasar_expansion
from jaxlens.modelling.quasars.flux_ratios import FluxRatios
from jaxlens.modelling.quasars.rounds import Rounds, first_settings, quasar_data
from tests.modelling.quasars.quads import BETA, NUM_PIX, PIXEL, small_problem

pytestmark = pytest.mark.slow


class Expanded(NamedTuple):
    """The expansion as one program at given coordinates."""

    names: tuple[str, ...]
    at: jax.stages.Wrapped


@pytest.fixture(scope="module")
def expanded() -> Expanded:
    """Of a quasar whose fluxes are those of the lens, with delays and flux ratios that do not fit."""
    problem = small_problem("lensed")
    rng = np.random.default_rng(0)
    axis = np.arange(7) - 3
    kernel = np.exp(-0.5 * (axis[:, None] ** 2 + axis**2) / 1.2**2)
    image = rng.uniform(size=(1, 1, NUM_PIX, NUM_PIX))
    grid = np.array([[[PIXEL, 0.0, 0.0, PIXEL, 0.0, 0.0]]])
    data = LensData(image, np.full(image.shape, 3.0), (kernel / kernel.sum())[None, None], grid)
    delays, ratios = TimeDelays([0.0, 20.0], [1.0, 2.0]), FluxRatios([1.0, 0.5], [0.1, 0.1])
    with jax.enable_x64(True):
        own = quasar_data(problem, data, Rounds(0.05, delays, ratios, 0, 1, 1, 1, 1, 0))
        data = jax.tree.map(jnp.asarray, data)
        settings = jax.tree.map(jnp.asarray, first_settings(problem, data))
        run = partial(quasar_expansion, problem.quasar, problem.constants, problem.base, data, own, settings)
        return Expanded(problem.names, jax.jit(run))


def at(expanded: Expanded, u: np.ndarray) -> Expansion:
    """The expansion at coordinates, as numpy's arrays."""
    with jax.enable_x64(True):
        found: Expansion = jax.tree.map(np.asarray, expanded.at(jnp.asarray(u)))
        return found


@pytest.mark.long
def test_the_gradient_is_that_of_the_value_in_each_parameter(expanded: Expanded) -> None:
    u = 0.3 * np.random.default_rng(2).standard_normal(len(expanded.names))
    gradient, step = at(expanded, u).gradient, 1e-5
    for i, name in enumerate(expanded.names):
        there, back = (at(expanded, u + sign * step * np.eye(u.size)[i]).value for sign in (1.0, -1.0))
        difference = (there - back) / (2.0 * step)
        np.testing.assert_allclose(gradient[i], difference, rtol=2e-4, atol=2e-3, err_msg=name)


@pytest.mark.long
def test_the_curvature_is_symmetric_and_knows_h0_by_the_delay(expanded: Expanded) -> None:
    u = np.zeros(len(expanded.names))
    # with the source behind the lens there is no delay
    u[expanded.names.index("QUASAR-center_x")] = BETA
    curvature = at(expanded, u).curvature
    np.testing.assert_allclose(curvature, curvature.T, rtol=1e-8, atol=1e-8)
    assert np.linalg.eigvalsh(curvature)[0] > 0.0
    # one for the prior, the rest for the delay
    assert curvature[expanded.names.index("H0"), expanded.names.index("H0")] > 1.01
