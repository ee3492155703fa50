"""A small dataset of two bands on 4 x 4 pixels, as the arrays that a writer is given."""

import contextlib
from collections.abc import Callable

import numpy as np
import pytest

from jaxlens.files.contents import Chunk, Contents
from jaxlens.files.csv import CsvFile
from jaxlens.files.formats import FORMATS
from jaxlens.files.writer import Writer, commit

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
    commit(outdir, writer.written)
    return writer.paths


def _store(folder, image_format, contents, chunks, part=""):
    """Write chunks by the classes of a format, without a Writer; the result is the path of the images."""
    row, label = FORMATS[image_format], contents.label
    kinds = {
        f"{array}{part}.{row.ending}": kind for array, kind in row.files.items() if array in contents.arrays
    }
    for name, kind in {**kinds, f"metadata{part}.csv": CsvFile}.items():
        with contextlib.closing(kind(folder / f"{label}_{name}", contents)) as file:
            for chunk in chunks:
                file.append(chunk)
            file.finish()
    return folder / f"{label}_images{part}.{row.ending}"


@pytest.fixture
def store() -> Callable[..., object]:
    """Write chunks in a format, with a CSV; the result is the path of the images."""
    return _store


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


# The number of epochs of each system of the time series below, by band: a pointing of three epochs, one of
# two, and one whose second band lacks two of three.
NUM_EPOCHS = ((3, 3), (2, 2), (3, 1), (2, 2), (3, 3))
TRANSIENT = "PLANE_2-OBJECT_2"


def _series_contents(**changes):
    given = {"count": len(NUM_EPOCHS), "epochs": 3, "transients": (TRANSIENT,)}
    return _contents(**(given | changes))


def _series_values():
    """Values as `series_values` gives them: a transient of two images, the second not in system 3."""
    count, rng = np.array(NUM_EPOCHS), np.random.default_rng(3)
    n, shape = len(count), (len(count), 3, len(BANDS))
    seen = np.arange(3)[None, :, None] < count[:, None, :]
    mjd = np.where(seen, 57000.25 + np.cumsum(rng.uniform(1, 9, shape), axis=1), np.nan)
    values = {
        "POINTING": np.array([f"POINTING_{k}" for k in (1, 2, 3, 2, 1)], dtype=object),
        "num_epochs": count.astype(np.float32),
        "H0": rng.uniform(60, 80, n).astype(np.float32),
        "seeing": rng.uniform(size=shape).astype(np.float32),
        "mjd": mjd,
        "day": (mjd - 57000).astype(np.float32),
        "PLANE_2-OBJECT_1-REDSHIFT": rng.uniform(size=n).astype(np.float32),
    }
    own = {
        "STEP": rng.normal(size=(n, 3, 1)).astype(np.float32),
        "nite": mjd,
        "id": np.array([f"00{k}" for k in range(n)], dtype=object),
        "type": np.array(["Ia", "IIP", "Ia", "Ib", "Ic"], dtype=object),
        "magnification_0": np.full(n, 3.0, np.float32),
        "magnification_1": np.where(np.arange(n) == 3, 0, 2).astype(np.float32),
    }
    for k, shift in enumerate(("", "_shift_1")):
        own[f"time_delay_{k}"] = np.full(n, 10.0 * k, np.float32)
        measured = [f"tdshift_{k}", f"magnitude{shift}", f"magnitude_measured{shift}"]
        for name in (*measured, f"forced_flux_{k}", f"forced_flux_error_{k}"):
            own[name] = np.where(seen, rng.uniform(size=shape), np.nan).astype(np.float32)
    own |= {name: own[f"{name}_0"] + own[f"{name}_1"] for name in ("forced_flux", "forced_flux_error")}
    return values | {f"{TRANSIENT}-{name}": value for name, value in own.items()}


def _series_images():
    """(systems, epochs, bands, y, x), zero where nothing was observed."""
    seen = ~np.isnan(_series_values()["mjd"])
    images = np.random.default_rng(4).normal(size=(*seen.shape, 4, 4)).astype(np.float32)
    return np.where(seen[..., None, None], images, np.float32(0))


def _write_series(outdir, image_format="h5", chunk=2, with_csv=True, **changes):
    contents, values, images = _series_contents(**changes), _series_values(), _series_images()
    values, images = (
        {name: value[: contents.count] for name, value in values.items()},
        images[: contents.count],
    )
    arrays = {"images": images, "planes": np.stack([images] * 4, axis=2), "difference": -images}
    with Writer(outdir, contents, image_format, with_csv) as writer:
        for start in range(0, max(contents.count, 1), chunk):
            own = slice(start, start + chunk)
            these = {name: arrays[name][own] for name in contents.arrays}
            writer.append(Chunk(start, {name: value[own] for name, value in values.items()}, these))
    commit(outdir, writer.written)
    return writer.paths


@pytest.fixture
def series_contents() -> Callable[..., object]:
    """What the files of a time series hold; `changes` are arguments of Contents."""
    return _series_contents


@pytest.fixture
def series_values() -> dict[str, np.ndarray]:
    """The values of a time series of five systems, up to three epochs and two bands."""
    return _series_values()


@pytest.fixture
def series_images() -> np.ndarray:
    """Its images by system."""
    return _series_images()


def _series_chunks(contents, size=2):
    """The time series as chunks of `size` systems, with the arrays of the contents."""
    values, images = _series_values(), _series_images()
    arrays = {"images": images, "planes": np.stack([images] * 4, axis=2), "difference": -images}
    chunks = []
    for first in range(0, contents.count, size):
        own = slice(first, first + size)
        these = {name: arrays[name][own] for name in contents.arrays}
        values_of = {name: value[own] for name, value in values.items()}
        chunks.append(Chunk(contents.start + first, values_of, these))
    return chunks


@pytest.fixture
def series_chunks() -> Callable[..., object]:
    """The time series as chunks."""
    return _series_chunks


@pytest.fixture
def write_series() -> Callable[..., object]:
    """Write the time series chunk by chunk; the result is the paths."""
    return _write_series
