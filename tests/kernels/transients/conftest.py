"""Passbands that the tests of transients share, and an integral over them that uses no code of ours."""

from __future__ import annotations

import math
from collections.abc import Callable

import jax.numpy as jnp
import numpy as np
import pytest

from jaxlens.kernels.transients.registry import Sky

# The centres and widths of three Gaussian passbands, Angstrom.
CENTRES = np.array([4800.0, 6400.0, 9000.0])
WIDTHS = np.array([500.0, 500.0, 400.0])
# Points of each passband.
POINTS = 41


def _sky(redshift: float = 0.5, distance: float = 2800.0, nights: tuple[float, ...] = (0.0,)) -> Sky:
    """Three Gaussian passbands, with the weights of sums over their points."""
    wavelength = CENTRES[:, None] + WIDTHS[:, None] * np.linspace(-3.0, 3.0, POINTS)[None]
    counts = np.exp(-0.5 * ((wavelength - CENTRES[:, None]) / WIDTHS[:, None]) ** 2) * wavelength
    zero = 3631e-23 * 2.99792458e18 / wavelength**2
    weight = counts / np.sum(counts * zero, axis=1, keepdims=True)
    arrays = (np.float64(redshift), np.float64(distance), wavelength, weight, np.array(nights))
    return Sky(*(jnp.asarray(a, jnp.result_type(float)) for a in arrays))


@pytest.fixture
def gaussian_sky() -> Callable[..., Sky]:
    """A function of redshift, distance and nights that makes a `Sky` with three Gaussian passbands."""
    return _sky


def _band_magnitude(spectrum: Callable[[float], float], centre: float, width: float) -> float:
    """The AB magnitude of F_lambda (erg/s/cm^2/A) of the observer's wavelength (A), by a loop."""
    source = reference = 0.0
    for i in range(POINTS):
        wavelength = centre + width * (-3.0 + 6.0 * i / (POINTS - 1))
        photons = math.exp(-0.5 * ((wavelength - centre) / width) ** 2) * wavelength
        source += spectrum(wavelength) * photons
        reference += 3631e-23 * 2.99792458e18 / wavelength**2 * photons
    return -2.5 * math.log10(source / reference)


@pytest.fixture
def band_magnitudes() -> Callable[..., list[float]]:
    """The AB magnitudes of a spectrum of the observer's wavelength in the bands of `gaussian_sky`."""

    def magnitudes(spectrum: Callable[[float], float]) -> list[float]:
        return [_band_magnitude(spectrum, float(c), float(w)) for c, w in zip(CENTRES, WIDTHS, strict=True)]

    return magnitudes
