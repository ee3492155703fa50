"""Kilonovae: two expanding black bodies that are heated by the r-process.

The model is that of Villar et al. (2017, ApJL 851, L21), whose parameters were fitted to GW170817.  Each
component of ejecta, of mass M, velocity v, opacity kappa and temperature floor T_c, has at the time t since
the merger

    L_in = 4e18 erg/s/g M (1/2 - arctan((t - t_0) / s) / pi)^1.3,    t_0 = 1.3 s, s = 0.11 s      (eq. 1),
    eps = 0.36 (exp(-a t) + ln(1 + 2 b t^d) / (2 b t^d)),    t in days                            (eq. 2),
    L = exp(-t^2 / t_d^2) int_0^t L_in eps exp(u^2 / t_d^2) 2 u / t_d^2 du                        (eq. 3),
    t_d^2 = 2 kappa M / (beta v c),    beta = 13.4,
    T = max((L / (4 pi sigma v^2 t^2))^(1/4), T_c),    R = (L / (4 pi sigma T^4))^(1/2)      (eqs. 4, 5).

Equation 1 is that of Korobkin et al. (2012, MNRAS 426, 1940); eq. 2 and the numbers a, b, d, which depend on
mass and velocity, are those of Barnes et al. (2016, ApJ 829, 110, eq. 34 and table 1); eq. 3 is that of
Arnett (1982, ApJ 253, 785).  The spectrum is the sum of the two black bodies.
"""

from __future__ import annotations

from collections.abc import Mapping

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.kernels.transients.black_body import TEMPERATURE_OF_UNITS, black_body
from jaxlens.kernels.transients.dust import dust
from jaxlens.kernels.transients.photometry import band_flux
from jaxlens.kernels.transients.registry import LightCurve, Sky, transient

# The mass of the Sun, g (IAU 2015 resolution B3 and CODATA 2018).
SOLAR_MASS = 1.98841e33
# The speed of light, cm/s.
LIGHT = 2.99792458e10
# Seconds in a day.
DAY = 86400.0
# The heating rate at the earliest times, erg/s/g (Korobkin et al. 2012, eq. 4).
HEATING = 4e18
# The unit of luminosities, erg/s.
LUMINOSITY = 1e40
# When the heating begins to fall, s (Korobkin et al. 2012, eq. 4).
HEATING_TIME = 1.3
# How fast it begins to fall, s (Korobkin et al. 2012, eq. 4).
HEATING_WIDTH = 0.11
# The exponent with which it falls (Korobkin et al. 2012, eq. 4).
HEATING_SLOPE = 1.3
# The integral of (1/2 - arctan / pi)^1.3 u du over the first half hour, less that of its power law at late
# times, (s / (pi u))^1.3, in s^2: nearly all of it is from the first two seconds.
EARLY_HEAT = 0.831
# The constant of the diffusion time, from the density profile (Arnett 1982; Villar et al. 2017, section 3).
BETA = 13.4
# The ejecta masses of the table of Barnes et al. (2016), solar masses.
BARNES_MASSES = (1e-3, 5e-3, 1e-2, 5e-2)
# The ejecta velocities of that table, units of c.
BARNES_VELOCITIES = (0.1, 0.2, 0.3)
# a, b and d of that table, for random magnetic fields; a row for each mass.
BARNES_TABLE = (
    ((2.01, 4.52, 8.16), (0.81, 1.90, 3.20), (0.56, 1.31, 2.19), (0.27, 0.55, 0.95)),
    ((0.28, 0.62, 1.19), (0.19, 0.28, 0.45), (0.17, 0.21, 0.31), (0.10, 0.13, 0.15)),
    ((1.12, 1.39, 1.52), (0.86, 1.21, 1.39), (0.74, 1.13, 1.32), (0.60, 0.90, 1.13)),
)
# The largest step in t^2 / t_d^2 for which the weight of `_diffused` is a series.
SERIES_BELOW = 0.1


@transient("kn")
def kn(
    sky: Sky,
    arrays: Mapping[str, jax.Array],
    *,
    MEJ_BLUE: jax.Array | float = 0.023,
    VEJ_BLUE: jax.Array | float = 0.256,
    KAPPA_BLUE: jax.Array | float = 0.5,
    TFLOOR_BLUE: jax.Array | float = 3983.0,
    MEJ_RED: jax.Array | float = 0.050,
    VEJ_RED: jax.Array | float = 0.149,
    KAPPA_RED: jax.Array | float = 3.65,
    TFLOOR_RED: jax.Array | float = 1151.0,
    EBV: jax.Array | float = 0.0,
    RV: jax.Array | float = 3.1,
    EBV_MW: jax.Array | float = 0.0,
    RV_MW: jax.Array | float = 3.1,
) -> LightCurve:
    """A kilonova; the defaults are the two-component fit of Villar et al. (2017) to GW170817.

    Its time is counted from the merger, so PEAK of the file is the day of the merger.  In the optical it is
    brightest about half a day later.

    Args:
        sky: the redshift and distance of the source, and the passbands.
        arrays: `times` (K,), days since the merger in the rest frame, the first of which is 0 and where each
            of the others is a few per cent later than the one before it; `wavelength` (W,), Angstrom, at
            which the spectra are computed; where there is `odonnell94`, dust has O'Donnell's law.
        MEJ_BLUE: mass of the blue ejecta, solar masses, ().
        VEJ_BLUE: their velocity, units of c, ().
        KAPPA_BLUE: their opacity, cm^2/g, ().
        TFLOOR_BLUE: the lowest temperature of their photosphere, K, ().
        MEJ_RED: mass of the red ejecta, solar masses, ().
        VEJ_RED: their velocity, units of c, ().
        KAPPA_RED: their opacity, cm^2/g, ().
        TFLOOR_RED: the lowest temperature of their photosphere, K, ().
        EBV: E(B-V) of the dust in the host (mag), ().
        RV: R_V of that dust, ().
        EBV_MW: E(B-V) of the dust in the Milky Way (mag), ().
        RV_MW: R_V of that dust, ().

    Returns:
        The light curve at `times`, (K, bands).
    """
    t, wavelength = arrays["times"][1:], arrays["wavelength"]
    components = (
        (MEJ_BLUE, VEJ_BLUE, KAPPA_BLUE, TFLOOR_BLUE),
        (MEJ_RED, VEJ_RED, KAPPA_RED, TFLOOR_RED),
    )
    sed = sum(
        black_body(wavelength, *photosphere(t, luminosity(t, mass, velocity, opacity), velocity, floor))
        for mass, velocity, opacity, floor in components
    )
    transmission = dust(sky, EBV, RV, EBV_MW, RV_MW, "odonnell94" in arrays)
    flux = band_flux(sky, wavelength, jnp.asarray(sed), transmission)
    return LightCurve(arrays["times"], jnp.pad(flux, ((1, 0), (0, 0))))


def luminosity(
    t: jax.Array, mass: jax.Array | float, velocity: jax.Array | float, opacity: jax.Array | float
) -> jax.Array:
    """The bolometric luminosity of a component (eq. 3).

    Args:
        t: days since the merger, (K,), increasing, above 0.
        mass: solar masses, ().
        velocity: units of c, ().
        opacity: cm^2/g, ().

    Returns:
        L in 10^40 erg/s, (K,).
    """
    # arctan(s / (t - t_0)) is pi/2 - arctan((t - t_0) / s) without its cancellation
    falling = jnp.arctan2(HEATING_WIDTH, DAY * t - HEATING_TIME) / np.pi
    heating = falling**HEATING_SLOPE
    source = HEATING * SOLAR_MASS / LUMINOSITY * mass * heating * thermalisation(t, mass, velocity)
    unit = 2.0 * SOLAR_MASS / (BETA * LIGHT**2 * DAY**2)
    x = t**2 * velocity / (unit * opacity * mass)
    early = 1.0 / (1.0 - 0.5 * HEATING_SLOPE) + 2.0 * EARLY_HEAT / (heating[0] * (DAY * t[0]) ** 2)
    return _diffused(source, x, early * source[0] * x[0])


def _diffused(source: jax.Array, x: jax.Array, first: jax.Array) -> jax.Array:
    """exp(-x) times the integral of `source` exp(x') over x' from 0 to x, with x = t^2 / t_d^2, (K,).

    The source is linear in x between the points; `first` is the integral up to the first of them.
    """
    h = jnp.diff(x)
    decay = jnp.exp(-h)
    # the mean over a step of exp(-(x_end - x')), and the weight of the change of the source within the step
    mean = -jnp.expm1(-h) / h
    series = h * (0.5 - h * (1.0 / 6.0 - h * (1.0 / 24.0 - h * (1.0 / 120.0 - h / 720.0))))
    weight = jnp.where(h < SERIES_BELOW, series, 1.0 - mean)
    gain = source[:-1] * mean * h + jnp.diff(source) * weight

    def following(power: jax.Array, step: tuple[jax.Array, jax.Array]) -> tuple[jax.Array, jax.Array]:
        power = power * step[0] + step[1]
        return power, power

    return jnp.append(first, jax.lax.scan(following, first, (decay, gain))[1])


def thermalisation(t: jax.Array, mass: jax.Array | float, velocity: jax.Array | float) -> jax.Array:
    """The fraction of the radioactive energy that heats the ejecta (eq. 2).

    The logarithms of a, b, d are bilinear in those of mass and velocity between the entries of the table of
    Barnes et al. (2016), and beyond them.

    Args:
        t: days since the merger, (K,).
        mass: solar masses, ().
        velocity: units of c, ().

    Returns:
        The fraction, (K,).
    """
    of_mass = _linear_weights(jnp.log(mass), np.log(BARNES_MASSES))
    of_velocity = _linear_weights(jnp.log(velocity), np.log(BARNES_VELOCITIES))
    weights = of_mass[:, None] * of_velocity[None, :]
    a, b, d = (jnp.exp(jnp.sum(weights * jnp.log(jnp.asarray(rows)))) for rows in BARNES_TABLE)
    y = 2.0 * b * t**d
    return 0.36 * (jnp.exp(-a * t) + jnp.log1p(y) / y)


def _linear_weights(x: jax.Array, knots: np.ndarray) -> jax.Array:
    """The weights (n,) of values at n knots in their linear interpolation, or extrapolation, at x."""
    low = jnp.sum(jnp.asarray(x >= knots[1:-1], int))
    place = jnp.arange(knots.size)
    left, right = (jnp.sum(jnp.where(place == i, knots, 0.0)) for i in (low, low + 1))
    s = (x - left) / (right - left)
    return jnp.where(place == low, 1.0 - s, 0.0) + jnp.where(place == low + 1, s, 0.0)


def photosphere(
    t: jax.Array, power: jax.Array, velocity: jax.Array | float, floor: jax.Array | float
) -> tuple[jax.Array, jax.Array]:
    """The photosphere (eqs. 4, 5), which expands with the ejecta until it has cooled to the floor.

    Args:
        t: days since the merger, (K,).
        power: the bolometric luminosity, 10^40 erg/s, (K,).
        velocity: units of c, ().
        floor: the lowest temperature, K, ().

    Returns:
        The temperature (K) and the square of the radius (10^30 cm^2), each (K,).
    """
    expanding = jnp.square(velocity * (LIGHT * DAY / 1e15) * t)
    radius_squared = jnp.minimum(expanding, power * (TEMPERATURE_OF_UNITS / floor) ** 4)
    return TEMPERATURE_OF_UNITS * (power / radius_squared) ** 0.25, radius_squared
