"""Relations of early types at published values, and the identities between them."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import stats

from jaxlens.kernels.relations import RELATIONS
from jaxlens.kernels.relations.early_types import BRIGHTNESS_AT_KPC


def mean(name: str, **parameters: float | np.ndarray) -> jax.Array:
    return RELATIONS[name].mean({}, **parameters)


def test_the_fundamental_plane_goes_through_the_means_of_its_sample(x64: None) -> None:
    """Bernardi et al. (2003): V = 2.200, mu = 19.87, R = 0.49, to the rounding of the slope of 0.75."""
    log_size = jnp.log10(mean("fundamental_plane", sigma_v=10.0**2.2, surface_brightness=19.87))
    assert float(log_size) == pytest.approx(0.49, abs=0.04)
    # of Hyde & Bernardi (2009), at the same place
    other = {"dispersion_slope": 1.4335, "brightness_slope": 0.3150, "zero_point": -8.8979}
    log_size = jnp.log10(mean("fundamental_plane", sigma_v=10.0**2.2, surface_brightness=19.87, **other))
    assert float(log_size) == pytest.approx(0.49, abs=0.04)


def test_a_galaxy_on_the_plane_has_its_own_surface_brightness(x64: None) -> None:
    size = mean("fundamental_plane_of_magnitude", sigma_v=220.0, absolute_magnitude=-22.3)
    brightness = -22.3 + 5.0 * jnp.log10(size) + BRIGHTNESS_AT_KPC
    assert float(mean("fundamental_plane", sigma_v=220.0, surface_brightness=brightness)) == pytest.approx(
        float(size), rel=1e-12
    )
    # half of the light in pi R^2, at 10 pc, in arcsec^2
    area = 2.0 * np.pi * np.square(1000.0 / 10.0 * 206264.806247)
    assert pytest.approx(2.5 * np.log10(area), abs=1e-9) == BRIGHTNESS_AT_KPC


def test_faber_jackson_is_that_of_its_figure(x64: None) -> None:
    """D'Onofrio et al. (2017): log10 L_V = 2 log10 sigma + 5.8, with the sun's 4.84."""
    for sigma in (100.0, 200.0, 330.0):
        expected = 4.84 - 2.5 * (2.0 * np.log10(sigma) + 5.8)
        assert float(mean("faber_jackson", sigma_v=sigma)) == pytest.approx(expected, abs=1e-3)


def test_magnitude_and_size_by_dispersion_are_the_published_curves(x64: None) -> None:
    for sigma in (100.0, 220.0, 400.0):
        M = float(mean("magnitude_of_dispersion", sigma_v=sigma))
        assert pytest.approx(np.log10(sigma), abs=1e-12) == -2.97 - 0.37 * M - 0.006 * M**2
    # 2.46 - 2.79 2.3 + 0.84 2.3^2
    assert float(mean("size_of_dispersion", sigma_v=10.0**2.3)) == pytest.approx(10.0**0.4866, rel=1e-12)
    assert float(mean("magnitude_of_dispersion", sigma_v=600.0)) == pytest.approx(-30.0)


def test_axis_ratios_by_dispersion_are_rayleigh_distributed(x64: None) -> None:
    """Collett (2015): the scale is 0.378 - 5.72e-4 sigma, and no axis ratio is below 0.2."""
    rank = (np.arange(2000) + 0.5) / 2000
    means = []
    for sigma in (100.0, 200.0, 400.0):
        q = np.asarray(mean("axis_ratio_of_dispersion", sigma_v=sigma, rank=rank))
        theirs = stats.rayleigh(scale=0.378 - 5.72e-4 * sigma)
        np.testing.assert_allclose(1.0 - theirs.cdf(1.0 - q) / theirs.cdf(0.8), rank, atol=1e-12)
        assert 0.2 < q.min() < q.max() < 1.0
        means.append(q.mean())
    assert means == sorted(means)


def test_massive_lenses_of_the_slacs_are_isothermal(x64: None) -> None:
    """Auger et al. (2010): gamma - 2 = -0.41 log10 R + 0.39."""
    assert float(mean("mass_slope_of_size", size=10.0)) == pytest.approx(1.98)
