"""Starlets: an image as a sum of scales, each twice as coarse as the one before it.

Starck, Fadili & Murtagh 2007, IEEE Trans. Image Process. 16, 297.  The coefficients w_j of n scales are
images of one size; the last one is the smooth rest.  The image is their sum in the first generation of the
transform.  In the second one it is

    c_(n-1) = w_n,    c_(j-1) = h_j * c_j + w_j,

where h_j is the B3 spline filter (1, 4, 6, 4, 1) / 16 along both axes, with 2^j - 1 zeros between its taps.
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from jaxlens.kernels.light.interpolated import image_flux, interpol
from jaxlens.kernels.parameters import Meaning
from jaxlens.kernels.registry import light_profile
from jaxlens.kernels.types import Real, Table

# The B3 spline filter.
_B3_SPLINE = (0.0625, 0.25, 0.375, 0.25, 0.0625)
_MEANINGS = {
    "amp": Meaning("", "coefficients of each scale, the finest first", 0.0, 1.0),
    "n_scales": Meaning("", "number of scales, with the smooth rest", 3, 3),
    "n_pixels": Meaning("", "number of pixels of one scale, a square number", 400, 400),
    "scale": Meaning("arcsec", "side of a pixel", 0.05, 0.2),
}


def starlet_flux(*, amp: Table, n_scales: int, n_pixels: int, scale: Real, **ignored: Any) -> jax.Array:
    """The sum of the reconstructed image times the area of a pixel.

    Args:
        amp: coefficients, as in `slit_starlets`.
        n_scales: the number of scales; static.
        n_pixels: the number of pixels of one scale; static.
        scale: side of a pixel (arcsec).
        **ignored: the other parameters.

    Returns:
        The flux, ().
    """
    return image_flux(image=jnp.sum(_scales(amp, n_scales, n_pixels), axis=0), scale=scale)


def starlet_flux_gen2(*, amp: Table, n_scales: int, n_pixels: int, scale: Real, **ignored: Any) -> jax.Array:
    """The sum of the reconstructed image times the area of a pixel.

    Args:
        amp: coefficients, as in `slit_starlets`.
        n_scales: the number of scales; static.
        n_pixels: the number of pixels of one scale; static.
        scale: side of a pixel (arcsec).
        **ignored: the other parameters.

    Returns:
        The flux, ().
    """
    return image_flux(image=second_generation(_scales(amp, n_scales, n_pixels)), scale=scale)


@light_profile("SLIT_STARLETS", total_flux=starlet_flux, meanings=_MEANINGS)
def slit_starlets(
    x: Real,
    y: Real,
    *,
    amp: Table,
    n_scales: int,
    n_pixels: int,
    scale: Real,
    center_x: Real = 0.0,
    center_y: Real = 0.0,
) -> jax.Array:
    """The sum of starlet scales, interpolated linearly; lenstronomy's SLIT_STARLETS.

    Args:
        x: position (arcsec), any shape.
        y: the other coordinate.
        amp: coefficients (n_scales, n, n), or the same in one row, (n_scales n_pixels,).
        n_scales: the number of scales; static.
        n_pixels: n^2; static.
        scale: side of a pixel (arcsec).
        center_x: position of the middle of the image (arcsec).
        center_y: its other coordinate.

    Returns:
        The surface brightness in the unit of the coefficients, of the shape to which the arguments broadcast.
    """
    image = jnp.sum(_scales(amp, n_scales, n_pixels), axis=0)
    return interpol(x, y, image=image, scale=scale, center_x=center_x, center_y=center_y)


@light_profile("SLIT_STARLETS_GEN2", total_flux=starlet_flux_gen2, meanings=_MEANINGS)
def slit_starlets_gen2(
    x: Real,
    y: Real,
    *,
    amp: Table,
    n_scales: int,
    n_pixels: int,
    scale: Real,
    center_x: Real = 0.0,
    center_y: Real = 0.0,
) -> jax.Array:
    """Starlets of the second generation, interpolated linearly; lenstronomy's SLIT_STARLETS_GEN2.

    Args:
        x: position (arcsec), any shape.
        y: the other coordinate.
        amp: coefficients (n_scales, n, n), or the same in one row, (n_scales n_pixels,).
        n_scales: the number of scales; static.
        n_pixels: n^2; static.
        scale: side of a pixel (arcsec).
        center_x: position of the middle of the image (arcsec).
        center_y: its other coordinate.

    Returns:
        The surface brightness in the unit of the coefficients, of the shape to which the arguments broadcast.
    """
    image = second_generation(_scales(amp, n_scales, n_pixels))
    return interpol(x, y, image=image, scale=scale, center_x=center_x, center_y=center_y)


def second_generation(scales: jax.Array) -> jax.Array:
    """The image (n, n) of starlet coefficients of the second generation (scales, n, n)."""
    image = scales[-1]
    for j in reversed(range(scales.shape[0] - 1)):
        image = _smooth(_smooth(image, 2**j).T, 2**j).T + scales[j]
    return image


def _smooth(image: jax.Array, step: int) -> jax.Array:
    """The B3 spline filter along the rows, whose taps are `step` pixels apart; the edge goes on for ever."""
    n = image.shape[1]
    wide = jnp.pad(image, ((0, 0), (2 * step, 2 * step)), mode="edge")
    terms = [tap * wide[:, k * step : k * step + n] for k, tap in enumerate(_B3_SPLINE)]
    return sum(terms[1:], terms[0])


def _scales(amp: jax.Array, n_scales: int, n_pixels: int) -> jax.Array:
    """Coefficients as (n_scales, n, n); ValueError where there are not as many."""
    side = round(n_pixels**0.5)
    if side * side != n_pixels or amp.size != n_scales * n_pixels:
        shape = f"n_scales is {n_scales} and n_pixels {n_pixels}, but amp has shape {amp.shape}"
        raise ValueError(f"{shape}; give (n_scales, n, n) with n^2 = n_pixels")
    return jnp.reshape(amp, (n_scales, side, side))
