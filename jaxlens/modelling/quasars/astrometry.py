"""That the rays of all images meet in the source, to the astrometric tolerance.

A lens of smooth masses puts image i of a source at beta where it is seen to some milliarcseconds: small
haloes move it, and so do errors of the PSF and of the distortion of a camera.  To first order it is seen at

    theta_i = theta_i(lens, beta) + delta_i,      delta_i = A_i^-1 (beta_i - beta),

with beta_i where its ray ends and A_i the matrix d beta / d theta there; each coordinate of delta_i is drawn
from a normal distribution whose standard deviation is the tolerance.  So the positions are free parameters
of the fit, and sum |delta_i|^2 / (2 tolerance^2) is a term of it.  The lens equation is never solved, so that
no image is lost on the way to the best lens.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp

from jaxlens.kernels.types import Pair, Real
from jaxlens.modelling.quasars.image_rays import ImageRays

# The least softening: above the magnification 10^3 an image is less far from its place than the lens says.
MIN_SOFTENING = 1e-3


def offsets(rays: ImageRays, source: Pair, softening: Real) -> Pair:
    """How far each image is seen from where the lens puts it: (A^T A + s^2)^-1 A^T (beta_i - beta).

    Without the softening s this is A^-1 (beta_i - beta).  With it, it is finite on critical curves too, where
    a search may begin.

    Args:
        rays: of the images.
        source: the place of the source, arcsec, each ().
        softening: s; at least `MIN_SOFTENING`.

    Returns:
        x and y of delta, arcsec, each (images,).
    """
    dx, dy = rays.beta[0] - source[0], rays.beta[1] - source[1]
    a_xx, a_xy, a_yx, a_yy = rays.jacobian
    extra = jnp.maximum(softening, MIN_SOFTENING) ** 2
    right_x, right_y = a_xx * dx + a_yx * dy, a_xy * dx + a_yy * dy
    m_xx, m_yy = a_xx**2 + a_yx**2 + extra, a_xy**2 + a_yy**2 + extra
    m_xy = a_xx * a_xy + a_yx * a_yy
    determinant = m_xx * m_yy - m_xy**2
    return (m_yy * right_x - m_xy * right_y) / determinant, (m_xx * right_y - m_xy * right_x) / determinant


def astrometric_residuals(rays: ImageRays, source: Pair, tolerance: Real, softening: Real) -> jax.Array:
    """The offsets in units of the tolerance.

    Args:
        rays: of the images.
        source: the place of the source, arcsec, each ().
        tolerance: arcsec.
        softening: as in `offsets`.

    Returns:
        (2 images,).
    """
    return jnp.concatenate(offsets(rays, source, softening)) / tolerance
