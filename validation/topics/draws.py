"""Random parameters and points that the topics share."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

Cases = Mapping[str, np.ndarray]


def float32_exact(array: np.ndarray) -> np.ndarray:
    """The nearest numbers that float32 holds, as float64: one reference serves both precisions."""
    return array.astype(np.float32).astype(np.float64)


def exact(parameters: Cases) -> dict[str, np.ndarray]:
    """`float32_exact` of every parameter."""
    return {name: float32_exact(array) for name, array in parameters.items()}


# Round, nearly round, the usual limit, beyond a half, and what published files draw outside the disk.
EDGES = (
    (0.0, 0.0),
    (1e-7, 0.0),
    (0.0, -0.5),
    (0.35, 0.35),
    (-0.6, 0.5),
    (0.95, 0.0),
    (0.9, -0.8),
    (0.6, 0.8),
)


def ellipticities(
    rng: np.random.Generator, cases: int, edges: tuple[tuple[float, float], ...] = EDGES
) -> tuple[np.ndarray, np.ndarray]:
    """(e1, e2) of shape (cases,): the edges first, then uniform in the square of half width 0.5."""
    inner = rng.uniform(-0.5, 0.5, (cases - len(edges), 2))
    e1, e2 = np.concatenate([np.array(edges), inner]).T
    return e1, e2


def points_around(
    rng: np.random.Generator, parameters: Cases, cases: int, points: int
) -> tuple[np.ndarray, np.ndarray]:
    """x, y of shape (cases, points) around each case's center.

    The first is the center, the second about 1e-5 arcsec from it, the others from 1e-3 to 30 arcsec.
    """
    radius = 10 ** rng.uniform(-3.0, 1.5, (cases, points))
    radius[:, 0] = 0.0
    radius[:, 1] = 1e-5
    angle = rng.uniform(0.0, 2 * np.pi, (cases, points))
    zero = np.zeros(cases)
    center_x, center_y = parameters.get("center_x", zero), parameters.get("center_y", zero)
    x, y = center_x[:, None] + radius * np.cos(angle), center_y[:, None] + radius * np.sin(angle)
    return float32_exact(x), float32_exact(y)
