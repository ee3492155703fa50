"""A source that is integrated out: by quadrature over all of its pixels, and its strength by differences."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxlens.modelling.pixel_descent import of_strength
from jaxlens.modelling.pixel_marginal import marginal, products, solved, value
from jaxlens.modelling.pixel_priors import log_precision
from jaxlens.modelling.pixel_source import PixelSource

pytestmark = pytest.mark.slow

SOURCE = PixelSource("source", 2)


def images(rng: np.random.Generator, count: int, pixels: int = 30) -> tuple[np.ndarray, ...]:
    source, light = rng.normal(size=(count, pixels)), np.abs(rng.normal(size=(3, pixels)))
    data = np.array([0.5, -0.8, 0.3, 0.2])[:count] @ source if count <= 4 else rng.normal(size=count) @ source
    return source, light, data + light[0] - 0.4 * light[1] + rng.normal(size=pixels)


def test_the_density_is_the_integral_over_the_source() -> None:
    source, light, data = images(np.random.default_rng(1), 4)
    precision, positive = np.full(3, 0.1), np.array([True, True, False])
    hyper = np.array([0.7, -0.3])
    with jax.enable_x64(True):
        logs = np.asarray(log_precision(SOURCE, "matern", jnp.asarray(hyper)))
        of = products(*map(jnp.asarray, (source, light, data, precision)))
        found = jax.jit(marginal)(of, logs, positive)
        minus_log = float(value(of, found, jnp.asarray(logs)))
    light_best = np.asarray(found.light)
    assert light_best[1] == 0.0
    assert not found.free[1], "one amplitude is held"
    # quadrature by Gauss and Legendre over 7 standard deviations of each mode about the best
    width = 7.0 * np.sqrt(np.diagonal(np.linalg.inv(source @ source.T + np.diag(np.exp(logs)))))
    nodes, weights = np.polynomial.legendre.leggauss(24)
    axes = [s + w * nodes for s, w in zip(np.asarray(found.source), width, strict=True)]
    s = np.stack(np.meshgrid(*axes, indexing="ij"), -1).reshape(-1, 4)
    volume = np.prod(
        np.stack(np.meshgrid(*(weights * w for w in width), indexing="ij"), -1).reshape(-1, 4), 1
    )
    residual = data - light_best @ light
    quadratic = np.einsum("qi,ij,qj->q", s, source @ source.T, s) - 2.0 * s @ (source @ residual)
    log_density = -0.5 * (quadratic + residual @ residual) - 0.5 * s**2 @ np.exp(logs)
    log_density += 0.5 * np.sum(logs - np.log(2.0 * np.pi)) - 0.5 * np.sum(precision * light_best**2)
    top = log_density.max()
    integral = top + np.log(np.sum(volume * np.exp(log_density - top)))
    np.testing.assert_allclose(minus_log, -integral, rtol=1e-9)


def test_strength_and_range_descend_as_differences_say() -> None:
    big = PixelSource("source", 4)
    source, light, data = images(np.random.default_rng(2), 16)
    positive, hyper, step = np.array([True, True, False]), np.array([0.4, -0.6]), 1e-5
    with jax.enable_x64(True):
        of = products(*map(jnp.asarray, (source, light, data, np.full(3, 0.1))))
        of = jax.tree.map(lambda a: a[None], of)
        function = jax.jit(lambda h: of_strength(big, "matern", of, positive, h))
        found = function(hyper)
        for i in range(2):
            change = step * np.eye(2)[i]
            slope = (function(hyper + change).value - function(hyper - change).value) / (2.0 * step)
            np.testing.assert_allclose(found.gradient[i], slope, rtol=1e-6)
    assert (np.linalg.eigvalsh(found.curvature) > 0.0).all()


def test_fishers_information_is_the_mean_of_the_squared_slope() -> None:
    """Over data that the model itself draws, without light of a lens."""
    big, rng, draws = PixelSource("source", 3), np.random.default_rng(5), 4000
    source = rng.normal(size=(9, 12)) * 0.7
    hyper = np.array([0.2])
    none = np.full((1, 12), 1e-9)
    with jax.enable_x64(True):
        scale = np.exp(-0.5 * np.asarray(log_precision(big, "curvature", jnp.asarray(hyper))))
        data = (rng.normal(size=(draws, 9)) * scale) @ source + rng.normal(size=(draws, 12))

        def slope(one: jax.Array) -> tuple[jax.Array, jax.Array]:
            of = products(jnp.asarray(source), jnp.asarray(none), one, jnp.ones(1))
            found = of_strength(
                big, "curvature", jax.tree.map(lambda a: a[None], of), np.ones(1, bool), hyper
            )
            return found.gradient, found.curvature

        slopes, information = jax.jit(jax.vmap(slope))(data)
    slopes, information = np.asarray(slopes), np.asarray(information)
    np.testing.assert_allclose(np.mean(slopes**2), np.mean(information), rtol=0.1)
    assert abs(np.mean(slopes)) < 4.0 * np.sqrt(np.mean(information) / draws)


def test_changes_of_the_amplitudes_solve_the_normal_equations() -> None:
    rng = np.random.default_rng(3)
    source, light, data = images(rng, 4)
    with jax.enable_x64(True):
        of = products(*map(jnp.asarray, (source, light, data, np.zeros(3))))
        found = jax.jit(marginal)(of, jnp.zeros(4), np.array([True, True, False]))
        wanted = rng.normal(size=(4, 2)), rng.normal(size=(3, 2))
        changes = solved(found, *map(jnp.asarray, wanted))
    free = np.concatenate([np.ones(4, bool), np.asarray(found.free)])
    rows = np.concatenate([source, light])
    whole = (rows @ rows.T + np.diag([1.0, 1, 1, 1, 0, 0, 0]))[np.ix_(free, free)]
    expected = np.linalg.solve(whole, np.concatenate(wanted)[free])
    np.testing.assert_allclose(np.concatenate(changes)[free], expected, rtol=1e-9, atol=1e-12)
    assert (np.concatenate(changes)[~free] == 0.0).all()
