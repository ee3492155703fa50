"""The arrays of profiles whose parameters come from a file.

Linear interpolation is exact for numbers that are linear in each coordinate, and has no kinks then, so that
relations between derivatives can be tested at any point.  Random arrays, in which a mistake in the choice of
neighbours is seen, are in the tests of the profiles themselves, against scipy's splines.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

# The pixels of an image along each side; also those of SLIT_STARLETS by the meaning of `n_pixels`.
SIDE = 128
# Scales of starlets, by the meaning of `n_scales`.
SCALES = 3
# arcsec; grids and radii reach beyond all points.
REACH = 16.0
# Points of a grid along x and y, and radii.
COLUMNS, ROWS, RADII = 41, 37, 50
# Of the potential a + b x + c y + d x y (arcsec^2, arcsec, arcsec, 1).
A, B, C, D = 0.3, -0.2, 0.1, 0.05
# The convergence of a table of radii, of which the deflection is linear.
KAPPA = 0.4
# arcsec; the first radius of the table.
INNERMOST = 1e-4


def table(name: str, key: str) -> np.ndarray:
    """The array of a parameter of a profile.

    Args:
        name: the profile.
        key: the parameter.

    Raises:
        ValueError: there is none; a new kind of table needs an entry here.
    """
    if key not in _TABLES:
        raise ValueError(f"{name}: there is no array for the table {key!r}; add one to {__name__}")
    return _TABLES[key]()


def _image() -> np.ndarray:
    """An image that is linear in the column and in the row, and above zero."""
    row, column = np.mgrid[:SIDE, :SIDE]
    return 1.0 + column / 256.0 + row / 512.0 - column * row / 65536.0


def _coefficients() -> np.ndarray:
    """Scales of an image, each a part of it."""
    shares = np.array([0.25, -0.125, 0.875])[:SCALES]
    return shares[:, None, None] * _image()


def _axis(count: int) -> np.ndarray:
    """Positions with steps that grow outwards."""
    steps = np.linspace(-1.0, 1.0, count)
    return REACH * steps * (0.7 + 0.3 * steps**2)


def _on_grid(function: Callable[[np.ndarray, np.ndarray], np.ndarray]) -> Callable[[], np.ndarray]:
    """The values of a function of x and y at the points of the grid."""

    def values() -> np.ndarray:
        x, y = np.meshgrid(_axis(COLUMNS), _axis(ROWS))
        return function(x, y) + np.zeros_like(x)

    return values


_TABLES: dict[str, Callable[[], np.ndarray]] = {
    "image": _image,
    "amp": _coefficients,
    "grid_interp_x": lambda: _axis(COLUMNS),
    "grid_interp_y": lambda: _axis(ROWS),
    "f_": _on_grid(lambda x, y: A + B * x + C * y + D * x * y),
    "f_x": _on_grid(lambda x, y: B + D * y),
    "f_y": _on_grid(lambda x, y: C + D * x),
    "f_xx": _on_grid(lambda x, y: 0.0 * x),
    "f_yy": _on_grid(lambda x, y: 0.0 * x),
    "f_xy": _on_grid(lambda x, y: D + 0.0 * x),
    "r_bin": lambda: np.geomspace(INNERMOST, REACH, RADII),
    "kappa_r": lambda: np.full(RADII, KAPPA),
}


class Deflections:
    """What lenstronomy's TABULATED_DEFLECTIONS calls for the deflection of the arrays above."""

    def __call__(self, x: np.ndarray, y: np.ndarray, **_: object) -> tuple[np.ndarray, np.ndarray]:
        """The deflection (arcsec) at x and y (arcsec)."""
        return B + D * y, C + D * x
