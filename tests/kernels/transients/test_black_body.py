"""Spectra of black bodies against the laws of Planck and Stefan-Boltzmann."""

from __future__ import annotations

import math
from collections.abc import Callable

import jax
import numpy as np
import pytest

from jaxlens.kernels.transients.black_body import TEMPERATURE_OF_UNITS, black_body

spectra = jax.jit(black_body)

TEMPERATURES = np.array([1000.0, 6000.0, 20000.0])
WAVELENGTHS = np.array([300.0, 1200.0, 5000.0, 22000.0])


def planck(wavelength: float, temperature: float, radius: float) -> float:
    """The flux density at 10 pc in erg/s/cm^2/A, of a wavelength in Angstrom and a radius in 10^15 cm."""
    h, c, k, pc = 6.62607015e-27, 2.99792458e10, 1.380649e-16, 3.0856775814913673e18
    lam = wavelength * 1e-8
    radiance = 2.0 * h * c**2 / lam**5 / math.expm1(h * c / (lam * k * temperature))
    return math.pi * radiance * (radius * 1e15 / (10.0 * pc)) ** 2 * 1e-8


def test_spectra_are_plancks(x64: None) -> None:
    found = spectra(WAVELENGTHS, TEMPERATURES, np.array([1.0, 4.0, 0.25]))
    for row, (temperature, radius) in enumerate(zip(TEMPERATURES, (1.0, 2.0, 0.5), strict=True)):
        for column, wavelength in enumerate(WAVELENGTHS):
            expected = planck(float(wavelength), float(temperature), radius)
            assert found[row, column] == pytest.approx(expected, rel=1e-9, abs=1e-200)


def test_single_precision_has_neither_overflow_nor_nan() -> None:
    temperatures = np.array([50.0, 1000.0, 1e6], np.float32)
    found = spectra(WAVELENGTHS.astype(np.float32), temperatures, np.ones(3, np.float32))
    assert np.all(np.isfinite(found))
    np.testing.assert_allclose(found[1, 3], planck(22000.0, 1000.0, 1.0), rtol=3e-5)


def test_the_luminosity_is_that_of_the_units(x64: None) -> None:
    wavelength = np.geomspace(100.0, 1e7, 4000)
    flux = np.asarray(black_body(wavelength, np.array([TEMPERATURE_OF_UNITS]), np.ones(1)))[0]
    distance = 10.0 * 3.0856775814913673e18
    luminosity = 4.0 * math.pi * distance**2 * np.trapezoid(flux * wavelength, np.log(wavelength))
    assert luminosity == pytest.approx(1e40, rel=1e-5)


@pytest.mark.slow
def test_derivatives_are_central_differences(x64: None, check_first_derivatives: Callable[..., None]) -> None:
    check_first_derivatives(
        lambda t, r: spectra(WAVELENGTHS[1:], 1000.0 * t, r), np.array([2.0, 9.0]), np.array([1.0, 3.0])
    )
