"""Photometry of spectra: magnitudes with known answers."""

from __future__ import annotations

import jax
import numpy as np
import pytest

from jaxlens.kernels.transients import photometry
from jaxlens.kernels.transients.photometry import band_flux
from tests.kernels.transients import oracle_sed

GRID = np.linspace(2000.0, 9000.0, 701)
# F_nu of AB magnitude 0 (erg/s/cm^2/A)
FLAT = 3631e-23 * 2.99792458e18 / GRID**2


@pytest.fixture(scope="module")
def flux(sky):
    """The flux of spectra (1, 701) on a grid, in the two bands, by redshift, distance and those."""
    return jax.jit(lambda z, d, grid, sed: band_flux(sky._replace(redshift=z, distance=d), grid, sed))


def ended(first: int, last: int) -> tuple[np.ndarray, np.ndarray]:
    """A part of the flat spectrum; the last wavelength is repeated to keep the shape."""
    pad = (0, GRID.size - (last - first))
    return np.pad(GRID[first:last], pad, "edge"), np.pad(FLAT[first:last], pad, "edge")[None]


def test_a_flat_spectrum_at_ten_parsec_has_magnitude_zero(x64, flux) -> None:
    np.testing.assert_allclose(flux(0.0, 1e-5, GRID, FLAT[None]), 1.0, rtol=1e-5)


def test_distance_and_redshift_of_a_flat_spectrum(x64, flux) -> None:
    """A flat F_nu stays flat: F_nu grows by 1 + z and falls with the distance squared."""
    np.testing.assert_allclose(flux(0.4, 2200.0, GRID, FLAT[None]), 1.4 * (1e-5 / 2200.0) ** 2, rtol=1e-5)


def test_light_outside_the_spectrum_is_zero(x64, flux) -> None:
    assert float(flux(0.4, 2200.0, *ended(0, 200))[0, 1]) == 0.0
    assert float(flux(0.4, 2200.0, *ended(400, 701))[0, 0]) == 0.0


def test_flux_is_that_of_the_independent_integral(x64, sky, flux) -> None:
    waves = FLAT * (1.0 + 0.5 * np.sin(GRID / 100.0))
    ours = flux(sky.redshift, sky.distance, GRID, waves[None])
    theirs = oracle_sed.integral(sky, GRID, waves, lambda _: 1.0)
    np.testing.assert_allclose(ours[0], oracle_sed.distance_factor(sky) * np.array(theirs), rtol=1e-12)


def test_nan_gives_nan(x64, flux) -> None:
    assert np.all(np.isnan(flux(np.nan, 2200.0, GRID, FLAT[None])))
    assert np.all(np.isnan(flux(0.4, np.nan, GRID, FLAT[None])))


def test_both_ways_to_share_weights_agree(x64) -> None:
    """That of a CPU, and that of other devices, also where points share an entry."""
    low = np.sort(np.random.default_rng(1).integers(0, 9, (2, 40)), axis=1)
    low[1] = np.where(low[1] > 4, 8, low[1])
    left, right = np.random.default_rng(2).normal(size=(2, 2, 40))
    added, summed = jax.jit(
        lambda *shares: (photometry._added(10, *shares), photometry._summed(10, *shares))
    )(low, left, right)
    np.testing.assert_allclose(summed, added, atol=1e-13)
    assert np.all(np.sum(np.abs(added), axis=1) > 1.0)
