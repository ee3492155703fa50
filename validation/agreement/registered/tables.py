"""The arrays of profiles whose parameters come from a file."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from validation.agreement.inputs.draws import float32_exact

# The grid of a deflector covers all points at which it is used; no axis of symmetry is on a line of it.
GRID = np.linspace(-12.1, 12.1, 122)
# Core radius of the round isothermal lens that is put on the grid (arcsec).
CORE = 0.5
# The radii of a table of the convergence (arcsec): lenstronomy has no mass within the first one.
RADII = np.append(1e-6, np.linspace(0.2, 15.0, 38))
# Pixels along the sides of an image, and the position, width and height of the Gaussians in it (pixels).
COLUMNS, ROWS_OF_PIXELS = 24, 20
SPOTS = ((11.0, 9.0, 3.0, 1.0), (15.0, 12.0, 1.5, 0.4), (7.0, 6.0, 2.0, 0.3))
# Starlet coefficients: scales, and pixels along a side.
SCALES, SIDE = 3, 20


def table(name: str, key: str) -> np.ndarray:
    """The array of a parameter of a profile.

    Args:
        name: the profile.
        key: the parameter.

    Raises:
        ValueError: there is none; a new kind of table needs an entry here.
    """
    if key not in TABLES:
        raise ValueError(f"{name}: there is no array for the table {key!r}; add one to {__name__}")
    return float32_exact(TABLES[key]())


def _lens() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """x, y and sqrt(r^2 + CORE^2), the potential, on the grid."""
    x, y = np.meshgrid(GRID, GRID)
    return x, y, np.sqrt(x**2 + y**2 + CORE**2)


def _image() -> np.ndarray:
    x, y = np.meshgrid(np.arange(COLUMNS), np.arange(ROWS_OF_PIXELS))
    spots = [h * np.exp(-((x - a) ** 2 + (y - b) ** 2) / (2.0 * w**2)) for a, b, w, h in SPOTS]
    return np.asarray(np.sum(spots, axis=0))


def _starlets() -> np.ndarray:
    return np.random.default_rng(20260201).uniform(0.0, 1.0, SCALES * SIDE**2)


TABLES: dict[str, Callable[[], np.ndarray]] = {
    "grid_interp_x": lambda: GRID,
    "grid_interp_y": lambda: GRID,
    "f_": lambda: _lens()[2],
    "f_x": lambda: _lens()[0] / _lens()[2],
    "f_y": lambda: _lens()[1] / _lens()[2],
    "f_xx": lambda: 1.0 / _lens()[2] - _lens()[0] ** 2 / _lens()[2] ** 3,
    "f_yy": lambda: 1.0 / _lens()[2] - _lens()[1] ** 2 / _lens()[2] ** 3,
    "f_xy": lambda: -_lens()[0] * _lens()[1] / _lens()[2] ** 3,
    "r_bin": lambda: RADII,
    "kappa_r": lambda: 0.5 / np.sqrt(RADII**2 + CORE**2),
    "image": _image,
    "amp": _starlets,
}
