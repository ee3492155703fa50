"""Haloes of a batch in which configurations are mixed, and in which some have more room than usual."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxlens.simulator.generation import Batch
from jaxlens.streams.batches import placed
from jaxlens.streams.columns import MixedColumns
from jaxlens.streams.parts import with_equal_haloes

COLUMNS = MixedColumns(("g",), {"H0": ()}, np.array([[0], [0]]))
MASS = "LINE_OF_SIGHT-mass"


def part(first: float, **haloes: Any) -> tuple[Any, Any, dict[str, Any]]:
    """Two systems whose image and H0 are `first` and one more."""
    numbers = jnp.array([first, first + 1.0])
    return numbers[:, None, None, None], numbers[:, None], haloes


@pytest.mark.slow
def test_haloes_are_put_into_their_places_with_the_room_of_the_widest() -> None:
    narrow, wide = jnp.array([[1.0], [2.0]]), jnp.array([[3.0, 4.0, 5.0], [6.0, 0.0, 0.0]])
    made = [part(10.0, **{MASS: narrow}), part(20.0), part(30.0, **{MASS: wide, "LINE_OF_SIGHT-x": narrow})]
    places, index = jnp.array([5, 0, 2, 4]), jnp.zeros((4, 2), jnp.uint32)
    with jax.numpy_rank_promotion("raise"):
        batch = placed(
            [0, 1, 0],
            COLUMNS,
            np.array([0]),
            made,
            places,
            jnp.array([0, 0, 1, 0]),
            index,
            files=np.zeros(2, np.int32),
        )
    assert batch.labels[:, 0].tolist() == [31.0, 10.0, 20.0, 30.0]
    assert batch.parameters["H0"].tolist() == [31.0, 10.0, 20.0, 30.0]
    wanted = [[6.0, 0.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 0.0], [3.0, 4.0, 5.0]]
    assert batch.parameters[MASS].tolist() == wanted
    assert batch.parameters["LINE_OF_SIGHT-x"].tolist() == [[2.0], [0.0], [0.0], [1.0]]


def test_two_halves_of_a_batch_have_the_room_of_the_wider() -> None:
    def batch(width: int) -> Batch:
        yes = jnp.ones(2, bool)
        return Batch(None, {}, yes, yes, {}, haloes={MASS: jnp.ones((2, width))}, halo_overflow=yes)

    one, other = with_equal_haloes(batch(2), batch(4))
    assert one.haloes is not None
    assert other.haloes is not None
    assert one.haloes[MASS].tolist() == [[1.0, 1.0, 0.0, 0.0]] * 2
    assert other.haloes[MASS].tolist() == [[1.0] * 4] * 2
    plain = Batch(None, {}, jnp.ones(2, bool), jnp.ones(2, bool), {})
    assert with_equal_haloes(plain, plain) == (plain, plain)


def test_an_array_of_haloes_is_no_label() -> None:
    with pytest.raises(ValueError, match=r"-mass. is an array of haloes, .*LINE_OF_SIGHT-NUMBER"):
        COLUMNS.find(MASS)
    assert not COLUMNS.has(MASS)
