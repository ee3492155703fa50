"""Core-collapse supernovae against loops over the formulas of their photospheres."""

from __future__ import annotations

import math
from bisect import bisect
from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxlens.config.passbands import reference_passbands
from jaxlens.config.transients.core_collapse_types import TYPES, CoreCollapse
from jaxlens.config.transients.libraries import cc_library
from jaxlens.kernels.transients import TRANSIENTS
from jaxlens.kernels.transients.registry import LightCurve, Sky

LIBRARY = cc_library().arrays
WAVELENGTHS = LIBRARY["wavelength"][0].tolist()
PARAMETERS = {"TEMPLATE": 3.0, "MAGSMEAR": 0.4, "ABSMAG": -17.2, "STRETCH": 1.1, "EBV": 0.0}


@jax.jit
def light_curves(sky: Sky, p: dict[str, jax.Array]) -> dict[str, LightCurve]:
    arrays = {name: jnp.asarray(array, sky.redshift.dtype) for name, array in LIBRARY.items()}
    shared = {name: p[name] for name in ("TEMPLATE", "STRETCH", "EBV")}
    return {
        "cc": TRANSIENTS["cc"].light_curve(sky, arrays, MAGSMEAR=p["MAGSMEAR"], **shared),
        "cc_absmag": TRANSIENTS["cc_absmag"].light_curve(sky, arrays, ABSMAG=p["ABSMAG"], **shared),
    }


def traced(**changed: float) -> dict[str, jax.Array]:
    return {name: jnp.asarray(v, jnp.result_type(float)) for name, v in (PARAMETERS | changed).items()}


def temperature(one: CoreCollapse, t: float) -> float:
    cooling = one.at_10_days * (t / 10.0) ** -one.cooling
    return min(one.hottest, (one.coolest**8 + cooling**8) ** 0.125)


def decline(one: CoreCollapse, t: float) -> float:
    """Magnitudes below the maximum in V, t days after the explosion."""
    x, u = t / one.rise, t - one.rise
    if x < 1.0:
        return -2.5 * math.log10(x * (2.0 - x))

    def y(t: float) -> float:
        return (t - one.plateau) / one.drop_width

    # the integral of F = 1 / (1 + exp(-y)) over t is drop_width ln(1 + exp(y))
    bend = one.drop_width * (math.log1p(math.exp(y(t))) - math.log1p(math.exp(y(one.rise))))
    step = 1.0 / (1.0 + math.exp(-y(t))) - 1.0 / (1.0 + math.exp(-y(one.rise)))
    hump = one.hump * (1.0 - math.exp(-0.5 * (u / one.hump_width) ** 2))
    return one.slope * u + hump + one.drop * step + (one.tail - one.slope) * bend


def surface(one: CoreCollapse, t: float, wavelength: float) -> float:
    """Planck's law with absorption by lines, arbitrary units."""
    x = 6.62607015e-27 * 2.99792458e10 / (wavelength * 1e-8 * 1.380649e-16 * temperature(one, t))
    exponent = one.blanketing / (1.0 + (temperature(one, t) / 8000.0) ** 8)
    share = min(wavelength / one.blanketed_below, 1.0) ** exponent
    return wavelength**-5 / math.expm1(x) * share


def spectrum(one: CoreCollapse, t: float, wavelength: float) -> float:
    """The flux density between the wavelengths of the grid, relative to that of V at the maximum."""
    low = bisect(WAVELENGTHS, wavelength) - 1
    left, right = WAVELENGTHS[low], WAVELENGTHS[low + 1]
    s = (wavelength - left) / (right - left)
    flux = (1.0 - s) * surface(one, t, left) + s * surface(one, t, right)
    return flux / surface(one, t, 5450.0) * 10.0 ** (-0.4 * decline(one, t))


def b_peak(one: CoreCollapse) -> tuple[float, float]:
    """The day of the brightest of times that are 0.05 days apart in Bessell's B, and the flux then."""
    band = reference_passbands().arrays
    points = list(zip(band["wavelength"][0].tolist(), band["weight"][0].tolist(), strict=True))
    found = {}
    for i in range(round(one.rise / 0.1), round(one.rise / 0.05) + 1):
        found[0.05 * i] = sum(weight * spectrum(one, 0.05 * i, w) for w, weight in points)
    best = max(found, key=lambda t: found[t])
    return best, found[best]


@pytest.mark.parametrize("template", [0, 3])
def test_the_flux_is_that_of_the_photosphere(
    x64: None, gaussian_sky: Callable[..., Sky], band_magnitudes: Callable[..., list[float]], template: int
) -> None:
    redshift, distance, one = 0.4, 2200.0, TYPES[template]
    found = light_curves(gaussian_sky(redshift, distance), traced(TEMPLATE=float(template)))
    peak, brightest = b_peak(one)
    times = LIBRARY["phases"][template]
    np.testing.assert_allclose(found["cc"].times, 1.1 * times, rtol=1e-12)
    for k in (30, 40, 80, 130, 180):

        def observed(wavelength: float, t: float = peak + float(times[k])) -> float:
            return spectrum(one, t, wavelength / (1.0 + redshift)) * (1e-5 / distance) ** 2 / (1.0 + redshift)

        expected = np.array([10.0 ** (-0.4 * m) for m in band_magnitudes(observed)]) / brightest
        # Vega magnitudes in B are fainter by 0.09 than AB magnitudes
        for name, absolute in (("cc", one.absmag - 0.09 + 0.4 * one.magsmear), ("cc_absmag", -17.2)):
            np.testing.assert_allclose(found[name].flux[k], expected * 10.0 ** (-0.4 * absolute), rtol=1e-6)
    before = times < -peak
    assert np.any(before)
    assert not np.any(found["cc"].flux[: int(np.sum(before))])


def test_a_template_is_gathered_and_nan_stays_nan(x64: None, gaussian_sky: Callable[..., Sky]) -> None:
    sky = gaussian_sky(0.4, 2200.0)
    peaks = [float(np.max(light_curves(sky, traced(TEMPLATE=i))["cc"].flux)) for i in range(5)]
    assert len(set(peaks)) == 5
    assert max(peaks) == peaks[2]
    for name in ("TEMPLATE", "STRETCH", "EBV"):
        found = light_curves(sky, traced(**{name: np.nan}))
        assert np.all(np.isnan(found["cc"].flux)) or np.all(np.isnan(found["cc"].times))


@pytest.mark.long
def test_single_precision_agrees_with_double(gaussian_sky: Callable[..., Sky]) -> None:
    single = light_curves(gaussian_sky(0.4, 2200.0), traced())["cc"].flux
    with jax.enable_x64(True):
        double = light_curves(gaussian_sky(0.4, 2200.0), traced())["cc"].flux
    np.testing.assert_allclose(single, double, rtol=1e-4)


@pytest.mark.long
def test_derivatives_are_central_differences(
    x64: None, gaussian_sky: Callable[..., Sky], check_first_derivatives: Callable[..., None]
) -> None:
    def values(redshift: jax.Array, distance: jax.Array, p: dict[str, jax.Array]) -> jax.Array:
        sky = gaussian_sky()._replace(redshift=redshift, distance=1000.0 * distance)
        curve = light_curves(sky, p)
        flux = [jnp.log(one.flux[jnp.array([20, 60, 120])]) for one in curve.values()]
        return jnp.concatenate([jnp.ravel(one) for one in (*flux, 0.01 * curve["cc"].times)])

    # the spectrum is linear between wavelengths, so the derivative in redshift has small steps
    check_first_derivatives(values, 0.4, 2.2, traced(EBV=0.1), rtol=1e-4)


@pytest.mark.slow
def test_the_law_of_dust_is_that_which_the_arrays_name(gaussian_sky: Callable[..., Sky]) -> None:
    sky = gaussian_sky(0.4, 2200.0)
    arrays = {name: jnp.asarray(array, jnp.float32) for name, array in LIBRARY.items()}

    @jax.jit
    def both(sky: Sky, arrays: dict[str, jax.Array]) -> list[jax.Array]:
        named = arrays | {"odonnell94": jnp.ones(())}
        return [TRANSIENTS["cc"].light_curve(sky, one, EBV_MW=0.3).flux[40] for one in (arrays, named)]

    fitzpatrick, odonnell = both(sky, arrays)
    ratio = -2.5 * np.log10(odonnell / fitzpatrick)
    assert np.all((np.abs(ratio) > 1e-3) & (np.abs(ratio) < 0.1))
