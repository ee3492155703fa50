"""Ellipticities, elliptical coordinates, and helpers that keep singular points differentiable.

The ellipticity (e1, e2) is lenstronomy's: with axis ratio q and position angle phi (from x towards y),

    e1 = (1 - q) / (1 + q) cos(2 phi),    e2 = (1 - q) / (1 + q) sin(2 phi).
"""

from __future__ import annotations

import jax
import jax.numpy as jnp

from jaxlens.kernels.types import Real

# The largest |e| of a mass profile, as in lenstronomy.
MAX_ELLIPTICITY = 0.9999
# The smallest 1 - |e|^2 of a light profile, as in lenstronomy.
MIN_ONE_MINUS_E2 = 1e-6


def rotate(x: Real, y: Real, angle: Real) -> tuple[jax.Array, jax.Array]:
    """Coordinates in a frame that is rotated.

    Args:
        x: coordinate, any shape.
        y: the other coordinate.
        angle: rotation of the frame (radians, from x towards y).

    Returns:
        The two coordinates in the rotated frame.
    """
    cos, sin = jnp.cos(angle), jnp.sin(angle)
    return x * cos + y * sin, -x * sin + y * cos


def phi_q_to_ellipticity(phi: Real, q: Real) -> tuple[jax.Array, jax.Array]:
    """(e1, e2) of position angle phi (radians) and axis ratio q; lenstronomy's phi_q2_ellipticity."""
    modulus = (1.0 - q) / (1.0 + q)
    return modulus * jnp.cos(2.0 * phi), modulus * jnp.sin(2.0 * phi)


def ellipticity_to_phi_q(e1: Real, e2: Real) -> tuple[jax.Array, jax.Array]:
    """Position angle (radians) and axis ratio of (e1, e2); lenstronomy's ellipticity2phi_q.

    The angle has no gradient at e1 = e2 = 0, so profiles are written in e1 and e2 instead.
    """
    modulus = jnp.minimum(safe_sqrt(jnp.square(e1) + jnp.square(e2)), MAX_ELLIPTICITY)
    return jnp.arctan2(e2, e1) / 2.0, (1.0 - modulus) / (1.0 + modulus)


def clip_ellipticity(e1: Real, e2: Real) -> tuple[jax.Array, jax.Array, jax.Array]:
    """(e1, e2) scaled to a modulus of at most 0.9999, as in lenstronomy's mass profiles, and 1 - |e|^2.

    1 - |e|^2 is returned too, because computing it from clipped components would lose digits to cancellation.
    Where the modulus is clipped it is the constant 1 - 0.9999^2 = 2e-4.
    """
    squared = jnp.square(e1) + jnp.square(e2)
    clipped = squared > MAX_ELLIPTICITY**2
    scale = jnp.where(clipped, MAX_ELLIPTICITY / jnp.sqrt(jnp.where(clipped, squared, 1.0)), 1.0)
    return e1 * scale, e2 * scale, jnp.where(clipped, 1.0 - MAX_ELLIPTICITY**2, 1.0 - squared)


def circularized(x: Real, y: Real, e1: Real, e2: Real) -> tuple[jax.Array, jax.Array]:
    """The coordinates ((1 - e1) x - e2 y, -e2 x + (1 + e1) y), in which the ellipse is a circle.

    In complex notation z - e conj(z).  The map is polynomial in e1 and e2, so gradients at e1 = e2 = 0 are
    exact.  Its determinant is 1 - e1^2 - e2^2.

    Args:
        x: coordinate relative to the centre of the ellipse, any shape.
        y: the other coordinate.
        e1: ellipticity.
        e2: its other component.

    Returns:
        The two coordinates, of the shape to which the arguments broadcast.
    """
    x, y = jnp.asarray(x), jnp.asarray(y)
    # Both lines are sums with the factor -e2: a difference would need one more image in reverse mode.
    minus_e2 = -jnp.asarray(e2)
    return (1.0 - e1) * x + minus_e2 * y, (1.0 + e1) * y + minus_e2 * x


def elliptical_radius_squared(x: Real, y: Real, e1: Real, e2: Real) -> jax.Array:
    """The squared product-average radius q x'^2 + y'^2 / q, with (x', y') along the axes of the ellipse.

    It is |z - e conj(z)|^2 / (1 - |e|^2), and equals lenstronomy's transform_e1e2_product_average: the
    modulus of 1 - |e|^2 is taken and floored at 1e-6, so that |e| above 1 still gives an image.

    Args:
        x: coordinate relative to the centre of the ellipse (arcsec), any shape.
        y: the other coordinate.
        e1: ellipticity.
        e2: its other component.

    Returns:
        The squared radius (arcsec^2), of the shape to which the arguments broadcast.
    """
    u, v = circularized(x, y, e1, e2)
    one_minus_e2 = jnp.abs(1.0 - jnp.square(e1) - jnp.square(e2))
    # A product with the inverse: XLA would repeat the division for each pixel.
    return (u * u + v * v) * (1.0 / jnp.maximum(one_minus_e2, MIN_ONE_MINUS_E2))


def safe_sqrt(x: Real) -> jax.Array:
    """sqrt(x) where x > 0, elsewhere 0 with gradient 0."""
    positive = jnp.asarray(x) > 0.0
    return jnp.where(positive, jnp.sqrt(jnp.where(positive, x, 1.0)), 0.0)
