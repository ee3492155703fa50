"""The grid of an image in COOLEST's axes: along x and y, with columns to the west."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from jaxlens.exchange.coolest_template import Pixels
from jaxlens.exchange.errors import ExchangeError

# By how much of its side a pixel may differ from a square along x and y.
_TOLERANCE = 1e-9
# By which part a kernel is made smaller: readers cut the ratio of its pixels to those of the image to a whole
# number, which rounding must not make one less.
_CUT = 1e-12


@dataclass(frozen=True)
class Grid:
    """Square pixels along x and y, with rows to the north.

    Attributes:
        pixel_size: the side of a pixel, arcsec.
        columns: whether x grows with the column, to the east, or falls, to the west.
        x: where the centre of the image is, arcsec, to the east.
        y: the other coordinate.
    """

    pixel_size: float
    columns: Literal["east", "west"] = "east"
    x: float = 0.0
    y: float = 0.0

    def in_coolest(self, image: np.ndarray) -> np.ndarray:
        """An array of pixels (..., y, x) with its columns to the west."""
        return image[..., ::-1] if self.columns == "east" else image

    def placed(self, image: np.ndarray) -> Pixels:
        """An image (y, x) of these pixels, in COOLEST's axes."""
        (height, width), side = image.shape, self.pixel_size
        x = -self.x - 0.5 * width * side, -self.x + 0.5 * width * side
        y = self.y - 0.5 * height * side, self.y + 0.5 * height * side
        return Pixels(self.in_coolest(image), x, y)

    def kernel(self, kernel: np.ndarray, factor: int) -> Pixels:
        """A PSF kernel (y, x) whose pixels are `factor` along a side of those of the image."""
        half = 0.5 * len(kernel) * self.pixel_size / factor * (1.0 - _CUT)
        theirs = self.in_coolest(kernel)
        return Pixels(theirs, (-half, half), (-half, half), ours=kernel if self.columns == "east" else None)

    def keys(self) -> dict[str, float]:
        """The keys of IMAGE that say where these pixels are."""
        if self.columns == "east" and not (self.x or self.y):
            return {"pixel_scale": self.pixel_size}
        along = {"transform_xx": self.pixel_size, "transform_xy": 0.0, "transform_yx": 0.0}
        if self.columns == "west":
            along["transform_xx"] = -self.pixel_size
        return {**along, "transform_yy": self.pixel_size, "x_shift": self.x, "y_shift": self.y}


def grid_of(params: Mapping[str, np.ndarray]) -> Grid:
    """The grid of the image of a system.

    Args:
        params: the parameters of the system: `pixel_scale`, or the six numbers of a map of pixels.

    Raises:
        ExchangeError: if pixels are no squares along x and y, or rows go to the south.
    """
    if "transform_xx" not in params:
        return Grid(float(params["pixel_scale"]))
    names = ("transform_xx", "transform_xy", "transform_yx", "transform_yy", "x_shift", "y_shift")
    xx, xy, yx, yy, x, y = (float(params[name]) for name in names)
    if max(abs(xy), abs(yx), abs(abs(xx) - yy)) > _TOLERANCE * abs(yy) or yy <= 0.0:
        found = f"has pixels with the map {xx:g}, {xy:g}, {yx:g}, {yy:g}"
        raise ExchangeError(f"IMAGE {found}; images of COOLEST are along x and y, with rows to the north")
    return Grid(yy, "east" if xx > 0.0 else "west", x, y)
