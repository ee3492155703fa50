"""The part of one observed image that is fitted: a square of pixels, where they are, and their weights."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from jaxlens.config.model import PIXEL_MAP, PIXEL_SCALE
from jaxlens.fitting.observation import Observation
from jaxlens.simulator.simulator import Simulator

# A standard deviation of this or more, in the unit of the image, says that a pixel is not to be used: maps of
# noise of HST have 1e8 there.
UNUSED_SIGMA = 1e7


class Frame(NamedTuple):
    """Where the pixels of an observed image are.

    Attributes:
        matrix: d(x, y) / d(column, row), arcsec per pixel, (2, 2).
        origin: the column and the row of x = y = 0, (2,).
    """

    matrix: NDArray[np.float64]
    origin: NDArray[np.float64]

    @property
    def pixel_scale(self) -> float:
        """The side of a square as large as a pixel, arcsec."""
        return float(np.sqrt(abs(np.linalg.det(self.matrix))))

    def angles(self, columns: NDArray[np.float64], rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """The angles x and y of pixels, arcsec, (2, *shape)."""
        steps = np.stack([columns - self.origin[0], rows - self.origin[1]])
        return np.tensordot(self.matrix, steps, axes=1)

    def pixel(self, x: float, y: float) -> NDArray[np.float64]:
        """The column and the row of a point, (2,)."""
        return self.origin + np.linalg.solve(self.matrix, np.array([x, y]))

    def half_widths(self, radius: float) -> NDArray[np.float64]:
        """How many columns and rows a circle reaches to each side of its centre, (2,)."""
        return radius * np.sqrt(np.sum(np.linalg.inv(self.matrix) ** 2, axis=1))


def frame_of(sim: Simulator, image: Observation) -> Frame:
    """Where the pixels of an image are: by its WCS, the configuration's map, or as squares along x and y.

    Args:
        sim: the simulator of the configuration.
        image: the image.

    Raises:
        ValueError: if neither the image nor the configuration has one pixel scale.
    """
    origin = np.array(image.center, np.float64)
    instrument = sim.config.instrument
    if image.transform is not None:
        return Frame(np.asarray(image.transform, np.float64), origin)
    if instrument.has_pixel_map:
        ends = np.array([dict(instrument.quantities)[name].support() for name in PIXEL_MAP], np.float64)
        if np.any(ends[:, 0] != ends[:, 1]):
            raise ValueError(
                "the map of the pixels varies in the configuration; give the image a WCS, or constants"
            )
        matrix = ends[:4, 0].reshape(2, 2)
        return Frame(matrix, origin - np.linalg.solve(matrix, ends[4:, 0]))
    low, high = sim.config.reach(PIXEL_SCALE)
    if image.pixel_scale is None and low != high:
        raise ValueError("pixel_scale varies in the configuration; give read_image pixel_scale=")
    return Frame((image.pixel_scale or low) * np.eye(2), origin)


class Window(NamedTuple):
    """A square of pixels of one band of an observed image.

    Attributes:
        image: counts/s, (n, n); 0 where a pixel is not used.
        weight: 1 / sigma, 0 where a pixel is not used, (n, n).
        grid: xx, xy, yx, yy of the map from pixels to arcsec, and x and y of the middle of the square, (6,).
    """

    image: NDArray[np.float64]
    weight: NDArray[np.float64]
    grid: NDArray[np.float64]


def first_pixel(frame: Frame, center: tuple[float, float], side: int) -> tuple[int, int]:
    """The column and the row of the first pixel of a square about a point, as near as whole pixels can be.

    Args:
        frame: where the pixels are.
        center: x and y of the point, arcsec.
        side: pixels along a side.
    """
    column, row = np.rint(frame.pixel(*center) - 0.5 * (side - 1)).astype(int).tolist()
    return column, row


def window(
    observation: Observation,
    frame: Frame,
    band: int,
    radius: float,
    center: tuple[float, float],
    side: int,
) -> Window:
    """A square of pixels about a point, of which those within a radius are used.

    Pixels beyond the image are not used.  Neither are those whose data are not finite, and those whose sigma
    is not finite, not above 0, or `UNUSED_SIGMA` and more.

    Args:
        observation: the image, with its sigma.
        frame: where its pixels are.
        band: the index of the band.
        radius: arcsec.
        center: x and y of the point, arcsec.
        side: pixels along a side of the square.

    Returns:
        The pixels, their weights and where they are.
    """
    column, row = first_pixel(frame, center, side)
    assert observation.noise_sigma is not None
    image, sigma, mask = (
        np.asarray(array[0, band])
        for array in (observation.images, observation.noise_sigma, observation.mask)
    )
    columns, rows = np.meshgrid(np.arange(side) + column, np.arange(side) + row)
    inside = (columns >= 0) & (columns < image.shape[1]) & (rows >= 0) & (rows < image.shape[0])
    at = np.clip(rows, 0, image.shape[0] - 1), np.clip(columns, 0, image.shape[1] - 1)
    x, y = frame.angles(columns.astype(float), rows.astype(float))
    values, noise = image[at].astype(np.float64), sigma[at].astype(np.float64)
    used = (
        inside & mask[at] & np.isfinite(values) & np.isfinite(noise) & (noise > 0.0) & (noise < UNUSED_SIGMA)
    )
    used &= np.hypot(x - center[0], y - center[1]) <= radius
    middle = np.array([column, row]) + 0.5 * (side - 1)
    grid = np.concatenate([frame.matrix.ravel(), frame.angles(*middle)])
    return Window(np.where(used, values, 0.0), np.where(used, 1.0 / np.where(used, noise, 1.0), 0.0), grid)
