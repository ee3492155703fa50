"""Haloes along the line of sight of many systems: numbers, planes, masses and places by their laws."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import scipy.stats

from jaxlens.config.model import LineOfSight, constant
from jaxlens.kernels.halos.cone import radius_at
from jaxlens.kernels.halos.sheth_tormen import ln_number_density
from jaxlens.sampling.field_haloes import Sight, line_of_sight, planes_of
from jaxlens.sampling.haloes import HaloDraws

pytestmark = pytest.mark.slow

NUMBERS = {
    "cone_radius": 3.0, "cone_end": 0.1, "M_min": 1e7, "M_max": 1e10, "normalization": 1.5,
    "slope_change": 0.0, "half_mode_mass": 1e7, "turnover_a": 2.3, "turnover_b": 0.8, "turnover_c": -1.0,
    "M_host": 1e13, "concentration_scatter": 0.16, "truncation_overdensity": 50.0,
}  # fmt: skip
COSMOLOGY = {"H0": jnp.asarray(70.0), "Om0": jnp.asarray(0.3)}
# Systems that are drawn, and for how many haloes there is room.
SYSTEMS, BOUND = 60, 400
REDSHIFTS, PLANES = (0.5, 1.5), (2, 4)
MIDDLES = np.array([0.125, 0.375, 0.625, 0.875, 1.125, 1.375])


class Drawn(NamedTuple):
    """Many systems: the number of each, the arrays of all haloes in one, and the mean number by plane."""

    number: np.ndarray
    haloes: dict[str, np.ndarray]
    means: np.ndarray
    sheets: np.ndarray


@pytest.fixture(scope="module")
def drawn() -> Drawn:
    parameters = tuple((name, constant(name, value)) for name, value in NUMBERS.items())
    haloes = LineOfSight(
        "LINE_OF_SIGHT", "TNFW", "diemer_joyce", "200c", parameters, BOUND, planes=PLANES, sheets=False
    )  # fmt: skip
    draws, own = HaloDraws("LINE_OF_SIGHT", haloes), {k: jnp.asarray(v) for k, v in NUMBERS.items()}
    values = {f"LINE_OF_SIGHT-{name}": value for name, value in own.items()}
    sight = Sight(jnp.asarray(REDSHIFTS), jnp.asarray(REDSHIFTS[0]))

    @jax.jit
    def systems(keys: jax.Array) -> tuple[dict[str, jax.Array], jax.Array]:
        zero = jnp.zeros((), jnp.uint32)
        found = jax.vmap(lambda key: line_of_sight(draws, values, sight, COSMOLOGY, {}, key, zero))(keys)
        return found, planes_of(haloes, own, sight, COSMOLOGY).number

    key = jax.random.key(3, impl="threefry2x32")
    found, means = systems(jax.vmap(partial(jax.random.fold_in, key))(jnp.arange(SYSTEMS)))
    arrays = {name.removeprefix("LINE_OF_SIGHT-"): np.asarray(value) for name, value in found.items()}
    number, sheets = arrays.pop("NUMBER"), arrays.pop("kappa_sheet")
    there = np.arange(BOUND)[None, :] < number[:, None]
    return Drawn(number, {k: v[there] for k, v in arrays.items()}, np.asarray(means), sheets)


@pytest.mark.long
def test_numbers_and_planes(drawn: Drawn) -> None:
    """A Poisson number, and in each plane of haloes its part; without SHEETS none is taken out."""
    mean = drawn.means.sum()
    assert 50.0 < mean < 0.7 * BOUND
    assert abs(drawn.number.mean() - mean) < 3.0 * np.sqrt(mean / SYSTEMS)
    assert 0.5 < np.var(drawn.number) / mean < 1.6
    counted = [np.sum(np.abs(drawn.haloes["z"] - z) < 1e-5) for z in MIDDLES]
    assert np.sum(counted) == drawn.number.sum()
    expected = drawn.means.astype(float) / drawn.means.astype(float).sum() * np.sum(counted)
    assert scipy.stats.chisquare(counted, expected).pvalue > 0.01
    assert drawn.sheets.shape == (SYSTEMS, sum(PLANES))
    assert not drawn.sheets.any()


def test_masses_of_a_plane(drawn: Drawn) -> None:
    """Sheth and Tormen's mass function at the redshift of the plane, with the turnover of warm haloes."""
    z = MIDDLES[np.argmax(drawn.means)]
    masses = drawn.haloes["mass"][np.abs(drawn.haloes["z"] - z) < 1e-5]
    m = np.geomspace(1e7, 1e10, 401)
    density = np.exp(np.asarray(jax.jit(ln_number_density)(m, z, **COSMOLOGY)))
    density = density / (1.0 + (2.3 * 1e7 / m) ** 0.8)
    below = np.concatenate([[0.0], np.cumsum(0.5 * (density[1:] + density[:-1]))])
    assert len(masses) > 500
    assert scipy.stats.kstest(masses, lambda x: np.interp(x, m, below / below[-1])).pvalue > 0.01


def test_places_fill_the_cone(drawn: Drawn) -> None:
    """Uniform in the disc of each plane, and in direction."""
    haloes = drawn.haloes
    radii = jax.jit(partial(radius_at, cone_radius=3.0, cone_end=0.1))(MIDDLES, *REDSHIFTS, **COSMOLOGY)
    radius = np.asarray(radii)[np.argmin(np.abs(haloes["z"][:, None] - MIDDLES), axis=1)]
    share = (haloes["x"] ** 2 + haloes["y"] ** 2) / radius**2
    assert scipy.stats.kstest(share, "uniform").pvalue > 0.01
    direction = np.arctan2(haloes["y"], haloes["x"])
    assert scipy.stats.kstest(direction, "uniform", (-np.pi, 2 * np.pi)).pvalue > 0.01
    # a distance, a direction and a mass of one halo say nothing of each other
    correlations = np.corrcoef([share, direction, np.argsort(np.argsort(haloes["mass"]))]) - np.eye(3)
    assert np.abs(correlations[:2, :2]).max() < 4.0 / np.sqrt(len(share))


def test_truncations_have_the_overdensity(drawn: Drawn) -> None:
    """r_t encloses the mass at 50 times the critical density: (4 pi / 3) r^3 50 rho_c(z) = m."""
    haloes = drawn.haloes
    near = np.abs(haloes["z"] - MIDDLES[1]) < 1e-5
    # Mpc in an arcsec at z = 0.375, and E(z) (astropy, FlatLambdaCDM(70, 0.3))
    size, rate = 5.166e-3, np.sqrt(0.3 * 1.375**3 + 0.7)
    r = haloes["r_trunc"][near] * size
    density = haloes["mass"][near] / (4.0 / 3.0 * np.pi * r**3)
    np.testing.assert_allclose(density / (2.77536627e11 * 0.49 * rate**2), 50.0, rtol=5e-3)
    assert np.all(haloes["concentration"] >= 1.2 - 1e-6)
