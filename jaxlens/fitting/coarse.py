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
    factor^2 pixels.

    Where the image consists of arrays with given pixels, where the smoothing is as narrow as the pixels or
    where their scale is free, it is the model itself, and 1.
    """
    scene = model.scene
    own_pixels = scene.optics.psf not in ("GAUSSIAN", "NONE") or scene.backgrounds or scene.noise_sources
    free = any(name in (PIXEL_SCALE, *PIXEL_MAP) for name, _ in model.free)
    if own_pixels or free or scene.num_pix % FACTOR or model.widths[0] < FACTOR * MIN_WIDTH:
        return model, 1
    num_pix, radius = scene.num_pix // FACTOR, scene.optics.radius
    # half of the radius int(5 sigma + 0.5) of a Gaussian, rounded up
    radius = None if radius is None else -(-radius // FACTOR)
    optics = dataclasses.replace(scene.optics, num_pix=num_pix, radius=radius)
    widths = tuple(width / FACTOR for width in model.widths)
    scene = dataclasses.replace(scene, num_pix=num_pix, optics=optics)
    return dataclasses.replace(model, scene=scene, widths=widths), FACTOR


def coarse_pixels(params: Params, factor: int) -> Params:
    """The parameters with pixels `factor` times as wide, about the same centre of the image.

    Args:
        params: the parameters of one system.
        factor: that of `coarse`.
    """
    return {**params, **{name: params[name] * factor for name in (PIXEL_SCALE, *TRANSFORM) if name in params}}
