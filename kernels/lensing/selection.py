"""The lowest or the highest few of many numbers, in arithmetic alone.

A sort or a `top_k` of a few hundred numbers takes XLA on a CPU longer than the rays of the numbers did.
"""

from __future__ import annotations

from functools import reduce

import jax
import jax.numpy as jnp
import numpy as np

# Numbers are told apart by their exponent: one kind from each power of two to the next, between these two.
LOWEST_POWER, KINDS = -15, 31
WORD = 32


def lowest(values: jax.Array, count: int) -> jax.Array:
    """The indices (count,) of the lowest of the float32 numbers `values` (n,) >= 0, to a power of two.

    A number is told from another where their powers of two differ, from 2^-15 (below which all are alike) to
    2^16 (beyond which none is taken).  Within the last kind that has room the first are taken.  Where all
    are fewer than `count`, the rest are 0.

    >>> [int(i) for i in lowest(jnp.asarray([5.0, 0.0, 3.0, 1.0], jnp.float32), 2)]
    [1, 3]
    """
    masks = _words_by_kind(values)
    totals = jnp.sum(jax.lax.population_count(masks).astype(jnp.int32), axis=1, dtype=jnp.int32)
    up_to = _running_sum(totals)
    whole = jnp.sum(up_to <= count, dtype=jnp.int32)
    kind = np.arange(KINDS, dtype=np.int32)[:, None]
    wanted = (kind < whole, kind == whole)
    words = [jnp.sum(jnp.where(w, masks, jnp.uint32(0)), axis=0, dtype=jnp.uint32) for w in wanted]
    return _set_bits(jnp.concatenate(words), count) % (masks.shape[1] * WORD)


def _words_by_kind(values: jax.Array) -> jax.Array:
    """Which values are of which kind, (kinds, words) of 32 bits each."""
    padded = jnp.pad(values, (0, -values.size % WORD), constant_values=jnp.inf)
    exponents = jax.lax.bitcast_convert_type(padded, jnp.int32) >> 23
    kinds = jnp.clip(exponents - (127 + LOWEST_POWER), 0, KINDS).astype(jnp.uint32).reshape(-1, WORD)
    place = np.arange(WORD, dtype=np.uint32)[None, :]
    bits = [jnp.sum(((kinds >> b) & 1) << place, axis=1, dtype=jnp.uint32) for b in range(5)]
    flips = np.array(
        [[0 if kind >> b & 1 else 0xFFFFFFFF for kind in range(KINDS)] for b in range(5)], np.uint32
    )
    return reduce(
        jnp.bitwise_and, [word[None, :] ^ flip[:, None] for word, flip in zip(bits, flips, strict=True)]
    )


def _set_bits(words: jax.Array, count: int) -> jax.Array:
    """Where the first `count` set bits of 32-bit words are; 0 where there are fewer."""
    in_word = jax.lax.population_count(words).astype(jnp.int32)
    up_to = _running_sum(in_word)
    number = jnp.arange(count, dtype=jnp.int32)
    word = jnp.sum(up_to[None, :] <= number[:, None], axis=1, dtype=jnp.int32)
    exists, word = word < words.size, jnp.minimum(word, words.size - 1)
    rank, rest = number - (up_to[word] - in_word[word]), words[word]
    place = jnp.zeros_like(rank)
    for width in (16, 8, 4, 2, 1):
        low = (rest >> place.astype(jnp.uint32)) & np.uint32((1 << width) - 1)
        below = jax.lax.population_count(low).astype(jnp.int32)
        beyond = rank >= below
        rank, place = jnp.where(beyond, rank - below, rank), jnp.where(beyond, place + width, place)
    return jnp.where(exists, word * WORD + place, 0)


def _running_sum(counts: jax.Array) -> jax.Array:
    """Sums of the first 1, 2, ... of a few whole numbers (n,): a product with a matrix, exact below 2^24."""
    until = np.triu(np.ones((counts.size, counts.size), np.float32))
    sums = jnp.matmul(counts.astype(jnp.float32), until, precision=jax.lax.Precision.HIGHEST)
    return sums.astype(jnp.int32)


def ranked(values: jax.Array, count: int) -> jax.Array:
    """The indices (count,) of the highest of a few numbers (n,), highest first; 0 beyond n.

    Of equal numbers the first comes first.  The cost is n^2.

    >>> [int(i) for i in ranked(jnp.asarray([2.0, 7.0, 5.0]), 2)]
    [1, 2]
    """
    earlier = np.tril(np.ones((values.size, values.size), dtype=bool), k=-1)
    higher = values[None, :] > values[:, None]
    ahead = higher | ((values[None, :] == values[:, None]) & earlier)
    rank = jnp.sum(ahead, axis=1, dtype=jnp.int32)
    hit = rank[None, :] == np.arange(count, dtype=np.int32)[:, None]
    return jnp.sum(
        jnp.where(hit, np.arange(values.size, dtype=np.int32)[None, :], 0), axis=1, dtype=jnp.int32
    )
