"""Value, gradient and curvature of the posterior against differences and a joint fit in NumPy.

All tests share one program: Gaussians for the lens, and a Gaussian and shapelets for the source.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxlens.fitting.least_squares import Expansion
from jaxlens.fitting.posterior import with_free_values
from jaxlens.modelling.bases import MultiGaussian, Shapelets
from jaxlens.modelling.columns import columns
from jaxlens.modelling.expansion import Solution, expansion, solution
from jaxlens.modelling.model import LensData, Settings
from tests.modelling.core_mocks import SIGMA, Lens, mock, problem_of
from tests.modelling.joint_mocks import LIGHT, SOURCE

SIDE = 16
BASES = (MultiGaussian(LIGHT, 2, 0.2, 0.6), MultiGaussian(SOURCE, 1, 0.2, 0.2), Shapelets(SOURCE, 1))
AMPLITUDES = np.array([4.0, 20.0, 3.0, 5.0, 1.0, -0.7])

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("x64")]


class Programs(NamedTuple):
    """The posterior, the images of the functions and the amplitudes, at coordinates u."""

    lens: Lens
    expanded: Callable[[Settings, jax.Array], Expansion]
    columns: Callable[[jax.Array], jax.Array]
    solved: Callable[[LensData, Settings, jax.Array], Solution]

    @property
    def point(self) -> jax.Array:
        """Coordinates off the truth."""
        return jnp.asarray(self.lens.truth) + 0.05


@pytest.fixture(scope="module")
def programs() -> Iterator[Programs]:
    with jax.enable_x64(True):
        found = mock(problem_of(BASES), AMPLITUDES, seed=3, side=SIDE)
        # priors of the amplitudes that matter
        lens = found._replace(settings=found.settings._replace(precision=np.linspace(0.01, 0.05, 6)))
        problem, data = lens.problem, lens.data
        own = (problem.lens, problem.constants, problem.base)

        def at(u: jax.Array) -> dict[str, jax.Array]:
            return with_free_values(problem.lens.model, *own[1:], problem.constants.transform.constrained(u))

        expanded = jax.jit(partial(expansion, *own, data))
        yield Programs(
            lens,
            expanded,
            jax.jit(lambda u: columns(problem.lens, at(u), data)),
            jax.jit(lambda data, settings, u: solution(problem.lens, at(u), data, settings)),
        )


def with_active(programs: Programs, *held: int) -> Settings:
    """The settings with some coordinates held."""
    settings, k = programs.lens.settings, programs.point.size
    active = np.ones(k)
    active[list(held)] = 0.0
    return settings._replace(active=active)


@pytest.mark.long
def test_the_gradient_is_the_difference_of_values(programs: Programs) -> None:
    """With shapelets, whose volume is in the value, and 0 where a coordinate does not move."""
    u = programs.point
    settings = with_active(programs, 1)
    found = programs.expanded(settings, u)
    for i in range(u.size):
        up, down = (programs.expanded(settings, u.at[i].add(step)).value for step in (1e-4, -1e-4))
        expected = 0.0 if i == 1 else (up - down) / 2e-4
        np.testing.assert_allclose(found.gradient[i], expected, rtol=1e-5, atol=1e-4)


@pytest.mark.long
def test_the_curvature_is_that_of_a_joint_fit(programs: Programs) -> None:
    """Residuals in coordinates and amplitudes together, their Jacobian by differences, in NumPy.

    The amplitudes are taken out by projecting on what they cannot fit (lstsq), with their priors as rows.
    """
    u, lens = programs.point, programs.lens
    precision = np.asarray(lens.settings.precision)
    found = programs.solved(lens.data, lens.settings, u)
    amplitudes, free = np.asarray(found.amplitudes[0]), np.asarray(found.free[0])
    assert free.all()

    def image(v: jax.Array) -> np.ndarray:
        return np.asarray(amplitudes @ np.reshape(programs.columns(v), (amplitudes.size, -1))) / SIGMA

    moved = np.stack([(image(u.at[i].add(1e-4)) - image(u.at[i].add(-1e-4))) / 2e-4 for i in range(u.size)])
    each = np.reshape(programs.columns(u), (amplitudes.size, -1)) / SIGMA
    of_amplitudes = np.concatenate([each.T, np.diag(np.sqrt(precision))])
    of_u = np.concatenate([moved.T, np.zeros((amplitudes.size, u.size))])
    left = of_u - of_amplitudes @ np.linalg.lstsq(of_amplitudes, of_u, rcond=None)[0]
    # the priors of what moves are normal: their curvature in u is 1
    expected = left.T @ left + np.eye(u.size)
    curvature = programs.expanded(with_active(programs), u).curvature
    np.testing.assert_allclose(curvature, expected, rtol=1e-6, atol=1e-6 * np.max(expected))


def test_what_does_not_move_is_apart(programs: Programs) -> None:
    u = programs.point
    every = np.asarray(programs.expanded(with_active(programs), u).curvature)
    some = np.asarray(programs.expanded(with_active(programs, 0, 3), u).curvature)
    kept = np.setdiff1d(np.arange(u.size), [0, 3])
    np.testing.assert_allclose(some[np.ix_(kept, kept)], every[np.ix_(kept, kept)], rtol=1e-12)
    np.testing.assert_allclose(some[[0, 3]], np.eye(u.size)[[0, 3]], atol=0.0)


def test_the_amplitudes_are_those_of_least_squares(programs: Programs) -> None:
    """And minus the log of the density is the chi-square, penalties, priors and the volume of amplitudes."""
    u, lens = programs.point, programs.lens
    found = programs.solved(lens.data, lens.settings, u)
    rows = np.reshape(programs.columns(u), (AMPLITUDES.size, -1)) / SIGMA
    target, precision = np.ravel(lens.data.image) / SIGMA, np.asarray(lens.settings.precision)
    expected = np.linalg.solve(rows @ rows.T + np.diag(precision), rows @ target)
    np.testing.assert_allclose(found.amplitudes[0], expected, rtol=1e-8)
    np.testing.assert_allclose(expected, AMPLITUDES, atol=3.0)
    chi_square = np.sum((target - expected @ rows) ** 2)
    penalty = np.sum(precision * expected**2)
    prior = 0.5 * np.sum(np.asarray(u) ** 2 + np.log(2.0 * np.pi))
    # those of the shapelets are integrated out, up to a constant
    block = (rows @ rows.T + np.diag(precision))[3:, 3:]
    value = 0.5 * (chi_square - target.size + penalty) + prior + 0.5 * np.linalg.slogdet(block)[1]
    np.testing.assert_allclose(programs.expanded(with_active(programs), u).value, value, rtol=1e-7)


def test_an_amplitude_that_would_be_negative_is_held_at_0(programs: Programs) -> None:
    """The source's Gaussian where the image has the lens alone, with a hole: the others fit as without it."""
    lens = programs.lens
    rows = np.reshape(programs.columns(programs.point), (AMPLITUDES.size, -1))
    image = np.reshape(np.array([4.0, 20.0, -3.0, 1.0, 0.0, 0.0]) @ rows, lens.data.image.shape)
    found = programs.solved(lens.data._replace(image=image), lens.settings, programs.point)
    assert np.asarray(found.free[0]).tolist() == [True, True, False, True, True, True]
    assert found.amplitudes[0, 2] == 0.0
    kept, precision = np.array([0, 1, 3, 4, 5]), np.asarray(lens.settings.precision)
    own = rows[kept] / SIGMA
    normal = own @ own.T + np.diag(precision[kept])
    np.testing.assert_allclose(
        found.amplitudes[0, kept], np.linalg.solve(normal, own @ np.ravel(image) / SIGMA), rtol=1e-7
    )
