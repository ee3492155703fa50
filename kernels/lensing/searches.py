"""Points near the images of a source, from which Newton's method begins.

The search is on a grid, or by direction where the lens is a power law.  The images of a perturbed lens are
searched for behind the smooth one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

import jax
import jax.numpy as jnp

from jaxlens.kernels.lensing.direction_search import PowerLaw, direction_starts
from jaxlens.kernels.lensing.grid_search import grid_starts
from jaxlens.kernels.lensing.rays import Rays, bounded_determinant, jacobian
from jaxlens.kernels.lensing.roots import are_distinct
from jaxlens.kernels.lensing.selection import ranked
from jaxlens.kernels.types import Pair

RaysWithArgs = Callable[[jax.Array, jax.Array, Any], Pair]
PowerLawOf = Callable[[Any], PowerLaw]
T = TypeVar("T")
# x, y and the longest step (arcsec), and a mask, each (n,); the longest step also ().
Starts = tuple[jax.Array, jax.Array, jax.Array, jax.Array]

# The smallest number of points that the search by direction returns: four images, two for a pair near a fold,
# and two for a pair that turns out to have no root.
DIRECTION_STARTS = 8
# The longest step of Newton's method from an image of a smooth lens to one of a perturbed lens is at least
# this fraction of half the window's side.
FOLLOWED_STEP = 0.02
# Starts of one parity that are closer than this fraction of half the side count once.
APART = 0.01
# From how many points images of a perturbed lens are followed.
FOLLOWED = 24


class Smooth(NamedTuple):
    """A lens without the perturbation whose images are wanted.

    Attributes:
        rays: `(x, y, args)` -> (beta_x, beta_y), with the same `args` as those of the perturbed lens.
        x: points of the sky (arcsec), (m,), around the lens and near its critical curve.
        y: their other coordinate.
    """

    rays: RaysWithArgs
    x: jax.Array
    y: jax.Array


def starts_near_images(
    rays: RaysWithArgs,
    args: Any,
    beta_x: jax.Array,
    beta_y: jax.Array,
    width: jax.Array,
    *,
    slots: int,
    cells: int,
    row: int,
    power_law: PowerLawOf | None,
) -> Starts:
    """Points near the images in a window, the longest steps from them, and which of them are points.

    Args:
        rays: from the sky to the source plane.
        args: the lens's parameters.
        beta_x: position of the source (arcsec), ().
        beta_y: the other coordinate.
        width: half of the window's side (arcsec), ().
        slots: as in `image_positions`.
        cells: as in `image_positions`.
        row: as in `image_positions`.
        power_law: as in `image_positions`.
    """
    residual = residual_of(rays, args, beta_x, beta_y)
    if power_law is None:
        return grid_starts(residual, width, slots=slots, cells=cells, row=row)
    return direction_starts(residual, power_law(args), width, max(DIRECTION_STARTS, slots + 2))


def shifted_starts(
    rays: RaysWithArgs,
    smooth: Smooth,
    search: Callable[..., Starts],
    args: Any,
    beta_x: jax.Array,
    beta_y: jax.Array,
    width: jax.Array,
) -> Starts:
    """Points near the images behind a perturbed lens.

    Near a point of the sky the perturbation is almost a constant deflection, which is a shift of the source.
    So the images behind the smooth lens of the source, and of the source with the shifts at the points of
    `smooth`, are near all images, also near those of a pair that only the perturbed lens has.

    Args:
        rays: the rays of the perturbed lens.
        smooth: the lens without the perturbation.
        search: `(args, beta_x, beta_y, width)` -> the starts behind the smooth lens.
        args: the lens's parameters.
        beta_x: position of the source (arcsec), ().
        beta_y: the other coordinate.
        width: half of the window's side (arcsec), ().
    """
    points = jax.lax.stop_gradient(cast((smooth.x, smooth.y), beta_x.dtype))
    (u, v), (smooth_u, smooth_v) = rays(*points, args), smooth.rays(*points, args)
    none = jnp.zeros((1,), beta_x.dtype)
    x = beta_x + jnp.concatenate([none, smooth_u - u])
    y = beta_y + jnp.concatenate([none, smooth_v - v])
    own_x, own_y, longest, valid = jax.vmap(search, (None, 0, 0, None))(args, x, y, width)
    longest = jnp.maximum(jnp.reshape(longest, (x.size, -1)), FOLLOWED_STEP * width)
    longest = jnp.broadcast_to(longest, own_x.shape)
    return _few(smooth, args, width, own_x.ravel(), own_y.ravel(), longest.ravel(), valid.ravel())


def _few(
    smooth: Smooth,
    args: Any,
    width: jax.Array,
    x: jax.Array,
    y: jax.Array,
    longest: jax.Array,
    valid: jax.Array,
) -> Starts:
    """The starts that are apart from all others of the same parity, at most FOLLOWED of them."""
    det = bounded_determinant(*jacobian(lambda u, v: smooth.rays(u, v, args), x, y))
    own = are_distinct(x, y, det, valid, 2.0 * width, APART * width)
    # those of the source where it is come first
    order = ranked(jnp.where(own, 1.0, 0.0).astype(x.dtype), min(FOLLOWED, x.size))
    return x[order], y[order], longest[order], own[order]


def residual_of(rays: RaysWithArgs, args: Any, beta_x: jax.Array, beta_y: jax.Array) -> Rays:
    """The function `(x, y)` -> beta(x, y) - beta_source.

    Args:
        rays: from the sky to the source plane.
        args: the lens's parameters.
        beta_x: position of the source (arcsec), ().
        beta_y: the other coordinate.
    """

    def residual(x: jax.Array, y: jax.Array) -> Pair:
        u, v = rays(x, y, args)
        return u - beta_x, v - beta_y

    return residual


def cast(tree: T, dtype: jnp.dtype) -> T:
    """The pytree with all floating-point arrays in `dtype`."""

    def of_leaf(value: Any) -> Any:
        array = jnp.asarray(value)
        return array.astype(dtype) if jnp.issubdtype(array.dtype, jnp.floating) else array

    return jax.tree.map(of_leaf, tree)
