"""What the tests of transients with spectra share: a sky of two bands, and small surfaces."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from jaxlens.kernels.transients.registry import Sky


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
