"""The toy light curves against scalar loops."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxlens.kernels.transients import TRANSIENTS
from jaxlens.kernels.transients.registry import Sky

NIGHTS = np.array([-3.0, 0.5, 4.0, 11.0])
COLORS = np.array([0.0, 1.3, -0.7])


def sky_of(nights: np.ndarray, bands: int = 3) -> Sky:
    empty = jnp.zeros((bands, 0))
    return Sky(jnp.asarray(0.5), jnp.asarray(2800.0), empty, empty, jnp.asarray(nights))


@jax.jit
def curves(nights: Any, magnitude: Any, step: Any, table: Any, shift: Any) -> dict[str, Any]:
    """All toy models in one program."""
    sky, color = sky_of(nights), jnp.asarray(COLORS)
    made = {
        "flat": TRANSIENTS["flat"].light_curve(sky, {}, MAG=magnitude, COLOR=color),
        "variable": TRANSIENTS["variable"].light_curve(sky, {}, MAG=magnitude, COLOR=color, STEP=step),
        "static": TRANSIENTS["static"].light_curve(sky, {}),
        "lightcurve": TRANSIENTS["lightcurve"].light_curve(sky, table, MAG_SHIFT=shift),
    }
    return made


@pytest.fixture
def made(x64: None) -> dict[str, Any]:
    step = np.array([[9.0], [0.5], [-0.8], [0.25]])
    return curves(NIGHTS, 19.5, step, table(), np.array([0.1, 0.0, -0.2]))


def table() -> dict[str, np.ndarray]:
    magnitude = np.array([[20.0, 21.0, np.nan], [19.0, np.nan, 22.0], [20.5, 22.0, 23.0]])
    return {"times": np.array([-5.0, 0.0, 9.0]), "magnitude": magnitude}


def test_flat_is_its_magnitude_and_colour(made: dict[str, Any]) -> None:
    for row in np.asarray(made["flat"].flux):
        for band, flux in enumerate(row):
            assert flux == pytest.approx(10.0 ** (-0.4 * (19.5 + COLORS[band])), rel=1e-12)


def test_variable_walks_by_its_steps_alike_in_all_bands(made: dict[str, Any]) -> None:
    walk = (0.0, 0.5, -0.3, -0.05)
    np.testing.assert_array_equal(made["variable"].times, NIGHTS)
    for night, moved in enumerate(walk):
        for band, color in enumerate(COLORS):
            expected = 10.0 ** (-0.4 * (19.5 + color + moved))
            assert made["variable"].flux[night, band] == pytest.approx(expected, rel=1e-12)


def test_static_has_exactly_no_flux(made: dict[str, Any]) -> None:
    assert not np.any(made["static"].flux)
    assert made["static"].flux.shape == (2, 3)


def test_a_table_gives_its_magnitudes_and_no_flux_where_it_has_none(made: dict[str, Any]) -> None:
    shift = (0.1, 0.0, -0.2)
    for row, magnitudes in enumerate(table()["magnitude"]):
        for band, magnitude in enumerate(magnitudes):
            expected = 0.0 if np.isnan(magnitude) else 10.0 ** (-0.4 * (magnitude + shift[band]))
            assert made["lightcurve"].flux[row, band] == pytest.approx(expected, rel=1e-12, abs=0.0)


def test_nights_that_repeat_the_last_one_make_no_step_and_times_increase(x64: None) -> None:
    nights = np.array([-3.0, 0.5, 0.5, 0.5])
    curve = curves(nights, 19.5, np.full((4, 1), 0.5), table(), np.zeros(3))["variable"]
    assert np.all(np.diff(curve.times) > 0.0)
    assert np.all(np.diff(curve.flux[1:], axis=0) == 0.0)
    np.testing.assert_allclose(curve.flux[1, 0], 10.0 ** (-0.4 * 20.0), rtol=1e-12)


def test_one_night_is_a_constant() -> None:
    @jax.jit
    def one_night(nights: Any, magnitude: Any, step: Any) -> Any:
        made = TRANSIENTS["variable"].light_curve
        return made(sky_of(nights), {}, MAG=magnitude, COLOR=jnp.zeros(3), STEP=step)

    curve = one_night(np.float32([4.0]), np.float32(20.0), np.zeros((1, 1), np.float32))
    assert curve.times.shape == (2,)
    np.testing.assert_allclose(curve.flux, 1e-8, rtol=1e-5)


def test_a_nan_magnitude_is_a_nan_flux(x64: None) -> None:
    made = curves(NIGHTS, np.nan, np.zeros((4, 1)), table(), np.full(3, np.nan))
    assert np.all(np.isnan(made["flat"].flux))
    assert np.all(np.isnan(made["variable"].flux))
    assert np.all(np.isnan(made["lightcurve"].flux[2]))


@pytest.mark.slow
def test_derivatives_are_central_differences(x64: None, check_first_derivatives: Any) -> None:
    def fluxes(magnitude: jax.Array, step: jax.Array, shift: jax.Array) -> jax.Array:
        made = curves(NIGHTS, magnitude, step, table(), shift)
        names = ("flat", "variable", "lightcurve")
        return jnp.concatenate([jnp.ravel(made[name].flux) * 1e8 for name in names])

    check_first_derivatives(fluxes, 19.5, np.full((4, 1), 0.2), np.zeros(3))
