"""Ellipticities, elliptical coordinates, and helpers that keep singular points differentiable.

The ellipticity (e1, e2) is lenstronomy's: with axis ratio q and position angle phi (from x towards y),

    e1 = (1 - q) / (1 + q) cos(2 phi),    e2 = (1 - q) / (1 + q) sin(2 phi).
"""

from __future__ import annotations

import jax
import jax.numpy as jnp

from jaxlens.kernels.types import Real

MAX_ELLIPTICITY = 0.9999


def rotate(x: Real, y: Real, angle: Real) -> tuple[jax.Array, jax.Array]:
    """Coordinates in a frame that is turned by `angle` (radians) from x towards y."""
    cos, sin = jnp.cos(angle), jnp.sin(angle)
    return x * cos + y * sin, -x * sin + y * cos


def phi_q_to_ellipticity(phi: Real, q: Real) -> tuple[jax.Array, jax.Array]:
    """(e1, e2) of position angle phi (radians) and axis ratio q; lenstronomy's phi_q2_ellipticity."""
    modulus = (1.0 - q) / (1.0 + q)
    return modulus * jnp.cos(2.0 * phi), modulus * jnp.sin(2.0 * phi)


def ellipticity_to_phi_q(e1: Real, e2: Real) -> tuple[jax.Array, jax.Array]:
    """Position angle (radians) and axis ratio of (e1, e2); lenstronomy's ellipticity2phi_q.

    The angle has no gradient at e1 = e2 = 0, so no profile is written in terms of it.
    """
    modulus = jnp.minimum(safe_sqrt(jnp.square(e1) + jnp.square(e2)), MAX_ELLIPTICITY)
    return jnp.arctan2(e2, e1) / 2.0, (1.0 - modulus) / (1.0 + modulus)


def clip_ellipticity(e1: Real, e2: Real) -> tuple[jax.Array, jax.Array, jax.Array]:
    """(e1, e2) shortened to a modulus of at most 0.9999, as lenstronomy's mass profiles do, and 1 - |e|^2.

    The last is returned because the caller would lose it to cancellation where the modulus was clipped: it is
    2e-4 there, and float32 holds it to 1e-7 only by way of 1 - 0.9999^2.
    """
    squared = jnp.square(e1) + jnp.square(e2)
    too_long = squared > MAX_ELLIPTICITY**2
    scale = jnp.where(too_long, MAX_ELLIPTICITY / jnp.sqrt(jnp.where(too_long, squared, 1.0)), 1.0)
    return e1 * scale, e2 * scale, jnp.where(too_long, 1.0 - MAX_ELLIPTICITY**2, 1.0 - squared)


def shear_image(x: Real, y: Real, e1: Real, e2: Real) -> tuple[jax.Array, jax.Array]:
    """The linear map (x, y) -> ((1 - e1) x - e2 y, -e2 x + (1 + e1) y).

    It turns ellipses of ellipticity (e1, e2) into circles and is polynomial in e1 and e2, so gradients
    at e1 = e2 = 0 are exact.  Its determinant is 1 - e1^2 - e2^2.
    """
    x, y = jnp.asarray(x), jnp.asarray(y)
    # sums alone: the derivative of a difference is one image more
    across = -jnp.asarray(e2)
    return (1.0 - e1) * x + across * y, (1.0 + e1) * y + across * x


def elliptical_radius_squared(x: Real, y: Real, e1: Real, e2: Real) -> jax.Array:
    """Q x'^2 + y'^2 / q in the ellipse's own axes: the squared product-average radius.

    Equal to lenstronomy's transform_e1e2_product_average: the determinant is floored at 1e-6 and its
    modulus taken, so that |e| above 1 still gives an image.
    """
    u, v = shear_image(x, y, e1, e2)
    determinant = jnp.abs(1.0 - jnp.square(e1) - jnp.square(e2))
    # its inverse times, since a division is not done once for all pixels
    return (u * u + v * v) * (1.0 / jnp.maximum(determinant, 1e-6))


def safe_sqrt(x: Real) -> jax.Array:
    """sqrt(x), with gradient zero (not infinite) where x <= 0."""
    positive = jnp.asarray(x) > 0.0
    return jnp.where(positive, jnp.sqrt(jnp.where(positive, x, 1.0)), 0.0)
