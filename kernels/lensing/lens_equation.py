"""Image positions of a point source: every root of beta(theta) = beta_source in a window, at fixed shape.

1. A search in single precision finds a point near each image: on a grid (`grid_search`), or by direction
   where the lens is a single power law, isothermal or not (`direction_search`).
2. Newton's method (`roots`) runs from each point to convergence, in double precision.  Roots found twice
   count once; roots fainter than abs(mu) = 1e-3, such as the image at the centre of a singular profile, are
   dropped.

Step 2 is in double precision whatever JAX's default is: there are few points then, the rounding error of a
deflection is multiplied by abs(mu) in the position and by abs(mu)^2 in the magnification, and near a caustic
float32 cannot tell a root from a point where the residual is small.

The search itself is not differentiated.  The derivatives of the positions follow from the lens equation:

    d theta = A^-1 (d beta_source - d_args beta),     A = d beta / d theta.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from jaxlens.kernels.lensing.rays import bounded_determinant, jacobian, magnification
from jaxlens.kernels.lensing.roots import FIXED_STEPS, are_distinct, newton
from jaxlens.kernels.lensing.searches import (
    PowerLawOf,
    RaysWithArgs,
    Smooth,
    Starts,
    cast,
    residual_of,
    shifted_starts,
    starts_near_images,
)
from jaxlens.kernels.lensing.selection import ranked
from jaxlens.kernels.types import Real

# The largest number of Newton steps in double precision.
STEPS = 48
# Steps from an image of a smooth lens to one of a perturbed lens where a program should not wait.
FOLLOWING_STEPS = 16
# Residual (arcsec in the source plane) below which a point is a root.
CONVERGED = 1e-9
# Distance (arcsec) below which two roots of equal parity are the same.
SAME_ROOT = 1e-5


class ImagePositions(NamedTuple):
    """The images of one point source, brightest first.

    Where a number on which they depend is not finite, positions and magnifications are NaN in all slots, and
    `mask` is True, so that what is summed over the images is NaN too.

    Attributes:
        x: positions (slots,) in arcsec, zero where `mask` is False.
        y: the other coordinate.
        magnification: signed magnification (slots,), zero where `mask` is False.
        mask: which slots hold an image, (slots,).
        found: the number of images; where it exceeds the number of slots the faintest are missing.
    """

    x: jax.Array
    y: jax.Array
    magnification: jax.Array
    mask: jax.Array
    found: jax.Array


def image_positions(
    rays: RaysWithArgs,
    args: Any,
    beta_x: Real,
    beta_y: Real,
    *,
    half_width: Real,
    slots: int,
    cells: int = 48,
    row: int = 8,
    power_law: PowerLawOf | None = None,
    smooth: Smooth | None = None,
) -> ImagePositions:
    """All images of a point source in the window abs(x), abs(y) <= half_width.

    The result is differentiable to any order with respect to `args` and the source position.

    Args:
        rays: `(x, y, args)` -> (beta_x, beta_y), from the sky to the source plane (arcsec).
        args: a pytree of floats, the lens's parameters.
        beta_x: position of the source (arcsec), ().
        beta_y: the other coordinate.
        half_width: half of the window's side (arcsec), ().
        slots: how many images the result can hold; static.
        cells: the window is first cut into about cells x cells; static.
        row: row x row cells are kept at each level of the grid; static.
        power_law: `(args)` -> the lens's parameters, given where the deflections are those of one power law
            and others that are linear in the position.  The images are then searched for by direction, which
            is many times as fast; `cells` and `row` are not used.
        smooth: a lens of which `rays` is a perturbation, by haloes for example.  The search is then behind
            this lens, for the source where it is and for the source where the perturbation would show it, and
            Newton's method goes on to the images of `rays`.  `power_law` is that of this lens.

    Returns:
        The images in `slots` slots.

    >>> def point_lens(x, y, theta_E):
    ...     scale = 1 - theta_E**2 / (x * x + y * y + 1e-16)
    ...     return scale * x, scale * y
    >>> solve = jax.jit(lambda x: image_positions(point_lens, 1.0, x, 0.0, half_width=3.0, slots=4))
    >>> images = solve(0.3)
    >>> int(images.found), [round(float(x), 3) for x in images.x[:2]]
    (2, [1.161, -0.861])
    """
    dtype = jnp.result_type(float)
    beta_x, beta_y = jnp.asarray(beta_x, dtype), jnp.asarray(beta_y, dtype)
    fixed = jax.lax.stop_gradient((args, beta_x, beta_y, jnp.asarray(half_width, dtype)))
    searched = rays if smooth is None else smooth.rays
    search = partial(starts_near_images, searched, slots=slots, cells=cells, row=row, power_law=power_law)
    root = _solve(rays, *fixed, slots=slots, search=search, smooth=smooth)
    lensed = _implicit(rays, args, beta_x, beta_y, root.mask, root.x, root.y, root.magnification)
    known = _all_finite(fixed)
    # times 1 or NaN, so that the derivatives are NaN too
    factor = jnp.where(known, 1.0, jnp.nan).astype(dtype)
    x, y, mu = (jnp.where(root.mask, v, 0.0) * factor for v in lensed)
    return ImagePositions(x, y, mu, root.mask | ~known, jnp.where(known, root.found, slots))


def _all_finite(tree: Any) -> jax.Array:
    """Whether every number of a pytree is finite, ()."""
    leaves = [jnp.asarray(leaf) for leaf in jax.tree.leaves(tree)]
    # arrays are the same for all systems, and not copied for each
    numbers = jnp.stack([leaf for leaf in leaves if leaf.ndim == 0])
    arrays = [jnp.all(jnp.isfinite(leaf)) for leaf in leaves if leaf.ndim]
    return jnp.all(jnp.stack([jnp.all(jnp.isfinite(numbers)), *arrays]))


@partial(jax.custom_jvp, nondiff_argnums=(0,))
def _implicit(
    rays: RaysWithArgs,
    args: Any,
    beta_x: jax.Array,
    beta_y: jax.Array,
    mask: jax.Array,
    x: jax.Array,
    y: jax.Array,
    mu: jax.Array,
) -> tuple[jax.Array, jax.Array, jax.Array]:
    """The roots (x, y) and mu, as functions of args and the source position through the lens equation."""
    return x, y, mu


@_implicit.defjvp
def _implicit_jvp(rays: RaysWithArgs, primals: Any, tangents: Any) -> tuple[Any, Any]:
    args, beta_x, beta_y, mask, x, y, mu = primals
    d_args, d_beta_x, d_beta_y, *_ = tangents
    x, y, mu = _implicit(rays, args, beta_x, beta_y, mask, x, y, mu)
    _, (drift_x, drift_y) = jax.jvp(lambda a: rays(x, y, a), (args,), (d_args,))
    matrix = jacobian(lambda u, v: rays(u, v, args), x, y)
    identity = (1.0, 0.0, 0.0, 1.0)
    a_xx, a_xy, a_yx, a_yy = (jnp.where(mask, a, i) for a, i in zip(matrix, identity, strict=True))
    rhs_x = jnp.where(mask, d_beta_x - drift_x, 0.0)
    rhs_y = jnp.where(mask, d_beta_y - drift_y, 0.0)
    det = bounded_determinant(a_xx, a_xy, a_yx, a_yy)
    dx, dy = (a_yy * rhs_x - a_xy * rhs_y) / det, (a_xx * rhs_y - a_yx * rhs_x) / det

    def mu_of(a: Any, x: jax.Array, y: jax.Array) -> jax.Array:
        return magnification(lambda u, v: rays(u, v, a), x, y)

    _, d_mu = jax.jvp(mu_of, (args, x, y), (d_args, dx, dy))
    return (x, y, mu), (dx, dy, d_mu)


def _solve(
    rays: RaysWithArgs,
    args: Any,
    beta_x: jax.Array,
    beta_y: jax.Array,
    half_width: jax.Array,
    *,
    slots: int,
    search: Callable[..., Starts],
    smooth: Smooth | None,
) -> ImagePositions:
    """The images without derivatives, in the dtype of `beta_x`; empty slots are not zero."""
    given = (args, beta_x, beta_y, half_width)
    with jax.enable_x64(False):
        single = cast(given, jnp.dtype(jnp.float32))
        starts = search(*single) if smooth is None else shifted_starts(rays, smooth, search, *single)
        x, y, max_step, valid = starts
    with jax.enable_x64(True):
        *double, width, x, y, max_step = cast((*given, x, y, max_step), jnp.dtype(jnp.float64))
        residual = residual_of(rays, *double)
        fixed = FIXED_STEPS if smooth is None else FOLLOWING_STEPS
        x, y, distance, det = newton(residual, x, y, max_step, STEPS, valid, fixed)
        images = _images(x, y, det, valid & (distance < CONVERGED), width, slots)
        return cast(images, beta_x.dtype)


def _images(
    x: jax.Array, y: jax.Array, det: jax.Array, valid: jax.Array, half_width: jax.Array, slots: int
) -> ImagePositions:
    """The valid roots, each once, brightest first.  Empty slots are at the window's corner, with mu = 1."""
    valid = are_distinct(x, y, det, valid, half_width, SAME_ROOT)
    mu = 1.0 / det
    order = ranked(jnp.where(valid, jnp.abs(mu), -1.0), slots)
    mask = valid[order]
    return ImagePositions(
        jnp.where(mask, x[order], half_width),
        jnp.where(mask, y[order], half_width),
        jnp.where(mask, mu[order], 1.0),
        mask,
        jnp.sum(valid, dtype=jnp.int32),
    )
