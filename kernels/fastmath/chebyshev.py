"""Interpolation in squares from Chebyshev's nodes: several squares, each at points of its own."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np


def nodes(count: int) -> np.ndarray:
    """The zeros of Chebyshev's polynomial of a degree, from -1 to 1.

    >>> print(nodes(1).round(3))
    [0.]
    """
    return np.cos(np.pi * (np.arange(count) + 0.5) / count)


def interpolated(values: list[jax.Array], u: jax.Array, v: jax.Array) -> list[jax.Array]:
    """The polynomials through values at the nodes of squares, at points in them.

    Args:
        values: at the nodes, each (squares, nodes along v, nodes along u).
        u: the first coordinate of the points, from -1 to 1, (squares, points).
        v: the second one.

    Returns:
        The polynomials, each (squares, points).
    """
    count = values[0].shape[-1]
    transform = jnp.asarray(_transform(count), u.dtype)
    along_u, along_v = _polynomials(u, count), _polynomials(v, count)
    highest = jax.lax.Precision.HIGHEST
    coefficients = jnp.einsum("kj,li,dcji->cdkl", transform, transform, jnp.stack(values), precision=highest)
    # one product of matrices a square for all values
    both = coefficients.reshape(len(u), -1, count)
    rows = jnp.matmul(both, along_u, precision=highest)
    return [jnp.sum(own * along_v, axis=1) for own in jnp.split(rows, len(values), axis=1)]


def _polynomials(u: jax.Array, count: int) -> jax.Array:
    """Chebyshev's polynomials of the degrees below `count`, (squares, degrees, points)."""
    found = [jnp.ones_like(u), u]
    for _ in range(count - 2):
        found.append(2.0 * u * found[-1] - found[-2])
    return jnp.stack(found[:count], axis=1)


def _transform(count: int) -> np.ndarray:
    """The matrix from values at the nodes to the coefficients of Chebyshev's polynomials."""
    k = np.arange(count)
    matrix = 2.0 / count * np.cos(np.pi * k[:, None] * (k[None, :] + 0.5) / count)
    matrix[0] *= 0.5
    return matrix
