"""Concentrations: colossus's values, the warm suppression of pyHalo, and the scatter."""

from __future__ import annotations

import jax
import numpy as np
import pytest
from scipy import stats

from jaxlens.kernels.halos import (
    diemer_joyce,
    power_law_concentration,
    scattered_concentration,
    warm_suppression,
)

MASSES = np.geomspace(1e6, 1e10, 5)
# Medians of pyHalo 1.5.2 at redshift 0.6 by half-mode mass (`validation.haloes.oracles.subhaloes`).
PYHALO = {
    0.0: (17.780079, 15.633587, 13.554591, 11.527839, 9.610265),
    1e7: (5.991355, 7.772354, 9.736877, 10.642594, 9.515539),
    3e8: (3.361501, 4.371408, 5.601200, 6.988111, 8.067120),
}
# Those of colossus 1.4.0 for these masses, at redshifts of 0, 1 and 4, by definition of the mass.
COLOSSUS_MASSES, REDSHIFTS = np.float32([1e7, 1e12, 1e15]), np.float32([[0.0], [1.0], [4.0]])
COLOSSUS = {
    "200c": [[21.2067, 8.2824, 3.7461], [12.7873, 5.1686, 4.2335], [4.8341, 3.2471, 9.7726]],
    "200m": [[33.622, 13.7466, 6.3916], [14.1543, 5.7957, 4.6675], [4.8767, 3.2755, 9.8361]],
    "vir": [[27.6221, 11.095, 5.0996], [14.0952, 5.7685, 4.6487], [5.1231, 3.4401, 10.202]],
}

median = jax.jit(diemer_joyce, static_argnums=2)


@pytest.mark.parametrize("definition", COLOSSUS)
def test_the_table_is_colossus_s(definition) -> None:
    found = median(COLOSSUS_MASSES[None], REDSHIFTS, definition)
    np.testing.assert_allclose(found, COLOSSUS[definition], rtol=4e-3)


def test_medians_in_cold_and_warm_dark_matter_are_those_of_pyhalo() -> None:
    cold = median(np.float32(MASSES), 0.6)
    for half_mode_mass, expected in PYHALO.items():
        np.testing.assert_allclose(cold * warm_suppression(MASSES, half_mode_mass), expected, rtol=4e-3)


def test_beyond_the_table_concentrations_are_those_of_its_end() -> None:
    found = median(np.float32([1.0, 1e4, 1e12, 1e12]), np.float32([0.5, 0.5, 10.0, 30.0]))
    assert float(found[0]) == float(found[1])
    assert float(found[2]) == float(found[3])
    assert np.isnan(
        median(np.float32([np.nan, 1e8, 1.0, 1.0]), np.float32([0.5, np.nan, 0.0, 0.0]))[:2]
    ).all()


def test_a_power_law_of_mass_and_redshift() -> None:
    numbers = {"concentration_norm": 15.0, "concentration_slope": -0.1, "concentration_redshift_slope": -0.8}
    found = power_law_concentration(np.float32([1e8, 1e10]), np.float32([0.0, 1.0]), **numbers)
    np.testing.assert_allclose(found, [15.0, 15.0 * 100.0**-0.1 * 2.0**-0.8], rtol=1e-6)


def test_the_scatter_is_lognormal_in_dex_with_a_least_value() -> None:
    normal = np.random.default_rng(1).normal(size=4000).astype(np.float32)
    drawn = np.asarray(scattered_concentration(10.0, normal, 0.2))
    assert stats.kstest((np.log10(drawn) - 1.0) / 0.2, "norm").pvalue > 1e-3
    suppressed = np.asarray(scattered_concentration(10.0, normal, 0.2, 0.15))
    np.testing.assert_allclose(suppressed, np.maximum(0.15 * drawn, 1.2), rtol=1e-6)
    assert suppressed.min() == np.float32(1.2)
