"""Critical curves and caustics of a lens: where images merge, and where sources are for which they do.

The lens maps theta to beta(theta), and the magnification is 1 / det(d beta / d theta).  The determinant is 0
on the critical curves, and beta maps them to the caustics.  A curve is tangential where the other eigenvalue
of the matrix is above 0, so that images are stretched along it, and radial where it is below (Schneider,
Ehlers & Falco 1992, Gravitational Lenses, section 5.2).

Lines of sign changes are found on a grid, and on a finer one about the centre of each mass, whose step
shrinks with the distance to it.  Each of their points is then followed along its edge of the grid to where
the determinant is 0, so that the points lie on the curve to rounding; between them a polyline is straight.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.imaging.copies import positions, shown, stacked
from jaxlens.imaging.scene import Scene
from jaxlens.imaging.scene_objects import Copied
from jaxlens.kernels.lensing.rays import jacobian, rays_and_jacobian
from jaxlens.kernels.types import Params
from jaxlens.products.lens_maps import rays_of
from jaxlens.products.level_lines import level_lines
from jaxlens.products.polygons import curved_area

# Points along a side of the grid.
POINTS = 200
# The finer grid about a mass reaches from this radius (arcsec) to so many steps of the other one.
_NEAREST, _REACH = 1e-4, 8.0
_RADII, _ANGLES = 48, 96
# Halvings of an edge.
_HALVINGS = 24
# Points are computed in numbers that are this one times a power of two, so that programs are compiled seldom.
_SMALLEST = 256
# Radii (arcsec) of circles about a mass whose images have one size where the deflection jumps there, and the
# difference of the sizes, over the size, that is allowed.
_CIRCLES, _SAME = (1e-4, 1e-5), 0.02

# Polylines, each (k, 2): x and y of its points, arcsec.
Curves = list[np.ndarray]


class CriticalCurves(NamedTuple):
    """The critical curves and caustics of a system, as polylines (k, 2) of x and y, arcsec.

    The last point of a closed curve is its first one.  A curve that leaves the window is open.

    Attributes:
        tangential: the tangential critical curves, in the plane of the image, the longest first.
        radial: the radial ones; there is none where the mass is as steep as an isothermal one, or steeper.
        tangential_caustics: `tangential` in the plane of the source, point by point.
        radial_caustics: `radial` there.
        cuts: the images of masses whose deflection jumps at their centre, as that of an isothermal one: a
            source within has an image more, and no caustic bounds it (the cut, or pseudo-caustic).
        einstein_radius: of the circle with the area within the tangential critical curves, arcsec; 0 where
            there are none, and NaN where one leaves the window.
    """

    tangential: Curves
    radial: Curves
    tangential_caustics: Curves
    radial_caustics: Curves
    cuts: Curves
    einstein_radius: float


def critical_curves(
    scene: Scene,
    j: int,
    params: Params,
    half_width: float,
    center: tuple[float, float] = (0.0, 0.0),
    points: int = POINTS,
) -> CriticalCurves:
    """The critical curves inside a square, and their caustics; computed on the host, for one system.

    Args:
        scene: the static part of the configuration.
        j: the index of the source's plane.
        params: the parameters of one system, with the arrays of profiles (see `with_tables`).
        half_width: arcsec, of the square.
        center: x and y of its centre, arcsec.
        points: of the grid along a side; curves smaller than its steps are found about masses alone.
    """
    masses = _mass_centres(scene, j, params)
    field = _field(scene, j, params, half_width, center, points, masses)
    found = list(_lines(field, half_width, masses))
    curves = _refined(scene, j, params, [low for low, _ in found], [high for _, high in found])
    is_tangential = [float(np.mean(curve.trace)) > 0.0 for curve in curves]
    tangential = [curve for curve, it in zip(curves, is_tangential, strict=True) if it]
    radial = [curve for curve, it in zip(curves, is_tangential, strict=True) if not it]
    area = sum(curved_area(curve.place, curve.tangent) for curve in tangential)
    is_cut_off = any((curve.place[0] != curve.place[-1]).any() for curve in tangential)
    return CriticalCurves(
        [curve.place for curve in tangential],
        [curve.place for curve in radial],
        [curve.source for curve in tangential],
        [curve.source for curve in radial],
        _cuts(field),
        math.nan if is_cut_off else math.sqrt(abs(area) / math.pi),
    )


class _Curve(NamedTuple):
    """The points of a curve, each of their numbers (k, 2) or (k,).

    Attributes:
        place: x and y on the sky, arcsec.
        source: where their rays cross the plane of the source.
        tangent: a unit vector along the curve, the higher determinant on its left.
        trace: the other eigenvalue, since one is 0.
    """

    place: np.ndarray
    source: np.ndarray
    tangent: np.ndarray
    trace: np.ndarray


def _lines(field: _Field, half_width: float, masses: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """The edges that each curve crosses: their lower and their higher ends, each (k, 2)."""
    reach = _REACH * _step(half_width, len(field.grid))
    for low, high, is_closed in _edges(field.grid, field.on_grid):
        distances = np.hypot(*np.moveaxis(low[:, None] - masses[None], -1, 0))
        # small ones about a mass are found again on the finer grid
        if not (is_closed and len(masses) and distances.max(axis=0).min() < reach):
            yield low, high
    for k, (circles, values) in enumerate(zip(field.circles, field.on_circles, strict=True)):
        for low, high, is_closed in _edges(circles, values, is_periodic=True):
            nearest = np.argmin(np.hypot(*(masses - low[:-1].mean(axis=0)).T))
            if is_closed and nearest == k:
                yield low, high


class _Field(NamedTuple):
    """The determinant on the grids of a system.

    Attributes:
        grid: x and y of the points of the square, (points, points, 2).
        on_grid: the determinant there.
        circles: x and y on circles about each mass, (masses, angles, radii, 2); the last angle is the first.
        on_circles: the determinant there.
        sources: where the rays that are seen on the two innermost circles cross the plane of the source,
            (masses, angles, 2, 2).
    """

    grid: np.ndarray
    on_grid: np.ndarray
    circles: np.ndarray
    on_circles: np.ndarray
    sources: np.ndarray


def _step(half_width: float, points: int) -> float:
    return 2.0 * half_width / points


def _field(
    scene: Scene,
    j: int,
    params: Params,
    half_width: float,
    center: tuple[float, float],
    points: int,
    masses: np.ndarray,
) -> _Field:
    """The determinant on the grids, by one program."""
    step = _step(half_width, points)
    axis = step * (np.arange(points) + 0.5) - half_width
    grid = np.stack(np.meshgrid(axis + center[0], axis + center[1]), axis=-1)
    radius = np.array([*_CIRCLES, *np.geomspace(_NEAREST, _REACH * step, _RADII)])[None, :]
    angle = np.linspace(0.0, 2.0 * np.pi, _ANGLES + 1)[:, None]
    circle = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=-1)
    circles = masses[:, None, None] + circle[None]
    places = np.concatenate([grid.reshape(-1, 2), circles.reshape(-1, 2)])
    sources, values = (np.asarray(one) for one in _sources(scene, j, params, *places.T))
    on_grid, on_circles = np.split(values, [points**2])
    inner = sources[points**2 :].reshape(circles.shape)[:, :, : len(_CIRCLES)]
    skipped = slice(len(_CIRCLES), None)
    return _Field(
        grid,
        on_grid.reshape(points, points),
        circles[:, :, skipped],
        on_circles.reshape(circles.shape[:-1])[:, :, skipped],
        inner,
    )


def _edges(
    grid: np.ndarray, values: np.ndarray, is_periodic: bool = False
) -> Iterator[tuple[np.ndarray, np.ndarray, bool]]:
    """The edges of a grid (rows, columns, 2) across which the determinant changes its sign, by curve."""
    for line in level_lines(values, is_periodic):
        yield grid[tuple(line.low.T)], grid[tuple(line.high.T)], line.is_closed


def _refined(
    scene: Scene, j: int, params: Params, low: list[np.ndarray], high: list[np.ndarray]
) -> list[_Curve]:
    """The curves that cross edges."""
    if not low:
        return []
    lengths = [len(one) for one in low]
    total = sum(lengths)
    size = _SMALLEST << max(0, math.ceil(math.log2(total / _SMALLEST)))
    ends = [np.resize(np.concatenate(one), (size, 2)) for one in (low, high)]
    place, source, gradient, trace = (np.asarray(one)[:total] for one in _roots(scene, j, params, *ends))
    # the gradient points to the higher side, which is on the left
    tangent = np.stack([gradient[:, 1], -gradient[:, 0]], axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        tangent = tangent / np.hypot(*tangent.T)[:, None]
    ends_of_curves = np.cumsum(lengths)[:-1]
    columns = [np.split(one, ends_of_curves) for one in (place, source, tangent, trace)]
    return [_Curve(*own) for own in zip(*columns, strict=True)]


@partial(jax.jit, static_argnums=(0, 1))
def _sources(scene: Scene, j: int, params: Params, x: jax.Array, y: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Where rays cross the plane of the source, (k, 2), and det A, (k,)."""
    beta, (a_xx, a_xy, a_yx, a_yy) = rays_and_jacobian(rays_of(scene, j, params), x, y)
    return jnp.stack(beta, axis=-1), a_xx * a_yy - a_xy * a_yx


@partial(jax.jit, static_argnums=(0, 1))
def _roots(
    scene: Scene, j: int, params: Params, low: jax.Array, high: jax.Array
) -> tuple[jax.Array, jax.Array, jax.Array, jax.Array]:
    """Where det A is 0 on edges (k, 2): the place, its source, the gradient of det A, and the trace of A."""
    rays = rays_of(scene, j, params)

    def determinant(x: jax.Array, y: jax.Array) -> tuple[jax.Array, jax.Array]:
        a_xx, a_xy, a_yx, a_yy = jacobian(rays, x, y)
        return a_xx * a_yy - a_xy * a_yx, a_xx + a_yy

    def halved(_: int, ends: tuple[jax.Array, jax.Array]) -> tuple[jax.Array, jax.Array]:
        middle = 0.5 * (ends[0] + ends[1])
        is_high = (determinant(middle[:, 0], middle[:, 1])[0] > 0.0)[:, None]
        return jnp.where(is_high, ends[0], middle), jnp.where(is_high, middle, ends[1])

    low, high = jax.lax.fori_loop(0, _HALVINGS, halved, (jnp.asarray(low), jnp.asarray(high)))
    place = 0.5 * (low + high)
    x, y = place[:, 0], place[:, 1]
    one, none = jnp.ones_like(x), jnp.zeros_like(x)
    (_, trace), (along_x, _) = jax.jvp(determinant, (x, y), (one, none))
    _, (along_y, _) = jax.jvp(determinant, (x, y), (none, one))
    return place, jnp.stack(rays(x, y), axis=-1), jnp.stack([along_x, along_y], axis=-1), trace


def _mass_centres(scene: Scene, j: int, params: Params) -> np.ndarray:
    """Where the masses in front of plane `j` are, each place once, (k, 2)."""
    found: list[Any] = []
    for plane in scene.planes[:j]:
        for mass in plane.mass:
            if not mass.is_linear and "center_x" in mass.parameters:
                found.append([params[f"{mass.prefix}-center_{axis}"] for axis in "xy"])
        for copied in plane.heavy:
            found += _centres_of_copies(copied, params)
    return np.unique(np.reshape(np.array(found, float), (-1, 2)), axis=0)


def _centres_of_copies(copied: Copied, params: Params) -> list[np.ndarray]:
    """Where the masses of the copies that a system has are."""
    origin, is_shown = positions(copied, params), np.asarray(shown(copied, params))
    found: list[np.ndarray] = []
    for mass in copied.mass:
        if not mass.is_linear and "center_x" in mass.parameters:
            name = mass.prefix.removeprefix(f"{copied.prefix}-")
            own = [stacked(copied, params, f"{name}-center_{axis}") for axis in "xy"]
            found += list(
                np.stack([np.asarray(a + b) for a, b in zip(origin, own, strict=True)], -1)[is_shown]
            )
    return found


def _cuts(field: _Field) -> Curves:
    """The images of small circles about masses that do not shrink with the circle."""
    sizes = np.hypot(*np.moveaxis(np.ptp(field.sources, axis=1), -1, 0))
    jumps = (sizes[:, 0] > 0.0) & (abs(sizes[:, 1] - sizes[:, 0]) < _SAME * sizes[:, 0])
    is_cut = jumps & (field.on_circles[:, :, 0] < 0.0).all(axis=1)
    return [own[:, 1] for own, it in zip(field.sources, is_cut, strict=True) if it]
