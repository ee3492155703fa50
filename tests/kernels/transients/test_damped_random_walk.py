"""Damped random walks against loops, and their covariances."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from statistics import NormalDist
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.extend.random import threefry_2x32

from jaxlens.kernels.transients import TRANSIENTS
from jaxlens.kernels.transients.damped_random_walk import SEED, damped_random_walk
from jaxlens.kernels.transients.interpolation import flux_at
from jaxlens.kernels.transients.registry import LightCurve

pytestmark = pytest.mark.slow

STEP = 5.0
INDEX = np.arange(-20, 41, dtype=np.int32)
ARRAYS = {"index": INDEX.astype(float), "times": STEP * INDEX, "step": np.array(STEP)}
CENTRES = (4800.0, 6400.0, 9000.0)

walk = jax.jit(damped_random_walk)


def normal_numbers(realization: int) -> dict[int, float]:
    """The normal numbers by index: the quantiles of JAX's Threefry with the counter (0, k mod 2^32)."""
    key = jax.random.fold_in(jax.random.key(SEED, impl="threefry2x32"), realization)
    counters = np.concatenate([np.zeros(INDEX.size, np.uint32), INDEX.astype(np.int32).view(np.uint32)])
    words = np.asarray(threefry_2x32(jax.random.key_data(key), counters)).reshape(2, -1)
    found = {}
    for k, first, second in zip(INDEX.tolist(), *words.tolist(), strict=True):
        found[k] = NormalDist().inv_cdf(((first ^ second ^ 2**31) + 0.5) / 2.0**32)
    return found


def loop(realization: int, tau: float) -> dict[int, float]:
    """The recursion, step by step from the anchor."""
    e = normal_numbers(realization)
    a = math.exp(-STEP / tau)
    x = {0: e[0]}
    for k in range(1, 41):
        x[k] = a * x[k - 1] + math.sqrt(1.0 - a * a) * e[k]
    for k in range(-1, -21, -1):
        x[k] = a * x[k + 1] + math.sqrt(1.0 - a * a) * e[k]
    return x


@jax.jit
def light_curves(sky: Any, p: dict[str, Any]) -> dict[str, LightCurve]:
    """The three models in one program."""
    shared = {"REALIZATION": p["REALIZATION"]}
    mass = {"M_I": p["M_I"], "LOG_MBH": p["LOG_MBH"]}
    given = {"MAG": p["MAG"], "TAU": p["TAU"], "SF_INF": p["SF_INF"]}
    arrays = {name: jnp.asarray(array, p["M_I"].dtype) for name, array in ARRAYS.items()}
    parameters = {
        "agn_drw": {**mass, "EBV_MW": p["EBV_MW"]},
        "agn_drw_mag": {**mass, "MAG": p["MAG"]},
        "agn_drw_tau": given,
    }
    return {
        name: TRANSIENTS[name].light_curve(sky, arrays, **shared, **own) for name, own in parameters.items()
    }


PARAMETERS = {
    "REALIZATION": 12345.0,
    "M_I": -24.2,
    "LOG_MBH": 8.4,
    "MAG": [20.0, 19.5, 19.0],
    "TAU": 120.0,
    "SF_INF": 0.25,
    "EBV_MW": 0.0,
}


def traced(**changed: Any) -> dict[str, jax.Array]:
    return {
        name: jnp.asarray(value, jnp.result_type(float)) for name, value in (PARAMETERS | changed).items()
    }


def macleod(wavelength: float, absolute: float, log_mass: float) -> tuple[float, float]:
    """Equation 7 of MacLeod et al. (2010) with the numbers of their table 1."""
    w, m, b = math.log10(wavelength / 4000.0), absolute + 23.0, log_mass - 9.0
    return 10.0 ** (2.4 + 0.17 * w + 0.03 * m + 0.21 * b), 10.0 ** (-0.51 - 0.479 * w + 0.131 * m + 0.18 * b)


def mean_wavelength(centre: float, width: float) -> float:
    """The mean of the wavelength with the weights of the integral over F_lambda, by a loop."""
    total = moment = 0.0
    for i in range(41):
        wavelength = centre + width * (-3.0 + 0.15 * i)
        photons = math.exp(-0.5 * ((wavelength - centre) / width) ** 2) * wavelength
        total, moment = total + photons, moment + photons * wavelength
    return moment / total


def test_the_walk_is_its_recursion(x64: None) -> None:
    tau = np.array([80.0, 30.0])
    found = walk(jnp.asarray(ARRAYS["index"]), STEP, jnp.asarray(tau), 77.0)
    for band, t in enumerate(tau):
        x = loop(77, float(t))
        np.testing.assert_allclose(found[:, band], [x[k] for k in INDEX.tolist()], rtol=2e-5, atol=2e-6)


def test_the_walk_does_not_depend_on_where_the_grid_ends(x64: None) -> None:
    long = walk(jnp.arange(-300.0, 700.0), 5.0, jnp.array([80.0, 400.0]), 9.0)
    for first, last in ((-20, 41), (-60, 1), (0, 61)):
        short = walk(jnp.arange(first * 1.0, last * 1.0), 5.0, jnp.array([80.0, 400.0]), 9.0)
        np.testing.assert_allclose(short, long[first + 300 : last + 300], atol=1e-12)


def test_the_models_are_the_walk_about_their_mean(
    x64: None, gaussian_sky: Any, band_magnitudes: Callable[..., list[float]]
) -> None:
    redshift, distance = 1.3, 9000.0

    def power_law(wavelength: float) -> float:
        nu_ratio = 7481.0 * (1.0 + redshift) / wavelength
        per_frequency = 3631e-23 * 10.0 ** (0.4 * 24.2) * (1e-5 / distance) ** 2 * (1.0 + redshift)
        return per_frequency * nu_ratio**-0.5 * 2.99792458e18 / wavelength**2

    found = light_curves(gaussian_sky(redshift, distance), traced())
    means = {
        "agn_drw": band_magnitudes(power_law),
        "agn_drw_mag": PARAMETERS["MAG"],
        "agn_drw_tau": PARAMETERS["MAG"],
    }
    e_walks: dict[tuple[str, int], dict[int, float]] = {}
    for name, mean in means.items():
        for band, width in enumerate((500.0, 500.0, 400.0)):
            wavelength = mean_wavelength(CENTRES[band], width) / (1.0 + redshift)
            tau, sf = macleod(wavelength, -24.2, 8.4)
            if name == "agn_drw_tau":
                tau, sf = 120.0 * (wavelength / 4000.0) ** 0.17, 0.25 * (wavelength / 4000.0) ** -0.479
            x = e_walks.setdefault((name, band), loop(12345, tau))
            expected = [10.0 ** (-0.4 * (mean[band] + sf / math.sqrt(2.0) * x[k])) for k in INDEX.tolist()]
            np.testing.assert_allclose(found[name].flux[:, band], expected, rtol=1e-6)


def test_dust_of_the_milky_way_dims_the_blue_more(x64: None, gaussian_sky: Any) -> None:
    sky = gaussian_sky(1.3, 9000.0)
    clear, dusty = (light_curves(sky, traced(EBV_MW=e))["agn_drw"].flux for e in (0.0, 0.1))
    extinction = -2.5 * np.log10(dusty / clear)
    np.testing.assert_allclose(extinction, np.broadcast_to(extinction[:1], extinction.shape), rtol=1e-9)
    assert 0.1 < extinction[0, 2] < extinction[0, 1] < extinction[0, 0] < 0.45


def test_a_nan_is_a_nan_flux(x64: None, gaussian_sky: Any) -> None:
    for name in ("REALIZATION", "MAG", "M_I"):
        value = np.full(3, np.nan) if name == "MAG" else np.nan
        found = light_curves(gaussian_sky(), traced(**{name: value}))
        assert np.all(np.isnan(found["agn_drw_mag"].flux))


@pytest.mark.long
def test_derivatives_are_central_differences(
    x64: None, gaussian_sky: Any, check_first_derivatives: Callable[..., None]
) -> None:
    def log_fluxes(redshift: jax.Array, distance: jax.Array, p: dict[str, jax.Array]) -> jax.Array:
        sky = gaussian_sky()._replace(redshift=redshift, distance=1000.0 * distance)
        curves = light_curves(sky, p | {"TAU": 100.0 * p["TAU"]})
        return jnp.concatenate([jnp.ravel(jnp.log(curve.flux)) for curve in curves.values()])

    check_first_derivatives(log_fluxes, 1.3, 9.0, traced(TAU=1.2, EBV_MW=0.1))


# The number of drawn curves, and tau.
COUNT, TAU = 10_000, 60.0
# Time differences in steps, and the model's squared structure function of unit variance.
LAGS = np.array([1, 2, 5, 10, 20, 40])
MODEL = 2.0 * (1.0 - np.exp(-LAGS * STEP / TAU))
# The relative standard error of a mean of squares of normal numbers.
ERROR = np.sqrt(2.0 / COUNT)


@jax.jit
@partial(jax.vmap, in_axes=(0, None))
def squared_differences(realization: jax.Array, times: jax.Array) -> jax.Array:
    """The squared differences of one curve of unit variance from its value at the first of the times."""
    x = damped_random_walk(jnp.asarray(INDEX, jnp.float32), STEP, jnp.full(1, TAU), realization)
    at = flux_at(LightCurve(jnp.asarray(STEP * INDEX, jnp.float32), x), times[:, None])[:, 0]
    return jnp.square(at[1:] - at[0])


def structure_function(start: float) -> np.ndarray:
    """The mean squared difference at each of `LAGS`, from a time in steps."""
    times = STEP * (np.array([0, *LAGS]) + start)
    squares = squared_differences(jnp.arange(float(COUNT)), jnp.asarray(times, jnp.float32))
    return np.mean(squares, axis=0, dtype=float)


@pytest.mark.long
def test_the_structure_function_of_many_curves_is_the_model_on_the_grid() -> None:
    for start in (0, -7, -20):
        assert np.max(np.abs(structure_function(start) / MODEL - 1.0)) < 4.0 * ERROR


@pytest.mark.long
def test_the_structure_function_of_many_light_curves_is_that_of_macleod(gaussian_sky: Any) -> None:
    sky, count = gaussian_sky(1.3, 9000.0), 10_000
    many = jax.vmap(lambda r: -2.5 * jnp.log10(light_curves(sky, traced(REALIZATION=r))["agn_drw"].flux))
    magnitude = np.asarray(jax.jit(many)(jnp.arange(float(count))), float)
    for band, width in enumerate((500.0, 500.0, 400.0)):
        tau, sf = macleod(mean_wavelength(CENTRES[band], width) / 2.3, -24.2, 8.4)
        for lag in LAGS:
            found = np.mean((magnitude[:, 5 + lag, band] - magnitude[:, 5, band]) ** 2)
            assert found == pytest.approx(sf**2 * (1.0 - np.exp(-lag * STEP / tau)), rel=4.0 * ERROR)


@pytest.mark.long
def test_interpolation_lowers_the_structure_function_by_what_is_stated() -> None:
    found = np.mean([structure_function((i + 0.5) / 8.0 - 20.0) for i in range(8)], axis=0)
    lost = 2.0 * (1.0 - np.exp(-STEP / TAU)) / 3.0
    # the statement is of first order in the step: the next is (step / tau)^2 / 3 of the variance
    tolerance = 4.0 * ERROR * MODEL + (STEP / TAU) ** 2 / 3.0
    assert np.all(np.abs(found - (MODEL - lost)) < tolerance)
    assert np.all(found < MODEL - 0.5 * lost)


def test_the_bands_vary_together_and_the_blue_ones_more(x64: None, gaussian_sky: Any) -> None:
    log_flux = np.log(light_curves(gaussian_sky(0.5), traced())["agn_drw"].flux)
    assert np.all(np.corrcoef(log_flux.T) > 0.95)
    spread = np.std(log_flux, axis=0)
    assert spread[0] > spread[1] > spread[2]
