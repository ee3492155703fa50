"""Models with pixels twice as wide, for the comparison of many draws with smoothed images."""

from __future__ import annotations

import dataclasses

from jaxlens.config.model import PIXEL_MAP, PIXEL_SCALE, TRANSFORM
from jaxlens.fitting.posterior import Model
from jaxlens.kernels.types import Params

# Pixels of the image along a side of a wide pixel; an image then has a quarter of the pixels.
FACTOR = 2
# The smallest standard deviation, in wide pixels, of the Gaussian that smooths them.
MIN_WIDTH = 1.0


def coarse(model: Model) -> tuple[Model, int]:
    """The model with pixels `FACTOR` times as wide, and that factor.

    The numbers of the pixels are to be those of `coarse_pixels`.  The light of a pixel is then that of
    factor^2 pixels.  The wide pixels of an image with an odd number of pixels reach half a pixel beyond it.

    Where the image consists of arrays with given pixels, where the smoothing is as narrow as the pixels or
    where their scale is free, it is the model itself, and 1.
    """
    scene, optics = model.scene, model.scene.optics
    own_pixels = optics.psf == "MOFFAT" or optics.own_kernel or scene.backgrounds or scene.noise_sources
    free = any(name in (PIXEL_SCALE, *PIXEL_MAP) for name, _ in model.free)
    if own_pixels or free or model.widths[0] < FACTOR * MIN_WIDTH:
        return model, 1
    num_pix, size = -(-scene.num_pix // FACTOR), optics.convolution_kernel_size
    optics = dataclasses.replace(
        optics,
        num_pix=num_pix,
        # half of the radius int(5 sigma + 0.5) of a Gaussian, rounded up
        radius=_half(optics.radius),
        point_radius=_half(optics.point_radius) if optics.psf == "PIXEL" else optics.point_radius,
        # the kernel has as many more pixels to a wide pixel
        kernel_factor=optics.kernel_factor * FACTOR,
        supersampling_kernel_size=_odd(optics.supersampling_kernel_size),
        convolution_kernel_size=None if size is None else _odd(size),
    )
    scene = dataclasses.replace(scene, num_pix=num_pix, optics=optics)
    return dataclasses.replace(model, scene=scene), FACTOR


def _half(radius: int | None) -> int | None:
    """Half of a radius, rounded up."""
    return None if radius is None else -(-radius // FACTOR)


def _odd(side: int) -> int:
    """The smallest odd number of wide pixels that holds `side` pixels."""
    wide = -(-side // FACTOR)
    return wide + 1 - wide % 2


def coarse_pixels(params: Params, factor: int) -> Params:
    """The parameters with pixels `factor` times as wide, about the same centre of the image.

    Args:
        params: the parameters of one system.
        factor: that of `coarse`.
    """
    return {**params, **{name: params[name] * factor for name in (PIXEL_SCALE, *TRANSFORM) if name in params}}
