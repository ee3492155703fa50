"""Sums over the entries of parameters that are lists."""

from __future__ import annotations

from collections.abc import Callable

import jax
import jax.numpy as jnp

from jaxlens.kernels.types import Real, Reals


def paired(**lists: Reals) -> list[tuple[Real, ...]]:
    """The entries of lists of one length, one of each list together.

    Args:
        **lists: parameters by name.

    Returns:
        A tuple for each entry, in the order of the arguments.

    Raises:
        ValueError: the lists have different lengths, or no entry.

    >>> paired(amp=[1.0, 2.0], sigma=[0.1, 0.3])
    [(1.0, 0.1), (2.0, 0.3)]
    """
    lengths = {name: len(entries) for name, entries in lists.items()}
    if len(set(lengths.values())) != 1 or 0 in lengths.values():
        found = ", ".join(f"{name} has {count}" for name, count in lengths.items())
        raise ValueError(f"{found} entries; they need as many entries as each other, and one at least")
    return list(zip(*lists.values(), strict=True))


def total(term: Callable[..., jax.Array], **lists: Reals) -> jax.Array:
    """The sum of `term(entry, ...)` over the entries of lists of one length, written out in full.

    For terms of a few operations: XLA compiles the sum to one loop over the rays, which keeps the total in a
    register.

    Args:
        term: a function of one entry of each list.
        **lists: parameters by name, in the order of the arguments of `term`.

    Returns:
        The sum, of the shape to which the terms broadcast.

    Raises:
        ValueError: the lists have different lengths, or no entry.

    >>> print(total(lambda a, b: a * b, a=[1.0, 2.0], b=[3.0, 4.0]))
    11.0
    """
    terms = [term(*entries) for entries in paired(**lists)]
    result = jnp.asarray(terms[0])
    for other in terms[1:]:
        result = result + other
    return result
