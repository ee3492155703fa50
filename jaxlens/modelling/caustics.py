"""Critical lines and caustics of a lens: where images are merged, and where sources are for which they are.

The lens maps theta to beta(theta), and the magnification is 1 / det(d beta / d theta).  The determinant is 0
on the critical lines, and beta maps them to the caustics.  A line is tangential where the other eigenvalue of
the matrix is above 0, so that images are stretched along it, and radial where it is below (Schneider, Ehlers
& Falco 1992, Gravitational Lenses, section 5.2).  Lines are kept as pieces, which is all that
a picture and an area need.
"""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.imaging.rays import ray_numbers, ray_positions
from jaxlens.imaging.scene import Scene
from jaxlens.kernels.types import Params
from jaxlens.modelling.level_lines import level_lines


class CriticalLines(NamedTuple):
    """Lines as pieces (m, 2, 2): of each its two ends, and of each end x and y, arcsec.

    Attributes:
        tangential: pieces of the tangential critical lines, in the plane of the image.
        radial: pieces of the radial ones; none where the mass has no core and is isothermal or steeper.
        tangential_caustic: the pieces of `tangential` in the plane of the source.
        radial_caustic: the pieces of `radial` there.
        einstein_radius: of the circle with the area inside of the tangential critical lines, arcsec; 0 where
            there are none.
    """

    tangential: np.ndarray
    radial: np.ndarray
    tangential_caustic: np.ndarray
    radial_caustic: np.ndarray
    einstein_radius: float


def critical_lines(
    scene: Scene,
    params: Params,
    half_width: float,
    center: tuple[float, float] = (0.0, 0.0),
    plane: int = -1,
    points: int = 300,
) -> CriticalLines:
    """The critical lines inside a square, and their caustics.

    The determinant is computed by forward derivatives on a grid, and is 0 on its edges where a line through
    both ends is; with 300 points along a side the radius of an isothermal circle is right to 1e-4 of itself.

    Args:
        scene: the static part of the configuration.
        params: the parameters of one system, each () or (bands,).
        half_width: arcsec, of the square; the critical lines that count must lie inside of it.
        center: x and y of its centre, arcsec.
        plane: the index of the source's plane.
        points: of the grid along a side.
    """
    half_step = half_width / points
    # no point is at the centre, where a mass may be infinite
    axis = np.linspace(-half_width + half_step, half_width - half_step, points)
    x, y = np.meshgrid(axis + center[0], axis + center[1])
    determinant, trace = (np.asarray(a) for a in _jacobian(scene, plane % len(scene.planes), params, x, y))
    lines = level_lines(determinant, x[0], y[:, 0])
    middle = lines.mean(axis=1)
    column = np.clip(np.searchsorted(x[0], middle[:, 0]), 1, points - 1)
    row = np.clip(np.searchsorted(y[:, 0], middle[:, 1]), 1, points - 1)
    # where the determinant is 0 the trace is the other eigenvalue
    is_tangential = trace[row, column] + trace[row - 1, column - 1] > 0.0
    tangential, radial = lines[is_tangential], lines[~is_tangential]
    caustic = np.stack(
        _source(scene, plane % len(scene.planes), params, lines[..., 0], lines[..., 1]), axis=-1
    )
    return CriticalLines(
        tangential,
        radial,
        caustic[is_tangential],
        caustic[~is_tangential],
        float(np.sqrt(abs(_signed_area(tangential, center)) / np.pi)),
    )


def _signed_area(pieces: np.ndarray, origin: tuple[float, float]) -> float:
    """The area inside of closed lines whose pieces have the higher side on their left."""
    (x0, y0), (x1, y1) = (np.moveaxis(pieces[:, end] - np.asarray(origin), -1, 0) for end in (0, 1))
    return float(0.5 * np.sum(x0 * y1 - x1 * y0))


def _source(
    scene: Scene, plane: int, params: Params, x: np.ndarray, y: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Where the rays that are seen at points cross the plane of the source."""
    found = _rays(scene, plane, params, jnp.asarray(x), jnp.asarray(y))
    return np.asarray(found[0]), np.asarray(found[1])


@partial(jax.jit, static_argnums=(0, 1))
def _rays(
    scene: Scene, plane: int, params: Params, x: jax.Array, y: jax.Array
) -> tuple[jax.Array, jax.Array]:
    return ray_positions(scene, ray_numbers(scene, _of_first_band(params)), x, y)[plane]


@partial(jax.jit, static_argnums=(0, 1))
def _jacobian(
    scene: Scene, plane: int, params: Params, x: jax.Array, y: jax.Array
) -> tuple[jax.Array, jax.Array]:
    """The determinant and the trace of d beta / d theta, of the shape of x."""
    numbers = ray_numbers(scene, _of_first_band(params))
    _, along = jax.linearize(lambda x, y: ray_positions(scene, numbers, x, y)[plane], x, y)
    one, none = jnp.ones_like(x), jnp.zeros_like(x)
    (xx, yx), (xy, yy) = along(one, none), along(none, one)
    return xx * yy - xy * yx, xx + yy


def _of_first_band(params: Params) -> Params:
    """What masses depend on has no axis of bands; of the rest the first band is enough."""
    return {name: value[..., 0] if jnp.ndim(value) else jnp.asarray(value) for name, value in params.items()}
