"""The radius behind a power-law lens: the roots of r - a r^(1 - t) = b that it was computed from."""

from __future__ import annotations

import jax
import numpy as np

from jaxlens.kernels.lensing.power_law_radius import INNER_POWERS, power_law_radius

CASES = 4000


def roots() -> tuple[np.ndarray, ...]:
    """a, b, t, the root of r - a r^(1 - t) = b, and where the two roots meet (0 for t >= 1)."""
    generator = np.random.default_rng(3)
    t, r = generator.uniform(0.2, 1.9, CASES), 10 ** generator.uniform(-2.0, 1.0, CASES)
    t[: CASES // 8] = 1.0 + 1e-3 * generator.normal(size=CASES // 8)
    t[: CASES // 16] = 1.0
    a = generator.uniform(0.3, 2.0, CASES)
    meet = np.where(t < 1.0, (a * np.maximum(1.0 - t, 0.0)) ** (1.0 / t), 0.0)
    return a, r - a * r ** (1.0 - t), t, r, meet


def radius(a, b, t, inner):
    single = (np.asarray(value, np.float32) for value in (a, b, t))
    return jax.jit(power_law_radius)(*single, inner)


def test_outer_and_inner_roots_are_found():
    a, b, t, r, meet = roots()
    inner = r < meet
    found = radius(a, b, t, inner)
    # Next to where the roots meet, rounding moves them; inner roots near t = 1 are too faint to count.
    clear = (np.abs(np.log(r / np.maximum(meet, 1e-9))) > 0.05) & (~inner | (1.0 - t > INNER_POWERS[0]))
    assert inner[clear].sum() > 500
    assert np.asarray(found.exists)[clear].all()
    np.testing.assert_allclose(np.asarray(found.r)[clear], r[clear], rtol=6e-3)
    np.testing.assert_allclose(np.asarray(found.power)[clear], (r ** (1.0 - t))[clear], rtol=1e-2)


def test_without_a_root_the_radius_is_where_they_meet_or_zero():
    half = np.full(3, 0.5)
    found = radius(np.ones(3), [-0.5, -0.5, 0.5], half, np.array([False, True, True]))
    np.testing.assert_array_equal(found.exists, [False, False, False])
    np.testing.assert_allclose(found.r, [0.25, 0.25, 0.0], atol=1e-6)


def test_without_mass_the_radius_is_that_of_the_source():
    found = radius(np.zeros(2), np.full(2, 0.7), [0.6, 1.4], np.array([False, False]))
    np.testing.assert_allclose(found.r, 0.7, rtol=1e-3)
