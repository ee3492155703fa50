"""Keys of systems: those below 2^32 come from 32 bits alone, those above differ from all of them."""

from __future__ import annotations

from zlib import crc32

import jax
import numpy as np

from jaxlens.sampling.indices import index_words
from jaxlens.sampling.keys import system_keys

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
