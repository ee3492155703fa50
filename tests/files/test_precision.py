"""Half precision: what does not fit is refused, and what loses digits is a warning."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from jaxlens.files.contents import Chunk
from jaxlens.files.precision import stored_array


def chunk(start: int, *peaks: float) -> Chunk:
    """Systems of which one pixel each is not zero."""
    images = np.zeros((len(peaks), 2, 4, 4), np.float32)
    images[:, 1, 2, 3] = peaks
    return Chunk(start, {"H0": np.full(len(peaks), 70.0)}, {"images": images})


@pytest.fixture
def half(contents: Callable[..., Any]) -> Any:
    return replace(contents(), dtype="float16")


def test_numbers_are_rounded_to_the_nearest(half: Any) -> None:
    given = chunk(0, 1.0 + 2.0**-11, -65504.0, 0.0)
    stored = stored_array(given, "images", half)
    assert stored.dtype == np.float16
    assert stored[:, 1, 2, 3].tolist() == [1.0, -65504.0, 0.0]
    random = np.random.default_rng(1).uniform(1e-4, 6e4, (3, 2, 4, 4)).astype(np.float32)
    rounded = stored_array(replace(given, arrays={"images": random}), "images", half)
    assert np.max(np.abs(rounded / random - 1.0)) <= 2.0**-11


@pytest.mark.parametrize("largest", [65505.0, -7e4])
def test_a_pixel_that_is_too_large_is_named(half: Any, largest: float) -> None:
    message = (
        f"the images of system 5 have a pixel of {abs(largest):.4g}, and float16 ends at 65504; give float32"
    )
    with pytest.raises(ValueError, match=message.replace("+", r"\+")):
        stored_array(chunk(4, 1.0, largest), "images", half)
    assert stored_array(chunk(4, 1.0, largest), "images", replace(half, dtype="float32")).dtype == np.float32


def test_images_below_the_range_are_a_warning_at_the_start_of_a_file(half: Any) -> None:
    with pytest.warns(
        UserWarning, match="system 1 have no pixel above 3e-05, and float16 rounds what is below 6e-05"
    ):
        stored_array(chunk(0, 0.0, 3e-5, 1.0), "images", half)
    # a table of one warning a chunk would help nobody
    stored_array(chunk(8, 3e-5), "images", half)
