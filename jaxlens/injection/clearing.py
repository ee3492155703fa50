"""Which places are clear: not crowded by other objects, and not masked.

In the disc of a radius about a place, in each image that the disc touches, pixels that are bad or beyond the
edge are counted, and pixels that are brighter than the sky by some sigma.  The sky is the clipped median of
the whole image, so images should be without gradients, as coadds are; sigma is the square root of the
variance where the image has one, and the clipped standard deviation of the whole image otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from jaxlens.files.wcs import Floats, places
from jaxlens.injection.copies import BandPlanes
from jaxlens.injection.masks import is_bad
from jaxlens.injection.stamps import window

# A place is crowded if more than this fraction of the disc's good pixels is brighter than the sky by
# BRIGHT_SIGMA.
MAX_BRIGHT = 0.02
# In sigma of the sky.
BRIGHT_SIGMA = 5.0
# A place is masked if more than this fraction of the disc's pixels is bad.
MAX_BAD = 0.1
# Pixels that are looked at for the sky of an image.
SKY_PIXELS = 10**6
# Of the clipping of the sky: in standard deviations, and how often.
CLIP, CLIPPINGS = 3.0, 5


@dataclass(frozen=True, eq=False)
class Clearing:
    """The places of some images that are clear.

    Attributes:
        planes: the images.
        radius: of the disc that must be clear, arcsec.
        bright: the largest fraction of bright pixels.
        sigma: how much brighter than the sky they are, in sigma.
    """

    planes: tuple[BandPlanes, ...]
    radius: float
    bright: float = MAX_BRIGHT
    sigma: float = BRIGHT_SIGMA

    def problems(self, ra: Floats, dec: Floats) -> list[tuple[str, str]]:
        """What is wrong with places: "crowded" or "masked" and why, or two empty texts.

        A place whose disc is on no image is no problem here.
        """
        found = [("", "")] * len(ra)
        for planes, sky in zip(self.planes, self._skies, strict=True):
            local = places(planes.image.wcs, ra, dec)
            for i in range(len(ra)):
                if not found[i][0] and np.isfinite(local.x[i]):
                    pixels = self.radius / local.pixel_scale[i]
                    found[i] = self._problem(planes, sky, (local.x[i], local.y[i]), pixels)
        return found

    def is_clear(self, ra: Floats, dec: Floats) -> NDArray[np.bool_]:
        """Whether nothing is wrong with places, (n,)."""
        return np.array([not status for status, _ in self.problems(ra, dec)], bool)

    @cached_property
    def _skies(self) -> tuple[tuple[float, float], ...]:
        """The level and the standard deviation of the sky of each image."""
        return tuple(sky_of(planes) for planes in self.planes)

    def _problem(
        self, planes: BandPlanes, sky: tuple[float, float], place: tuple[float, float], radius: float
    ) -> tuple[str, str]:
        """What is wrong with a place, a column and row, in one image; the radius is in pixels."""
        reach = int(np.ceil(radius))
        corner = np.rint(place).astype(np.int64) - reach
        part = window(corner, 2 * reach + 1, planes.pixels.shape)
        disc = _disc(np.asarray(place) - corner, 2 * reach + 1, radius)
        if part is None or not disc[part.stamp].any():
            return "", ""
        pixels = planes.pixels.read(part.image)
        good = disc[part.stamp] & ~planes.bad(part.image, pixels)
        band, within = planes.image.band, f"of the pixels within {self.radius:g} arcsec are"
        bad = 1.0 - np.count_nonzero(good) / np.count_nonzero(disc)
        if bad > MAX_BAD:
            return "masked", f"{bad:.0%} {within} bad or off the image in {band}"
        level, spread = sky
        sigma = _sigma(planes, part.image) if planes.variance is not None else spread
        bright = np.count_nonzero(good & (pixels - level > self.sigma * sigma)) / np.count_nonzero(good)
        if bright > self.bright:
            return "crowded", f"{bright:.0%} {within} brighter than {self.sigma:g} sigma in {band}"
        return "", ""


def _disc(centre: Floats, side: int, radius: float) -> NDArray[np.bool_]:
    """The pixels of a square whose centres are within a radius, and at least the one in the middle."""
    pixels = np.arange(side)
    distance = np.hypot(pixels[None, :] - centre[0], pixels[:, None] - centre[1])
    found: NDArray[np.bool_] = distance <= max(radius, float(np.min(distance)))
    return found


def sky_of(planes: BandPlanes) -> tuple[float, float]:
    """The clipped median and standard deviation of an image, of evenly spaced pixels."""
    pixels = planes.pixels.sample(SKY_PIXELS).astype(np.float64)
    good = np.isfinite(pixels)
    if planes.mask is not None:
        good &= ~is_bad(planes.mask.sample(SKY_PIXELS), planes.image.bad)
    kept = pixels[good]
    for _ in range(CLIPPINGS):
        if not kept.size:
            return 0.0, np.inf
        middle, spread = float(np.median(kept)), float(np.std(kept))
        kept = kept[np.abs(kept - middle) <= CLIP * spread]
    return float(np.median(kept)), float(np.std(kept))


def _sigma(planes: BandPlanes, image: tuple[slice, slice]) -> Floats:
    """The standard deviations of a window of pixels; infinite where the variance is not above 0."""
    assert planes.variance is not None
    stored = planes.variance.read(image).astype(np.float64)
    known = stored > 0.0
    return np.where(known, np.where(known, stored, 1.0) ** (1.0 / planes.image.variance_power), np.inf)
