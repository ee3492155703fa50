"""The built-in core-collapse supernovae: their light curves are those that were published."""

from __future__ import annotations

import numpy as np
import pytest

from jaxlens.config.core_collapse import V_BAND
from jaxlens.config.core_collapse_types import TYPES
from jaxlens.config.passbands import reference_passbands
from jaxlens.config.transient_libraries import cc_library

ARRAYS = cc_library().arrays
TIMES = ARRAYS["times"]
NAMES = [one.name for one in TYPES]


def spectra(index: int, wavelength: np.ndarray) -> np.ndarray:
    """The flux density (arbitrary units) of a type at its times, for an absolute magnitude of 0."""
    temperature, blanketing = (ARRAYS[name][index][:, None] for name in ("temperature", "blanketing"))
    below = np.minimum(wavelength / ARRAYS["blanketed_below"][index], 1.0)[None]
    # hc/k in Angstrom K, and 2 pi h c^2 (10^15 cm / 10 pc)^2 for Angstrom, in erg/s/cm^2/A
    planck = (
        3.741771852e27 * 1.0502650e-9 / wavelength**5 / np.expm1(1.438776877e8 / wavelength / temperature)
    )
    return ARRAYS["radius_squared"][index][:, None] * planck * below**blanketing


def magnitudes(index: int, wavelength: float) -> np.ndarray:
    """AB magnitudes at one wavelength at the type's times, infinite before the explosion."""
    flux = spectra(index, np.array([wavelength]))[:, 0]
    with np.errstate(divide="ignore"):
        return -2.5 * np.log10(flux * wavelength**2 / (3631e-23 * 2.99792458e18))


def at(days: float) -> int:
    return int(np.argmin(np.abs(TIMES - days)))


@pytest.mark.parametrize("index", range(5), ids=NAMES)
def test_the_peak_in_b_is_at_time_zero_and_of_magnitude_zero(index: int) -> None:
    band = reference_passbands().arrays
    flux = spectra(index, band["wavelength"][0]) @ band["weight"][0]
    assert TIMES[np.argmax(flux)] == 0.0
    assert -2.5 * np.log10(np.max(flux)) == pytest.approx(0.0, abs=5e-4)


@pytest.mark.parametrize("index", range(5), ids=NAMES)
def test_there_is_no_light_before_the_explosion_and_the_photosphere_expands_first(index: int) -> None:
    radius = np.sqrt(ARRAYS["radius_squared"][index] * 10.0 ** (-0.4 * ARRAYS["absmag"][index]))
    assert radius[0] == 0.0
    start = int(np.argmax(radius > 0.0)) - 1
    assert np.all(np.diff(radius[start : at(5.0)]) > 0.0)
    # km/s, ten days after the peak
    velocity = radius[at(10.0)] * 1e15 / (10.0 - TIMES[start]) / 86400.0 / 1e5
    assert 3000.0 < velocity < 12000.0
    assert np.all(np.diff(ARRAYS["temperature"][index]) <= 0.0)


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
