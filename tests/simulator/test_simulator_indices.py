"""Which systems a Simulator makes: any index up to 2^63 - 1, however it is given, and nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxlens.simulator.checks import system_indices
from jaxlens.simulator.simulator import Simulator

THETA_E = "PLANE_1-OBJECT_1-MASS_PROFILE_1-theta_E"
CENTER = "PLANE_1-OBJECT_1-LIGHT_PROFILE_1-center_x"


def whole(indices: Any) -> list[int]:
    """Indices as Python's integers, whether they have one word or two."""
    words = np.asarray(indices).astype(object)
    return (words if words.ndim == 1 else words[:, 0] + words[:, 1] * 2**32).tolist()


@pytest.mark.parametrize("start", [0, 5, 2**32 - 2, 2**32, 2**40 + 3, 2**63 - 3])
def test_indices_are_consecutive_however_the_first_is_given(start: int) -> None:
    given: list[Any] = [start, np.int64(start), np.uint64(start), np.array(start), np.array(start, object)]
    for each in given:
        assert whole(system_indices(each, 3)) == [start, start + 1, start + 2]
    assert whole(system_indices([start + 2, start], 2)) == [start + 2, start]


def test_small_indices_have_one_word() -> None:
    assert np.shape(system_indices(2**32 - 3, 3)) == (3,)
    assert np.shape(system_indices(jnp.uint32(7), 3)) == (3,)


def test_traced_indices_go_beyond_32_bits() -> None:
    both = jax.jit(lambda a, b: (system_indices(a, 3), system_indices(b, 3)))
    narrow, wide = both(jnp.int32(32), jnp.uint32(2**32 - 2))
    assert narrow.shape == (3,)
    assert whole(narrow) == [32, 33, 34]
    assert whole(wide) == [2**32 - 2, 2**32 - 1, 2**32]
    each = jax.jit(lambda start: system_indices(start, 2))(jnp.array([9, 2**32 - 1], jnp.uint32))
    assert whole(each) == [9, 2**32 - 1]


def test_traced_indices_of_64_bits(x64: None) -> None:
    first = jax.jit(lambda start: system_indices(start, 2))
    assert whole(first(2**32 - 1)) == [2**32 - 1, 2**32]
    assert whole(first(jnp.array([2**40, 3]))) == [2**40, 3]


@pytest.mark.parametrize("start", [-1, np.array([0, -1]), 1.9, "0", True, 2**63, 2**63 - 1])
def test_what_is_no_index_is_refused(start: Any) -> None:
    with pytest.raises(ValueError, match=r"start (is|has) .*2\^63 - 1$"):
        system_indices(start, 2)


def test_what_is_traced_and_no_integer_is_refused() -> None:
    with pytest.raises(ValueError, match="start is traced as float32; it must be an integer"):
        jax.jit(lambda start: system_indices(start, 2))(1.0)


def test_a_start_of_another_shape_is_refused() -> None:
    with pytest.raises(ValueError, match=r"start has shape \(3,\); give one index, or 2"):
        system_indices([1, 2, 3], 2)


@pytest.mark.slow
def test_systems_above_32_bits_are_no_others_again(
    small_lens: dict[str, Any], key: jax.Array, tmp_path: Path
) -> None:
    """Numbers are drawn anew, and the rows of an iterated table are counted through."""
    table = tmp_path / "rows.txt"
    table.write_text("\n".join([f"{THETA_E} WEIGHT", *(f"1.{k} 1" for k in range(7))]))
    small_lens["DISTRIBUTIONS"] = {"USERDIST_1": {"FILENAME": str(table), "MODE": "iterate"}}
    sim = Simulator(small_lens)
    below, above = sim.sample(key, 4, 2**32 - 4), sim.sample(key, 4, 2**32)
    across = sim.sample(key, 4, np.int64(2**32 - 2))
    for name, value in across.items():
        np.testing.assert_array_equal(value, np.concatenate([below[name][2:], above[name][:2]]))
    assert not np.isin(above[CENTER], sim.sample(key, 4)[CENTER]).any()
    np.testing.assert_allclose(across[THETA_E], [1 + (2**32 - 2 + k) % 7 / 10 for k in range(4)], rtol=1e-6)
