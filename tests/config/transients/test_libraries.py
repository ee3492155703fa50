"""The libraries of the models that need no file."""

from __future__ import annotations

import numpy as np
import pytest

from jaxlens.config.transients.libraries import (
    DRW_TIMES,
    TOY_TYPES,
    drw_grid,
    drw_library,
    library_of,
    toy_library,
)


@pytest.mark.parametrize("name", TOY_TYPES)
def test_toy_models_have_deeplenstronomys_ids_and_types(name: str) -> None:
    library = toy_library(name)
    assert library.ids == library.types == (TOY_TYPES[name],)
    assert not library.arrays


def test_a_digest_is_of_the_content() -> None:
    first = library_of(("a",), ("A",), {"x": np.arange(3), "y": np.ones(2)})
    assert first == library_of(("a",), ("A",), {"y": np.ones(2), "x": np.arange(3.0)})
    others = (
        library_of(("b",), ("A",), {"x": np.arange(3), "y": np.ones(2)}),
        library_of(("a",), ("A",), {"x": np.arange(3), "y": np.full(2, 2.0)}),
        library_of(("a",), ("A",), {"x": np.arange(3), "z": np.ones(2)}),
    )
    assert len({first.digest, *(other.digest for other in others)}) == 4


def test_the_grid_of_a_walk_covers_its_times_and_zero_in_whole_steps() -> None:
    for start, stop in ((-100.0, 333.3), (500.0, 900.0), (-70.0, -20.0), (0.0, 0.0)):
        grid = drw_grid(320.0, start, stop)
        assert grid[0] <= min(start, 0.0)
        assert grid[-1] >= max(stop, 0.0)
        assert 0.0 in grid
        np.testing.assert_allclose(grid / 10.0, np.round(grid / 10.0), atol=1e-12)


def test_a_grid_of_too_many_times_is_coarser_and_says_what_that_costs() -> None:
    with pytest.warns(UserWarning, match=r"over 10000 days .* tau down to 32.0 days.* 2.4% of SF_inf"):
        grid = drw_grid(32.0, -4000.0, 6000.0)
    assert grid.size <= DRW_TIMES
    assert grid[0] <= -4000.0
    assert grid[-1] >= 6000.0


def test_the_library_of_a_walk_has_whole_indices_that_include_zero() -> None:
    library = drw_library(drw_grid(100.0, -50.0, 400.0))
    index = library.arrays["index"]
    assert np.all(np.diff(index) == 1.0)
    assert 0.0 in index
    np.testing.assert_allclose(index * library.arrays["step"], library.arrays["times"], rtol=1e-12)
    assert (library.ids, library.types) == (("DRW",), ("AGN",))
