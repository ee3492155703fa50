"""Light profiles that are images: a real galaxy in place of a formula."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from jaxlens.kernels.fastmath.grids import image_value
from jaxlens.kernels.parameters import Meaning
from jaxlens.kernels.registry import light_profile
from jaxlens.kernels.types import Real, Table


def image_flux(*, image: Table, scale: Real, size: Real = 1.0, **ignored: object) -> jax.Array:
    """The sum of the pixels times their area, in the unit of the image times arcsec^2.

    Args:
        image: as in `interpol`.
        scale: as in `interpol`.
        size: as in `interpol`.
        **ignored: the other parameters of `interpol`.

    Returns:
        The flux, (); of an image by band (bands, 1, 1).
    """
    total = jnp.sum(image, axis=(-2, -1), keepdims=image.ndim == 3)
    return total * jnp.square(scale * size)


@light_profile(
    "INTERPOL",
    total_flux=image_flux,
    meanings={
        "image": Meaning("", "surface brightness of each pixel, rows from bottom to top", 0.0, 1.0),
        "scale": Meaning("arcsec", "side of a pixel of the image", 0.05, 0.2),
        "order": Meaning("", "1 interpolates linearly between pixels, 3 cubically", 1, 1),
        "flip": Meaning("", "1 mirrors the image in x before it is turned, 0 does not", 0.0, 1.0),
        "size": Meaning("", "factor by which the image is enlarged", 0.5, 2.0),
    },
)
def interpol(
    x: Real,
    y: Real,
    *,
    image: Table,
    center_x: Real = 0.0,
    center_y: Real = 0.0,
    phi_G: Real = 0.0,
    scale: Real,
    order: int = 1,
    flip: Real = 0.0,
    size: Real = 1.0,
) -> jax.Array:
    """An image, interpolated between its pixels, and zero beyond it; lenstronomy's INTERPOL.

    The image is turned by phi_G and its middle is at (center_x, center_y).  With flip = 1 it is mirrored
    before, (x, y) -> (-x, y).  `flip` and `size` are ours: lenstronomy has neither.  With order 1 it is
    lenstronomy's bilinear interpolation, which falls to zero within one pixel of the edge; with order 3 cubic
    convolution, whose derivative is continuous (see `fastmath.grids.image_value`).

    Args:
        x: position (arcsec), any shape; for an image by band (1 or bands, ...).
        y: the other coordinate.
        image: surface brightness (ny, nx), in any unit; x grows with the column and y with the row.  An image
            by band is (bands, ny, nx).
        center_x: position of the middle of the image (arcsec).
        center_y: its other coordinate.
        phi_G: angle by which the image is turned, from x towards y (radians).
        scale: side of a pixel (arcsec).
        order: 1 for linear, 3 for cubic interpolation; static.
        flip: 1 where the image is mirrored, 0 where it is not; it is rounded.
        size: factor by which the image is enlarged: its pixels have the side scale * size.

    Returns:
        The surface brightness in the unit of the image, of the shape to which the arguments broadcast.

    >>> image = jnp.asarray([[1.0, 3.0]])
    >>> print(interpol(jnp.asarray([-0.05, 0.0, 0.1]), jnp.zeros(3), image=image, scale=0.1))
    [1.  2.  1.5]
    """
    dx, dy = jnp.asarray(x) - center_x, jnp.asarray(y) - center_y
    side = scale * size
    cos, sin = jnp.cos(phi_G) / side, jnp.sin(phi_G) / side
    ny, nx = image.shape[-2:]
    # a product and no choice, so that NaN stays NaN
    mirrored = 1.0 - 2.0 * jnp.round(flip)
    column = mirrored * (cos * dx + sin * dy) + 0.5 * (nx - 1)
    row = cos * dy - sin * dx + 0.5 * (ny - 1)
    return image_value(image, column, row, order)
