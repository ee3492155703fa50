"""The stamps of injected systems: which pixels of an image they cover, and their transforms for rendering."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from jaxlens.files.wcs import Floats, Places


@dataclass(frozen=True)
class Window:
    """The part of a stamp that is on the image.

    Attributes:
        image: the rows and columns of the image.
        stamp: the same pixels of the stamp.
    """

    image: tuple[slice, slice]
    stamp: tuple[slice, slice]


def corners(places: Places, side: int) -> NDArray[np.int64]:
    """The column and row of the first pixel of each stamp, (n, 2); places must be finite.

    The stamp is centred to half a pixel on the system.

    >>> corners(Places(np.array([10.2]), np.array([4.0]), np.zeros((1, 2, 2))), 5).tolist()
    [[8, 2]]
    """
    middle = 0.5 * (side - 1)
    return np.rint(np.stack([places.x, places.y], axis=-1) - middle).astype(np.int64)


def transforms(places: Places, side: int) -> dict[str, Floats]:
    """The six numbers by which a stamp's pixels have angles from the system, arcsec, (n,) each.

    x = transform_xx di + transform_xy dj + x_shift and y = transform_yx di + transform_yy dj + y_shift, with
    columns di and rows dj from the centre of the stamp.

    Args:
        places: the systems in the image.
        side: pixels along a side of a stamp.

    Returns:
        The numbers by their names in IMAGE.
    """
    first = corners(places, side)
    beside = first + 0.5 * (side - 1) - np.stack([places.x, places.y], axis=-1)
    shift = np.einsum("nij,nj->ni", places.jacobian, beside)
    j = places.jacobian
    names = ("transform_xx", "transform_xy", "transform_yx", "transform_yy", "x_shift", "y_shift")
    return dict(zip(names, (*j.reshape(-1, 4).T, *shift.T), strict=True))


def window(corner: NDArray[np.int64], side: int, shape: tuple[int, int]) -> Window | None:
    """The part of a stamp that is on an image; None where there is none.

    Args:
        corner: the column and row of the stamp's first pixel, (2,).
        side: pixels along a side of the stamp.
        shape: rows and columns of the image.

    >>> window(np.array([-2, 3]), 5, (10, 10))
    Window(image=(slice(3, 8, None), slice(0, 3, None)), stamp=(slice(0, 5, None), slice(2, 5, None)))
    """
    first = [int(corner[1]), int(corner[0])]
    image = [slice(max(0, f), min(n, f + side)) for f, n in zip(first, shape, strict=True)]
    if any(part.stop <= part.start for part in image):
        return None
    rows, columns = (slice(part.start - f, part.stop - f) for part, f in zip(image, first, strict=True))
    return Window((image[0], image[1]), (rows, columns))
