"""Chains of all lenses, by one compiled program that takes some of them at a time."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple, TypeAlias

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.fitting.posteriors.density import Density, LogDensity
from jaxlens.fitting.posteriors.whitened import Whitening
from jaxlens.fitting.problem import batch_size

# The log-density of whitened coordinates v (k,) of one lens.
OfWhitened: TypeAlias = Callable[[jax.Array], jax.Array]


class Chain(NamedTuple):
    """The draws of one chain, or of n lenses with axes (n, chains) before those named here.

    Attributes:
        u: the unconstrained coordinates, (draws, k).
        log_density: the log-density of u without the offset of the lens, (draws,).
        log_weight: the log of the density of v over that of the distribution from which v was drawn, without
            the offset, (draws,); 0 for draws of the posterior itself.
        diverging: whether the integration of a draw's trajectory broke down, (draws,).
        gradients: how many gradients each draw took, (draws,).
        acceptance: the mean probability with which the points of a draw's trajectory are accepted, (draws,).
        step_size: the step in whitened coordinates, ().
        spent: how many gradients were spent before the first draw, ().
    """

    u: jax.Array | np.ndarray
    log_density: jax.Array | np.ndarray
    log_weight: jax.Array | np.ndarray
    diverging: jax.Array | np.ndarray
    gradients: jax.Array | np.ndarray
    acceptance: jax.Array | np.ndarray
    step_size: jax.Array | np.ndarray
    spent: jax.Array | np.ndarray


# A method with its settings: frozen and hashable, as it is static.  From the log-density of v, the starting
# point v (k,) and a key it makes a Chain, whose `u` is still v.
Sampler: TypeAlias = Callable[[OfWhitened, jax.Array, jax.Array], Chain]


def run_chains(
    sampler: Sampler, density: Density, maps: Whitening, chains: int, key: jax.Array, batch: int | None = None
) -> Chain:
    """Chains of all lenses.

    Every chain begins at a draw of Laplace's approximation, or at the maximum where the density there is not
    finite.  A call of the program has the chains of as many lenses as fit in a batch.

    Args:
        sampler: the method.
        density: the posteriors of n lenses.
        maps: their whitened coordinates.
        chains: the number of chains of each lens.
        key: the random key.
        batch: the number of chains in one call, by default that which suits the device.

    Returns:
        The chains, (n, chains, ...), as NumPy arrays.
    """
    total = len(density) * chains
    size = min(total, batch or max(batch_size(), 1))
    keys = jax.random.split(key, total)
    parts = []
    for first in range(0, total, size):
        # the last batch is filled up with chains from the front, which are left out again
        indices = np.resize(np.arange(first, min(first + size, total)), size)
        data, own = jax.tree.map(lambda array: array[indices // chains], (density.data, maps))  # noqa: B023
        part = _batch(sampler, density.log_density, density.shared, data, own, keys[indices])
        parts.append(jax.tree.map(np.asarray, part))
    joined = jax.tree.map(lambda *arrays: np.concatenate(arrays)[:total], *parts)
    return jax.tree.map(lambda array: array.reshape(len(density), chains, *array.shape[1:]), joined)


@partial(jax.jit, static_argnums=(0, 1))
def _batch(
    sampler: Sampler, log_density: LogDensity, shared: Any, data: Any, maps: Whitening, keys: jax.Array
) -> Chain:
    def one(data: Any, own: Whitening, key: jax.Array) -> Chain:
        def of_v(v: jax.Array) -> jax.Array:
            return log_density(shared, data, own.unconstrained(v))

        start_key, key = jax.random.split(key)
        drawn = jax.random.normal(start_key, own.center.shape, own.center.dtype)
        start = jnp.where(jnp.isfinite(of_v(drawn)), drawn, jnp.zeros_like(drawn))
        chain = sampler(of_v, start, key)
        return chain._replace(u=jax.vmap(own.unconstrained)(jnp.asarray(chain.u)))

    return jax.vmap(one)(data, maps, keys)
