"""An image and its noise in counts/s, with the sky and the light of the lens taken out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from jaxlens.files.fits import Source, cube
from jaxlens.files.image_headers import ImageHeader, image_headers
from jaxlens.fitting.image_checks import like
from jaxlens.fitting.image_units import Conversion, Converted
from jaxlens.fitting.noise_maps import NoiseMap


@dataclass(frozen=True)
class Calibration:
    """The units of an image and of what is given with it.

    Attributes:
        conversion: what the user says about units.
        headers: the headers of the image.
        bands: the names of the bands; empty where they are not known.
        count: the number of bands.
    """

    conversion: Conversion
    headers: tuple[ImageHeader | None, ...]
    bands: tuple[str, ...]
    count: int

    @cached_property
    def image(self) -> Converted:
        """How the image becomes counts/s."""
        return self.conversion.of_bands("image", self.headers, self.bands, self.count)

    def beside(self, name: str, source: Source) -> np.ndarray:
        """The factor of something beside the image, (bands, 1, 1).

        It is that of its own BUNIT where it has one and the user names no unit, and else the image's.

        Args:
            name: the name of the argument.
            source: the files or arrays.

        Raises:
            ValueError: if it has a unit that cannot be made that of the image.
        """
        headers = image_headers(source, self.bands, sky=False)
        own = [one for one in headers if one is not None and str(one.keywords.get("BUNIT", "")).strip()]
        if self.conversion.unit is not None or not own:
            return self.image.factor
        images = self.headers if len(self.headers) == len(headers) else self.headers[:1] * len(headers)
        filled = [_filled(one, image) for one, image in zip(headers, images, strict=True)]
        found = self.conversion.of_bands(name, filled, self.bands, self.count)
        if found.unit != self.image.unit:
            raise ValueError(
                f"{name} is in {found.unit}, and the image in {self.image.unit or 'an unknown unit'}; give "
                "unit= where both have one unit, or convert one of them"
            )
        return found.factor


def _filled(header: ImageHeader | None, image: ImageHeader | None) -> ImageHeader | None:
    """A header with the keywords that only that of the image has, such as the exposure time."""
    if header is None or image is None:
        return image if header is None else header
    return replace(header, keywords={**image.keywords, **header.keywords})


@dataclass(frozen=True)
class Subtracted:
    """What is taken out of an image, in its unit; each may be None.

    Attributes:
        background: the sky: a number, one for each band, or an image.
        lens_light: the light of the lens.
        lens_light_variance: its variance.
    """

    background: Source | None = None
    lens_light: Source | None = None
    lens_light_variance: Source | None = None


def calibrated(
    images: np.ndarray, noise: NoiseMap | None, calibration: Calibration, subtracted: Subtracted
) -> tuple[np.ndarray, np.ndarray | None]:
    """The image and the noise's standard deviation in counts/s.

    Args:
        images: the image in its own unit, (..., bands, y, x).
        noise: its noise, or None.
        calibration: the units.
        subtracted: what is taken out of the image.

    Returns:
        Image and standard deviation, (..., bands, y, x) each; None where no noise is given.

    Raises:
        ValueError: if shapes do not match, a unit is not that of the image, or there is a variance of the
            lens's light without a noise.
    """
    found, bands, shape = images * calibration.image.factor, calibration.bands, images.shape
    sigma = None
    if noise is not None:
        own = noise.name == "sigma"
        sigma = noise.sigma * (calibration.beside("sigma", noise.source) if own else calibration.image.factor)
    for name in ("background", "lens_light"):
        source = getattr(subtracted, name)
        if source is not None:
            found = found - like(name, _level(name, source, bands), shape) * calibration.beside(name, source)
    variance = subtracted.lens_light_variance
    if variance is not None:
        if sigma is None:
            raise ValueError("lens_light_variance is given without a noise; give sigma= too")
        added = like("lens_light_variance", cube("lens_light_variance", variance, bands), shape)
        sigma = np.sqrt(sigma**2 + added * calibration.image.factor**2)
    return found, sigma


def _level(name: str, source: Source, bands: tuple[str, ...]) -> np.ndarray:
    """The pixels of a source, or (bands, 1, 1) where it is a number for each band."""
    values: Any = [source[band] for band in bands or source] if isinstance(source, Mapping) else source
    numbers = isinstance(values, list | tuple) and all(isinstance(value, int | float) for value in values)
    return np.array(values, np.float64)[:, None, None] if numbers else cube(name, source, bands)
