"""Random parameters and points that the topics share.

A case of a profile is evaluated at the points of `points_of`: its center, points around it, and the pixels of
a small image.  They are compared separately (`CENTER`, `AROUND`, `IMAGE`), so that errors far from a cusp are
seen.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

Cases = Mapping[str, np.ndarray]

# Cases of each profile.
CASES = 48
# Points of a case that are not pixels.
RADII = 32
# Pixels along a side of the small image.
PIXELS = 12
# The points of a case: the center and one 1e-5 arcsec from it; 1e-3 to 30 arcsec from it; an image.
CENTER, AROUND, IMAGE = slice(0, 2), slice(2, RADII), slice(RADII, None)

# (e1, e2): round, nearly round, on both sides of the |e| at which a kernel changes from a series to a closed
# form, at |e| = 0.9 and beyond, on and outside the circle |e| = 1, which published files draw too.
EDGES = (
    (0.0, 0.0),
    (1e-7, 0.0),
    (0.004, -0.0029),
    (0.0, 0.0052),
    (0.0, -0.5),
    (0.35, 0.35),
    (-0.6, 0.5),
    (0.9, 0.0),
    (0.95, 0.0),
    (-0.7, 0.65),
    (0.98, 0.1),
    (0.7, 0.7),
    (0.0, 0.999),
    (0.6, 0.8),
    (0.9, -0.8),
    (-1.2, 0.7),
)


def float32_exact(array: np.ndarray) -> np.ndarray:
    """Values rounded to float32, as float64, so that one reference serves both precisions."""
    return array.astype(np.float32).astype(np.float64)


def exact(parameters: Cases) -> dict[str, np.ndarray]:
    """The parameters, each rounded by `float32_exact`."""
    return {name: float32_exact(array) for name, array in parameters.items()}


def ellipticities(rng: np.random.Generator, cases: int = CASES) -> tuple[np.ndarray, np.ndarray]:
    """(e1, e2) of shape (cases,): the edges, then uniform in squares of half width 0.5 and (a quarter) 1."""
    rest = cases - len(EDGES)
    half_width = np.where(np.arange(rest) % 4 == 3, 1.0, 0.5)[:, None]
    e1, e2 = np.concatenate([np.array(EDGES), half_width * rng.uniform(-1.0, 1.0, (rest, 2))]).T
    return e1, e2


def log_uniform(rng: np.random.Generator, low: float, high: float, cases: int = CASES) -> np.ndarray:
    """Log-uniform in [low, high], of shape (cases,); the last two cases are the ends.

    Args:
        rng: the generator.
        low: the lower end.
        high: the upper end.
        cases: the number of values.
    """
    return np.concatenate([low * (high / low) ** rng.uniform(0.0, 1.0, cases - 2), [low, high]])


def pixel_axes(pixel_scale: np.ndarray) -> np.ndarray:
    """Pixel centers (cases, PIXELS) along an axis of a small image, for pixel scales (cases,) in arcsec."""
    return float32_exact(pixel_scale[:, None] * (np.arange(PIXELS) - (PIXELS - 1) / 2.0))


def centers(rng: np.random.Generator, axes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """x, y (cases,) of centers: in turn on a pixel, between four pixels, and anywhere in the image."""
    cases = np.arange(len(axes))

    def along() -> np.ndarray:
        pixel = rng.integers(PIXELS // 4, 3 * PIXELS // 4, len(axes))
        on, beside = axes[cases, pixel], axes[cases, pixel + 1]
        anywhere = axes[:, -1] * rng.uniform(-1.0, 1.0, len(axes))
        return float32_exact(np.choose(cases % 3, [on, (on + beside) / 2.0, anywhere]))

    return along(), along()


def points_of(
    rng: np.random.Generator, center_x: np.ndarray, center_y: np.ndarray, axes: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The points at which profiles are evaluated.

    Args:
        rng: the generator of the points around the center.
        center_x: centers (cases,) in arcsec.
        center_y: centers (cases,) in arcsec.
        axes: pixel centers (cases, PIXELS) along the sides of the small image.

    Returns:
        x, y (cases, points) in arcsec.
    """
    cases = len(axes)
    radius = 10 ** rng.uniform(-3.0, np.log10(30.0), (cases, RADII))
    radius[:, 0] = 0.0
    radius[:, 1] = 1e-5
    angle = rng.uniform(0.0, 2 * np.pi, (cases, RADII))
    image_x = np.broadcast_to(axes[:, None, :], (cases, PIXELS, PIXELS)).reshape(cases, -1)
    image_y = np.broadcast_to(axes[:, :, None], (cases, PIXELS, PIXELS)).reshape(cases, -1)
    x = np.concatenate([center_x[:, None] + radius * np.cos(angle), image_x], axis=1)
    y = np.concatenate([center_y[:, None] + radius * np.sin(angle), image_y], axis=1)
    return float32_exact(x), float32_exact(y)


def rows_of(parameters: Cases) -> list[dict[str, float]]:
    """The parameters of each case, as a dict of floats."""
    cases = len(next(iter(parameters.values())))
    return [{name: float(array[case]) for name, array in parameters.items()} for case in range(cases)]


def thinned(group: Cases, quick: bool) -> dict[str, np.ndarray]:
    """A reference group, thinned to every fourth case (the first axis of every array) if `quick`."""
    return {name: array[::4] if quick else array for name, array in group.items()}
