"""Whether observed images and a configuration agree: bands, units, pixel scales and orientations."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

import numpy as np

from jaxlens.config.model import PIXEL_SCALE
from jaxlens.fitting.observation import Observation
from jaxlens.fitting.observed_lens import check_observation
from jaxlens.fitting.observed_sky import differ
from jaxlens.simulator.simulator import Simulator


def check_observations(sim: Simulator, images: Sequence[Observation], radius: float, align: str) -> None:
    """Look at what is wrong with images before their pixels are read.

    Args:
        sim: the simulator of the configuration.
        images: the images.
        radius: as in `lens_data`.
        align: as in `lens_data`.

    Raises:
        ValueError: as `lens_data`.
    """
    if not images:
        raise ValueError("no image is given; give one, or a list of them")
    if not (np.isfinite(radius) and radius > 0.0):
        raise ValueError(f"radius is {radius}; give arcsec, above 0")
    if align not in ("sky", "centers"):
        raise ValueError(f"align is {align!r}; give 'sky' or 'centers'")
    for i, image in enumerate(images):
        if image.images.ndim != 4:
            raise ValueError(f"{called(i)} is a time series; give its epochs as images of their own")
        if image.noise_sigma is None:
            raise ValueError(
                f"{called(i)} has no sigma; give read_image sigma=, variance= or inverse_variance="
            )
        # scale and bands have other rules where there are several images
        check_observation(sim, replace(image, pixel_scale=None, bands=()))
    known = [image for image in images if image.pixel_scale is not None]
    if known and not any(_agrees(sim, image.pixel_scale or 0.0) for image in known):
        check_observation(sim, replace(known[0], bands=()))
    without = [i for i, image in enumerate(images) if image.wcs is None]
    if align == "sky" and 0 < len(without) < len(images):
        raise ValueError(
            f"{called(without[0])} has no WCS and others have, so that their x and y are not alike; give all "
            "a WCS, or none"
        )


def _agrees(sim: Simulator, scale: float) -> bool:
    """Whether a pixel scale is one that the configuration can have."""
    low, high = sim.config.reach(PIXEL_SCALE)
    return low <= scale <= high or not differ(scale, low) or not differ(scale, high)


def bands_of(sim: Simulator, image: Observation, i: int) -> list[tuple[int, int]]:
    """The index of each band of an image, and its index in the configuration.

    Args:
        sim: the simulator of the configuration.
        image: the image.
        i: which of the images it is, for messages.

    Raises:
        ValueError: if it has a band that the configuration has not, or another number of bands without
            names.
    """
    count = image.images.shape[1]
    if not image.bands and count != len(sim.bands):
        raise ValueError(
            f"{called(i)} has {count} band{'s' * (count != 1)} without names, and the configuration has "
            f"{', '.join(sim.bands)}; name them, as bands= of read_image"
        )
    names = image.bands or sim.bands
    unknown = [name for name in names if name not in sim.bands]
    if unknown:
        raise ValueError(
            f"{called(i)} has the band {unknown[0]}, and the configuration {', '.join(sim.bands)}; name it "
            "alike"
        )
    return [(own, sim.bands.index(name)) for own, name in enumerate(names)]


def refuse_missing(sim: Simulator, found: Collection[int]) -> None:
    """ValueError where a band of the configuration is not among those of the images, by their indices."""
    missing = [name for band, name in enumerate(sim.bands) if band not in found]
    if missing:
        raise ValueError(
            f"no image has the band {missing[0]} of the configuration; give one, or take it out of BANDS"
        )


def called(i: int) -> str:
    """The i-th image in messages, counted from 0."""
    return f"image {i + 1}"
