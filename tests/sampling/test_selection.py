"""The first attempt of each system that passes all tests, whatever is tested together."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxlens.sampling.keys import dataset_key
from jaxlens.sampling.selection import Stage, attempt_key, first_passing

TRIES = 40


def tables(systems: int, *shares: float) -> list[np.ndarray]:
    """Which attempts pass each test, at random with these shares."""
    random = np.random.default_rng(systems)
    return [random.random((systems, TRIES)) < share for share in shares]


@partial(jax.jit, static_argnums=1)
def found(passing: list[np.ndarray], places: tuple[int, ...]) -> tuple[jax.Array, jax.Array]:
    """What `first_passing` finds where the tests are looked up in tables."""
    stages = [
        Stage(lambda system, attempt, own=own: jnp.asarray(own)[system, attempt], size)
        for own, size in zip(passing, places, strict=True)
    ]
    return first_passing(len(passing[0]), stages, TRIES)


@pytest.mark.parametrize(
    ("systems", "places"),
    [
        (9, (4, 7)),
        pytest.param(1, (8,), marks=pytest.mark.slow),
        pytest.param(64, (64, 16), marks=pytest.mark.slow),
        pytest.param(5, (16, 3, 2), marks=pytest.mark.slow),
    ],
)
def test_the_first_attempt_that_passes_is_found_whatever_is_tested_together(
    systems: int, places: tuple[int, ...]
) -> None:
    """Also where a system has none, and is given up."""
    for share in (0.9, 0.5, 0.05):
        passing = tables(systems, *(share for _ in places))
        all_of_them = np.all(passing, axis=0)
        attempts, exist = found(passing, places)
        np.testing.assert_array_equal(exist, all_of_them.any(axis=1))
        np.testing.assert_array_equal(attempts, np.where(exist, all_of_them.argmax(axis=1), 0))


def test_attempt_0_has_the_key_of_the_system_and_the_others_have_their_own() -> None:
    key = jax.random.wrap_key_data(jnp.asarray(dataset_key(3)), impl="threefry2x32")
    keys = jax.vmap(attempt_key, (None, 0))(key, jnp.arange(50, dtype=jnp.uint32))
    data = np.asarray(jax.random.key_data(keys))
    np.testing.assert_array_equal(data[0], dataset_key(3))
    assert len(np.unique(data, axis=0)) == 50
