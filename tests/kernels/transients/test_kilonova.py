"""Kilonovae against loops over the equations of Villar et al. (2017), and against GW170817."""

from __future__ import annotations

import math
from bisect import bisect
from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.integrate import quad

from jaxlens.config.transients.libraries import kn_library
from jaxlens.kernels.transients import TRANSIENTS, kilonova
from jaxlens.kernels.transients.registry import LightCurve, Sky

LIBRARY = kn_library().arrays
TIMES = [float(t) for t in LIBRARY["times"]]
WAVELENGTHS = [float(w) for w in LIBRARY["wavelength"]]
BLUE = {"MEJ": 0.02, "VEJ": 0.27, "KAPPA": 0.6, "TFLOOR": 3500.0}
RED = {"MEJ": 0.04, "VEJ": 0.14, "KAPPA": 4.0, "TFLOOR": 1300.0}
BOTH = {f"{key}_BLUE": v for key, v in BLUE.items()} | {f"{key}_RED": v for key, v in RED.items()}


luminosity, thermalisation = jax.jit(kilonova.luminosity), jax.jit(kilonova.thermalisation)


@jax.jit
def light_curve(sky: Sky, parameters: dict[str, jax.Array]) -> LightCurve:
    arrays = {name: jnp.asarray(array, sky.redshift.dtype) for name, array in LIBRARY.items()}
    curve: LightCurve = TRANSIENTS["kn"].light_curve(sky, arrays, **parameters)
    return curve


def traced(parameters: dict[str, float]) -> dict[str, jax.Array]:
    values = TRANSIENTS["kn"].parameters | parameters
    return {name: jnp.asarray(value, jnp.result_type(float)) for name, value in values.items()}


def interpolated(x: float, knots: tuple[float, ...], values: list[float]) -> float:
    """A power law between the knots on both sides of x, or the nearest two."""
    i = 0
    while i < len(knots) - 2 and x >= knots[i + 1]:
        i += 1
    s = math.log(x / knots[i]) / math.log(knots[i + 1] / knots[i])
    return values[i] ** (1.0 - s) * values[i + 1] ** s


def efficiency(t: float, mass: float, velocity: float) -> float:
    """Equation 2, with table 1 of Barnes et al. (2016)."""
    masses, velocities = (0.001, 0.005, 0.01, 0.05), (0.1, 0.2, 0.3)
    table = (
        ([2.01, 4.52, 8.16], [0.81, 1.9, 3.2], [0.56, 1.31, 2.19], [0.27, 0.55, 0.95]),
        ([0.28, 0.62, 1.19], [0.19, 0.28, 0.45], [0.17, 0.21, 0.31], [0.1, 0.13, 0.15]),
        ([1.12, 1.39, 1.52], [0.86, 1.21, 1.39], [0.74, 1.13, 1.32], [0.6, 0.9, 1.13]),
    )
    a, b, d = (
        interpolated(mass, masses, [interpolated(velocity, velocities, row) for row in rows])
        for rows in table
    )
    return 0.36 * (math.exp(-a * t) + math.log(1.0 + 2.0 * b * t**d) / (2.0 * b * t**d))


def heating(t: float, p: dict[str, float]) -> float:
    """Equations 1 and 2, erg/s."""
    # pi/2 - arctan(x) is the angle whose tangent is 1 / x
    falling = math.atan2(0.11, 86400.0 * t - 1.3) / math.pi
    return 4e18 * p["MEJ"] * 1.98841e33 * falling**1.3 * efficiency(t, p["MEJ"], p["VEJ"])


def diffusion_time(p: dict[str, float]) -> float:
    """In days."""
    c = 2.99792458e10
    return math.sqrt(2.0 * p["KAPPA"] * p["MEJ"] * 1.98841e33 / (13.4 * p["VEJ"] * c**2)) / 86400.0


def luminosities(p: dict[str, float]) -> list[float]:
    """Equation 3, erg/s, for a heating that is linear in t^2 between the times, and a power law at first."""
    x = [(t / diffusion_time(p)) ** 2 for t in TIMES[1:]]
    power = [heating(t, p) for t in TIMES[1:]]
    # the power law before the first time, and what the first seconds add to it
    first = (math.atan2(0.11, 86400.0 * TIMES[1] - 1.3) / math.pi) ** 1.3 * (86400.0 * TIMES[1]) ** 2
    found = [power[0] * x[0] * (1.0 / 0.35 + 2.0 * 0.831 / first)]
    for k in range(1, len(x)):
        h = x[k] - x[k - 1]
        slope = (power[k] - power[k - 1]) / h
        # the integral of (power + slope s) exp(s - h) over s from 0 to h
        gain = -power[k - 1] * math.expm1(-h) + slope * (h + math.expm1(-h))
        found.append(found[-1] * math.exp(-h) + gain)
    return found


def planck(wavelength: float, power: float, t: float, p: dict[str, float]) -> float:
    """The flux density at 10 pc of a photosphere (eqs. 4 and 5)."""
    h, c, k, sigma = 6.62607015e-27, 2.99792458e10, 1.380649e-16, 5.6703744e-5
    radius = p["VEJ"] * c * 86400.0 * t
    temperature = (power / (4.0 * math.pi * sigma * radius**2)) ** 0.25
    if temperature < p["TFLOOR"]:
        temperature = p["TFLOOR"]
        radius = math.sqrt(power / (4.0 * math.pi * sigma * temperature**4))
    lam = wavelength * 1e-8
    radiance = 2.0 * h * c**2 / lam**5 * 1e-8 / math.expm1(h * c / (lam * k * temperature))
    return math.pi * radiance * (radius / 3.0856775814913673e19) ** 2


def test_the_flux_is_that_of_the_equations(
    x64: None, gaussian_sky: Callable[..., Sky], band_magnitudes: Callable[..., list[float]]
) -> None:
    redshift, distance = 0.1, 460.0
    found = light_curve(gaussian_sky(redshift, distance), traced(BOTH))
    power = luminosities(BLUE), luminosities(RED)
    assert not np.any(found.flux[0])
    for k in (1, 60, 100, 130, 160, 204):

        def spectrum(wavelength: float, k: int = k) -> float:
            rest = wavelength / (1.0 + redshift)
            i = bisect(WAVELENGTHS, rest) - 1
            s = (rest - WAVELENGTHS[i]) / (WAVELENGTHS[i + 1] - WAVELENGTHS[i])
            flux = 0.0
            for w, share in ((WAVELENGTHS[i], 1.0 - s), (WAVELENGTHS[i + 1], s)):
                for light, p in zip(power, (BLUE, RED), strict=True):
                    flux += share * planck(w, light[k - 1], TIMES[k], p)
            return flux * (1e-5 / distance) ** 2 / (1.0 + redshift)

        expected = [10.0 ** (-0.4 * m) for m in band_magnitudes(spectrum)]
        np.testing.assert_allclose(found.flux[k], expected, rtol=1e-6)


@pytest.mark.parametrize("p", [BLUE, RED], ids=["blue", "red"])
def test_the_luminosity_is_the_integral(x64: None, p: dict[str, float]) -> None:
    found = luminosity(np.array(TIMES[1:]), p["MEJ"], p["VEJ"], p["KAPPA"])
    # before the first time the efficiency is taken as constant
    for k, error in ((0, 0.015), (80, 2e-3), (150, 2e-3)):
        assert found[k] * 1e40 == pytest.approx(integral(TIMES[k + 1], p), rel=error)


def integral(t: float, p: dict[str, float]) -> float:
    """Equation 3, erg/s, by quadrature over ln u."""
    last = (t / diffusion_time(p)) ** 2

    def integrand(log_u: float) -> float:
        x = last * (math.exp(log_u) / t) ** 2
        return heating(math.exp(log_u), p) * math.exp(x - last) * 2.0 * x

    return float(quad(integrand, math.log(1e-8), math.log(t), limit=100, epsrel=1e-4)[0])


def test_the_efficiency_is_that_of_the_table(x64: None) -> None:
    for mass, velocity in ((0.001, 0.1), (0.05, 0.3), (0.01, 0.2), (0.1, 0.35), (0.0007, 0.08)):
        found = thermalisation(jnp.asarray([0.3, 4.0]), mass, velocity)
        np.testing.assert_allclose(found, [efficiency(t, mass, velocity) for t in (0.3, 4.0)], rtol=1e-12)


def test_the_defaults_look_like_gw170817(x64: None, gaussian_sky: Callable[..., Sky]) -> None:
    """Fades in days, the blue faster; AT2017gfo had g, r, z of about 18.5, 17.8, 17.5 after 1.5 days."""
    curve = light_curve(gaussian_sky(0.0098, 40.7), traced({}))
    magnitudes = -2.5 * np.log10(np.asarray(curve.flux[1:]))
    t = np.array(TIMES[1:])
    peak = t[np.argmin(magnitudes, axis=0)]
    assert np.all(np.diff(peak) > 0.0)
    assert np.all((peak > 0.4) & (peak < 2.0))
    at = np.argmin(np.abs(t - 1.5))
    np.testing.assert_allclose(magnitudes[at], [18.5, 17.8, 17.5], atol=0.5)
    fading = magnitudes[np.argmin(np.abs(t - 5.0))] - magnitudes[np.argmin(np.abs(t - 2.0))]
    assert np.all(np.diff(fading) < 0.0)
    assert fading[0] > 2.0
    # before the merger and long after it there is nothing
    assert TIMES[0] == 0.0
    assert np.all(magnitudes[-1] > np.min(magnitudes, axis=0) + 8.0)


@pytest.mark.long
def test_single_precision_agrees_with_double(gaussian_sky: Callable[..., Sky]) -> None:
    single = light_curve(gaussian_sky(0.1, 460.0), traced(BOTH)).flux
    with jax.enable_x64(True):
        double = light_curve(gaussian_sky(0.1, 460.0), traced(BOTH)).flux
    np.testing.assert_allclose(single, double, rtol=3e-5, atol=1e-22)


@pytest.mark.long
def test_derivatives_are_central_differences(
    x64: None, gaussian_sky: Callable[..., Sky], check_first_derivatives: Callable[..., None]
) -> None:
    units = {"MEJ": 0.01, "VEJ": 0.1, "KAPPA": 1.0, "TFLOOR": 1000.0}

    def log_flux(redshift: jax.Array, distance: jax.Array, p: dict[str, jax.Array]) -> jax.Array:
        sky = gaussian_sky()._replace(redshift=redshift, distance=100.0 * distance)
        scaled = {name: value * units.get(name.split("_")[0], 0.1) for name, value in p.items()}
        # at times that are on one side of the change from cooling to receding
        return jnp.log(light_curve(sky, traced({}) | scaled).flux[jnp.array([20, 60, 90, 130, 180])])

    p = {name: value / units[name.split("_")[0]] for name, value in BOTH.items()} | {"EBV": 1.0}
    p = {name: jnp.asarray(value) for name, value in p.items()}
    # the spectrum is linear between wavelengths, so the derivative in redshift has small steps
    check_first_derivatives(log_flux, 0.1, 4.6, p, rtol=1e-4)
