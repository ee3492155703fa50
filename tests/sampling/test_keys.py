"""Keys of systems: those below 2^32 come from 32 bits alone, those above differ from all of them."""

from __future__ import annotations

from typing import Any
from zlib import crc32

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxlens.sampling.indices import index_words
from jaxlens.sampling.keys import dataset_key, random_key, system_keys, typed_key

LABEL = "CONFIGURATION_1"
LOW = np.array([0, 1, 2**32 - 1], np.uint64)
ABOVE = np.array([2**32, 2**32 + 1, 2**33, 2**63 - 1], np.uint64)


def test_an_upper_word_is_folded_in_where_it_is_not_zero(key: jax.Array) -> None:
    @jax.jit
    def made(key: jax.Array, narrow: jax.Array, words: jax.Array) -> tuple[jax.Array, ...]:
        label = jax.random.fold_in(key, crc32(LABEL.encode()))
        folded = jax.vmap(jax.random.fold_in, (None, 0))(label, narrow)
        keys = folded, system_keys(key, LABEL, narrow), system_keys(key, LABEL, words)
        return tuple(jax.random.key_data(each) for each in keys)

    words = index_words(np.concatenate([LOW, ABOVE]))
    folded, narrow, wide = made(key, words[:3, 0], words)
    np.testing.assert_array_equal(narrow, folded)
    np.testing.assert_array_equal(wide[:3], folded)
    assert len(np.unique(wide, axis=0)) == len(wide), "no two systems have one key"


@pytest.mark.parametrize(
    "key",
    [
        7,
        np.int64(7),
        np.array(7),
        jnp.asarray(7),
        jax.random.key(7, impl="threefry2x32"),
        jax.random.key(7, impl="rbg"),
        jax.random.key(7, impl="unsafe_rbg"),
        jax.random.PRNGKey(7),
        np.array([0, 7], np.uint32),
    ],
)
def test_a_seed_and_a_key_of_any_kind_are_the_key_of_the_dataset(key: Any) -> None:
    np.testing.assert_array_equal(random_key(key), dataset_key(7))
    np.testing.assert_array_equal(jax.random.key_data(typed_key(key)), dataset_key(7))


def test_a_seed_has_64_bits_and_may_be_traced() -> None:
    assert np.asarray(random_key(2**40 + 3)).tolist() == [256, 3]
    assert jax.jit(random_key)(7).tolist() == [0, 7]
    assert jax.jit(random_key)(jax.random.key(7, impl="rbg")).tolist() == [0, 7]


def test_keys_that_are_split_from_one_of_any_kind_differ() -> None:
    threefry, rbg = (jax.random.split(jax.random.key(7, impl=impl)) for impl in ("threefry2x32", "rbg"))
    for one, other in zip(threefry, rbg, strict=True):
        np.testing.assert_array_equal(random_key(one), random_key(other))
    words = np.array([0, 7, 0, 8], np.uint32)
    found = {tuple(np.asarray(random_key(each)).tolist()) for each in (7, words, words[::-1])}
    assert len(found) == 3


@pytest.mark.parametrize(
    ("key", "message"),
    [
        (-1, "key is -1; a seed is a whole number from 0 to"),
        (2**64, "a seed is a whole number from 0 to"),
        (1.0, r"key is 1\.0; give a seed, such as 1, or jax\.random\.key\(1\)"),
        (True, "key is True; give a seed"),
        (None, "key is None; give a seed"),
        ("1", "key is '1'; give a seed"),
        (np.ones(3), r"key has shape \(3,\) and type float64; give one seed"),
        (np.arange(5), r"key has shape \(5,\) and type int64; give one seed"),
    ],
)
def test_what_is_no_key_is_refused(key: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        random_key(key)


def test_several_keys_are_refused() -> None:
    with pytest.raises(ValueError, match="give one seed, such as 1, or one key"):
        random_key(jax.random.split(jax.random.key(1)))
