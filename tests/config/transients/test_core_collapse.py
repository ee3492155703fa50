"""The built-in core-collapse supernovae: their light curves are those that were published."""

from __future__ import annotations

import numpy as np
import pytest

from jaxlens.config.passbands import reference_passbands
from jaxlens.config.transients.core_collapse import V_BAND, radius_squared, temperature
from jaxlens.config.transients.core_collapse_types import TYPES, CoreCollapse
from jaxlens.config.transients.libraries import cc_library

ARRAYS = cc_library().arrays
TIMES = ARRAYS["phases"][0]
WAVELENGTH = ARRAYS["wavelength"][0]
NAMES = [one.name for one in TYPES]


def magnitudes(index: int, wavelength: float) -> np.ndarray:
    """AB magnitudes at one wavelength at the type's times, infinite before the explosion."""
    flux = np.array([np.interp(wavelength, WAVELENGTH, spectrum) for spectrum in ARRAYS["sed"][index]])
    with np.errstate(divide="ignore"):
        return -2.5 * np.log10(flux * wavelength**2 / (3631e-23 * 2.99792458e18))


def at(days: float) -> int:
    return int(np.argmin(np.abs(TIMES - days)))


@pytest.mark.parametrize("index", range(5), ids=NAMES)
def test_the_peak_in_b_is_at_time_zero_and_of_magnitude_zero(index: int) -> None:
    band = reference_passbands().arrays
    points, weight = band["wavelength"][0], band["weight"][0]
    flux = [weight @ np.interp(points, WAVELENGTH, spectrum) for spectrum in ARRAYS["sed"][index]]
    assert TIMES[np.argmax(flux)] == 0.0
    assert -2.5 * np.log10(np.max(flux)) == pytest.approx(0.0, abs=2e-4)


@pytest.mark.parametrize("one", TYPES, ids=NAMES)
def test_the_photosphere_expands_and_cools(one: CoreCollapse) -> None:
    since = np.arange(0.5, one.rise + 4.0, 0.5)
    radius = np.sqrt(radius_squared(one, since))
    assert np.all(np.diff(radius) > 0.0)
    assert np.all(np.diff(temperature(one, since)) <= 0.0)
    # for the mean absolute magnitude, taken as that of V at the maximum
    scale = 3631e-23 * 2.99792458e18 / V_BAND**2 * 10.0 ** (-0.4 * one.absmag)
    velocity = radius * np.sqrt(scale) * 1e15 / (since * 86400.0) / 1e5
    assert 3000.0 < velocity[-1] < 12000.0
    # before the explosion there is neither
    assert not np.any(radius_squared(one, np.array([-3.0, 0.0])))


def test_a_plateau_lasts_about_a_hundred_days() -> None:
    v = magnitudes(0, V_BAND)
    below = v - np.min(v)
    assert below[at(60.0)] < 0.7
    assert below[at(115.0)] > 2.3
    half = TIMES[np.argmax((below > 1.7) & (TIMES > 0.0))]
    assert 80.0 < half + 8.0 < 105.0
    # the decay of 56Co
    assert (v[at(300.0)] - v[at(200.0)]) / 100.0 == pytest.approx(0.0098, rel=0.01)


def test_declines_are_those_of_the_types() -> None:
    decline = [magnitudes(i, V_BAND)[at(45.0)] - magnitudes(i, V_BAND)[at(15.0)] for i in range(5)]
    # Anderson et al. (2014): up to 3 mag in 100 days make a IIL; Ib and Ic fall fastest after their maximum
    assert decline[0] == pytest.approx(30.0 * 0.0096, rel=0.02)
    assert decline[1] == pytest.approx(30.0 * 0.030, rel=0.05)
    assert decline[2] == pytest.approx(30.0 * 0.020, rel=0.02)
    assert min(decline[3:]) > 1.2
    for index in (3, 4):
        v = magnitudes(index, V_BAND)
        peak = int(np.argmin(v))
        assert 0.7 < v[at(TIMES[peak] + 15.0)] - v[peak] < 1.1
        assert 1.0 < TIMES[peak] < 6.0


@pytest.mark.parametrize("index", range(5), ids=NAMES)
def test_supernovae_redden(index: int) -> None:
    blue, visual = (magnitudes(index, w)[at(0.0) : at(60.0)] for w in (4400.0, V_BAND))
    assert np.all(np.diff(blue - visual) > 0.0)
    assert blue[0] - visual[0] < 0.4


def test_shares_add_up_to_one() -> None:
    assert sum(ARRAYS["weight"]) == pytest.approx(1.0)
    assert cc_library().types == ("IIP", "IIL", "IIn", "Ib", "Ic")
