"""Functions of light against the profiles that files have, sums over the sky and differences."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxlens.kernels.registry import LIGHT_PROFILES
from jaxlens.modelling.bases import Basis, MultiGaussian, Sersic, Shapelets

PLACE = {"e1": 0.15, "e2": -0.1, "center_x": 0.1, "center_y": -0.05}
VALUES = {**PLACE, "R_sersic": 0.4, "n_sersic": 1.5}
GAUSSIANS, SERSIC, SHAPELETS = MultiGaussian("L", 4, 0.2, 0.9), Sersic("L"), Shapelets("L", 3)
BASES = (GAUSSIANS, SERSIC, SHAPELETS)
STEP = 0.1

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("x64")]


def values_of(basis: Basis, **changed: float) -> dict[str, jax.Array]:
    own = VALUES | changed
    return {name: jnp.asarray(own[name]) for name in basis.parameters}


def sky(half: float = 8.0, step: float = STEP) -> tuple[jax.Array, jax.Array]:
    axis = np.arange(-half, half + step / 2.0, step)
    x, y = np.meshgrid(axis, axis)
    return jnp.asarray(x), jnp.asarray(y)


def points() -> tuple[jax.Array, jax.Array]:
    x, y = np.random.default_rng(1).uniform(-1.0, 1.0, (2, 3, 5))
    return jnp.asarray(x), jnp.asarray(y)


def registered(name: str, **parameters: Any) -> np.ndarray:
    return np.asarray(LIGHT_PROFILES[name].surface_brightness(*points(), **parameters))


def test_gaussians_have_unit_flux() -> None:
    """A sum over a fine grid is the integral of a Gaussian to many digits."""
    each = np.asarray(GAUSSIANS.functions(values_of(GAUSSIANS), *sky()))
    np.testing.assert_allclose(np.sum(each, axis=(1, 2)) * STEP**2, 1.0, atol=1e-6)


def test_gaussians_are_those_of_files() -> None:
    amplitudes = np.array([3.0, 0.5, 0.0, 2.0])
    expected = registered("MULTI_GAUSSIAN_ELLIPSE", amp=amplitudes, sigma=GAUSSIANS.widths, **PLACE)
    found = GAUSSIANS.brightness(values_of(GAUSSIANS), jnp.asarray(amplitudes), *points())
    np.testing.assert_allclose(found, expected, rtol=1e-12)
    np.testing.assert_allclose(GAUSSIANS.widths[[0, -1]], [0.2, 0.9])
    np.testing.assert_allclose(np.diff(np.log(GAUSSIANS.widths)), np.log(0.9 / 0.2) / 3.0)


def test_a_sersic_has_unit_flux() -> None:
    """The sum over rings about its centre, whose radii follow its cusp."""
    log_r, angle = np.linspace(np.log(1e-4), np.log(20.0), 400), np.arange(40) * np.pi / 20.0
    r = np.exp(log_r)[:, None]
    x, y = PLACE["center_x"] + r * np.cos(angle), PLACE["center_y"] + r * np.sin(angle)
    light = SERSIC.functions(values_of(SERSIC), jnp.asarray(x), jnp.asarray(y))
    assert light.shape[0] == SERSIC.count == 1
    flux = np.sum(np.asarray(light[0]) * r**2) * (log_r[1] - log_r[0]) * (np.pi / 20.0)
    np.testing.assert_allclose(flux, 1.0, rtol=1e-5)


def test_shapelets_are_orthonormal() -> None:
    each = np.asarray(SHAPELETS.functions(values_of(SHAPELETS), *sky()))
    gram = np.einsum("iyx,jyx->ij", each, each) * STEP**2
    np.testing.assert_allclose(gram, np.eye(SHAPELETS.count), atol=1e-8)


def test_shapelets_are_those_of_files() -> None:
    """Each in turn; those of files lack the factor 1 / beta."""
    found = SHAPELETS.functions(values_of(SHAPELETS, e1=0.0, e2=0.0), *points())
    own = {"n_max": 3, "beta": 0.4, "center_x": 0.1, "center_y": -0.05}
    # theirs are order by order, ours row by row of the second one
    rows = [0, 1, 3, 6, 2, 4, 7, 5, 8, 9]
    for amp, function in zip(np.eye(SHAPELETS.count)[rows], found, strict=True):
        np.testing.assert_allclose(0.4 * function, registered("SHAPELETS", amp=amp, **own), atol=1e-13)


@pytest.mark.parametrize("basis", BASES, ids=lambda basis: type(basis).__name__)
def test_brightness_is_the_sum_of_the_functions(basis: Basis) -> None:
    values = values_of(basis)
    amplitudes = np.random.default_rng(2).normal(size=basis.count)
    each = np.asarray(basis.functions(values, *points()))
    assert each.shape == (basis.count, 3, 5)
    found = basis.brightness(values, jnp.asarray(amplitudes), *points())
    np.testing.assert_allclose(found, np.tensordot(amplitudes, each, axes=1), rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("basis", BASES, ids=lambda basis: type(basis).__name__)
def test_derivatives_are_differences(basis: Basis) -> None:
    """Along each coordinate, each number of the profile and each amplitude."""
    values, (x, y) = values_of(basis), points()
    amplitudes = jnp.asarray(np.random.default_rng(2).normal(size=basis.count))

    def light(vector: jax.Array, dx: jax.Array, dy: jax.Array) -> jax.Array:
        own = dict(zip(values, vector[: len(values)], strict=True))
        return basis.brightness(own, vector[len(values) :], x + dx, y + dy)

    at = jnp.concatenate([jnp.stack(list(values.values())), amplitudes])
    zero = jnp.zeros(())
    slopes = jax.jit(jax.jacfwd(light, argnums=(0, 1, 2)))(at, zero, zero)
    every = np.concatenate([np.moveaxis(np.asarray(slopes[0]), -1, 0), [slopes[1], slopes[2]]])
    run = jax.jit(light)
    for i, slope in enumerate(every):
        step = 1e-5 * np.eye(at.size + 2)[i]
        up, down = (
            run(at + side * step[:-2], *(jnp.asarray(side * own) for own in step[-2:]))
            for side in (1.0, -1.0)
        )
        np.testing.assert_allclose(slope, (up - down) / 2e-5, rtol=1e-6, atol=1e-7)
