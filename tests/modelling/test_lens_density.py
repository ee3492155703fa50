"""The posterior that samplers take is that which was fitted, and draws have its mean and covariance."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxlens.modelling.bases import MultiGaussian, Shapelets
from jaxlens.modelling.descent import Ends, values_at
from jaxlens.modelling.expansion import expansion
from jaxlens.modelling.lens_data import Layout, LensImages, Place
from jaxlens.modelling.lens_density import lens_density
from jaxlens.modelling.lens_light import Ring, pixel_positions
from jaxlens.modelling.lens_result import lens_fit_of
from jaxlens.modelling.rung import Rung, fitted
from jaxlens.modelling.search import Search
from tests.modelling.core_mocks import Lens, mock, problem_of
from tests.modelling.joint_mocks import LIGHT, SOURCE

SIDE = 18
BASES = (MultiGaussian(LIGHT, 2, 0.2, 0.6), MultiGaussian(SOURCE, 1, 0.2, 0.2), Shapelets(SOURCE, 1))
AMPLITUDES = np.array([20.0, 100.0, 15.0, 25.0, 5.0, -3.5])
# the slope is held
HELD = "PLANE_1-OBJECT_1-MASS_PROFILE_1-gamma"

pytestmark = [pytest.mark.usefixtures("x64"), pytest.mark.slow]


@pytest.fixture(scope="module")
def lens() -> Iterator[Lens]:
    with jax.enable_x64(True):
        yield mock(problem_of(BASES), AMPLITUDES, seed=5, side=SIDE)


@pytest.fixture(scope="module")
def rung(lens: Lens) -> Rung:
    at = lens.problem.names.index(HELD)
    start = lens.truth[None]
    with jax.enable_x64(True):
        return fitted(
            "SIE + shear", lens.problem, lens.data, lens.settings, start, {at: float(start[0, at])}, 1e-8
        )


@pytest.mark.long
def test_it_is_the_density_of_the_descents_and_its_slope(lens: Lens, rung: Rung) -> None:
    settings = lens.settings._replace(active=rung.settings.active)
    moving = np.flatnonzero(rung.settings.active)
    transform = lens.problem.constants.transform
    at_maximum = float(values_at(lens.problem, lens.data, settings, rung.point[None])[0])
    given = replace(rung, settings=settings, curvature=np.eye(rung.point.size), evidence=-3.0)
    density, rows = lens_density(given, lens.data, at_maximum, transform)
    assert density.names == tuple(name for name in lens.problem.names if name != HELD)
    assert rows.tolist() == [0]

    data = jax.tree.map(lambda array: jnp.asarray(array[0]), density.data)
    both = jax.jit(jax.value_and_grad(lambda u: density.log_density(density.shared, data, u)))
    point = np.array(rung.point)
    point[moving] += np.linspace(-0.03, 0.05, moving.size)
    value, slope = both(jnp.asarray(point[moving]))
    expected = -float(values_at(lens.problem, lens.data, settings, point[None])[0])
    assert float(value) == pytest.approx(expected, rel=1e-10)
    problem = lens.problem
    known = (problem.lens, problem.constants, problem.base, lens.data, settings)
    np.testing.assert_allclose(
        slope, -np.asarray(expansion(*known, jnp.asarray(point)).gradient)[moving], rtol=1e-7, atol=1e-7
    )
    # its Laplace evidence is the one that was given
    laplace = density.at(rung.point[moving][None])[0] + 0.5 * moving.size * np.log(2.0 * np.pi)
    np.testing.assert_allclose(laplace, -3.0, atol=1e-9)


@pytest.mark.long
def test_draws_have_the_mean_and_the_errors_of_the_fit(lens: Lens, rung: Rung) -> None:
    values = lens.problem.constrained(rung.point[None])
    ends = Ends(
        rung.point[None], np.array([rung.value]), np.zeros(1), np.asarray(rung.curvature)[None], np.array([3])
    )
    looked = Search(ends, 4, 6, 24, lens.problem.names, values)
    x, y = pixel_positions(lens.data)
    ring = Ring(rung.point, (0.0, 0.0), np.zeros_like(x), 0.9, 0.9, x, y)
    images = LensImages(lens.data, Layout(("g",), (Place(0, 0, 0, 0, 0, 0),), 1, SIDE, 1))
    found = lens_fit_of(rung, [rung], images, looked, ring, {"search": 1.0})
    drawn = found.sample("pathfinder", 400, chains=1)
    assert drawn.names == found.fit.names
    assert drawn.warnings == ()
    weight = np.exp(drawn.log_weight[0, 0] - drawn.log_weight.max())
    weight /= weight.sum()
    mean = weight @ drawn.draws[0, 0]
    spread = np.sqrt(weight @ (drawn.draws[0, 0] - mean) ** 2)
    assert np.all(np.abs(mean - found.fit.values[0]) < 0.5 * found.fit.sigma[0])
    np.testing.assert_allclose(spread, found.fit.sigma[0], rtol=0.3)
    # where the posterior is about normal its evidence is that of the fit
    assert drawn.log_evidence[0] == pytest.approx(rung.evidence, abs=0.3)
