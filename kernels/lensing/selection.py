"""The lowest or the highest few of many values, in arithmetic alone.

For a few hundred values a sort or a `top_k` by XLA on a CPU takes longer than shooting their rays.
"""

from __future__ import annotations

from functools import reduce

import jax
import jax.numpy as jnp
import numpy as np

# Values are classed by their exponent: class 0 has the values below 2^(LOWEST_POWER + 1), and each further
# class those of one power of two.
LOWEST_POWER = -15
# Number of classes; values of 2^16 and above are in none of them.
CLASSES = 31
# Bits that hold the index of a class.
CLASS_BITS = 5
# Bits in a uint32, which holds a mask of as many values.
WORD = 32
# Bits of the mantissa of a float32.
MANTISSA_BITS = 23
# The biased exponent of the float32 number 1.
EXPONENT_OF_ONE = 127


def lowest(values: jax.Array, count: int) -> jax.Array:
    """The indices (count,) of the lowest of the float32 numbers `values` (n,) >= 0, to a power of two.

    Values in the same power of two count as equal, and of equal values the first ones are taken.  All values
    below 2^-14 are equal; values of 2^16 and above are never taken.  Where fewer than `count` are taken the
    other indices are 0.

    >>> [int(i) for i in lowest(jnp.asarray([5.0, 0.0, 3.0, 1.0], jnp.float32), 2)]
    [1, 3]
    """
    masks = _masks_of_classes(values)
    totals = jnp.sum(jax.lax.population_count(masks).astype(jnp.int32), axis=1, dtype=jnp.int32)
    up_to = _running_sum(totals)
    # The classes below `partial` are taken as a whole, and that class as far as `count` allows.
    partial = jnp.sum(up_to <= count, dtype=jnp.int32)
    number = np.arange(CLASSES, dtype=np.int32)[:, None]
    wanted = (number < partial, number == partial)
    words = [jnp.sum(jnp.where(w, masks, jnp.uint32(0)), axis=0, dtype=jnp.uint32) for w in wanted]
    return _set_bits(jnp.concatenate(words), count) % (masks.shape[1] * WORD)


def _masks_of_classes(values: jax.Array) -> jax.Array:
    """Which values are in which class: bit masks (classes, words) of 32 values each."""
    padded = jnp.pad(values, (0, -values.size % WORD), constant_values=jnp.inf)
    exponents = jax.lax.bitcast_convert_type(padded, jnp.int32) >> MANTISSA_BITS
    classes = jnp.clip(exponents - (EXPONENT_OF_ONE + LOWEST_POWER), 0, CLASSES)
    classes = classes.astype(jnp.uint32).reshape(-1, WORD)
    place = np.arange(WORD, dtype=np.uint32)[None, :]
    bits = [jnp.sum(((classes >> b) & 1) << place, axis=1, dtype=jnp.uint32) for b in range(CLASS_BITS)]
    # A value is in a class where all bits of the class indices agree.
    flips = np.array(
        [[0 if number >> b & 1 else 0xFFFFFFFF for number in range(CLASSES)] for b in range(CLASS_BITS)],
        np.uint32,
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
    # Bisection of the word: is the bit of this rank in its lower or its upper half?
    rank, bits = number - (up_to[word] - in_word[word]), words[word]
    place = jnp.zeros_like(rank)
    for width in (16, 8, 4, 2, 1):
        low = (bits >> place.astype(jnp.uint32)) & np.uint32((1 << width) - 1)
        below = jax.lax.population_count(low).astype(jnp.int32)
        upper = rank >= below
        rank, place = jnp.where(upper, rank - below, rank), jnp.where(upper, place + width, place)
    return jnp.where(exists, word * WORD + place, 0)


def _running_sum(counts: jax.Array) -> jax.Array:
    """Cumulative sums of a few integers (n,), exact below 2^24."""
    return jax.lax.platform_dependent(counts, cpu=_sums_by_product, default=_sums_by_mask)


def _sums_by_product(counts: jax.Array) -> jax.Array:
    until = np.triu(np.ones((counts.size, counts.size), np.float32))
    sums = jnp.matmul(counts.astype(jnp.float32), until, precision=jax.lax.Precision.HIGHEST)
    return sums.astype(jnp.int32)


def _sums_by_mask(counts: jax.Array) -> jax.Array:
    """The same without a library's matrix product, which on a GPU is a launch and memory of its own."""
    until = np.tril(np.ones((counts.size, counts.size), bool))
    return jnp.sum(jnp.where(until, counts[None, :], 0), axis=1, dtype=jnp.int32)


def ranked(values: jax.Array, count: int) -> jax.Array:
    """The indices (count,) of the highest of a few values (n,), highest first; 0 beyond n.

    Of equal values the first comes first.  The cost is n^2.

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
