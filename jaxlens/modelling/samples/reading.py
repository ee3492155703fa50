"""The images of one lens of a sample, read with what their maps of noise mean."""

from __future__ import annotations

from typing import Any

import numpy as np

from jaxlens.files.fits import cube
from jaxlens.fitting.observations import Observation, read_image
from jaxlens.modelling.samples.lenses import ImageFiles, Lens

# A pixel whose noise is this many times the median is a masked one: maps have 1e8 or so there.
MASKED_NOISE = 1e4


def read_lens(lens: Lens, bands: tuple[str, ...]) -> tuple[Observation, ...]:
    """The images of a lens, with their noise, PSF and masks.

    Pixels are left out where the image or its noise is not finite, where the noise is not above 0 or more
    than 10,000 times its median (many maps have 1e8 where a pixel is masked), and where mask or flags say so.

    Args:
        lens: its files.
        bands: the bands of the configuration; an image whose band is not known is of all of them.

    Raises:
        ValueError: if an image has no map of noise, or no pixel that can be used, or another band than these.
        StorageError: if a file cannot be read.
    """
    return tuple(_read(lens, files, bands) for files in lens.images)


def _read(lens: Lens, files: ImageFiles, bands: tuple[str, ...]) -> Observation:
    """One image of a lens."""
    if files.band and files.band not in bands:
        raise ValueError(
            f"{files.image} is of the band {files.band}, and the configuration has {', '.join(bands)}; give "
            "them alike"
        )
    names = (files.band,) if files.band else bands
    noise = next((n for n in ("sigma", "variance", "inverse_variance") if getattr(files, n)), None)
    if noise is None:
        raise ValueError(
            f"{lens.name} has no noise beside {files.image}; give noise.fits (its standard deviation), "
            "variance.fits or ivar.fits"
        )
    unused = _unused(files, noise, names)
    optional: dict[str, Any] = {} if files.pixel_scale is None else {"pixel_scale": files.pixel_scale}
    given = {name: getattr(files, name) for name in (noise, "psf", "mask") if getattr(files, name)}
    return read_image(files.image, **given, bad=unused, bands=names, psf_factor=files.psf_factor, **optional)


def _unused(files: ImageFiles, noise: str, names: tuple[str, ...]) -> np.ndarray:
    """Which pixels say themselves that they are not used, and those with flags, (bands, y, x)."""
    image = cube("image", files.image, names)
    values = np.broadcast_to(cube(noise, getattr(files, noise), names), image.shape)
    with np.errstate(divide="ignore", invalid="ignore"):
        sigma = {
            "sigma": lambda: values,
            "variance": lambda: np.sqrt(values),
            "inverse_variance": lambda: 1.0 / np.sqrt(values),
        }[noise]()
    known = np.isfinite(sigma) & (sigma > 0.0)
    middle = np.median(sigma[known]) if known.any() else np.inf
    unused = ~known | (sigma > MASKED_NOISE * middle) | ~np.isfinite(image)
    return unused if files.bad is None else unused | (cube("bad", files.bad, names) != 0)
