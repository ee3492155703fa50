"""Magnitudes by rank are those of the luminosity function of their bin."""

from __future__ import annotations

import jax
import numpy as np
import pytest
from scipy import integrate

from jaxlens.kernels.relations import RELATIONS
from jaxlens.kernels.relations.luminosity_functions import QUASARS, ULTRAVIOLET


@jax.jit
def magnitudes(redshift: np.ndarray, rank: np.ndarray) -> list[jax.Array]:
    """Of galaxies and of quasars, of one redshift and rank each."""
    names = ("ultraviolet_magnitude", "quasar_magnitude")
    return [RELATIONS[name].mean({}, redshift=redshift, rank=rank) for name in names]


def schechter(M: np.ndarray) -> np.ndarray:
    """Of redshift 2."""
    x = 10.0 ** (0.4 * (-20.33 - M))
    return x**-0.49 * np.exp(-x)


def double_power_law(M: np.ndarray) -> np.ndarray:
    """Of redshift 2."""
    return 1.0 / (10.0 ** (0.4 * -3.26 * (M + 26.35)) + 10.0 ** (0.4 * -0.98 * (M + 26.35)))


def test_ranks_are_the_probability_of_brighter_galaxies_and_quasars(x64: None) -> None:
    rank = np.array([0.01, 0.5, 0.9])
    ends = [(schechter, -23.0, -17.8), (double_power_law, -30.0, -19.0)]
    for found, (density, low, high) in zip(magnitudes(np.full(3, 2.0), rank), ends, strict=True):
        total = integrate.quad(density, low, high)[0]
        brighter = [integrate.quad(density, low, one)[0] / total for one in np.asarray(found)]
        np.testing.assert_allclose(brighter, rank, rtol=1e-7)


@pytest.mark.parametrize("table", [ULTRAVIOLET, QUASARS])
def test_bins_are_in_order(table: np.ndarray) -> None:
    assert (np.diff(table[:, 0]) > 0).all()
    assert table[-1, 0] == np.inf


def test_a_redshift_belongs_to_the_bin_that_ends_above_it(x64: None) -> None:
    half = np.full(3, 0.5)
    before, at, after = np.asarray(magnitudes(np.array([0.199, 0.2, 0.399]), half)[0])
    assert before > at == after
    for found in magnitudes(np.array([np.nan, 0.1, 9.0]), half):
        assert np.isnan(found).tolist() == [True, False, False]
