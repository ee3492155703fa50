"""A small dataset of two bands on 4 x 4 pixels, as the arrays that a writer is given."""

from collections.abc import Callable

import numpy as np
import pytest

from jaxlens.files.contents import Chunk, Contents
from jaxlens.files.writer import Writer

BANDS = ("g", "r")


def _contents(count=10, **changes):
    fixed = {"CONFIGURATION_NAME": 'says "a, b"', "NUMBER_OF_PLANES": 1, "PLANE_1-OBJECT_1-HOST": "None"}
    attributes = {"seed": 7, "units": "electrons/s", "yaml": "# a comment\n" * 10000}
    given = {"label": "CONFIGURATION_1", "dataset": "My lenses", "bands": BANDS, "num_pix": 4}
    return Contents(**(given | {"count": count, "fixed": fixed, "attributes": attributes} | changes))


def _systems(count=10, seed=0):
    rng = np.random.default_rng(seed)
    images = rng.normal(size=(count, len(BANDS), 4, 4)).astype(np.float32)
    values = {
        "H0": rng.uniform(60, 80, count).astype(np.float32),
        "seeing": rng.uniform(size=(count, len(BANDS))),
        "PLANE_1-OBJECT_1-REDSHIFT": rng.uniform(size=count).astype(np.float32),
    }
    return images, values


def _chunk_of(start=0, stop=None, count=10, seed=0, planes=False):
    """Systems start..stop-1 of `systems`; their planes are the image times -1, 0, 1, 2."""
    images, values = _systems(count, seed)
    images = images[start:stop]
    arrays = {"images": images}
    if planes:
        arrays["planes"] = np.stack([k * images for k in range(-1, 3)], axis=1)
    return Chunk(start, {name: value[start:stop] for name, value in values.items()}, arrays)


def _write(outdir, image_format="h5", chunk=4, count=10, seed=0, with_csv=True, **changes):
    with Writer(outdir, _contents(count, **changes), image_format, with_csv) as writer:
        for start in range(0, max(count, 1), chunk):
            writer.append(_chunk_of(start, start + chunk, count, seed, "planes" in changes.get("arrays", ())))
    return writer.paths


@pytest.fixture
def contents() -> Callable[..., object]:
    """What the files hold; `changes` are arguments of Contents."""
    return _contents


@pytest.fixture
def systems() -> Callable[..., object]:
    """Images and values of `count` systems."""
    return _systems


@pytest.fixture
def chunk_of() -> Callable[..., object]:
    """Systems start..stop-1 as a chunk."""
    return _chunk_of


@pytest.fixture
def write() -> Callable[..., object]:
    """Write the systems chunk by chunk; the result is the paths."""
    return _write
