"""What the tests of transients share: skies, small surfaces, and integrals that use no code of ours."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

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


def band_weights(center: float, width: float, points: int) -> tuple[np.ndarray, np.ndarray]:
    """Points and weights of a smooth passband, of unit AB flux for F_AB."""
    wavelength = np.linspace(center - width, center + width, points)
    weight = wavelength * np.cos(0.5 * np.pi * (wavelength - center) / width) ** 2
    # 3631 Jy in erg/s/cm^2/A
    flat = 3631e-23 * 2.99792458e18 / wavelength**2
    return wavelength, weight / np.sum(weight * flat)


@pytest.fixture(scope="module")
def sky() -> Sky:
    """A source at redshift 0.4137, 2.2 Gpc away, seen in two bands."""
    bands = [band_weights(center, width, 31) for center, width in ((4800.0, 800.0), (7600.0, 900.0))]
    wavelength, weight = (np.array(values) for values in zip(*bands, strict=True))
    return Sky(np.array(0.4137), np.array(2200.0), wavelength, weight, np.arange(3.0))


@pytest.fixture(scope="module")
def surface() -> Any:
    """(phases, wavelength, sed) of a smooth surface of order one, with phases at unequal distances."""
    phases = np.array([-15.0, -8.0, -3.0, 0.0, 4.0, 11.0, 25.0, 40.0])
    wavelength = np.arange(2400.0, 8000.0, 130.0)
    x = (wavelength - 4500.0) / 1500.0
    rise = np.exp(-0.5 * ((phases - 2.0) / 14.0) ** 2)
    sed = rise[:, None] * (np.exp(-(x**2)) + 0.2 + 0.1 * np.sin(5.0 * x + 0.05 * phases[:, None]))
    return phases, wavelength, 0.03 * sed
