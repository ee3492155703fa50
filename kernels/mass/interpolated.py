"""Deflectors from arrays: deflections and potentials on a grid of positions.

Between the points of the grid values are interpolated linearly, as lenstronomy does unless it is told
otherwise: f_x and f_y are the deflection, f_ is the potential, each on its own, so that the deflection is the
gradient of the potential as exactly as the arrays are.  Beyond the grid the values are those at its edge.
Magnifications follow from the derivatives of the deflection, within each cell of the grid.
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from jaxlens.kernels.fastmath.grids import grid_values, position
from jaxlens.kernels.parameters import Meaning
from jaxlens.kernels.registry import mass_profile
from jaxlens.kernels.types import Pair, Real, Table

# The default of an array that need not be given.
_NOT_GIVEN: Any = 0.0
_MEANINGS = {
    "grid_interp_x": Meaning("arcsec", "x of the columns of the arrays, increasing", -5.0, 5.0),
    "grid_interp_y": Meaning("arcsec", "y of the rows of the arrays, increasing", -5.0, 5.0),
    "f_": Meaning("arcsec^2", "potential at each point of the grid", 0.0, 1.0),
    "f_x": Meaning("arcsec", "deflection in x at each point of the grid", 0.0, 1.0),
    "f_y": Meaning("arcsec", "deflection in y at each point of the grid", 0.0, 1.0),
    "f_xx": Meaning("", "second derivative of the potential; not used", 0.0, 1.0),
    "f_yy": Meaning("", "second derivative of the potential; not used", 0.0, 1.0),
    "f_xy": Meaning("", "second derivative of the potential; not used", 0.0, 1.0),
    "scale_factor": Meaning("", "factor of the deflection and the potential", 0.5, 2.0),
}


def interpol_potential(
    x: Real, y: Real, *, grid_interp_x: Table, grid_interp_y: Table, f_: Table, **ignored: Any
) -> jax.Array:
    """The array f_, interpolated.

    Args:
        x: position (arcsec), any shape.
        y: the other coordinate.
        grid_interp_x: as in `interpol`.
        grid_interp_y: as in `interpol`.
        f_: potential (arcsec^2), (ny, nx).
        **ignored: the other parameters of `interpol`.

    Returns:
        The potential (arcsec^2), of the shape to which x and y broadcast.
    """
    (potential,) = _interpolated((f_,), x, y, grid_interp_x, grid_interp_y)
    return potential


@mass_profile("INTERPOL", potential=interpol_potential, meanings=_MEANINGS)
def interpol(
    x: Real,
    y: Real,
    *,
    grid_interp_x: Table,
    grid_interp_y: Table,
    f_: Table = _NOT_GIVEN,
    f_x: Table,
    f_y: Table,
    f_xx: Table = _NOT_GIVEN,
    f_yy: Table = _NOT_GIVEN,
    f_xy: Table = _NOT_GIVEN,
) -> Pair:
    """Deflections on a grid, interpolated linearly; lenstronomy's INTERPOL.

    Args:
        x: position (arcsec), any shape.
        y: the other coordinate.
        grid_interp_x: x of the columns (arcsec), increasing, (nx,); or the first and the last of equal steps.
        grid_interp_y: y of the rows (arcsec), likewise.
        f_: potential (arcsec^2), (ny, nx), of which the deflection does not make use.
        f_x: deflection in x (arcsec), (ny, nx).
        f_y: deflection in y.
        f_xx: second derivative of the potential; not used, since that of the deflection is.
        f_yy: likewise.
        f_xy: likewise.

    Returns:
        Its two components (arcsec), of the shape to which x and y broadcast.

    >>> grid, rows = jnp.asarray([0.0, 1.0]), jnp.asarray([[0.0, 2.0], [0.0, 2.0]])
    >>> alpha = interpol(0.25, 0.0, grid_interp_x=grid, grid_interp_y=grid, f_x=rows, f_y=rows.T)
    >>> [float(component) for component in alpha]
    [0.5, 0.0]
    """
    alpha_x, alpha_y = _interpolated((f_x, f_y), x, y, grid_interp_x, grid_interp_y)
    return alpha_x, alpha_y


def interpol_scaled_potential(x: Real, y: Real, *, scale_factor: Real = 1.0, **tables: Any) -> jax.Array:
    """`interpol_potential` times scale_factor.

    Args:
        x: position (arcsec), any shape.
        y: the other coordinate.
        scale_factor: the factor.
        **tables: the parameters of `interpol_potential`.

    Returns:
        The potential (arcsec^2), of the shape to which x, y and scale_factor broadcast.
    """
    return scale_factor * interpol_potential(x, y, **tables)


@mass_profile("INTERPOL_SCALED", potential=interpol_scaled_potential, meanings=_MEANINGS)
def interpol_scaled(
    x: Real,
    y: Real,
    *,
    scale_factor: Real = 1.0,
    grid_interp_x: Table,
    grid_interp_y: Table,
    f_: Table = _NOT_GIVEN,
    f_x: Table,
    f_y: Table,
    f_xx: Table = _NOT_GIVEN,
    f_yy: Table = _NOT_GIVEN,
    f_xy: Table = _NOT_GIVEN,
) -> Pair:
    """INTERPOL times a factor, such as a mass-to-light ratio; lenstronomy's INTERPOL_SCALED.

    Args:
        x: position (arcsec), any shape.
        y: the other coordinate.
        scale_factor: the factor of the deflection.
        grid_interp_x: as in `interpol`.
        grid_interp_y: as in `interpol`.
        f_: as in `interpol`.
        f_x: as in `interpol`.
        f_y: as in `interpol`.
        f_xx: as in `interpol`.
        f_yy: as in `interpol`.
        f_xy: as in `interpol`.

    Returns:
        The two components of the deflection (arcsec), of the shape to which x, y and scale_factor broadcast.
    """
    alpha_x, alpha_y = _interpolated((f_x, f_y), x, y, grid_interp_x, grid_interp_y)
    return scale_factor * alpha_x, scale_factor * alpha_y


@mass_profile("TABULATED_DEFLECTIONS", potential=None, meanings=_MEANINGS)
def tabulated_deflections(
    x: Real,
    y: Real,
    *,
    grid_interp_x: Table,
    grid_interp_y: Table,
    f_x: Table,
    f_y: Table,
    center_x: Real = 0.0,
    center_y: Real = 0.0,
) -> Pair:
    """Deflections on a grid that may be moved, without a potential; lenstronomy's TABULATED_DEFLECTIONS.

    lenstronomy calls a function of the user there.  In a file it is an array of what that function returns,
    interpolated linearly.

    Args:
        x: position (arcsec), any shape.
        y: the other coordinate.
        grid_interp_x: x of the columns, relative to the centre, as in `interpol`.
        grid_interp_y: y of the rows, likewise.
        f_x: deflection in x (arcsec), (ny, nx).
        f_y: deflection in y.
        center_x: position of the grid's origin (arcsec).
        center_y: its other coordinate.

    Returns:
        The two components of the deflection (arcsec), of the shape to which the arguments broadcast.
    """
    dx, dy = jnp.asarray(x) - center_x, jnp.asarray(y) - center_y
    alpha_x, alpha_y = _interpolated((f_x, f_y), dx, dy, grid_interp_x, grid_interp_y)
    return alpha_x, alpha_y


def _interpolated(
    tables: tuple[jax.Array, ...], x: Real, y: Real, grid_x: jax.Array, grid_y: jax.Array
) -> list[jax.Array]:
    """Arrays (ny, nx) at positions (arcsec) of any shape."""
    x, y = jnp.broadcast_arrays(jnp.asarray(x, jnp.result_type(x, tables[0])), y)
    ny, nx = tables[0].shape
    return grid_values(tables, position(grid_x, nx, x), position(grid_y, ny, y))
