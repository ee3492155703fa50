"""How the sums of `fastmath.pairs` are computed for one system: in blocks on a CPU, at once elsewhere.

A function of pairs has the number of its arrays of a and of b as attributes `a` and `b`, and gives from these
arrays, which broadcast, the terms of the sums over b and those of the sums over a.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp

Arrays = Sequence[jax.Array]

# Pairs of a block on a CPU: some arrays of so many numbers fit its second cache.
BLOCK = 16384


def terms_of(pairs: Any, a: Arrays, b: Arrays) -> tuple[list[Any], list[Any]]:
    """The abstract terms of a function of pairs, for one pair.

    Args:
        pairs: the function.
        a: its arrays of a, or their abstract values; only their types are used.
        b: its arrays of b, likewise.

    Returns:
        The terms of the sums over b, and those of the sums over a.
    """
    one = [jax.ShapeDtypeStruct((1, 1), array.dtype) for array in (*a, *b)]
    found = jax.eval_shape(lambda own: pairs(own[: pairs.a], own[pairs.a :]), one)
    return list(found[0]), list(found[1])


def in_blocks(pairs: Any, count: jax.Array, *arrays: jax.Array) -> list[jax.Array]:
    """The sums of one system, in blocks of BLOCK pairs, as far as there are items b.

    Args:
        pairs: the function of pairs.
        count: how many of the items b count.
        *arrays: the arrays of a, (items a,), and those of b, (items b,).

    Returns:
        The sums over b, (items a,), and then those over a, (items b,).
    """
    a, b = arrays[: pairs.a], arrays[pairs.a :]
    items_a, items_b = len(a[0]), len(b[0])
    width = min(items_a, BLOCK)
    height = max(1, min(items_b, BLOCK // width))
    chunks, blocks = math.ceil(items_a / width), math.ceil(items_b / height)
    wide = [_padded(one, chunks * width).reshape(chunks, 1, width) for one in a]
    high = [_padded(one, blocks * height) for one in b]
    of_a, of_b = terms_of(pairs, a, b)

    def chunk(total_b: list[jax.Array], own: tuple[jax.Array, list[jax.Array]]) -> Any:
        number, own_a = own
        inside = number * width + jnp.arange(width)[None, :] < items_a

        def block(k: jax.Array, total: tuple[list[jax.Array], list[jax.Array]]) -> Any:
            own_b = [jax.lax.dynamic_slice_in_dim(one, k * height, height)[:, None] for one in high]
            counted = k * height + jnp.arange(height)[:, None] < count
            g, h = pairs(own_a, own_b)
            shape = (height, width)
            more_a = [jnp.sum(jnp.where(counted, jnp.broadcast_to(term, shape), 0.0), axis=0) for term in g]
            more_b = [_along_a(jnp.where(inside & counted, jnp.broadcast_to(term, shape), 0.0)) for term in h]
            sums_a = [old + new for old, new in zip(total[0], more_a, strict=True)]
            return sums_a, [_added_at(k * height, *each) for each in zip(total[1], more_b, strict=True)]

        zero = [jnp.zeros(width, term.dtype) for term in of_a]
        number_of_blocks = jnp.clip((count + height - 1) // height, 0, blocks)
        sums_a, total_b = jax.lax.fori_loop(0, number_of_blocks, block, (zero, total_b))
        return total_b, sums_a

    first = [jnp.zeros(blocks * height, term.dtype) for term in of_b]
    sums_b, sums_a = jax.lax.scan(chunk, first, (jnp.arange(chunks), wide))
    return [one.reshape(-1)[:items_a] for one in sums_a] + [one[:items_b] for one in sums_b]


def _padded(array: jax.Array, length: int) -> jax.Array:
    """An array with its last entry repeated up to a length."""
    return jnp.pad(array, (0, length - len(array)), mode="edge")


def _along_a(terms: jax.Array) -> jax.Array:
    """Sums along the last axis, by steps that vector instructions can do."""
    height, width = terms.shape
    lanes = math.gcd(width, 64)
    return jnp.sum(jnp.sum(terms.reshape(height, width // lanes, lanes), axis=1), axis=1)


def _added_at(start: jax.Array, total: jax.Array, more: jax.Array) -> jax.Array:
    """`total` with `more` added from an index on."""
    old = jax.lax.dynamic_slice_in_dim(total, start, len(more))
    return jax.lax.dynamic_update_slice_in_dim(total, old + more, start, 0)


def at_once(pairs: Any, count: jax.Array, *arrays: jax.Array) -> list[jax.Array]:
    """The sums of one system, two of them by each reduction.

    Args:
        pairs: as in `in_blocks`.
        count: as in `in_blocks`.
        *arrays: as in `in_blocks`.

    Returns:
        As `in_blocks`.
    """
    a, b = arrays[: pairs.a], arrays[pairs.a :]
    numbers = [len(kind) for kind in terms_of(pairs, a, b)]
    items = (len(a[0]), len(b[0]))
    places = [(kind, first) for kind in (0, 1) for first in range(0, numbers[kind], 2)]
    branches = [partial(_two_sums, pairs, count, arrays, kind, first, max(items)) for kind, first in places]
    if len(branches) == 1:
        found = branches[0](None)[None]
    else:
        # in one computation XLA would keep arrays of all pairs that several sums share
        found = jax.lax.map(lambda k: jax.lax.switch(k, branches, None), jnp.arange(len(branches)))
    sums = ([], [])
    for own, (kind, first) in zip(found, places, strict=True):
        sums[kind].extend(one[: items[kind]] for one in own[: numbers[kind] - first])
    return [*sums[0], *sums[1]]


def _two_sums(
    pairs: Any, count: jax.Array, arrays: Arrays, kind: int, first: int, length: int, _: None
) -> jax.Array:
    """The sums of a term and of the next of one kind, padded to a length: one complex reduction.

    Of two real ones XLA's compiler for GPUs makes one kernel too, but computes terms apart from it.
    """
    a, b = arrays[: pairs.a], arrays[pairs.a :]
    shape = (len(a[0]), len(b[0]))
    terms = pairs([one[:, None] for one in a], [one[None, :] for one in b])[kind][first : first + 2]
    counted = jnp.arange(shape[1])[None, :] < count
    real, imaginary = (jnp.where(counted, jnp.broadcast_to(terms[k], shape), 0.0) for k in (0, -1))
    total = jnp.sum(jax.lax.complex(real, imaginary), axis=1 - kind)
    both = jnp.stack([jnp.real(total), jnp.imag(total)])
    return jnp.pad(both, ((0, 0), (0, length - shape[kind])))
