"""The light curves and photospheres of core-collapse supernovae, for the model `cc`.

A type's light curve in V, at the time t since the explosion, is in magnitudes below its maximum

    m = -2.5 log10(x (2 - x)),    x = t / rise,                            up to the maximum;
    m = slope u + hump (1 - exp(-u^2 / (2 hump_width^2)))                  after it, with u = t - rise,
        + drop (F(t) - F(rise)) + (tail - slope) int F dt,                 where a plateau ends,
    F(t) = 1 / (1 + exp((plateau - t) / drop_width)).

The form of a plateau's end is that of Olivares et al. (2010, ApJ 715, 833).  The temperature of the
photosphere is

    T = min(hottest, (coolest^8 + (at_10_days (t / 10 days)^-cooling)^8)^(1/8)),

and its radius is what gives that flux at the effective wavelength of V.  The exponent of the absorption by
lines, see `jaxlens.kernels.transients.photospheres`, is

    p = blanketing / (1 + (T / 8000 K)^8).

The numbers are in `jaxlens.config.transients.core_collapse_types`.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from jaxlens.config.passbands import reference_passbands
from jaxlens.config.transients.core_collapse_types import TYPES, CoreCollapse
from jaxlens.kernels.transients.black_body import (
    FIRST_RADIATION_CONSTANT,
    RADIUS_AT_TEN_PARSEC,
    SECOND_RADIATION_CONSTANT,
)

# The effective wavelength of V, Angstrom (Bessell 1990, PASP 102, 1181).
V_BAND = 5450.0
# The sharpness of the change from cooling to the lowest temperature.
SHARPNESS = 8.0
# The temperature (K) at which the absorption by lines has half of its exponent.
BLANKETING_TEMPERATURE = 8000.0
# The time since the explosion (days) before which the temperature is constant.
EARLIEST = 0.1
# AB less Vega magnitudes in B (Blanton & Roweis 2007, AJ 133, 734, table 1).
B_AB_LESS_VEGA = -0.09
# The first time at which light curves are computed, days since the peak in B: before all explosions.
TIMES_FROM = -20.0
# The days between these times, up to a time.
TIME_STEPS = ((10.0, 0.5), (60.0, 1.0), (160.0, 2.0), (400.0, 10.0))


def core_collapse_spectra(wavelength: np.ndarray) -> dict[str, np.ndarray]:
    """The arrays of the model `cc`, see there, and `weight`, the probability of each type.

    Args:
        wavelength: the wavelengths (Angstrom) at which spectra are computed, (W,), which cover B.

    Returns:
        The arrays of all types.
    """
    times = _times()
    return {
        "sed": np.array([_normalized(one, times, wavelength) for one in TYPES]),
        "phases": np.tile(times, (len(TYPES), 1)),
        "wavelength": np.tile(wavelength, (len(TYPES), 1)),
        "absmag": np.array([one.absmag + B_AB_LESS_VEGA for one in TYPES]),
        "magsmear": np.array([one.magsmear for one in TYPES]),
        "weight": np.array([one.share for one in TYPES]),
    }


def _times() -> np.ndarray:
    """Days since the peak in B at which light curves are computed."""
    starts = (TIMES_FROM, *(end for end, _ in TIME_STEPS))
    parts = [np.arange(low, end, step) for low, (end, step) in zip(starts, TIME_STEPS, strict=False)]
    return np.append(np.concatenate(parts), TIME_STEPS[-1][0])


def _normalized(one: CoreCollapse, times: np.ndarray, wavelength: np.ndarray) -> np.ndarray:
    """The spectra (times, W) at days since the peak in B, where they have the absolute magnitude 0."""
    fine = np.arange(0.05, 2.0 * one.rise, 0.05)
    light = _b_flux(wavelength, spectra(one, fine, wavelength))
    return spectra(one, times + fine[np.argmax(light)], wavelength) / np.max(light)


def _b_flux(wavelength: np.ndarray, spectra: np.ndarray) -> np.ndarray:
    """The AB flux (maggies) of spectra (times, W) in Bessell's B, (times,)."""
    band = reference_passbands().arrays
    points, weight = band["wavelength"][0], band["weight"][0]
    return np.array([float(weight @ np.interp(points, wavelength, spectrum)) for spectrum in spectra])


def spectra(one: CoreCollapse, since: np.ndarray, wavelength: np.ndarray) -> np.ndarray:
    """The flux density (erg/s/cm^2/A) at 10 pc, of a type that has a maximum of 1 erg/s/cm^2/A in V.

    Args:
        one: the type.
        since: days since the explosion, (times,); there is no flux before it.
        wavelength: Angstrom, (W,).

    Returns:
        The spectra, (times, W).
    """
    return radius_squared(one, since)[:, None] * _surface(one, since, wavelength)


def radius_squared(one: CoreCollapse, since: np.ndarray) -> np.ndarray:
    """The square of the radius (10^30 cm^2) of the photosphere, for the scale of `spectra`."""
    return _v_flux(one, since) / _surface(one, since, np.array([V_BAND]))[:, 0]


def _v_flux(one: CoreCollapse, since: np.ndarray) -> np.ndarray:
    """The flux in V relative to its maximum, at days since the explosion."""
    x = np.clip(since / one.rise, 0.0, 1.0)
    u = np.maximum(since - one.rise, 0.0)
    # the integral of F, and F, from the maximum on
    bend, step = (f(u + one.rise) - f(one.rise) for f in (_bent(one), _stepped(one)))
    magnitude = one.slope * u + (one.tail - one.slope) * bend + one.drop * step
    magnitude += one.hump * -np.expm1(-0.5 * (u / one.hump_width) ** 2)
    return x * (2.0 - x) * 10.0 ** (-0.4 * magnitude)


def _stepped(one: CoreCollapse) -> Callable[[np.ndarray | float], np.ndarray]:
    """F of days since the explosion."""
    from scipy.special import expit

    return lambda t: expit((t - one.plateau) / one.drop_width)


def _bent(one: CoreCollapse) -> Callable[[np.ndarray | float], np.ndarray]:
    """The integral of F."""
    return lambda t: one.drop_width * np.logaddexp(0.0, (t - one.plateau) / one.drop_width)


def temperature(one: CoreCollapse, since: np.ndarray) -> np.ndarray:
    """The temperature (K) of the photosphere at days since the explosion."""
    cooling = one.at_10_days * (np.maximum(since, EARLIEST) / 10.0) ** -one.cooling
    smooth = (one.coolest**SHARPNESS + cooling**SHARPNESS) ** (1.0 / SHARPNESS)
    return np.minimum(smooth, one.hottest)


def _exponent(one: CoreCollapse, since: np.ndarray) -> np.ndarray:
    """The exponent of the absorption by lines at days since the explosion."""
    return one.blanketing / (1.0 + (temperature(one, since) / BLANKETING_TEMPERATURE) ** SHARPNESS)


def _surface(one: CoreCollapse, since: np.ndarray, wavelength: np.ndarray) -> np.ndarray:
    """The flux density (erg/s/cm^2/A) at 10 pc for a radius of 10^15 cm, (times, W)."""
    x = SECOND_RADIATION_CONSTANT / (wavelength[None, :] * temperature(one, since)[:, None])
    planck = FIRST_RADIATION_CONSTANT * RADIUS_AT_TEN_PARSEC * (wavelength / 1000.0) ** -5 / np.expm1(x)
    share = np.minimum(wavelength / one.blanketed_below, 1.0)
    return planck * share[None, :] ** _exponent(one, since)[:, None]
