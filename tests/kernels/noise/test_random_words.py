"""Random words are those of jax.random."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxlens.kernels.noise.random_words import random_words


def threefry(seed: int) -> jax.Array:
    return jax.random.key(seed, impl="threefry2x32")


@pytest.mark.parametrize("shape", [(), (5,), (2, 3, 7)])
def test_words_are_those_of_jax(shape: tuple[int, ...]) -> None:
    first, second = jax.jit(random_words, static_argnums=1)(threefry(7), shape)
    assert first.dtype == second.dtype == np.uint32
    np.testing.assert_array_equal(first ^ second, jax.random.bits(threefry(7), shape, jnp.uint32))


def test_words_of_a_batch_of_keys() -> None:
    keys = jax.random.split(threefry(1), 3)
    first, second = jax.jit(jax.vmap(lambda key: random_words(key, (4,))))(keys)
    expected = [jax.random.bits(key, (4,), jnp.uint32) for key in keys]
    np.testing.assert_array_equal(first ^ second, np.stack(expected))


@pytest.mark.parametrize("key", [jax.random.key(3, impl="rbg"), jax.random.PRNGKey(3)])
def test_words_of_other_keys_are_independent(key: jax.Array) -> None:
    first, second = jax.jit(random_words, static_argnums=1)(key, (1000,))
    assert not bool(jnp.any(first == second))
