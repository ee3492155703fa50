"""Evidence against integrals on a grid, and the precision of amplitudes against its maximum."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxlens.fitting.posterior import with_free_values
from jaxlens.modelling.bases import MultiGaussian
from jaxlens.modelling.columns import columns
from jaxlens.modelling.evidence import log_evidence
from jaxlens.modelling.expansion import expansion
from jaxlens.modelling.model import Settings
from tests.modelling.core_mocks import SIGMA, Lens, mock, problem_of
from tests.modelling.joint_mocks import LIGHT, MASS, SOURCE

BASES = (MultiGaussian(LIGHT, 2, 0.15, 0.6), MultiGaussian(SOURCE, 1, 0.2, 0.2))
MOVING = (f"{MASS}-theta_E", f"{SOURCE}-center_x")
PRECISION = np.array([0.004, 0.003, 0.02])
# points of the grid along a coordinate, which reaches so many standard deviations to either side
POINTS, REACH = 21, 5.0

pytestmark = [pytest.mark.usefixtures("x64"), pytest.mark.slow]


@pytest.fixture(scope="module", params=[20.0, -2.0], ids=["all amplitudes", "one held at 0"])
def lens(request: pytest.FixtureRequest) -> Iterator[Lens]:
    """Two coordinates move; the wide Gaussian of the lens has a positive or a negative flux."""
    with jax.enable_x64(True):
        found = mock(problem_of(BASES), np.array([15.0, request.param, 4.0]), seed=1, side=16)
        active = np.array([float(name in MOVING) for name in found.problem.names])
        yield found._replace(settings=Settings(active, PRECISION))


@pytest.mark.long
def test_it_is_the_integral_over_coordinates_and_amplitudes(lens: Lens) -> None:
    """Amplitudes far from 0 are integrated in closed form, the others and coordinates on grids."""
    problem, data, settings = lens.problem, lens.data, lens.settings
    moving = np.flatnonzero(settings.active)
    run = jax.jit(partial(expansion, problem.lens, problem.constants, problem.base))
    point = np.array(lens.truth)
    for _ in range(8):
        found = run(data, settings, jnp.asarray(point))
        point = point - np.linalg.solve(np.asarray(found.curvature), np.asarray(found.gradient))
    found = run(data, settings, jnp.asarray(point))
    curvature = np.asarray(found.curvature)
    own = log_evidence(problem, data, settings, point, float(found.value), curvature)

    @jax.jit
    @jax.vmap
    def images(u: jax.Array) -> jax.Array:
        x = problem.constants.transform.constrained(u)
        params = with_free_values(problem.lens.model, problem.constants, problem.base, x)
        return columns(problem.lens, params, data)

    steps = np.linspace(-REACH, REACH, POINTS)
    root = np.linalg.cholesky(np.linalg.inv(curvature[np.ix_(moving, moving)]))
    grid = np.stack([axis.ravel() for axis in np.meshgrid(steps, steps)], axis=1)
    u = np.repeat(point[None], len(grid), axis=0)
    u[:, moving] += grid @ root.T
    rows = np.reshape(np.asarray(images(jnp.asarray(u))), (len(grid), 3, -1)) / SIGMA
    target = np.ravel(data.image) / SIGMA
    prior = -0.5 * np.sum(u[:, moving] ** 2, axis=1) - np.log(2.0 * np.pi)
    logs = prior + [log_integral(one, target) for one in rows]
    top = np.max(logs)
    area = (steps[1] - steps[0]) ** 2 * np.linalg.det(root)
    expected = top + np.log(np.sum(np.exp(logs - top)) * area)
    # the constant of the images: the degrees of freedom that chi-square is counted from
    assert abs(own - (expected + 0.5 * target.size)) < 0.1


def log_integral(rows: np.ndarray, target: np.ndarray) -> float:
    """The log of the integral of likelihood and half-normal priors over amplitudes that are 0 or more."""
    matrix, linear = rows @ rows.T + np.diag(PRECISION), rows @ target
    far = np.array([0, 2])
    inside = matrix[np.ix_(far, far)]
    across = np.linalg.solve(inside, matrix[far, 1])
    # what remains for the second amplitude: exp(b a - c a^2 / 2)
    c, b = matrix[1, 1] - matrix[far, 1] @ across, linear[1] - linear[far] @ across
    best = max(b / c, 0.0)
    width = 1.0 / np.sqrt(c) if b > 0.0 else 1.0 / max(np.sqrt(c), -b)
    a = np.linspace(max(best - 10.0 * width, 0.0), best + (10.0 if b > 0.0 else 30.0) * width, 3001)
    exponent = b * a - 0.5 * c * a**2
    top = np.max(exponent)
    integral = np.trapezoid(np.exp(exponent - top), a)
    rest = 0.5 * linear[far] @ np.linalg.solve(inside, linear[far]) - 0.5 * np.linalg.slogdet(inside)[1]
    norms = np.sum(0.5 * np.log(PRECISION / (2.0 * np.pi)) + np.log(2.0))
    return float(-0.5 * target @ target + rest + np.log(2.0 * np.pi) + top + np.log(integral) + norms)


@pytest.mark.long
def test_a_prior_of_what_does_not_move_is_left_out(lens: Lens) -> None:
    """A coordinate at its prior's median or three deviations off: the same images, the same evidence.

    What does not move is the prior's alone where no light is behind the mass; so is S.
    """
    problem = replace(lens.problem, lens=replace(lens.problem.lens, bases=BASES[:1]))
    settings = lens.settings._replace(precision=PRECISION[:2])
    run = jax.jit(partial(expansion, problem.lens, problem.constants, problem.base))
    evidences = []
    for shift in (0.0, 3.0):
        point = np.array(lens.truth)
        point[problem.names.index(f"{MASS}-gamma")] = shift
        found = run(lens.data, settings, jnp.asarray(point))
        own = (float(found.value), np.asarray(found.curvature))
        evidences.append(log_evidence(problem, lens.data, settings, point, *own))
    np.testing.assert_allclose(*evidences, rtol=1e-9)
