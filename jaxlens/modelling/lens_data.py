"""From one observed image of a lens, or several bands and exposures, to the arrays that are fitted jointly.

Each image keeps its own pixels: their size, their orientation, their place, their PSF and their noise.  What
all have in common is the sky, on which x points east and y north where the images have a WCS.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from jaxlens.files.wcs import sky_positions
from jaxlens.fitting.observation import Observation
from jaxlens.fitting.windows import about
from jaxlens.modelling.checked_observations import bands_of, called, check_observations, refuse_missing
from jaxlens.modelling.model import LensData
from jaxlens.modelling.psf_kernels import Kernel, common_kernels, file_kernel, given_kernel, padded, reach
from jaxlens.modelling.windows import Frame, Window, first_pixel, frame_of, window
from jaxlens.simulator.simulator import Simulator

# Beyond the radius there are as many more pixels as hold this share of the light of the PSF: their light is
# blurred into the radius.
PSF_SHARE = 0.98
# The sides of the squares are a multiple of this, so that pixels can be joined by twos.
MULTIPLE = 2


class Place(NamedTuple):
    """Which image is where in the arrays of a `LensData`.

    Attributes:
        observation: the index of the observed image.
        own_band: the index of the band in that image.
        band: the index of the band in the configuration, the first axis of the arrays.
        exposure: the index of the exposure, the second axis.
        column: the column of the observed image that is the first of the square; below 0 beyond the image.
        row: its first row.
    """

    observation: int
    own_band: int
    band: int
    exposure: int
    column: int
    row: int


@dataclass(frozen=True)
class Layout:
    """What is static in the images of a lens.

    Attributes:
        bands: the names of the bands, those of the configuration.
        places: of each image that was given; other entries of the arrays are not used.
        exposures: the largest number of exposures of a band.
        side: pixels along a side of a square.
        psf_factor: samples of the kernels along a side of a pixel.
    """

    bands: tuple[str, ...]
    places: tuple[Place, ...]
    exposures: int
    side: int
    psf_factor: int

    def name(self, place: Place) -> str:
        """The name of an image: of its band and, where that has several exposures, the exposure from 1."""
        several = sum(other.band == place.band for other in self.places) > 1
        return f"{self.bands[place.band]}-{place.exposure + 1}" if several else self.bands[place.band]


class LensImages(NamedTuple):
    """The images of a lens that are fitted jointly.

    Attributes:
        data: the arrays.
        layout: what is where in them.
        psf_variance: the variance of each pixel of the kernels, of their shape, 0 where no error is known;
            None where no image has one.
    """

    data: LensData
    layout: Layout
    psf_variance: NDArray[np.float64] | None = None


def lens_data(
    sim: Simulator,
    observations: Observation | Sequence[Observation],
    radius: float,
    *,
    psf: ArrayLike | None = None,
    psf_factor: int = 1,
    center: tuple[float, float] = (0.0, 0.0),
    align: Literal["sky", "centers"] = "sky",
) -> LensImages:
    """The images of a lens, cut about it and padded to squares of one size.

    Several images of one band are its exposures.  An image without names of bands has those of the
    configuration.  Pixels are used within the radius; around it are pixels that are not used, from which the
    PSF carries light into the radius.

    Args:
        sim: the simulator of the configuration, whose bands are those of the images.
        observations: the images, as `jaxlens.read_image` gives them, each with its sigma and its PSF.
        radius: arcsec about the center within which pixels are used.
        psf: the PSF of the images that have none, (k, k) or (bands, k, k); None: that of the configuration.
        psf_factor: the pixels of `psf` along a side of a pixel of the image.
        center: x and y of the point about which is cut, arcsec from the centre of each observation.
        align: whether the centre of the first image is found in others by their WCS, "sky", or each has its
            own, "centers".

    Returns:
        The arrays in double precision, and what is where in them.

    Raises:
        ValueError: if an image has no sigma, other bands, another unit or another pixel scale than the
            configuration, or no used pixel within the radius; if a band has no image; if some images have a
            WCS and others none.
    """
    images = [observations] if isinstance(observations, Observation) else _listed(observations)
    check_observations(sim, images, radius, align)
    if align == "sky":
        images = _about_one_point(images)
    parts = [
        _Part(image, own, frame, _kernel(sim, image, own, band, frame.pixel_scale, psf, psf_factor))
        for image, frame, own, band in _images(sim, images)
    ]
    layout = _layout(sim, images, parts, radius, center)
    windows = [window(p.image, p.frame, p.own_band, radius, center, layout.side) for p in parts]
    for place, found in zip(layout.places, windows, strict=True):
        if not found.weight.any():
            raise ValueError(
                f"{called(place.observation)} has no used pixel within {radius:g} arcsec of x = "
                f"{center[0]:g}, y = {center[1]:g}; give another radius or center, or mend its mask"
            )
    return LensImages(_joined(layout, parts, windows), layout, _psf_variance(layout, parts))


class _Part(NamedTuple):
    """One band of an image, where its pixels are, and its PSF."""

    image: Observation
    own_band: int
    frame: Frame
    kernel: Kernel


def _images(sim: Simulator, images: Sequence[Observation]) -> Iterator[tuple[Observation, Frame, int, int]]:
    """Each band of each image: the image, where its pixels are, and the index of the band in both places."""
    for i, image in enumerate(images):
        for own, band in bands_of(sim, image, i):
            yield image, frame_of(sim, image), own, band


def _layout(
    sim: Simulator,
    images: Sequence[Observation],
    parts: Sequence[_Part],
    radius: float,
    center: tuple[float, float],
) -> Layout:
    """Where each image is in the arrays, and how large these are."""
    which = [(i, *pair) for i, image in enumerate(images) for pair in bands_of(sim, image, i)]
    refuse_missing(sim, {band for *_, band in which})
    width = max(max(p.frame.half_widths(radius)) + reach(p.kernel, PSF_SHARE) for p in parts)
    side = MULTIPLE * int(np.ceil((2.0 * width + 1.0) / MULTIPLE))
    places: list[Place] = []
    for (i, own, band), part in zip(which, parts, strict=True):
        exposure = sum(place.band == band for place in places)
        places.append(Place(i, own, band, exposure, *first_pixel(part.frame, center, side)))
    exposures = max(place.exposure for place in places) + 1
    return Layout(sim.bands, tuple(places), exposures, side, max(part.kernel.factor for part in parts))


def _entries(layout: Layout) -> tuple[NDArray[np.int_], NDArray[np.bool_]]:
    """The image that each entry of the arrays has, and whether it is there, (bands, exposures) each.

    An entry without an image has the grid and the PSF of the first one of its band.
    """
    first = {place.band: i for i, place in reversed(list(enumerate(layout.places)))}
    index = np.array([[first[band]] * layout.exposures for band in range(len(layout.bands))])
    there = np.zeros(index.shape, bool)
    for i, place in enumerate(layout.places):
        index[place.band, place.exposure], there[place.band, place.exposure] = i, True
    return index, there


def _joined(layout: Layout, parts: Sequence[_Part], windows: Sequence[Window]) -> LensData:
    """The arrays (bands, exposures, ...), without weight where a band has no such exposure."""
    image, weight, grid = (np.stack(each) for each in zip(*windows, strict=True))
    kernel = np.stack(common_kernels([part.kernel for part in parts], layout.psf_factor))
    index, there = _entries(layout)
    used = there[..., None, None]
    return LensData(
        np.where(used, image[index], 0.0), np.where(used, weight[index], 0.0), kernel[index], grid[index]
    )


def _psf_variance(layout: Layout, parts: Sequence[_Part]) -> NDArray[np.float64] | None:
    """The variance of each pixel of the kernels, of their shape; None where no image has one."""
    known = [part.image.psf_variance is not None for part in parts]
    if not any(known):
        return None
    side = max(len(k) for k in common_kernels([part.kernel for part in parts], layout.psf_factor))
    found = []
    for part, place in zip(parts, layout.places, strict=True):
        variance = part.image.psf_variance
        if variance is None:
            found.append(np.zeros((side, side)))
            continue
        if part.kernel.factor != layout.psf_factor:
            raise ValueError(
                f"{called(place.observation)} has an error of its PSF at {part.kernel.factor} samples along "
                f"a side of a pixel, and another image has a PSF with {layout.psf_factor}; give them alike"
            )
        array = np.asarray(variance, np.float64)
        found.append(padded(array[part.own_band if len(array) > 1 else 0], side))
    return np.stack(found)[_entries(layout)[0]]


def _about_one_point(images: Sequence[Observation]) -> list[Observation]:
    """The images about the place on the sky of the first one's centre, where they have a WCS."""
    first, *others = images
    if first.wcs is None or not others:
        return list(images)
    ra, dec = (float(v[0]) for v in sky_positions(first.wcs, *(np.array([c]) for c in first.center)))
    return [first, *(about(other, {"ra": ra, "dec": dec}) for other in others)]


def _kernel(
    sim: Simulator,
    image: Observation,
    own: int,
    band: int,
    pixel_scale: float,
    psf: ArrayLike | None,
    psf_factor: int,
) -> Kernel:
    """The PSF of one band of an image: its own, that which is given for all, or that of the configuration."""
    if image.psf is not None:
        return given_kernel(image.psf, image.psf_factor, own, image.images.shape[1])
    if psf is not None:
        return given_kernel(psf, psf_factor, band, len(sim.bands))
    return file_kernel(sim, band, pixel_scale)


def _listed(observations: Sequence[Observation]) -> list[Observation]:
    """The observations as a list; TypeError where they are something else, such as an array."""
    found = list(observations) if isinstance(observations, Sequence) else [observations]
    for one in found:
        if not isinstance(one, Observation):
            wanted = "give what jaxlens.read_image returns, or a list of such"
            raise TypeError(f"observation is a {type(one).__name__}; {wanted}")
    return found
