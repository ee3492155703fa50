"""The light of the lens before its arcs are known: fitted with the pixels left out that rise above it.

What remains is the ring: its radius is near the Einstein radius, and its pixels are where the source is seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy import ndimage

from jaxlens.modelling.descent import descents, solution_at
from jaxlens.modelling.model import LensData, Settings
from jaxlens.modelling.problem import LensProblem

# Fits with the arcs left out, each of which sees them better than the one before.
ROUNDS = 4
# Steps of each.
STEPS = 15
# The ends of the names that stay at the medians of their priors in the first.
CENTRE = ("-center_x", "-center_y")
# Pixels: the standard deviation of the Gaussian that smooths the residuals.
WIDTH = 1.5
# Smoothed residuals above this many standard deviations are arcs.
THRESHOLD = 4.0
# Pixels by which arcs are widened where they are left out.
GROWTH = 2
# Pixels from the lens at which arcs begin: nearer residuals are those of the lens's own middle.
MIDDLE = 6.0
# What rises above the light of the lens farther out than this times the median distance of all is no arc.
FARTHEST = 1.8
# A pixel counts in the mean radius of the ring with at most this significance.
MOST = 30.0


@dataclass(frozen=True, eq=False)
class Ring:
    """What is left when the light of the lens is taken away.

    Attributes:
        point: the coordinates with the light of the lens as fitted, (k,).
        centre: of the light of the lens, arcsec.
        significance: smoothed residuals in standard deviations, 0 where there is no arc, of each pixel,
            (bands, exposures, n, n).
        radius: the mean distance of the arcs from the centre, arcsec; NaN where there is none.
        extent: the distance within which almost all of their light is, arcsec.
        x: where each pixel is, arcsec, (bands, exposures, n, n).
        y: the other coordinate.
    """

    point: np.ndarray
    centre: tuple[float, float]
    significance: np.ndarray
    radius: float
    extent: float
    x: np.ndarray
    y: np.ndarray


class _Residual(NamedTuple):
    point: np.ndarray
    smoothed: np.ndarray


def ring(problem: LensProblem, data: LensData, settings: Settings, prefix: str) -> Ring:
    """Fit the light of the lens and find the arcs.

    Args:
        problem: the model with the light of the lens alone.
        data: the images.
        settings: what moves: the numbers of the lens's light.
        prefix: the light profile whose centre is the lens's.

    Returns:
        What is left.
    """
    x, y = pixel_positions(data)
    weight, point = np.asarray(data.weight), np.zeros(len(problem.names), np.asarray(data.image).dtype)
    places = [problem.indices(f"{prefix}-center_{axis}") for axis in "xy"]
    wanted = weight
    centres = [i for basis in problem.lens.bases for i in problem.indices(basis.prefix, CENTRE)]
    for i in range(ROUNDS):
        # while the arcs are not known, an ellipse would go to one of them
        own = settings if i else settings.holding(centres)
        found = _fitted(problem, data, own, wanted, point)
        point = found.point
        base = problem.constrained(point)
        centre = tuple(
            float(base[at[0]]) if at.size else float(np.mean(problem.base[f"{prefix}-center_{axis}"]))
            for at, axis in zip(places, "xy", strict=True)
        )
        distance = np.hypot(x - centre[0], y - centre[1])
        beyond = distance > MIDDLE * _pixel_sides(data)
        arcs = (found.smoothed > THRESHOLD) & beyond
        wanted = np.where(_grown(arcs) & beyond, 0.0, weight)
    significance = np.where(arcs & (weight > 0.0), np.minimum(found.smoothed, MOST), 0.0)
    radius, extent = _moments(significance, distance)
    return Ring(point, (centre[0], centre[1]), significance, radius, extent, x, y)


def pixel_positions(data: LensData) -> tuple[np.ndarray, np.ndarray]:
    """Where the middle of each pixel is, arcsec: x and y, (bands, exposures, n, n)."""
    n = data.image.shape[-1]
    axis = np.arange(n) - (n - 1) / 2.0
    i, j = axis[None, :], axis[:, None]
    xx, xy, yx, yy, x0, y0 = (np.asarray(data.grid)[..., m, None, None] for m in range(6))
    return xx * i + xy * j + x0, yx * i + yy * j + y0


def _pixel_sides(data: LensData) -> np.ndarray:
    """The side of a square as large as a pixel, arcsec, (bands, exposures, 1, 1)."""
    xx, xy, yx, yy = (np.asarray(data.grid)[..., m, None, None] for m in range(4))
    return np.sqrt(np.abs(xx * yy - xy * yx))


def _fitted(
    problem: LensProblem, data: LensData, settings: Settings, weight: np.ndarray, point: np.ndarray
) -> _Residual:
    """The light of the lens by the pixels with a weight, and the smoothed residuals of all."""
    used = data._replace(weight=weight)
    end = descents(problem, used, settings, point[None], STEPS).points[0]
    amplitudes = np.asarray(solution_at(problem, used, settings, end).amplitudes)
    # the rows of all pixels, also of those that were left out
    rows = np.asarray(solution_at(problem, data, settings, end).rows)
    model = np.einsum("bn,bnp->bp", amplitudes, rows).reshape(data.image.shape)
    residual = np.asarray(data.image) * np.asarray(data.weight) - model
    widths = (0.0, 0.0, WIDTH, WIDTH)
    smoothed = ndimage.gaussian_filter(residual, widths) * (2.0 * np.sqrt(np.pi) * WIDTH)
    return _Residual(end, smoothed)


def _grown(arcs: np.ndarray) -> np.ndarray:
    structure = ndimage.generate_binary_structure(2, 1)[None, None]
    return ndimage.binary_dilation(arcs, structure, iterations=GROWTH)


def _moments(significance: np.ndarray, distance: np.ndarray) -> tuple[float, float]:
    """The mean distance of the arcs, and that within which 98% of their significance is.

    What is farther than `FARTHEST` times their median distance belongs to other objects.
    """
    if not np.any(significance > 0.0):
        return float("nan"), float("nan")
    median = _quantile(significance, distance, 0.5)
    own = np.where(distance <= FARTHEST * median, significance, 0.0)
    return float(np.sum(own * distance) / np.sum(own)), _quantile(own, distance, 0.98)


def _quantile(weight: np.ndarray, distance: np.ndarray, share: float) -> float:
    """The distance within which a share of the weight is."""
    order = np.argsort(distance, axis=None)
    total = np.cumsum(weight.ravel()[order])
    return float(distance.ravel()[order][np.searchsorted(total, share * total[-1])])
