"""Light curves in time: against an independent interpolation, and their properties."""

from __future__ import annotations

import functools
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxlens.kernels.transients.interpolation import flux_at
from jaxlens.kernels.transients.registry import LightCurve
from tests.kernels.transients import oracle_sed
from tests.kernels.transients.models import FAST

TIMES = np.array([-15.0, -8.0, -3.0, 0.0, 4.0, 11.0, 25.0])
FLUX = np.stack([np.exp(-0.01 * TIMES**2), np.cos(0.1 * TIMES)], axis=1)
KINDS = [(cubic, outside) for cubic in (False, True) for outside in ("zero", "constant")]
# Times of two bands: some outside, far outside, beside each point of the curve, and NaN.
BESIDE = np.concatenate([TIMES[1:-1] - 1e-9, TIMES[1:-1] + 1e-9])
AT = np.concatenate([np.linspace(-20.0, 30.0, 41), [-1e4, 1e4, np.nan], BESIDE])
AT = np.stack([AT, AT], axis=1)
PADDED = LightCurve(np.append(TIMES, [25.0, 25.0]), np.concatenate([FLUX, FLUX[-1:], FLUX[-1:]]))


@pytest.fixture(scope="module")
def results() -> dict[tuple[bool, str], Any]:
    """(flux, its rate of change, flux of the padded curve) at AT, of each kind of interpolation."""

    @functools.partial(jax.jit, compiler_options=FAST)
    def everything(curve, padded, at):
        def one(cubic, outside):
            def flux(t, c=curve):
                # a shape with two leading axes
                return flux_at(c, t.reshape(2, -1, 2), cubic=cubic, outside=outside).reshape(t.shape)

            return *jax.jvp(flux, (at,), (jnp.ones_like(at),)), flux(at, padded)

        return [one(*kind) for kind in KINDS]

    with jax.enable_x64(True):
        values = everything(LightCurve(TIMES, FLUX), PADDED, AT)
    return dict(zip(KINDS, jax.tree.map(np.asarray, values), strict=True))


@pytest.mark.parametrize("kind", KINDS)
def test_flux_is_that_of_the_independent_interpolation(results, kind) -> None:
    cubic, outside = kind
    times = AT[:41] if outside == "zero" else np.clip(AT[:41], TIMES[0], TIMES[-1])
    interpolate = oracle_sed.hermite if cubic else oracle_sed.straight_line
    expected = [[interpolate(t, TIMES, FLUX[:, band]) for band, t in enumerate(row)] for row in times]
    np.testing.assert_allclose(results[kind][0][:41], expected, rtol=1e-12, atol=1e-14)


def test_a_cubic_light_curve_passes_its_points_without_kinks(results) -> None:
    flux, rate, _ = results[True, "zero"]
    before, after = np.split(rate[44:], 2)
    np.testing.assert_allclose(flux[44:49], FLUX[1:-1], atol=1e-8)
    np.testing.assert_allclose(before, after, atol=1e-7)


@pytest.mark.parametrize("kind", KINDS)
def test_padding_that_repeats_the_last_point_changes_nothing(results, kind) -> None:
    flux, _, padded = results[kind]
    # the slope at the end point is another, where cubic
    same = ~(AT > 11.0) | (AT > 25.0) if kind[0] else np.ones(AT.shape, bool)
    np.testing.assert_allclose(flux[same], padded[same], atol=1e-15)


@pytest.mark.parametrize("kind", KINDS)
def test_nan_gives_nan_and_derivatives_are_finite_far_outside(results, kind) -> None:
    flux, rate, _ = results[kind]
    assert np.all(np.isnan(flux[43]))
    np.testing.assert_array_equal(rate[41:43], 0.0)
    ends = FLUX[[0, -1]] if kind[1] == "constant" else np.zeros((2, 2))
    np.testing.assert_allclose(flux[41:43], ends, rtol=1e-12)


def test_positive_light_curves_stay_positive() -> None:
    """Also where the flux begins, at which an unlimited polynomial swings below zero."""
    curve = LightCurve(np.arange(6.0), np.array([0.0, 0.0, 1e-3, 1.0, 0.2, 1e-6])[:, None])
    at = np.linspace(0.0, 5.0, 401)[:, None]
    flux = jax.jit(lambda t: flux_at(curve, t, cubic=True))(at)
    assert np.min(flux) >= 0.0
    assert np.max(flux) <= 1.1


def test_a_single_time_is_a_constant() -> None:
    @jax.jit
    def flux(at):
        curve = LightCurve(jnp.zeros(1), jnp.array([[2.0, 3.0]]))
        return flux_at(curve, at, cubic=True, outside="constant")

    np.testing.assert_array_equal(flux(np.array([[-1.0, 5.0], [0.0, 0.0]])), [[2.0, 3.0]] * 2)
