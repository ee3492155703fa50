"""The static part of the PSF on the pixels of real images."""

from __future__ import annotations

import dataclasses

import numpy as np

from jaxlens.config import Config
from jaxlens.config.model import PIXEL_SCALE
from jaxlens.imaging.optics import Optics
from jaxlens.injection.images import BandImage
from jaxlens.kernels.psf.moffat import moffat_radius

# How much larger or smaller than the file's the pixels of an image may be, as a fraction, where the kernel of
# the PSF is the file's.
SAME_PIXELS = 0.01
# Pixel scales vary over an image by distortion: the smallest is not below this share of that at CRPIX.
SMALLEST_SHARE = 0.9


def of_file(config: Config, optics: Optics, num_pix: int, image: BandImage) -> Optics:
    """The file's PSF on the pixels of an image.

    Args:
        config: the file.
        optics: its PSF.
        num_pix: pixels along a side of a stamp.
        image: the image.

    Raises:
        ValueError: if the file's PSF is a kernel of pixels of another size.
    """
    scale = image.pixel_scale
    optics = dataclasses.replace(optics, num_pix=num_pix)
    if optics.psf == "GAUSSIAN":
        # a blur of any width, by matrices
        return dataclasses.replace(optics, radius=None)
    if optics.psf == "MOFFAT":
        widest = config.reach("seeing")[1] / (SMALLEST_SHARE * scale)
        factors = optics.blur_factor, optics.point_factor
        radius, point_radius = (moffat_radius(widest * factor, factor) for factor in factors)
        return dataclasses.replace(optics, radius=radius, point_radius=point_radius)
    if optics.psf == "PIXEL":
        own = np.array(config.reach(PIXEL_SCALE))
        if np.any(np.abs(own / scale - 1.0) > SAME_PIXELS):
            raise ValueError(
                f"the kernel of psf_type PIXEL has pixels of {own[0]:.4g} arcsec, but {image.image.name} has "
                f"{scale:.4g}; give the PSF of the image"
            )
    return optics
