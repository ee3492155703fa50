"""Descents of a small lens without noise, from two points off its truth."""

from __future__ import annotations

from collections.abc import Iterator
from threading import get_ident

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxlens.modelling.descent import TOLERANCE, descents, in_threads, solution_at, values_at
from tests.modelling.core_mocks import FLUXES, GAUSSIANS, Lens, mock, problem_of

SIDE = 18

pytestmark = pytest.mark.usefixtures("x64")


@pytest.fixture(scope="module")
def lens() -> Iterator[Lens]:
    with jax.enable_x64(True):
        yield mock(problem_of(GAUSSIANS), FLUXES, side=SIDE)


@pytest.mark.long
def test_they_reach_the_truth(lens: Lens) -> None:
    """What remains without noise is the pull of the priors."""
    rng = np.random.default_rng(2)
    # the first of the two points is the farther one
    points = lens.truth + np.array([[0.3], [0.1]]) * rng.standard_normal((2, lens.truth.size))
    ends = descents(lens.problem, lens.data, lens.settings, points, 40)
    assert np.all(ends.decreases <= TOLERANCE)
    assert np.all(np.diff(ends.values) >= 0.0)
    assert np.all((ends.steps > 1) & (ends.steps <= 40))
    for end, curvature in zip(ends.points, ends.curvatures, strict=True):
        sigma = np.sqrt(np.diagonal(np.linalg.inv(curvature)))
        assert np.max(np.abs(end - lens.truth) / sigma) < 0.5
    # they begin where they are told to, and the value is that of the place
    values = values_at(lens.problem, lens.data, lens.settings, np.concatenate([points, ends.points]))
    np.testing.assert_allclose(values[2:], ends.values, rtol=1e-6, atol=1e-5)
    assert np.all(values[:2] > ends.values[-1])
    still = descents(lens.problem, lens.data, lens.settings, points[:1], 0)
    np.testing.assert_array_equal(still.points, points[:1])
    amplitudes = solution_at(lens.problem, lens.data, lens.settings, ends.points[0]).amplitudes[0]
    np.testing.assert_allclose(np.sum(amplitudes[:4]), np.sum(FLUXES[:4]), rtol=0.02)
    np.testing.assert_allclose(np.sum(amplitudes[4:]), np.sum(FLUXES[4:]), rtol=0.05)


@pytest.mark.long
def test_what_is_not_finite_is_the_worst(lens: Lens) -> None:
    points = np.stack([np.full(lens.truth.size, np.nan), lens.truth])
    values = values_at(lens.problem, lens.data, lens.settings, points)
    assert np.isposinf(values[0])
    assert np.isfinite(values[1])
    ends = descents(lens.problem, lens.data, lens.settings, points, 2)
    assert np.isfinite(ends.values[0])
    assert np.isposinf(ends.values[1])


def test_a_process_with_one_core_has_no_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jaxlens.modelling.descent.cores", lambda: 1)
    assert in_threads(lambda i: (i, get_ident()), range(3)) == [(i, get_ident()) for i in range(3)]


def test_threads_keep_the_order_and_the_precision() -> None:
    found = in_threads(lambda i: (jnp.zeros(1).dtype, i, get_ident()), range(5))
    assert [i for _, i, _ in found] == list(range(5))
    assert {str(dtype) for dtype, *_ in found} == {"float64"}
    assert found[0][2] == get_ident()
