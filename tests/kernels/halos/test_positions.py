"""Places of subhaloes: inside the cylinder, and as the host's density by independent draws."""

from __future__ import annotations

import jax
import numpy as np
import pytest
from scipy import stats

from jaxlens.kernels.halos import cored_nfw_positions, cored_nfw_share, uniform_positions, uniform_share

# The disc's radius, and the host's radius, scale radius and core (kpc).
HOST = {"radius": 20.0, "host_radius": 350.0, "host_scale": 60.0, "core_radius": 15.0}
DRAWS = 20_000


@pytest.fixture(scope="module")
def uniforms() -> np.ndarray:
    return np.random.default_rng(4).uniform(size=(3, DRAWS)).astype(np.float32)


@pytest.fixture(scope="module")
def cored(uniforms) -> np.ndarray:
    return np.asarray(jax.jit(cored_nfw_positions)(*uniforms, **HOST), float)


@pytest.fixture(scope="module")
def uniform(uniforms) -> np.ndarray:
    return np.asarray(jax.jit(uniform_positions)(*uniforms, **HOST), float)


def density(r: np.ndarray) -> np.ndarray:
    return 1.0 / ((r + HOST["core_radius"]) * np.square(r + HOST["host_scale"]))


def shares(values: np.ndarray, grid: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """The share of a density on a grid that is below each value."""
    sums = np.concatenate([[0.0], np.cumsum(0.5 * (weights[1:] + weights[:-1]) * np.diff(grid))])
    return np.interp(values, grid, sums / sums[-1])


def projected(R: np.ndarray) -> np.ndarray:
    """The surface density of the host, out to its radius, at radii R."""
    t = np.linspace(0.0, 1.0, 4001)[:, None]
    depth = np.sqrt(HOST["host_radius"] ** 2 - R**2) * t**3
    return np.trapezoid(density(np.hypot(R, depth)) * 3.0 * t**2, t, axis=0) * depth[-1]


def assert_uniform(values: np.ndarray) -> None:
    assert stats.kstest(values, "uniform").pvalue > 1e-3


def test_a_cored_nfw_host_has_its_projected_density(cored) -> None:
    R = np.linspace(0.0, HOST["radius"], 401)
    assert_uniform(shares(np.hypot(*cored[:2]), R, R * projected(R)))
    assert_uniform(0.5 + np.arctan2(cored[1], cored[0]) / (2.0 * np.pi))


def test_distances_in_space_are_those_of_the_host_in_the_cylinder(cored) -> None:
    r = np.concatenate([np.linspace(0.0, 20.0, 2001)[:-1], np.geomspace(20.0, 350.0, 20001)])
    inside = 1.0 - np.sqrt(1.0 - np.square(np.minimum(HOST["radius"] / np.maximum(r, 1e-9), 1.0)))
    assert_uniform(shares(cored[2], r, density(r) * r**2 * inside))
    # given r, the height above the equator is uniform, of those in the cylinder
    height = 1.0 - np.sqrt(np.maximum(1.0 - np.square(np.hypot(*cored[:2]) / cored[2]), 0.0))
    cap = 1.0 - np.sqrt(1.0 - np.square(np.minimum(HOST["radius"] / cored[2], 1.0)))
    assert_uniform(np.clip(height / cap, 0.0, 1.0))


def test_a_disc_is_uniform_and_as_deep_as_the_host(uniform) -> None:
    R = np.hypot(*uniform[:2])
    assert_uniform(np.square(R / HOST["radius"]))
    assert_uniform(0.5 + np.arctan2(uniform[1], uniform[0]) / (2.0 * np.pi))
    z = np.concatenate([np.linspace(0.0, 20.0, 2001)[:-1], np.geomspace(20.0, 350.0, 20001)])
    depth = np.sqrt(np.maximum(uniform[2] ** 2 - R**2, 0.0))
    assert_uniform(shares(depth, z, density(z)))


def test_haloes_are_inside_the_cylinder_and_the_host(cored, uniform) -> None:
    for x, y, r3d in (cored, uniform):
        assert np.hypot(x, y).max() <= HOST["radius"] * (1.0 + 1e-6)
        assert (r3d >= np.hypot(x, y) * (1.0 - 1e-6)).all()
    assert cored[2].max() <= HOST["host_radius"] * (1.0 + 1e-5)


def test_shares_within_a_smaller_radius() -> None:
    R = np.linspace(0.0, HOST["radius"], 401)
    share = jax.jit(cored_nfw_share)
    for within in (5.0, 12.0, 20.0, 30.0):
        exact = float(shares(np.array(within), R, R * projected(R)))
        assert float(share(within, **HOST)) == pytest.approx(exact, rel=2e-5)
    np.testing.assert_allclose(uniform_share(np.float32([5.0, 30.0]), 20.0), [0.0625, 1.0])


def test_a_cylinder_wider_than_the_host_holds_all_of_it(uniforms) -> None:
    """Then distances are those of the whole host."""
    wide = HOST | {"radius": 500.0}
    x, y, r3d = (np.asarray(v, float) for v in jax.jit(cored_nfw_positions)(*uniforms, **wide))
    r = np.linspace(0.0, HOST["host_radius"], 20001)
    assert_uniform(shares(r3d, r, density(r) * r**2))
    assert_uniform(np.abs(np.sqrt(np.maximum(1.0 - (x**2 + y**2) / r3d**2, 0.0))))
    assert float(jax.jit(cored_nfw_share)(300.0, **wide)) < 1.0


@pytest.mark.long
def test_derivatives_in_the_host_are_central_differences(x64) -> None:
    u = np.random.default_rng(6).uniform(size=(3, 40))
    names = tuple(HOST)
    at = np.array([HOST[name] for name in names])
    for function in (cored_nfw_positions, uniform_positions):

        def places(values, function=function):
            return jax.numpy.stack(function(*u, **dict(zip(names, values, strict=True))))

        found, value = jax.jit(jax.jacfwd(places))(at), jax.jit(places)
        for k in range(4):
            step = np.where(np.arange(4) == k, 1e-4 * at[k], 0.0)
            difference = (value(at + step) - value(at - step)) / (2.0 * step[k])
            np.testing.assert_allclose(found[..., k], difference, atol=2e-5 * np.abs(difference).max())


def test_a_number_that_is_missing_is_missing(uniforms) -> None:
    for function in (cored_nfw_positions, uniform_positions):
        for name in HOST:
            found = jax.jit(function)(*uniforms, **(HOST | {name: np.nan}))
            assert np.isnan(found.r3d).all()
