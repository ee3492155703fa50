"""The noise of added light: its distribution, and on what it depends."""

from __future__ import annotations

import jax
import numpy as np
from scipy import stats

from jaxlens.injection.noise import light_noise


def test_noise_is_that_of_the_electrons_of_the_light(key: jax.Array) -> None:
    light = np.zeros((3, 2, 40, 40))
    light[0, 0], light[0, 1], light[1, 0] = 2.0, 50.0, -3.0
    gain = np.array([1.5, 4.0])
    noise = light_noise(key, "CONFIGURATION_1", np.arange(3, dtype=np.uint32), ("g", "r"), light, gain)
    # counts of electrons are those of Poisson's distribution
    counts = np.rint(1.5 * (noise[0, 0] + 2.0)).astype(int).ravel()
    assert np.abs(counts / 1.5 - 2.0 - noise[0, 0].ravel()).max() < 1e-5
    observed = np.bincount(np.minimum(counts, 7), minlength=8)
    expected = stats.poisson(3.0).pmf(np.arange(8))
    expected[7] = 1.0 - expected[:7].sum()
    assert stats.chisquare(observed, 1600 * expected).pvalue > 0.01
    assert abs(noise[0, 1].var() / (50.0 / 4.0) - 1.0) < 4.0 * np.sqrt(2.0 / 1600)
    assert abs(noise[0, 1].mean()) < 4.0 * np.sqrt(12.5 / 1600)
    assert not noise[1].any(), "where there is no light there is no noise"


def test_noise_depends_on_the_system_and_the_band_alone(key: jax.Array) -> None:
    light, gain = np.full((3, 2, 40, 40), 30.0), np.ones(2)
    noise = light_noise(key, "CONFIGURATION_1", np.array([5, 9, 5], np.uint32), ("g", "r"), light, gain)
    other = light_noise(key, "CONFIGURATION_1", np.array([9, 9, 9], np.uint32), ("r", "g"), light, gain)
    assert (noise[0] == noise[2]).all()
    assert (noise[1] == other[0, ::-1]).all()
    assert (noise[0] != noise[1]).any()
    assert (noise[0, 0] != noise[0, 1]).any()
