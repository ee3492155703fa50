"""Masks of observed lenses without a person: other sources, saturated and bad pixels, borders, cosmic rays.

The arcs of a lens lie within some radius of its middle.  A source whose peak is farther away is none that the
model of a lens has, and its pixels are left out, also where they reach inside.  What peaks inside stays,
whatever it is, but for single pixels that no PSF can make.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from jaxlens.fitting.bad_pixels import (
    HUGE_NOISE,
    SATURATION_GROWTH,
    empty_border,
    grown,
    single_pixels,
)
from jaxlens.fitting.image_checks import pixel_count
from jaxlens.fitting.observation import Observation
from jaxlens.fitting.sources import other_sources

# Degrees: a source that reaches over more of the circle about the centre may be an arc.
_ARC = 40.0
# Of the median of the absolute differences of neighbours: a standard deviation of a Gaussian.
_OF_DIFFERENCES = 1.4826 / np.sqrt(2.0)


class LeftOut(NamedTuple):
    """Pixels that an automatic mask leaves out for one reason.

    Attributes:
        why: "another source", "no data or noise", "empty border", "saturated", "single pixels" or "beyond the
            outer radius".
        band: the name of the band, or its number where it has none; "" for what is left out of all bands.
        pixels: how many pixels it has, with those by which it has grown.
        x: the column of the peak of a source, from 0; -1 for other reasons.
        y: its row.
        peak: its signal to noise in the smoothed image; NaN for other reasons.
        angle: degrees of the circle about the centre over which a source reaches.
    """

    why: str
    band: str
    pixels: int
    x: int = -1
    y: int = -1
    peak: float = np.nan
    angle: float = np.nan

    def __str__(self) -> str:
        band = f" in {self.band}" if self.band else ""
        if self.x < 0:
            return f"{self.why}{band}: {self.pixels} pixel{'s' * (self.pixels != 1)}"
        arc = f"; it reaches over {self.angle:.0f} degrees, as an arc would" if self.angle > _ARC else ""
        return (
            f"{self.why}{band} at column {self.x}, row {self.y}: peak of {self.peak:.1f} sigma, "
            f"{self.pixels} pixels{arc}"
        )


@dataclass(frozen=True)
class AutomaticMask:
    """A mask and what it leaves out.

    Attributes:
        mask: True where a pixel is used, (bands, y, x).
        left_out: what is left out: other sources, the brightest first, then other reasons.
    """

    mask: NDArray[np.bool_]
    left_out: tuple[LeftOut, ...]

    def __repr__(self) -> str:
        left_out = f"{pixel_count(~self.mask)} of {self.mask.size} left out"
        return f"AutomaticMask({left_out}, {len(self.left_out)} reasons)"

    def __str__(self) -> str:
        lines = [f"{pixel_count(~self.mask)} of {self.mask.size} left out", *map(str, self.left_out)]
        return "\n  ".join(lines)


def automatic_mask(
    observation: Observation,
    radius: float,
    *,
    outer_radius: float | None = None,
    threshold: float = 5.0,
    growth: float = 2.0,
    saturation: float | None = None,
) -> AutomaticMask:
    """A mask of an observed lens, True where a pixel is used.

    Other sources are peaks farther than `radius` from the centre, in the image less a smooth galaxy (see
    `jaxlens.fitting.sources`) and smoothed by a Gaussian of 1.5 pixels.  Those of any band are left out of
    all.  Left out are also pixels that the observation does not use, those without data or with a huge noise,
    empty rows and columns at the edge, and single pixels such as cosmic rays.

    Args:
        observation: the image of one system, as `jaxlens.read_image` gives it.
        radius: within which all images of the source lie, arcsec.
        outer_radius: beyond which no pixel is used, arcsec; None for all pixels.
        threshold: the smallest peak of another source, in sigma of the smoothed image.
        growth: by how many pixels other sources grow.
        saturation: the level at and above which pixels and their neighbours are left out, in the unit of the
            images.

    Returns:
        The mask and what it leaves out; `observation.masked(found.mask)` uses it.

    Raises:
        ValueError: if the observation is a time series or has no pixel scale, or a number is not above 0.

    >>> import jaxlens
    >>> y, x = np.mgrid[:41, :41] - 20.0
    >>> image = np.exp(-np.hypot(x, y) / 4) + 0.5 * np.exp(-((x - 14) ** 2 + (y + 9) ** 2) / 4)
    >>> found = automatic_mask(jaxlens.read_image(image, sigma=0.01, pixel_scale=0.1), radius=0.8)
    >>> [(one.why, one.x, one.y) for one in found.left_out]
    [('another source', 34, 11)]
    """
    _check(observation, radius=radius, outer_radius=outer_radius, threshold=threshold, saturation=saturation)
    if growth < 0.0:
        raise ValueError(f"growth is {growth}; give pixels, 0 or more")
    side = observation.pixel_scale
    if side is None:
        raise ValueError("the pixel scale of the image is not known; give pixel_scale, arcsec")
    images, used = observation.images[0].astype(np.float64), observation.mask[0].copy()
    names = observation.bands or tuple(map(str, range(len(images))))
    sources, reasons = [], []
    others = np.zeros(images.shape[1:], bool)
    for b, (name, image) in enumerate(zip(names, images, strict=True)):
        band = name if len(names) > 1 else ""
        sigma = _sigma(observation, b)
        for why, flags in _flags(observation, b, sigma, saturation).items():
            if (flags & used[b]).any():
                reasons.append(LeftOut(why, band, int(np.count_nonzero(flags & used[b]))))
            used[b] &= ~flags
        for one in other_sources(image, sigma, used[b], observation.center, radius / side, threshold):
            region = grown(one.footprint, growth)
            others |= region
            angle = _angle(one.footprint, observation.center)
            sources.append(
                LeftOut("another source", band, int(np.count_nonzero(region)), one.x, one.y, one.peak, angle)
            )
    mask = used & ~others
    if outer_radius is not None:
        rows, columns = np.mgrid[: mask.shape[1], : mask.shape[2]]
        x, y = observation.center
        far = np.hypot(columns - x, rows - y) > outer_radius / side
        reasons.append(LeftOut("beyond the outer radius", "", int(np.count_nonzero(far & ~others))))
        mask = mask & ~far
    return AutomaticMask(mask, (*sorted(sources, key=lambda one: -one.peak), *reasons))


def _check(observation: Observation, **numbers: float | None) -> None:
    """ValueError for a time series, or a number that is not above 0."""
    if observation.images.ndim != 4:
        raise ValueError("the observation is a time series; give one epoch, or the sum of all of them")
    for name, value in numbers.items():
        if value is not None and not value > 0.0:
            raise ValueError(f"{name} is {value}; give a number above 0")


def _sigma(observation: Observation, band: int) -> NDArray[np.float64]:
    """The noise of a band, or else one number for it by differences of neighbours along rows."""
    if observation.noise_sigma is not None:
        return observation.noise_sigma[0, band].astype(np.float64)
    image, used = observation.images[0, band], observation.mask[0, band]
    differences = np.abs(np.diff(image, axis=1))[used[:, 1:] & used[:, :-1]]
    sigma = _OF_DIFFERENCES * float(np.median(differences)) if differences.size else 0.0
    if not sigma > 0.0:
        raise ValueError("the noise of the image cannot be measured, since most pixels are alike; give sigma")
    return np.full(image.shape, sigma)


def _flags(
    observation: Observation, band: int, sigma: NDArray[np.float64], saturation: float | None
) -> dict[str, NDArray[np.bool_]]:
    """The bad pixels of a band by reason, (y, x) each."""
    image, used = observation.images[0, band].astype(np.float64), observation.mask[0, band]
    noisy = sigma > HUGE_NOISE * np.median(sigma[used])
    found = {"no data or noise": noisy | ~np.isfinite(image), "empty border": empty_border(image)}
    if saturation is not None:
        found["saturated"] = grown(image >= saturation, SATURATION_GROWTH)
    good = used & ~np.logical_or.reduce(list(found.values()))
    kernels = observation.psf if observation.psf_factor == 1 else None
    psf = None if kernels is None else kernels[band % len(kernels)]
    return found | {"single pixels": single_pixels(image, sigma, good, psf)}


def _angle(footprint: NDArray[np.bool_], center: tuple[float, float]) -> float:
    """How many degrees of the circle about the centre a region reaches over."""
    rows, columns = np.nonzero(footprint)
    angles = np.sort(np.degrees(np.arctan2(rows - center[1], columns - center[0])))
    gaps = np.diff(angles, append=angles[0] + 360.0)
    return float(360.0 - np.max(gaps))
