"""The libraries of the models that need no file."""

from __future__ import annotations

import numpy as np
import pytest

from jaxlens.config.transient_libraries import TOY_TYPES, library_of, toy_library


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
