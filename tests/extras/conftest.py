"""Two small files' worth of systems: single exposures, and time series, as the chunks that a writer is given.

The tests of this folder read files back by the libraries of their formats, which the extra `formats` has.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

from jaxlens.files.contents import Chunk, Contents
from jaxlens.files.formats import FORMATS

BANDS = ("g", "r")
FIXED: dict[str, str | int] = {
    "CONFIGURATION_NAME": 'says "\u00e4, b"',
    "PLANE_1-OBJECT_1-HOST": "None",
    "numPix": 4,
}
ATTRIBUTES = {"seed": 7, "units": "electrons/s", "pixel_scale": 0.5, "yaml": "# \u00b5\nDATASET: {}\n"}
# The number of epochs of each system of the time series, by band.
NUM_EPOCHS = np.array([(3, 3), (2, 2), (3, 1), (2, 2), (3, 3)])


class Made(NamedTuple):
    """Systems and what their file holds."""

    contents: Contents
    whole: Chunk

    def chunks(self, size: int) -> list[Chunk]:
        """The systems in chunks of a size."""
        found = []
        for first in range(0, self.whole.count, size):
            own = slice(first, first + size)
            values = {name: value[own] for name, value in self.whole.values.items()}
            arrays = {name: array[own] for name, array in self.whole.arrays.items()}
            found.append(Chunk(self.whole.start + first, values, arrays))
        return found


@pytest.fixture
def exposures() -> Made:
    """Ten systems from number 5 on, with planes."""
    rng = np.random.default_rng(1)
    images = rng.normal(size=(10, 2, 4, 4)).astype(np.float32)
    values = {
        "H0": rng.uniform(60, 80, 10).astype(np.float32),
        "seeing": rng.uniform(size=(10, 2)).astype(np.float32),
        "PLANE_1-OBJECT_1-MASS_PROFILE_1-theta_E": rng.uniform(size=10).astype(np.float32),
        "x_mins": np.array([f"{k};{'1' * k}" for k in range(9)] + [""], dtype=object),
        "num_source_images": np.arange(10),
        "CATALOG-ID": np.array([f"00{k}" for k in range(10)], dtype=object),
        "ra_sky": rng.uniform(0, 360, 10),
    }
    planes = np.stack([k * images for k in range(-1, 3)], axis=1)
    contents = Contents(
        "CONFIGURATION_1", "My lenses", BANDS, 4, 10, FIXED, ("images", "planes"), ATTRIBUTES, start=5
    )
    return Made(contents, Chunk(5, values, {"images": images, "planes": planes}))


@pytest.fixture
def series() -> Made:
    """Five time series of up to three epochs from number 40 on, with planes and difference images."""
    rng = np.random.default_rng(2)
    seen = np.arange(3)[None, :, None] < NUM_EPOCHS[:, None, :]
    mjd = np.where(seen, 57000.25 + rng.uniform(0, 9, seen.shape).cumsum(axis=1), np.nan)
    images = np.where(seen[..., None, None], rng.normal(size=(*seen.shape, 4, 4)), 0).astype(np.float32)
    values = {
        "POINTING": np.array([f"POINTING_{k}" for k in (1, 2, 3, 2, 1)], dtype=object),
        "num_epochs": NUM_EPOCHS.astype(np.float32),
        "H0": rng.uniform(60, 80, 5).astype(np.float32),
        "seeing": rng.uniform(size=seen.shape).astype(np.float32),
        "mjd": mjd,
        "PLANE_2-OBJECT_2-STEP": rng.normal(size=(5, 3, 1)).astype(np.float32),
    }
    arrays = {"images": images, "planes": np.stack([images] * 4, axis=2), "difference": -images}
    contents = Contents(
        "CONFIGURATION_2", "My lenses", BANDS, 4, 5, FIXED, tuple(arrays), ATTRIBUTES, epochs=3, start=40
    )
    return Made(contents, Chunk(40, values, arrays))


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write systems in a format; the result is the path of the images."""

    def written(key: Any, made: Made, size: int = 3, folder: str = "dataset") -> Path:
        row = FORMATS[key]
        (tmp_path / folder).mkdir(exist_ok=True)
        for array in row.files.keys() & set(made.contents.arrays):
            kind = row.files[array]
            path = tmp_path / folder / f"{made.contents.label}_{array}.{row.ending}"
            with contextlib.closing(kind(path, made.contents)) as file:
                for chunk in made.chunks(size):
                    file.append(chunk)
                file.finish()
        return tmp_path / folder / f"{made.contents.label}_images.{row.ending}"

    return written
