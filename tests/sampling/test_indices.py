"""Indices of 63 bits as pairs of 32-bit words, and what is no index."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np
import pytest

from jaxlens.sampling.indices import INDEX_LIMIT, consecutive, index_words, remainder, whole_numbers

INDICES = [0, 1, 999, 2**31 + 7, 2**32 - 1, 2**32, 3 * 2**40 + 12345, 2**63 - 1]
DIVISORS = [1, 2, 3, 1000, 2**16, 2**16 + 1, 2**20 - 3, 2**31 - 1, 2**31]


def test_words_make_the_index_again() -> None:
    words = index_words(np.array(INDICES, np.uint64)).astype(object)
    assert (words[:, 1] * 2**32 + words[:, 0]).tolist() == INDICES


def test_consecutive_indices_go_beyond_32_bits() -> None:
    assert consecutive(2**32 - 1, 3).tolist() == [2**32 - 1, 2**32, 2**32 + 1]


def test_remainders_are_those_of_whole_numbers() -> None:
    @jax.jit
    def all_of(words: jax.Array) -> list[jax.Array]:
        return [jax.vmap(lambda word, by=by: remainder(word, by))(words) for by in DIVISORS]

    for by, found in zip(DIVISORS, all_of(index_words(np.array(INDICES, np.uint64))), strict=True):
        assert found.tolist() == [index % by for index in INDICES], by


def test_the_remainder_of_a_single_word() -> None:
    assert int(remainder(np.uint32(2**32 - 1), 1000)) == (2**32 - 1) % 1000


@pytest.mark.parametrize(
    "value", [7, np.int64(7), np.uint8(7), np.array(7), 7.0, np.float32(7), np.array(7, object)]
)
def test_whole_numbers_of_every_type_are_taken(value: Any) -> None:
    found = whole_numbers("start", value)
    assert found.dtype == np.uint64
    assert found == 7


def test_the_last_index_is_taken() -> None:
    for last in (INDEX_LIMIT - 1, np.int64(INDEX_LIMIT - 1), np.uint64(INDEX_LIMIT - 1)):
        assert int(whole_numbers("start", last)) == INDEX_LIMIT - 1


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (-1, "start is -1"),
        (np.array(-1), "start is -1"),
        (np.array([0, -1]), "start has -1"),
        (2**63, "start is 9223372036854775808"),
        (2**80, "start is 1208925819614629174706176"),
        (1.9, "start is 1.9"),
        (2.0**53, "start is 9007199254740992.0"),
        (np.float32(2**24), "start is 16777216.0"),
        (float("nan"), "start is nan"),
        (float("inf"), "start is inf"),
        ("0", "start is '0'"),
        (True, "start is True"),
        ([1, "2"], "start has '1'"),
        (np.array([1, True, 2], object), "start has True"),
        (None, "start is None"),
        (1j, "start is 1j"),
    ],
)
def test_what_is_no_index_is_refused(value: Any, shown: str) -> None:
    with pytest.raises(ValueError, match="must be a whole number from 0 to 2\\^63 - 1") as caught:
        whole_numbers("start", value)
    assert str(caught.value).startswith(shown)
