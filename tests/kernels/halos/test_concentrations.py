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
    0.0: (18.000819, 15.817398, 13.704343, 11.646025, 9.700003),
    1e7: (6.065737, 7.863737, 9.844452, 10.751705, 9.604392),
    3e8: (3.403234, 4.422804, 5.663082, 7.059755, 8.142448),
}
# Those of colossus 1.4.0 (planck18) for these masses, at redshifts of 0, 1 and 4, by definition of the mass.
COLOSSUS_MASSES, REDSHIFTS = np.float32([1e7, 1e12, 1e15]), np.float32([[0.0], [1.0], [4.0]])
COLOSSUS = {
    "200c": [[21.4793, 8.3523, 3.7556], [12.932, 5.1997, 4.2409], [4.8795, 3.2502, 9.7931]],
    "200m": [[33.9556, 13.8194, 6.3892], [14.3009, 5.8245, 4.6715], [4.9221, 3.2784, 9.8561]],
    "vir": [[27.942, 11.1734, 5.1063], [14.2475, 5.8001, 4.6546], [5.1708, 3.4433, 10.2227]],
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
