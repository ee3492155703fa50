"""Sums of Gaussians with one centre and one ellipticity (Emsellem et al. 1994; Cappellari 2002).

    I(R) = sum_i amp_i / (2 pi sigma_i^2) exp(-R^2 / (2 sigma_i^2))

R is the product-average elliptical radius, and the flux of the whole is the sum of `amp`.  The widths of an
MGE_SET are as many as its amplitudes, equally spaced in ln(sigma) from sigma_min to sigma_min + sigma_width.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.kernels.ellipse import elliptical_radius_squared
from jaxlens.kernels.fastmath.elementary import exp
from jaxlens.kernels.fastmath.sums import total
from jaxlens.kernels.parameters import Meaning
from jaxlens.kernels.registry import light_profile
from jaxlens.kernels.types import Real, Reals

# How many Gaussians a program has that are not in a loop: each is one exponential.
WRITTEN_OUT = 64
# What `amp` is for a sum of Gaussians.
FLUXES = {
    "amp": Meaning("", "flux of each Gaussian, relative to the others where magnitude is given", 0.5, 2.0)
}


def sum_of_amplitudes(*, amp: Reals, **ignored: object) -> jax.Array:
    """The total flux: the sum of the amplitudes."""
    return total(jnp.asarray, WRITTEN_OUT, amp=amp)


def _profile(r_squared: jax.Array, amp: Reals, sigma: Reals) -> jax.Array:
    """The sum at a squared radius (arcsec^2)."""

    def gaussian(flux: Real, width: Real) -> jax.Array:
        inverse = 0.5 / jnp.square(width)
        return exp(r_squared * -inverse) * (flux * inverse / jnp.pi)

    return total(gaussian, WRITTEN_OUT, amp=amp, sigma=sigma)


def _widths(count: int, sigma_min: Real, sigma_width: Real) -> list[jax.Array]:
    """`count` widths from sigma_min to sigma_min + sigma_width, equally spaced in their logarithm."""
    if count < 2:
        raise ValueError(
            f"an MGE_SET has {count} amplitude; it needs two at least, one for either end of sigma"
        )
    low, growth = jnp.asarray(sigma_min), jnp.log1p(sigma_width / jnp.asarray(sigma_min))
    return [low * jnp.exp(growth * float(share)) for share in np.linspace(0.0, 1.0, count)]


@light_profile("MULTI_GAUSSIAN", total_flux=sum_of_amplitudes, meanings=FLUXES)
def multi_gaussian(
    x: Real,
    y: Real,
    *,
    amp: Reals,
    sigma: Reals,
    center_x: Real = 0.0,
    center_y: Real = 0.0,
) -> jax.Array:
    """A sum of round Gaussians with one centre; lenstronomy's MULTI_GAUSSIAN.

    Args:
        x: position (arcsec), any shape.
        y: the other coordinate.
        amp: flux of each Gaussian.
        sigma: standard deviation of each along each axis (arcsec).
        center_x: position of the peak (arcsec).
        center_y: its other coordinate.

    Returns:
        The brightness per arcsec^2, of the shape to which the arguments broadcast.
    """
    dx, dy = jnp.asarray(x) - center_x, jnp.asarray(y) - center_y
    return _profile(dx * dx + dy * dy, amp, sigma)


@light_profile("MULTI_GAUSSIAN_ELLIPSE", total_flux=sum_of_amplitudes, meanings=FLUXES)
def multi_gaussian_ellipse(
    x: Real,
    y: Real,
    *,
    amp: Reals,
    sigma: Reals,
    e1: Real,
    e2: Real,
    center_x: Real = 0.0,
    center_y: Real = 0.0,
) -> jax.Array:
    """A sum of Gaussians with one centre and ellipticity; lenstronomy's MULTI_GAUSSIAN_ELLIPSE.

    Args:
        x: position (arcsec), any shape.
        y: the other coordinate.
        amp: flux of each Gaussian.
        sigma: product average of the standard deviations along the two axes, of each (arcsec).
        e1: ellipticity.
        e2: its other component.
        center_x: position of the peak (arcsec).
        center_y: its other coordinate.

    Returns:
        The brightness per arcsec^2, of the shape to which the arguments broadcast.
    """
    return _profile(elliptical_radius_squared(x - center_x, y - center_y, e1, e2), amp, sigma)


@light_profile("MGE_SET", total_flux=sum_of_amplitudes, meanings=FLUXES)
def mge_set(
    x: Real,
    y: Real,
    *,
    amp: Reals,
    sigma_min: Real,
    sigma_width: Real,
    center_x: Real = 0.0,
    center_y: Real = 0.0,
) -> jax.Array:
    """A sum of round Gaussians whose widths are equally spaced in their logarithm; lenstronomy's MGE_SET.

    lenstronomy's `n_comp` is the length of `amp`.

    Args:
        x: position (arcsec), any shape.
        y: the other coordinate.
        amp: flux of each Gaussian, the narrowest first; two at least.
        sigma_min: the smallest standard deviation (arcsec).
        sigma_width: the largest less the smallest (arcsec).
        center_x: position of the peak (arcsec).
        center_y: its other coordinate.

    Returns:
        The brightness per arcsec^2, of the shape to which the arguments broadcast.
    """
    return multi_gaussian(
        x, y, amp=amp, sigma=_widths(len(amp), sigma_min, sigma_width), center_x=center_x, center_y=center_y
    )


@light_profile("MGE_SET_ELLIPSE", total_flux=sum_of_amplitudes, meanings=FLUXES)
def mge_set_ellipse(
    x: Real,
    y: Real,
    *,
    amp: Reals,
    sigma_min: Real,
    sigma_width: Real,
    e1: Real,
    e2: Real,
    center_x: Real = 0.0,
    center_y: Real = 0.0,
) -> jax.Array:
    """`mge_set` with an ellipticity; lenstronomy's MGE_SET_ELLIPSE.

    Args:
        x: position (arcsec), any shape.
        y: the other coordinate.
        amp: flux of each Gaussian, the narrowest first; two at least.
        sigma_min: the smallest standard deviation, a product average of the two axes (arcsec).
        sigma_width: the largest less the smallest (arcsec).
        e1: ellipticity.
        e2: its other component.
        center_x: position of the peak (arcsec).
        center_y: its other coordinate.

    Returns:
        The brightness per arcsec^2, of the shape to which the arguments broadcast.
    """
    sigma = _widths(len(amp), sigma_min, sigma_width)
    return multi_gaussian_ellipse(
        x, y, amp=amp, sigma=sigma, e1=e1, e2=e2, center_x=center_x, center_y=center_y
    )
