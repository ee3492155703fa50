"""Extinction laws: against an independent copy of the papers, their tables, and central differences."""

from __future__ import annotations

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxlens.kernels.transients.dust import dust, fitzpatrick99, odonnell94
from tests.kernels.transients import oracle_sed
from tests.kernels.transients.models import FAST

WAVELENGTHS = np.array(
    [500.0, 950, 1200, 1600, 2175, 2650, 2710, 3100, 3600, 4400, 5500, 7000, 9000, 9200, 16e3, 4e4]
)
RV = [2.0, 3.1, 5.5]
# A(lambda) / E(B-V) at the anchors for R_V = 3.1 (Fitzpatrick 1999, table 3).
F99_TABLE = {
    26500.0: 0.265,
    12200.0: 0.829,
    6000.0: 2.688,
    5470.0: 3.055,
    4670.0: 3.806,
    4110.0: 4.315,
    2700.0: 6.265,
    2600.0: 6.591,
}
LAWS = {"F99": (fitzpatrick99, oracle_sed.fitzpatrick), "O94": (odonnell94, oracle_sed.odonnell)}


VALUES = {"EBV": 0.2, "RV": 2.7, "EBV_MW": 0.1, "RV_MW": 3.3}


@pytest.fixture(scope="module")
def curves() -> dict[str, np.ndarray]:
    """Each law at WAVELENGTHS and F99_ANCHORS, for each R_V."""

    @functools.partial(jax.jit, compiler_options=FAST)
    @functools.partial(jax.vmap, in_axes=(None, 0))
    def both(wavelength, RV):
        return {name: ours(wavelength, RV) for name, (ours, _) in LAWS.items()}

    with jax.enable_x64(True):
        return jax.tree.map(np.asarray, both(np.append(WAVELENGTHS, [*F99_TABLE]), np.array(RV)))


@pytest.mark.parametrize("law", LAWS)
def test_laws_are_those_of_the_papers(curves, law) -> None:
    expected = [[LAWS[law][1](w, R) for w in WAVELENGTHS] for R in RV]
    np.testing.assert_allclose(curves[law][:, : WAVELENGTHS.size], expected, rtol=1e-12)


def test_fitzpatrick_has_the_values_of_his_table_for_the_mean_curve(curves) -> None:
    values = curves["F99"][RV.index(3.1), WAVELENGTHS.size :]
    np.testing.assert_allclose(values, [*F99_TABLE.values()], atol=6e-4)


@pytest.mark.long
@pytest.mark.parametrize("odonnell", [False, True])
def test_dust_and_its_derivatives(x64, sky, odonnell, check_first_derivatives) -> None:
    factor = oracle_sed.dusty(sky, VALUES, oracle_sed.odonnell if odonnell else oracle_sed.fitzpatrick)
    expected = [[factor(w) for w in row] for row in sky.wavelength]

    def logarithm(z, *values):
        return jnp.log(dust(sky._replace(redshift=z), *values, odonnell))

    ours = jax.jit(logarithm)(sky.redshift, *VALUES.values())
    np.testing.assert_allclose(ours, np.log(expected), rtol=1e-9)
    check_first_derivatives(logarithm, sky.redshift, *VALUES.values())


def test_without_dust_all_light_passes_and_nan_gives_nan(sky) -> None:
    clear, unknown = jax.jit(jax.vmap(lambda EBV: dust(sky, EBV, 3.1, 0.0, 3.1)))(np.array([0.0, np.nan]))
    np.testing.assert_array_equal(clear, np.ones(sky.wavelength.shape))
    assert np.all(np.isnan(unknown))
