"""Normal numbers are those of jax.random, and scipy's quantiles of the random words."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.special import ndtri

from jaxlens.kernels.noise import normal

standard_normal = jax.jit(normal.standard_normal, static_argnums=1)
normal_quantile, normal_of_word = jax.jit(normal.normal_quantile), jax.jit(normal.normal_of_word)

EDGES = np.array([0, 1, 2, 2**31 - 2, 2**31 - 1, 2**31, 2**31 + 1, 2**32 - 2, 2**32 - 1], np.uint32)
WORDS = np.concatenate([EDGES, np.random.default_rng(0).integers(0, 2**32, 100_000, dtype=np.uint32)])


def threefry(seed: int) -> jax.Array:
    return jax.random.key(seed, impl="threefry2x32")


@pytest.mark.parametrize("key", [jax.random.key(3, impl="rbg"), jax.random.PRNGKey(3)])
def test_other_keys_draw_what_jax_draws(key: jax.Array) -> None:
    found = standard_normal(key, (1000,))
    np.testing.assert_allclose(found, jax.random.normal(key, (1000,), jnp.float32), rtol=1e-5)


def test_normal_numbers_are_those_of_jax() -> None:
    """To the accuracy of JAX's, which is 6e-6 in the tails."""
    found = standard_normal(threefry(2), (300_000,))
    np.testing.assert_allclose(found, jax.random.normal(threefry(2), (300_000,), jnp.float32), rtol=6.5e-6)


def test_quantile_is_right_to_the_last_draw() -> None:
    """At the numbers that a float32 draw can be, of which the outermost is 5.4 sigma away."""
    steps = np.concatenate([np.arange(1, 200), np.arange(200, 2**23, 997), 2**23 - np.arange(1, 200)])
    u = np.concatenate([-steps, [0], steps]).astype(np.float32) * np.float32(2.0**-23)
    found = np.asarray(normal_quantile(jnp.asarray(u), (1.0 - u) * (1.0 + u)), dtype=float)
    below = 0.5 * (1.0 - np.abs(u.astype(float)))
    np.testing.assert_allclose(found, -np.sign(u) * ndtri(below), rtol=5e-7)


def test_a_word_is_a_quantile_with_all_its_bits() -> None:
    """(word + 1/2) / 2^32 with the sign bit upside down: the outermost are 6.3 sigma away."""
    found = np.asarray(normal_of_word(jnp.asarray(WORDS)), dtype=float)
    part = (WORDS.view(np.int32).astype(float) + 2.0**31 + 0.5) / 2.0**32
    expected = np.where(part < 0.5, ndtri(part), -ndtri(1.0 - part))
    np.testing.assert_allclose(found, expected, rtol=5e-7)
    assert found.max() == -found.min() > 6.3
