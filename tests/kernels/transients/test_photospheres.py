"""Core-collapse supernovae against loops over Planck's law."""

from __future__ import annotations

import math
from bisect import bisect
from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxlens.config.transient_libraries import cc_library
from jaxlens.kernels.transients import TRANSIENTS
from jaxlens.kernels.transients.registry import LightCurve, Sky

LIBRARY = cc_library().arrays
WAVELENGTHS = [float(w) for w in LIBRARY["wavelength"]]
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


def planck(i: int, k: int, wavelength: float) -> float:
    """The flux density at 10 pc of type i at time k, for an absolute magnitude of 0."""
    h, c, boltzmann = 6.62607015e-27, 2.99792458e10, 1.380649e-16
    temperature, lam = float(LIBRARY["temperature"][i, k]), wavelength * 1e-8
    radiance = 2.0 * h * c**2 / lam**5 * 1e-8 / math.expm1(h * c / (lam * boltzmann * temperature))
    square = float(LIBRARY["radius_squared"][i, k]) * 1e30 / 3.0856775814913673e19**2
    limit = float(LIBRARY["blanketed_below"][i])
    share = (wavelength / limit) ** float(LIBRARY["blanketing"][i, k]) if wavelength < limit else 1.0
    return math.pi * radiance * square * share


def test_the_flux_is_that_of_the_photosphere(
    x64: None, gaussian_sky: Callable[..., Sky], band_magnitudes: Callable[..., list[float]]
) -> None:
    redshift, distance = 0.4, 2200.0
    for template in (0, 3):
        found = light_curves(gaussian_sky(redshift, distance), traced(TEMPLATE=float(template)))
        absolute = float(LIBRARY["absmag"][template] + 0.4 * LIBRARY["magsmear"][template])
        for k in (30, 40, 80, 120, 180):

            def spectrum(wavelength: float, k: int = k, i: int = template) -> float:
                rest = wavelength / (1.0 + redshift)
                low = bisect(WAVELENGTHS, rest) - 1
                left, right = WAVELENGTHS[low], WAVELENGTHS[low + 1]
                s = (rest - left) / (right - left)
                flux = (1.0 - s) * planck(i, k, left) + s * planck(i, k, right)
                return flux * (1e-5 / distance) ** 2 / (1.0 + redshift)

            expected = np.array([10.0 ** (-0.4 * m) for m in band_magnitudes(spectrum)])
            for name, magnitude in (("cc", absolute), ("cc_absmag", -17.2)):
                np.testing.assert_allclose(
                    found[name].flux[k], expected * 10.0 ** (-0.4 * magnitude), rtol=1e-6
                )
        np.testing.assert_allclose(found["cc"].times, 1.1 * LIBRARY["times"], rtol=1e-12)


def test_a_template_is_gathered_and_nan_stays_nan(gaussian_sky: Callable[..., Sky]) -> None:
    sky = gaussian_sky(0.4, 2200.0)
    peaks = [float(np.max(light_curves(sky, traced(TEMPLATE=i))["cc"].flux)) for i in range(5)]
    assert len(set(peaks)) == 5
    assert max(peaks) == peaks[2]
    for name in ("TEMPLATE", "STRETCH", "EBV"):
        found = light_curves(sky, traced(**{name: np.nan}))
        assert np.all(np.isnan(found["cc"].flux)) or np.all(np.isnan(found["cc"].times))


def test_single_precision_agrees_with_double(gaussian_sky: Callable[..., Sky]) -> None:
    single = light_curves(gaussian_sky(0.4, 2200.0), traced())["cc"].flux
    with jax.enable_x64(True):
        double = light_curves(gaussian_sky(0.4, 2200.0), traced())["cc"].flux
    np.testing.assert_allclose(single, double, rtol=1e-4)


@pytest.mark.slow
def test_derivatives_are_central_differences(
    x64: None, gaussian_sky: Callable[..., Sky], check_first_derivatives: Callable[..., None]
) -> None:
    def values(redshift: jax.Array, distance: jax.Array, p: dict[str, jax.Array]) -> jax.Array:
        sky = gaussian_sky()._replace(redshift=redshift, distance=1000.0 * distance)
        curve = light_curves(sky, traced() | p)
        flux = [jnp.log(one.flux[jnp.array([20, 60, 120])]) for one in curve.values()]
        return jnp.concatenate([jnp.ravel(one) for one in (*flux, 0.01 * curve["cc"].times)])

    p = {name: value for name, value in traced(EBV=0.1).items() if name != "TEMPLATE"}
    # the spectrum is linear between wavelengths, so the derivative in redshift has small steps
    check_first_derivatives(values, 0.4, 2.2, p, rtol=1e-4)


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
