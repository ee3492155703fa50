"""Subhaloes of many systems: numbers, masses, places, concentrations and truncations by their laws."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import scipy.stats

from jaxlens.config.model import Substructure, constant
from jaxlens.kernels.halos.concentrations import diemer_joyce
from jaxlens.sampling.haloes import HaloDraws
from jaxlens.sampling.subhaloes import Host, subhaloes

pytestmark = pytest.mark.slow

PREFIX = "PLANE_1-OBJECT_1-SUBSTRUCTURE"
NUMBERS = {
    "f_sub": 0.01, "f_sub_radius": 1.0, "radius": 3.0, "M_host": 1e13, "slope": -1.9, "M_pivot": 1e8,
    "M_min": 1e7, "M_max": 1e10, "half_mode_mass": 1e8, "turnover_a": 4.2, "turnover_b": 2.5,
    "turnover_c": -0.2, "concentration_scatter": 0.16, "truncation_norm": 1.4,
    "truncation_mass_slope": 1.0 / 3.0, "truncation_radius_slope": 2.0 / 3.0,
}  # fmt: skip
COSMOLOGY = {"H0": 70.0, "Om0": 0.3}
HOST = Host(*map(jnp.asarray, (0.5, 0.2, -0.1, 2e11)))
# Systems that are drawn, and for how many haloes there is room.
SYSTEMS, BOUND = 200, 100
# kpc in an arcsec at redshift 0.5 (astropy, FlatLambdaCDM(70, 0.3)).
KPC = 6.103


def draws(**changes: object) -> HaloDraws:
    parameters = tuple((name, constant(name, value)) for name, value in NUMBERS.items())
    one = Substructure("SPECIES.GALAXY_1.SUBSTRUCTURE", "TNFW", "diemer_joyce", "200c", parameters, BOUND)
    return HaloDraws(PREFIX, replace(one, **changes), "PLANE_1-OBJECT_1-REDSHIFT")  # type: ignore[arg-type]


@partial(jax.jit, static_argnums=0)
def _drawn(own: HaloDraws, numbers: dict[str, jax.Array], keys: jax.Array) -> dict[str, jax.Array]:
    values = {f"{PREFIX}-{name}": value for name, value in numbers.items()}

    def one(key: jax.Array) -> dict[str, jax.Array]:
        cosmology = {name: jnp.asarray(value) for name, value in COSMOLOGY.items()}
        return subhaloes(own, values, HOST, cosmology, {}, key, jnp.zeros((), jnp.uint32))

    return jax.vmap(one)(keys)


@pytest.fixture
def drawn(key: jax.Array) -> Callable[..., dict[str, np.ndarray]]:
    """Subhaloes of many systems with some other numbers, by name; all calls share a program."""
    keys = jax.vmap(partial(jax.random.fold_in, key))(jnp.arange(SYSTEMS))

    def of(**numbers: float) -> dict[str, np.ndarray]:
        found = _drawn(draws(), {k: jnp.asarray(v) for k, v in (NUMBERS | numbers).items()}, keys)
        return {name.removeprefix(f"{PREFIX}-"): np.asarray(value) for name, value in found.items()}

    return of


def shown(found: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The arrays of all haloes of all systems in one."""
    there = np.arange(BOUND)[None, :] < found["NUMBER"][:, None]
    for name, value in found.items():
        assert name == "NUMBER" or not np.any(value[~there]), name
    return {name: value[there] for name, value in found.items() if name != "NUMBER"}


def mass_law(half_mode_mass: float) -> tuple[np.ndarray, np.ndarray, float]:
    """Masses, the share of haloes below each, and the mean mass, by sums over 4,000 masses."""
    m = np.geomspace(1e7, 1e10, 4001)
    density = m**-0.9 * (1.0 + (4.2 * half_mode_mass / m) ** 2.5) ** -0.2
    parts = 0.5 * (density[1:] + density[:-1])
    cumulative = np.concatenate([[0.0], np.cumsum(parts)])
    mean = np.sum(parts * np.sqrt(m[1:] * m[:-1])) / cumulative[-1]
    return m, cumulative / cumulative[-1], mean


@pytest.mark.long
@pytest.mark.parametrize("half_mode_mass", [0.0, 1e7, 3e8])
def test_numbers_and_masses(drawn: Callable[..., dict[str, np.ndarray]], half_mode_mass: float) -> None:
    """Poisson numbers of the mean f_sub M(<R) / (<m> (R / radius)^2), and masses of the mass function."""
    m, share, mean_mass = mass_law(half_mode_mass)
    # cold haloes are lighter, so that there are more of them
    f_sub = 0.0004 * mean_mass / 3e7
    found = drawn(half_mode_mass=half_mode_mass, f_sub=f_sub)
    mean = f_sub * 2e11 / mean_mass * 9.0
    assert 10.0 < mean < 0.6 * BOUND
    total = np.sum(found["NUMBER"])
    assert abs(total - SYSTEMS * mean) < 3.0 * np.sqrt(SYSTEMS * mean)
    assert 0.75 < np.var(found["NUMBER"]) / mean < 1.3
    masses = shown(found)["mass"]
    assert scipy.stats.kstest(masses, lambda x: np.interp(x, m, share)).pvalue > 0.01


@pytest.mark.long
def test_places_concentrations_and_truncations(drawn: Callable[..., dict[str, np.ndarray]]) -> None:
    """Uniform in a disc about the host; a lognormal scatter about the median; r_t between its limits."""
    found = shown(drawn(half_mode_mass=1e8, f_sub=0.004))
    x, y = found["x"] - 0.2, found["y"] + 0.1
    assert scipy.stats.kstest(np.hypot(x, y) ** 2 / 9.0, "uniform").pvalue > 0.01
    assert scipy.stats.kstest(np.arctan2(y, x), "uniform", (-np.pi, 2 * np.pi)).pvalue > 0.01
    mass = found["mass"]
    median = np.asarray(jax.jit(diemer_joyce)(mass, 0.5)) * (1.0 + 60.0 * 1e8 / mass) ** -0.17
    normal = np.log10(found["concentration"] / median) / 0.16
    above = found["concentration"] > 1.2 + 1e-6
    # where no concentration is below the least one the scatter is normal
    heavy = (mass > 1e8) & above
    assert heavy.sum() > 300
    assert scipy.stats.kstest(normal[heavy], "norm").pvalue > 0.01
    # r_t = 1.4 kpc (m / 1e7)^(1/3) (r / 50 kpc)^(2/3), with r at least the distance on the sky
    r3d = 50.0 * (found["r_trunc"] * KPC / (1.4 * (mass / 1e7) ** (1 / 3))) ** 1.5
    assert np.all(r3d > np.hypot(x, y) * KPC * (1 - 1e-3))
    assert 10.0 < np.median(r3d) < 200.0
