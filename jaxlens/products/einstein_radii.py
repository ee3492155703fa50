"""The Einstein radius of all that deflects: by the area within tangential critical curves, and by the mass.

By area it is sqrt(A / pi), with A the area within the tangential critical curves: of the directions in which
an eigenvalue of d beta / d theta is below 0, and of what they enclose.  With r the ends of the parts of the
ray from the centre in the direction phi that lie in it,

    A = 1/2 integral d phi  sum (+-) r(phi)^2.

Its mean over equal steps of phi has an error that falls exponentially with their number where curves go
around the centre once.  By the mass it is the radius of the circle within which the mean convergence is 1.

Both are differentiable: a root r of f(r, p) = 0 is followed by one step of Newton's method from where it was
found, so that dr / dp = -(df / dp) / (df / dr).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.imaging.enclosed_mass import main_centre, mean_convergence, outermost_radius
from jaxlens.imaging.pixel_grid import farthest_angle, pixel_grid
from jaxlens.imaging.scene import Scene
from jaxlens.kernels.lensing.rays import Rays, jacobian
from jaxlens.kernels.types import Pair, Params
from jaxlens.products.lens_maps import rays_of

# Directions from the centre, and radii along each of them at which an eigenvalue's sign is looked up.
DIRECTIONS, SAMPLES = 128, 64
# The radii begin at this share of the radius by mass (or else of half the image), and end at this multiple.
_NEAREST, _FARTHEST = 0.02, 3.0
# How many ends of parts of a direction are followed, from the farthest on.
_ENDS = 3
# How often what is outside of the curves spreads to the directions beside it.
_SPREADS = 8
# Halvings of the interval in which an end lies.
_HALVINGS = 24


def radius_by_mass(scene: Scene, j: int, params: Params) -> jax.Array:
    """The radius about the first mass with a centre within which the mean convergence is 1.

    The convergence is that of the effective matrix (see `lens_maps`), with haloes.

    Args:
        scene: the static part of the configuration.
        j: the index of the source's plane.
        params: the parameters of one system, with the arrays of profiles.

    Returns:
        arcsec, (); 0 where the mean convergence is 1 at no radius.  Of several it is the largest.
    """
    found = radius_found(scene, j, jax.lax.stop_gradient(params))
    exists = found > 0.0
    centre, deflection = main_centre(scene, params), _deflection(rays_of(scene, j, params))
    refined = _followed(
        lambda r: mean_convergence(deflection, centre, r) - 1.0, jnp.where(exists, found, 1.0)
    )
    return jnp.where(exists, refined, 0.0 * refined)


def radius_by_area(scene: Scene, j: int, params: Params) -> jax.Array:
    """The radius of the circle with the area within the tangential critical curves.

    What is farther from the first mass with a centre than three radii of `radius_by_mass` does not count, nor
    do curves that are much smaller than it.

    Args:
        scene: the static part of the configuration.
        j: the index of the source's plane.
        params: the parameters of one system, with the arrays of profiles.

    Returns:
        arcsec, (); 0 where there are no such curves.
    """
    still = jax.lax.stop_gradient(params)
    by_mass = radius_found(scene, j, still)
    half = 0.5 * farthest_angle(pixel_grid(still), 0.5 * scene.num_pix)
    scale = jnp.where(by_mass > 0.0, by_mass, half)
    ends = _ends(rays_of(scene, j, still), main_centre(scene, still), scale)
    centre, rays = main_centre(scene, params), rays_of(scene, j, params)
    r = _followed(lambda r: _determinant(rays, *_places(centre, r)), ends.radius)
    area = jnp.sum(jnp.where(ends.sign == 0.0, 0.0, ends.sign * r * r)) / DIRECTIONS
    # where the rays are NaN, no sign changes
    area = area + 0.0 * rays(centre[0] + scale, centre[1])[0]
    is_zero = area <= 0.0
    return jnp.where(is_zero, 0.0, jnp.sqrt(jnp.where(is_zero, 1.0, area)))


class _Ends(NamedTuple):
    """Ends of the parts of directions in which an eigenvalue is below 0, each (_ENDS, DIRECTIONS).

    Attributes:
        radius: where an end is, arcsec.
        sign: 1 where the part lies within it, -1 where it lies beyond it, and 0 where there is no end.
    """

    radius: jax.Array
    sign: jax.Array


def _ends(rays: Rays, centre: Pair, scale: jax.Array) -> _Ends:
    """The farthest ends along each direction."""
    radii = scale * jnp.linspace(_NEAREST, _FARTHEST, SAMPLES, dtype=scale.dtype)
    inside = _inside_along(rays, *_places(centre, jnp.broadcast_to(radii[:, None], (SAMPLES, DIRECTIONS))))
    changes = inside[:-1] != inside[1:]
    order = jnp.where(changes, jnp.arange(1, SAMPLES)[:, None], 0)
    last = jax.lax.top_k(order.T, _ENDS)[0].T
    before = jnp.maximum(last - 1, 0)
    leaves = jnp.take_along_axis(inside, before, axis=0)
    sign = jnp.where(last > 0, jnp.where(leaves, 1.0, -1.0), 0.0).astype(scale.dtype)

    def halved(_: int, interval: Pair) -> Pair:
        low, high = interval
        middle = 0.5 * (low + high)
        is_first = _is_inside(rays, *_places(centre, middle)) == leaves
        return jnp.where(is_first, middle, low), jnp.where(is_first, high, middle)

    low, high = jax.lax.fori_loop(0, _HALVINGS, halved, (radii[before], radii[before + 1]))
    return _Ends(0.5 * (low + high), sign)


def radius_found(scene: Scene, j: int, params: Params) -> jax.Array:
    """`radius_by_mass` to five digits, and without a derivative.

    Args:
        scene: the static part of the configuration.
        j: the index of the source's plane.
        params: the parameters of one system, with the arrays of profiles.
    """
    return outermost_radius(_deflection(rays_of(scene, j, params)), main_centre(scene, params))


def _deflection(rays: Rays) -> Rays:
    """The total deflection theta - beta of rays."""

    def deflection(x: jax.Array, y: jax.Array) -> Pair:
        beta_x, beta_y = rays(x, y)
        return x - beta_x, y - beta_y

    return deflection


def _places(centre: Pair, r: jax.Array) -> Pair:
    """Points at radii (..., DIRECTIONS) about a centre."""
    angle = np.arange(DIRECTIONS) * (2.0 * np.pi / DIRECTIONS)
    shape = (1,) * (r.ndim - 1) + (DIRECTIONS,)
    x, y = (jnp.asarray(np.reshape(v, shape), r.dtype) for v in (np.cos(angle), np.sin(angle)))
    return centre[0] + r * x, centre[1] + r * y


def _determinant(rays: Rays, x: jax.Array, y: jax.Array) -> jax.Array:
    """The determinant of A."""
    a_xx, a_xy, a_yx, a_yy = jacobian(rays, x, y)
    return a_xx * a_yy - a_xy * a_yx


def _inside_along(rays: Rays, x: jax.Array, y: jax.Array) -> jax.Array:
    """Whether points along directions, (SAMPLES, DIRECTIONS), lie within the tangential critical curves.

    Outside of them both eigenvalues are above 0.  So they may be in holes near masses of planes behind the
    first, which are what cannot be reached from the farthest points.
    """
    outside = ~_is_inside(rays, x, y)

    def along(reached: jax.Array, inwards: bool) -> jax.Array:
        def step(before: jax.Array, here: Pair) -> Pair:
            is_outside, was_reached = here
            found = is_outside & (was_reached | before)
            return found, found

        none = jnp.zeros(outside.shape[1:], bool)
        return jax.lax.scan(step, none, (outside, reached), reverse=inwards)[1]

    def spread(_: int, reached: jax.Array) -> jax.Array:
        reached = along(along(reached, True), False)
        beside = jnp.roll(reached, 1, axis=1) | jnp.roll(reached, -1, axis=1)
        return reached | (outside & beside)

    farthest = outside & (jnp.arange(outside.shape[0]) == outside.shape[0] - 1)[:, None]
    return ~along(jax.lax.fori_loop(0, _SPREADS, spread, farthest), True)


def _is_inside(rays: Rays, x: jax.Array, y: jax.Array) -> jax.Array:
    """Whether an eigenvalue of A is below 0."""
    a_xx, a_xy, a_yx, a_yy = jacobian(rays, x, y)
    return ~((a_xx * a_yy - a_xy * a_yx > 0.0) & (a_xx + a_yy > 0.0))


def _followed(function: Callable[[jax.Array], jax.Array], found: jax.Array) -> jax.Array:
    """Roots that are found, with the derivatives of the roots: a step of Newton's method, element by element.

    A step is 0 where the function is stationary.
    """
    _, slope = jax.jvp(function, (found,), (jnp.ones_like(found),))
    slope = jax.lax.stop_gradient(slope)
    is_flat = slope == 0.0
    step = function(found) / jnp.where(is_flat, 1.0, slope)
    return found - jnp.where(is_flat, 0.0, step)
