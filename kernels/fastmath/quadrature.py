"""Gauss-Legendre quadrature of a fixed order, in a loop that keeps no array for each node."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

# Nodes in a turn of the loop, of an integrand that compiles quickly.
UNROLL = 4


@cache
def nodes_and_weights(order: int) -> tuple[np.ndarray, np.ndarray]:
    """The nodes and weights of the interval from 0 to 1, in float64."""
    nodes, weights = np.polynomial.legendre.leggauss(order)
    return 0.5 * (nodes + 1.0), 0.5 * weights


@partial(jax.jit, static_argnums=(0, 1), static_argnames="unroll")
def unit_integral(
    integrand: Callable[..., Any], order: int, *operands: jax.Array, unroll: int = UNROLL
) -> Any:
    """The integral of `integrand(u, *operands)` over u from 0 to 1.

    Reverse differentiation evaluates the integrand again, so that it stores nothing for each node.

    Args:
        integrand: a function of u (a scalar) and the operands that returns a pytree of arrays of the
            operands' floating type; it is static, so a function of a module.
        order: number of nodes; static.
        operands: arrays of one floating type.
        unroll: nodes in a turn of the loop; static.

    Returns:
        The integral, a pytree as the integrand returns it.

    >>> print(f"{unit_integral(lambda u, a: u**a, 8, jnp.full((), 3.0)):.5f}")
    0.25000
    """
    dtype = operands[0].dtype
    nodes, weights = (jnp.asarray(v, dtype) for v in nodes_and_weights(order))

    @jax.checkpoint
    def step(total: Any, node: tuple[jax.Array, jax.Array]) -> tuple[Any, None]:
        u, weight = node
        values = integrand(u, *operands)
        return jax.tree.map(lambda t, v: t + weight * v, total, values), None

    shapes = jax.eval_shape(integrand, nodes[0], *operands)
    zeros = jax.tree.map(lambda s: jnp.zeros(s.shape, s.dtype), shapes)
    return jax.lax.scan(step, zeros, (nodes, weights), unroll=unroll)[0]
