"""The priors of the packaged files baobab_* against baobab's formulas, written again with numpy and scipy.

Both are drawn without SELECT.  Means, standard deviations and correlations agree within five standard errors,
and the distributions by the test of Kolmogorov and Smirnov.
"""

from __future__ import annotations

import jax
import numpy as np
import pytest
import yaml
from astropy.cosmology import FlatLambdaCDM
from scipy import stats

from jaxlens import Simulator
from jaxlens.config import load_config

LENS_LIGHT, LENS_MASS = "PLANE_1-OBJECT_1-LIGHT_PROFILE_1", "PLANE_1-OBJECT_1-MASS_PROFILE_1"
SHEAR, HOST, QUASAR = (
    "PLANE_1-OBJECT_1-SHEAR_PROFILE_1",
    "PLANE_2-OBJECT_1-LIGHT_PROFILE_1",
    "PLANE_2-OBJECT_2",
)
ANGLE = np.pi / 2.0
SYSTEMS = 10_000
Numbers = dict[str, np.ndarray]


def table(rows: str) -> np.ndarray:
    return np.array([row.split() for row in rows.split(",")], float)


# The upper ends of bins in redshift up to 4.5, M* and alpha of galaxies at 1500 Angstrom.
GALAXIES = table(
    "0.2 -18.05 -1.21, 0.4 -18.38 -1.19, 0.6 -19.49 -1.55, 0.8 -19.84 -1.60, 1.2 -20.11 -1.63,"
    "2.25 -20.33 -1.49, 3.4 -21.08 -1.47, 4.5 -20.73 -1.56"
)
# The upper ends up to 4.1, and of quasars at 1450 Angstrom the break and both slopes, without signs.
QUASARS = table(
    "0.4 21.30 2.74 1.07, 0.6 23.38 3.49 1.55, 0.8 24.21 3.55 1.89, 1.0 24.60 3.69 1.88, 1.2 25.24 4.24 1.84,"
    "1.4 25.41 4.02 1.88, 1.6 25.77 4.35 1.87, 1.8 25.56 3.94 1.69, 2.2 26.35 4.26 1.98, 2.4 25.50 3.34 1.61,"
    "2.5 25.86 3.61 1.60, 2.6 25.33 3.31 1.38, 2.7 25.16 3.13 1.05, 2.8 25.94 3.78 1.34, 2.9 26.22 3.61 1.46,"
    "3.0 26.52 5.01 1.71, 3.1 26.48 4.72 1.70, 3.2 27.10 4.39 1.96, 3.3 27.19 4.39 1.93, 3.4 27.39 4.76 2.08,"
    "3.5 26.65 3.72 1.25, 4.1 27.26 4.84 2.07"
)


def drawn(name: str) -> Numbers:
    """The numbers of systems of a packaged file, of all and not only of those that SELECT keeps."""
    file = yaml.safe_load(load_config(name).text)
    del file["GEOMETRY"]["CONFIGURATION_1"]["SELECT"]
    key = jax.random.key(5, impl="threefry2x32")
    params = Simulator(file).sample(key, SYSTEMS)
    return {name: np.asarray(value, float) for name, value in params.items()}


def truncated(rng: np.random.Generator, mean: float, std: float, low: float, high: float) -> np.ndarray:
    """Baobab's normal distribution between bounds."""
    return stats.truncnorm((low - mean) / std, (high - mean) / std, mean, std).rvs(SYSTEMS, random_state=rng)


def generalised(rng: np.random.Generator, scale: float, bound: float = np.inf) -> np.ndarray:
    """Baobab's generalized_normal with p = 10 about zero, drawn again outside of the bounds."""
    many = stats.gennorm(10.0, 0.0, scale).rvs(2 * SYSTEMS, random_state=rng)
    return many[np.abs(many) < bound][:SYSTEMS]


def agree(ours: Numbers, theirs: Numbers) -> None:
    """The numbers have the same distributions and correlations."""
    names = list(theirs)
    for name in names:
        a, b = ours[name], theirs[name]
        spread = np.sqrt((a.var() + b.var()) / SYSTEMS)
        assert abs(a.mean() - b.mean()) < 5.0 * spread, name
        assert a.std() == pytest.approx(b.std(), rel=0.1), name
        assert stats.ks_2samp(a, b).pvalue > 1e-4, name
    ranks = [np.argsort(np.argsort([one[name] for name in names])) for one in (ours, theirs)]
    difference = np.corrcoef(ranks[0]) - np.corrcoef(ranks[1])
    assert np.abs(difference).max() < 5.0 * np.sqrt(2.0 / SYSTEMS), names


@pytest.mark.long
def test_the_diagonal_prior() -> None:
    rng = np.random.default_rng(1)
    x, y = rng.normal(0.0, 0.1, (2, SYSTEMS))
    theirs = {
        f"{LENS_MASS}-theta_E": rng.normal(1.0, 0.1, SYSTEMS),
        f"{LENS_MASS}-gamma": rng.normal(2.0, 0.1, SYSTEMS),
        f"{LENS_MASS}-q": truncated(rng, 0.7, 0.15, 0.3, 1.0),
        f"{LENS_MASS}-phi": rng.uniform(-ANGLE, ANGLE, SYSTEMS),
        f"{LENS_MASS}-center_x": x,
        f"{LENS_MASS}-center_y": y,
        f"{SHEAR}-gamma_ext": rng.normal(0.008, 0.001, SYSTEMS),
        f"{LENS_LIGHT}-magnitude": rng.normal(18.0, 1.0, SYSTEMS),
        f"{LENS_LIGHT}-n_sersic": rng.normal(3.0, 0.5, SYSTEMS),
        f"{LENS_LIGHT}-R_sersic": rng.normal(0.7, 0.05, SYSTEMS),
        f"{LENS_LIGHT}-q": truncated(rng, 0.7, 0.2, 0.1, 1.0),
        f"{HOST}-magnitude": rng.normal(20.407, 1.0, SYSTEMS),
        f"{HOST}-n_sersic": rng.lognormal(0.7, 0.4, SYSTEMS),
        f"{HOST}-R_sersic": rng.normal(0.4, 0.01, SYSTEMS),
        f"{HOST}-q": truncated(rng, 0.5, 0.3, 0.1, 1.0),
        f"{HOST}-center_x": x + rng.normal(0.0, 0.02, SYSTEMS),
        f"{HOST}-center_y": y + rng.normal(0.0, 0.02, SYSTEMS),
        f"{QUASAR}-magnitude": rng.normal(21.0, 1.0, SYSTEMS),
    }
    ours = drawn("baobab_diagonal")
    agree(ours, theirs)
    for name, at in (("ra_0", "center_x"), ("dec_0", "center_y")):
        np.testing.assert_array_equal(ours[f"{SHEAR}-{name}"], ours[f"{LENS_MASS}-{at}"])
        np.testing.assert_array_equal(ours[f"{LENS_LIGHT}-{at}"], ours[f"{LENS_MASS}-{at}"])


@pytest.mark.long
def test_the_covariance_prior() -> None:
    rng = np.random.default_rng(2)
    logs = rng.multivariate_normal([0.7, 1.25], [[0.1, 0.03], [0.03, 0.4]], SYSTEMS)
    theirs = {
        f"{LENS_MASS}-gamma": np.exp(logs[:, 0]),
        f"{LENS_LIGHT}-n_sersic": np.exp(logs[:, 1]),
        f"{LENS_MASS}-theta_E": rng.lognormal(0.0, 0.1, SYSTEMS),
        f"{LENS_MASS}-e1": 1.8 * rng.beta(4.0, 4.0, SYSTEMS) - 0.9,
        f"{LENS_LIGHT}-e2": 1.8 * rng.beta(4.0, 4.0, SYSTEMS) - 0.9,
        f"{SHEAR}-gamma_ext": rng.lognormal(-2.73, 1.05, SYSTEMS),
        f"{SHEAR}-psi_ext": generalised(rng, ANGLE, ANGLE),
        f"{LENS_LIGHT}-magnitude": rng.normal(15.0, 1.0, SYSTEMS),
        f"{LENS_LIGHT}-R_sersic": rng.lognormal(-0.35, 0.3, SYSTEMS),
        f"{HOST}-magnitude": rng.normal(22.0, 1.0, SYSTEMS),
        f"{HOST}-R_sersic": rng.lognormal(-0.7, 0.4, SYSTEMS),
        f"{HOST}-center_x": generalised(rng, 0.03),
    }
    agree(drawn("baobab_covariance"), theirs)


def test_the_correlated_population_of_hierarchical_inference() -> None:
    """Its numbers are those of ovejero's `empirical.py`; how such numbers are drawn is tested above."""
    (joint,) = load_config("baobab_hierarchical").joints
    assert [column.parameter for column in joint.columns] == [
        f"{LENS_MASS}-{name}" for name in ("theta_E", "q", "gamma")
    ]
    assert {column.configuration for column in joint.columns} == {"CONFIGURATION_4"}
    assert joint.log == (True, True, True)
    assert joint.arrays["mean"].tolist() == [0.0, -0.41, 0.7]
    expected = [[0.01, -0.01, -0.004], [-0.01, 0.13, 0.01], [-0.004, 0.01, 0.004]]
    assert joint.arrays["covariance"].tolist() == expected


def by_bins(z: np.ndarray, table: np.ndarray) -> np.ndarray:
    """The columns of a table after the first, which has the upper ends of bins, each (systems, 1)."""
    return table[np.searchsorted(table[:, 0], z, side="right"), 1:].T[:, :, None]


def by_density(rng: np.random.Generator, grid: np.ndarray, density: np.ndarray) -> np.ndarray:
    """A number for each row of a density on a grid (systems, grid)."""
    share = np.cumsum(density, axis=1)
    place = (share < rng.uniform(size=(len(density), 1)) * share[:, -1:]).sum(axis=1)
    return grid[place] + rng.uniform(-0.5, 0.5, len(density)) * (grid[1] - grid[0])


def empirical(rng: np.random.Generator) -> Numbers:
    """Baobab's empirical prior, with the corrections of docs/baobab.md."""
    cosmology = FlatLambdaCDM(70.0, 0.3)
    grid = np.linspace(0.1, 4.0, 4000)
    volume = cosmology.differential_comoving_volume(grid).value
    z = np.sort(rng.choice(grid, (SYSTEMS, 2), p=volume / volume.sum()), axis=1)
    distance = np.interp(z, grid, cosmology.comoving_distance(grid).value)
    modulus = 5.0 * np.log10(distance * (1.0 + z)) + 25.0
    sigma = np.linspace(200.0, 400.0, 4000)
    number = (sigma / 161.0) ** 2.32 * np.exp(-((sigma / 161.0) ** 2.67)) / sigma
    sigma_v = rng.choice(sigma, SYSTEMS, p=number / number.sum())
    magnitude = -2.5 * (2.0 * np.log10(sigma_v) + 5.8) + 4.84 + modulus[:, 0]
    log_size = 1.4335 * np.log10(sigma_v) + 0.3150 * magnitude - 8.8979 + 0.0578 * rng.normal(size=SYSTEMS)
    kpc = 3600.0 * 180.0 / np.pi / 1000.0
    galaxies, quasars = magnitudes_behind(rng, z[:, 1])
    size = (
        (galaxies / -19.5) ** -0.22
        * ((1.0 + z[:, 1]) / 5.0) ** -1.2
        * 10.0 ** (0.3 * rng.normal(size=SYSTEMS))
    )
    return {
        "PLANE_1-OBJECT_1-REDSHIFT": z[:, 0],
        "PLANE_2-OBJECT_1-REDSHIFT": z[:, 1],
        f"{LENS_MASS}-sigma_v": sigma_v,
        f"{LENS_LIGHT}-magnitude": magnitude,
        f"{LENS_LIGHT}-R_sersic": 10.0**log_size * kpc / distance[:, 0],
        f"{LENS_MASS}-gamma": 2.39 - 0.41 * log_size + 0.14 * rng.normal(size=SYSTEMS),
        f"{LENS_MASS}-q": axis_ratio(rng, 0.38 - 5.7e-4 * sigma_v),
        f"{LENS_LIGHT}-q": axis_ratio(rng, 0.38 - 5.7e-4 * sigma_v),
        f"{SHEAR}-gamma_ext": rng.lognormal(-2.73, 0.2, SYSTEMS),
        f"{HOST}-magnitude": galaxies + modulus[:, 1],
        f"{HOST}-R_sersic": size * kpc * (1.0 + z[:, 1]) / distance[:, 1],
        f"{HOST}-q": axis_ratio(rng, np.full(SYSTEMS, 0.3)),
        f"{QUASAR}-magnitude": quasars + modulus[:, 1],
    }


def axis_ratio(rng: np.random.Generator, scale: np.ndarray) -> np.ndarray:
    """One minus Rayleigh's, drawn again below 0.2."""
    found = np.zeros(len(scale))
    while (again := found < 0.2).any():
        found[again] = 1.0 - rng.rayleigh(scale[again])
    return found


def magnitudes_behind(rng: np.random.Generator, z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The absolute magnitudes of galaxies and quasars; the bins of baobab between redshifts of 0.1 and 4."""
    m_star, alpha = by_bins(z, GALAXIES)
    grid = np.arange(-23.0, -17.8, 0.02) + 0.01
    flux = 10.0 ** (0.4 * (m_star - grid))
    galaxies = by_density(rng, grid, flux ** (alpha + 1.0) * np.exp(-flux))
    m_star, *slopes = by_bins(z, QUASARS)
    grid = np.arange(-30.0, -19.0, 0.05) + 0.025
    bright, faint = (10.0 ** (-0.4 * (slope - 1.0) * (grid + m_star)) for slope in slopes)
    return galaxies, by_density(rng, grid, 1.0 / (bright + faint))


@pytest.mark.long
def test_the_empirical_prior() -> None:
    """Where the slope is legal: the file draws no others."""
    ours, theirs = drawn("baobab_empirical"), empirical(np.random.default_rng(4))
    theirs[f"{LENS_MASS}-gamma"] = theirs[f"{LENS_MASS}-gamma"].clip(1.1, 2.9)
    agree(ours, theirs)
