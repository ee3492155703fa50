"""The corners at which a mean is largest."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np

from jaxlens.config.haloes.corners import at_corners, corners


def test_a_number_with_which_the_mean_rises_stands_at_its_largest_value() -> None:
    ends = {"radius": (1.0, 2.0), "M_min": (1e6, 1e7), "slope": (-2.0, -1.8), "M_pivot": (1e8, 1e8)}
    found = corners(ends)
    assert [(one["radius"], one["M_min"], one["M_pivot"]) for one in found] == [(2.0, 1e6, 1e8)] * 2
    assert [one["slope"] for one in found] == [-2.0, -1.8]
    assert corners(ends, falling=("radius",))[0]["radius"] == 1.0


def test_many_numbers_have_as_many_corners_as_a_few() -> None:
    """All at the smallest and all at the largest values are among them."""
    ends = {f"n{i}": (0.0, float(i + 1)) for i in range(12)}
    found = corners(ends)
    assert len(found) == 256
    assert found[0] == {name: low for name, (low, _) in ends.items()}
    assert found[-1] == {name: high for name, (_, high) in ends.items()}


def test_what_a_function_gives_at_each_corner() -> None:
    found = at_corners(
        lambda values: jnp.array([values["x"], values["y"]]), {"x": (1.0, 2.0), "y": (3.0, 3.0)}
    )
    assert np.array_equal(found, [[1.0, 3.0], [2.0, 3.0]])
