"""Places for systems in an image: at random, or on a grid."""

from __future__ import annotations

from collections.abc import Callable

import jax
import numpy as np
from numpy.typing import NDArray

from jaxlens.files.wcs import Floats, sky_positions
from jaxlens.injection.images import BandImage
from jaxlens.injection.positions import Positions, as_texts
from jaxlens.injection.separations import Occupied
from jaxlens.sampling.indices import consecutive
from jaxlens.sampling.keys import dataset_key, named_keys, system_keys

# How many places are tried for a system before there is none.
MAX_TRIES = 200
# How many of them are looked up together, after the first one.
TRIES_AT_ONCE = 16
# Systems whose random numbers are drawn together.
SYSTEMS_AT_ONCE = 128
# Folded into the key of a system for its place.
_PLACE = "place in an image"


def random_positions(
    number: int,
    seed: int,
    label: str,
    image: BandImage,
    *,
    spacing: float,
    margin: float,
    is_free: Callable[[Floats, Floats], NDArray[np.bool_]] | None = None,
) -> Positions:
    """Systems 0..number-1 at random in an image; where a system goes depends on those before it alone.

    Args:
        number: how many.
        seed: the seed of the dataset.
        label: the label of the configuration.
        image: the image.
        spacing: the smallest distance of two places, arcsec.
        margin: how far from the edges of the image they stay, pixels, where it has room.
        is_free: whether places (ra, dec) may be taken; None for all.

    Returns:
        The places, NaN where there is none in MAX_TRIES.
    """
    index = consecutive(0, number)
    frame = _frame(image.shape, margin)
    taken = Occupied(spacing)
    found: list[tuple[float, float]] = []
    for start in range(0, number, SYSTEMS_AT_ONCE):
        tries = _uniform_numbers(seed, label, start)[: number - start]
        found += _placed(image, frame, tries, taken, is_free)
    ra, dec = np.array(found, np.float64).T
    return Positions(as_texts(index), index, ra, dec, f"{number} random places in {image.image.name}")


def grid_positions(number: int | None, image: BandImage, *, spacing: float, margin: float) -> Positions:
    """Systems on a square grid of an image, row by row from the first pixel.

    Args:
        number: how many at most; None for as many as there is room for.
        image: the image.
        spacing: the distance of neighbours, arcsec.
        margin: how far from the edges of the image they stay, pixels, where it has room.

    Raises:
        ValueError: if the spacing is not above zero.
    """
    if not spacing > 0.0:
        raise ValueError(f"spacing is {spacing}; give the distance of neighbours on the grid, above 0 arcsec")
    first, width = _frame(image.shape, margin)
    step = spacing / image.pixel_scale
    columns, rows = (np.arange(f, f + w + 1e-9, step) for f, w in zip(first, width, strict=True))
    x, y = (grid.ravel()[:number] for grid in np.meshgrid(columns, rows))
    ra, dec = sky_positions(image.wcs, x, y)
    index = consecutive(0, len(ra))
    return Positions(as_texts(index), index, ra, dec, f"a grid of {len(ra)} places in {image.image.name}")


def _placed(
    image: BandImage,
    frame: tuple[Floats, Floats],
    tries: NDArray[np.float32],
    taken: Occupied,
    is_free: Callable[[Floats, Floats], NDArray[np.bool_]] | None,
) -> list[tuple[float, float]]:
    """The first free of the tries (n, MAX_TRIES, 2) of each system, which is taken then; NaN without one."""
    found = []
    first = sky_positions(image.wcs, *_in_frame(frame, tries[:, 0]))
    is_first_free = _free(first, is_free)
    for i, own in enumerate(tries):
        first_place = float(first[0][i]), float(first[1][i])
        place: tuple[float, float] | None = first_place
        if not is_first_free[i] or taken.has_near(*first_place):
            place = _later_place(image, frame, own[1:], taken, is_free)
        if place is not None:
            taken.add(*place)
        found.append((np.nan, np.nan) if place is None else place)
    return found


def _later_place(
    image: BandImage,
    frame: tuple[Floats, Floats],
    tries: NDArray[np.float32],
    taken: Occupied,
    is_free: Callable[[Floats, Floats], NDArray[np.bool_]] | None,
) -> tuple[float, float] | None:
    """The first free of the tries of one system, some at a time; None where none is."""
    for start in range(0, len(tries), TRIES_AT_ONCE):
        others = sky_positions(image.wcs, *_in_frame(frame, tries[start : start + TRIES_AT_ONCE]))
        place = _first_free(others, taken, is_free)
        if place is not None:
            return place
    return None


def _uniform_numbers(seed: int, label: str, start: int) -> NDArray[np.float32]:
    """Two uniform numbers for each try of the systems from `start` on, (SYSTEMS_AT_ONCE, MAX_TRIES, 2)."""
    index = np.arange(start, start + SYSTEMS_AT_ONCE, dtype=np.uint32)
    keys = system_keys(dataset_key(seed), label, index)
    own = jax.vmap(lambda key: named_keys(key, (_PLACE,))[0])(keys)
    return np.asarray(jax.vmap(lambda key: jax.random.uniform(key, (MAX_TRIES, 2), np.float32))(own))


def _frame(shape: tuple[int, int], margin: float) -> tuple[Floats, Floats]:
    """The first column and row of a part of an image, and its width and height, pixels."""
    size = np.array([shape[1], shape[0]], np.float64) - 1.0
    first = np.minimum(margin, 0.5 * size)
    return first, size - 2.0 * first


def _in_frame(frame: tuple[Floats, Floats], uniform: NDArray[np.float32]) -> tuple[Floats, Floats]:
    """Columns and rows in a part of an image, from uniform numbers (..., 2)."""
    first, width = frame
    x, y = np.moveaxis(first + width * uniform.astype(np.float64), -1, 0)
    return x, y


def _free(
    places: tuple[Floats, Floats], is_free: Callable[[Floats, Floats], NDArray[np.bool_]] | None
) -> NDArray[np.bool_]:
    """Which places on the sky are free of what is in the images, (n,)."""
    return np.ones(len(places[0]), bool) if is_free is None else is_free(*places)


def _first_free(
    places: tuple[Floats, Floats],
    taken: Occupied,
    is_free: Callable[[Floats, Floats], NDArray[np.bool_]] | None,
) -> tuple[float, float] | None:
    """The first of some places on the sky that is free; None where none is."""
    apart = np.array([not taken.has_near(*place) for place in zip(*places, strict=True)], bool)
    if apart.any():
        apart[apart] = _free((places[0][apart], places[1][apart]), is_free)
    rows = np.flatnonzero(apart)
    return (float(places[0][rows[0]]), float(places[1][rows[0]])) if rows.size else None
