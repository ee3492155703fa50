"""Sums over the entries of parameters that are lists."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import TypeVar

import jax
import jax.numpy as jnp

from jaxlens.kernels.types import Reals

T = TypeVar("T")


def count_of(**lists: Reals) -> int:
    """How many entries lists of one length have.

    Args:
        **lists: parameters by name, each a list, or an array with the entries along its first axis.

    Raises:
        ValueError: the lists have different lengths, or no entry.

    >>> count_of(amp=[1.0, 2.0], sigma=[0.1, 0.3])
    2
    """
    lengths = {name: len(entries) for name, entries in lists.items()}
    if len(set(lengths.values())) != 1 or 0 in lengths.values():
        found = ", ".join(f"{name} has {count}" for name, count in lengths.items())
        raise ValueError(f"{found} entries; they need as many entries as each other, and one at least")
    return next(iter(lengths.values()))


def total(term: Callable[..., T], written_out: int = 8, **lists: Reals) -> T:
    """The sum of `term(entry, ...)` over the entries of lists of one length.

    A few terms are written out in full, which XLA compiles to one loop over the rays.  More would take long
    to compile, and on a CPU the program would be slow: there they are added in a loop, and elsewhere as an
    array with one more axis.  The reverse derivative of these computes each term again.

    Args:
        term: a function of one entry of each list that returns a pytree of arrays.
        written_out: how many terms are written out at most; static.
        **lists: parameters by name, in the order of the arguments of `term`, each a list, or an array with
            the entries along its first axis.

    Returns:
        The sum, of the shape to which the terms broadcast.

    Raises:
        ValueError: the lists have different lengths, or no entry.

    >>> print(total(lambda a, b: a * b, a=[1.0, 2.0], b=[3.0, 4.0]))
    11.0
    """
    if count_of(**lists) <= written_out:
        return reduce(_added, [term(*own) for own in zip(*lists.values(), strict=True)])
    stacked = tuple(
        own if isinstance(own, jax.Array) else jnp.stack(jnp.broadcast_arrays(*own)) for own in lists.values()
    )
    shared = jax.checkpoint(term)

    def in_a_loop(stacked: tuple[jax.Array, ...]) -> T:
        shapes = jax.eval_shape(term, *(own[0] for own in stacked))
        zeros = jax.tree.map(lambda own: jnp.zeros(own.shape, own.dtype), shapes)
        return jax.lax.scan(lambda sum_, own: (_added(sum_, shared(*own)), None), zeros, stacked)[0]

    def at_once(stacked: tuple[jax.Array, ...]) -> T:
        return jax.tree.map(lambda terms: jnp.sum(terms, axis=0), jax.vmap(shared)(*stacked))

    return jax.lax.platform_dependent(stacked, cpu=in_a_loop, default=at_once)


def _added(a: T, b: T) -> T:
    return jax.tree.map(jnp.add, a, b)
