"""Sums of the functions of a basis times amplitudes, whose derivatives are computed once, whatever moves."""

from __future__ import annotations

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jax.custom_derivatives import SymbolicZero

from jaxlens.kernels.types import Pair, Tangent


def gaussians(inverse: jax.Array, r_squared: jax.Array) -> jax.Array:
    """Gaussians of unit flux at squared radii, (number, *shape)."""
    half = inverse.reshape((-1,) + (1,) * r_squared.ndim)
    return jnp.exp(-r_squared[None] * half) * (half / np.pi)


@jax.custom_jvp
def sum_of_gaussians(amplitudes: jax.Array, inverse: jax.Array, r_squared: jax.Array) -> jax.Array:
    """sum_i a_i h_i / pi exp(-h_i r^2); its derivative in r^2 is one more such sum, whatever moves r^2.

    Args:
        amplitudes: a, the flux of each Gaussian, (number,).
        inverse: h = 1 / (2 sigma^2) of each, (number,).
        r_squared: r^2, of any shape.

    Returns:
        The sum, of the shape of r^2.
    """
    return jnp.tensordot(
        amplitudes, gaussians(inverse, r_squared), axes=1, precision=jax.lax.Precision.HIGHEST
    )


@partial(sum_of_gaussians.defjvp, symbolic_zeros=True)
def _gaussians_jvp(
    primals: tuple[jax.Array, jax.Array, jax.Array], tangents: tuple[Tangent, Tangent, Tangent]
) -> tuple[jax.Array, jax.Array]:
    amplitudes, inverse, r_squared = primals
    each = gaussians(inverse, r_squared)
    both = jnp.stack([amplitudes, -amplitudes * inverse])
    total, slope = jnp.tensordot(both, each, axes=1, precision=jax.lax.Precision.HIGHEST)
    along = jnp.zeros_like(total) if isinstance(tangents[2], SymbolicZero) else slope * tangents[2]
    if not isinstance(tangents[0], SymbolicZero):
        along = along + jnp.tensordot(tangents[0], each, axes=1, precision=jax.lax.Precision.HIGHEST)
    return total, along


def hermite_functions(x: jax.Array, count: int) -> jax.Array:
    """The first `count` Hermite functions, (count, *shape of x), by their recurrence in a loop.

    h_(n+1) = sqrt(2 / (n + 1)) x h_n - sqrt(n / (n + 1)) h_(n-1), as in `fastmath.basis_functions`, where
    they are written out: here a program would be compiled for minutes.
    """
    n = np.arange(count - 1)
    factors = np.stack([np.sqrt(2.0 / (n + 1)), np.sqrt(n / (n + 1))], axis=1)
    first = jnp.exp(-0.5 * x * x) * np.pi**-0.25

    def following(pair: Pair, factor: jax.Array) -> tuple[Pair, jax.Array]:
        before, own = pair
        after = factor[0] * x * own - factor[1] * before
        return (own, after), after

    _, others = jax.lax.scan(following, (jnp.zeros_like(first), first), jnp.asarray(factors, x.dtype))
    return jnp.concatenate([first[None], others])


@jax.custom_jvp
def sum_of_hermite_functions(square: jax.Array, u: jax.Array, v: jax.Array) -> jax.Array:
    """sum_(m, n) a_(m, n) h_m(u) h_n(v), of the shape of u; its derivatives in u and v are computed once.

    Args:
        square: a, (size, size).
        u: a coordinate, of any shape.
        v: the other one.

    Returns:
        The sum.
    """
    along_u, along_v = (hermite_functions(w, len(square)) for w in (u, v))
    return jnp.sum(along_u * _mixed(square, along_v), axis=0)


@partial(sum_of_hermite_functions.defjvp, symbolic_zeros=True)
def _hermite_jvp(
    primals: tuple[jax.Array, jax.Array, jax.Array], tangents: tuple[Tangent, Tangent, Tangent]
) -> tuple[jax.Array, jax.Array]:
    square, u, v = primals
    # h_n' = sqrt(n / 2) h_(n-1) - sqrt((n + 1) / 2) h_(n+1)
    size = len(square)
    n = np.arange(size)
    rise = np.zeros((size, size + 1))
    rise[n[1:], n[1:] - 1] = np.sqrt(n[1:] / 2.0)
    rise[n, n + 1] = -np.sqrt((n + 1) / 2.0)
    slope = jnp.asarray(rise, u.dtype)
    along_u, along_v = (hermite_functions(w, size + 1) for w in (u, v))
    mixed = _mixed(square, along_v[:size])
    total = jnp.sum(along_u[:size] * mixed, axis=0)
    along = jnp.zeros_like(total)
    if not isinstance(tangents[1], SymbolicZero):
        along = along + jnp.sum(_mixed(slope, along_u) * mixed, axis=0) * tangents[1]
    if not isinstance(tangents[2], SymbolicZero):
        along = along + jnp.sum(along_u[:size] * _mixed(square, _mixed(slope, along_v)), axis=0) * tangents[2]
    if not isinstance(tangents[0], SymbolicZero):
        along = along + jnp.sum(along_u[:size] * _mixed(tangents[0], along_v[:size]), axis=0)
    return total, along


def _mixed(matrix: jax.Array, functions: jax.Array) -> jax.Array:
    return jnp.tensordot(matrix, functions, axes=1, precision=jax.lax.Precision.HIGHEST)
