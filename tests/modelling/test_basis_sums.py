"""Sums of functions: their rules of differentiation against automatic ones and NumPy's polynomials."""

from __future__ import annotations

from collections.abc import Callable
from math import factorial

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.polynomial.hermite import hermval

from jaxlens.modelling.basis_sums import (
    gaussians,
    hermite_functions,
    sum_of_gaussians,
    sum_of_hermite_functions,
)

pytestmark = pytest.mark.usefixtures("x64")


def slope_of(
    function: Callable[..., jax.Array], *at: jax.Array
) -> Callable[..., tuple[jax.Array, jax.Array]]:
    """The value of a function and its slope along tangents, as one compiled program."""
    return jax.jit(lambda *tangents: jax.jvp(function, at, tangents))


def test_hermite_functions_are_polynomials_times_a_gaussian() -> None:
    x = np.linspace(-4.0, 4.0, 9)
    found = hermite_functions(jnp.asarray(x), 8)
    for n, function in enumerate(found):
        norm = np.sqrt(2.0**n * factorial(n) * np.sqrt(np.pi))
        expected = hermval(x, np.eye(8)[n]) * np.exp(-(x**2) / 2.0) / norm
        np.testing.assert_allclose(function, expected, atol=1e-13)


def test_the_slope_of_gaussians_is_the_automatic_one() -> None:
    """In amplitudes, in squared radii, and in both at once."""
    rng = np.random.default_rng(0)
    amplitudes, inverse = jnp.asarray(rng.normal(size=3)), jnp.asarray([0.5, 2.0, 8.0])
    r_squared, along, more = (jnp.asarray(rng.uniform(0.0, 2.0, 6)) for _ in range(3))

    def plain(a: jax.Array, r: jax.Array) -> jax.Array:
        return jnp.tensordot(a, gaussians(inverse, r), axes=1)

    def own(a: jax.Array, r: jax.Array) -> jax.Array:
        return sum_of_gaussians(a, inverse, r)

    expected, found = (slope_of(f, amplitudes, r_squared) for f in (plain, own))
    for tangents in ((jnp.zeros(3), along), (more[:3], jnp.zeros(6)), (more[:3], along)):
        np.testing.assert_allclose(found(*tangents), expected(*tangents), rtol=1e-12)
    # where nothing but the radii has a slope
    only = slope_of(lambda r: own(amplitudes, r), r_squared)
    np.testing.assert_allclose(only(along), expected(jnp.zeros(3), along))


def test_the_slope_of_hermite_functions_is_the_automatic_one() -> None:
    rng = np.random.default_rng(0)
    square = jnp.asarray(rng.normal(size=(4, 4)))
    u, v, along, across = (jnp.asarray(rng.uniform(-2.0, 2.0, 6)) for _ in range(4))

    def plain(a: jax.Array, u: jax.Array, v: jax.Array) -> jax.Array:
        one, other = hermite_functions(u, 4), hermite_functions(v, 4)
        return jnp.einsum("mn,mp,np->p", a, one, other)

    turned, still = jnp.asarray(rng.normal(size=(4, 4))), jnp.zeros((4, 4))
    expected, found = (slope_of(f, square, u, v) for f in (plain, sum_of_hermite_functions))
    for tangents in (
        (still, along, jnp.zeros(6)),
        (still, jnp.zeros(6), across),
        (turned, along, across),
    ):
        np.testing.assert_allclose(found(*tangents), expected(*tangents), rtol=1e-11, atol=1e-12)
    only = slope_of(lambda u: sum_of_hermite_functions(square, u, v), u)
    np.testing.assert_allclose(only(along), expected(still, along, jnp.zeros(6)), rtol=1e-11, atol=1e-12)
