"""Remarks about stacks of images: pixels that will be seen, and noise that is lensed with the galaxy.

A lens magnifies a source four times or more, so twice along a side, and an image resolves its pixel, or half
of its seeing where that is more.  Pixels of a stack above half of this, or above all of it where nothing
lenses them, show: between them the image is linear.  The noise of an image is that of its edge, compared with
its brightest pixel.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import partial

import numpy as np

from jaxlens.config.coverage import place_of
from jaxlens.config.errors import Place, Report
from jaxlens.config.model import (
    PIXEL_SCALE,
    Config,
    Configuration,
    Galaxy,
    Profile,
    ProfileArray,
    Quantity,
    map_scale_range,
)
from jaxlens.config.profile_tables import IMAGE
from jaxlens.config.reader import Node

# How much longer a lens makes a side of a pixel, as a rule: the root of a magnification of 4.
_STRETCH = 2.0
# Lengths that an image resolves in the full width at half maximum of its seeing.
_SAMPLES = 2.0
# Noise of the median image as a part of its brightest pixel above which it is remarked.
_VISIBLE = 0.05
# The number of images that are looked at.
_MOST = 500
# Pixels between the numbers of which the second difference is taken: noise of neighbours is alike.
_LAG = 2
# The standard deviation of a - 2 b + c, where each has 1.
_SECOND_DIFFERENCE = math.sqrt(6.0)


def remark_images(
    config: Config, configurations: Sequence[Configuration], tree: Node, report: Report
) -> None:
    """Remark coarse pixels and visible noise of stacks, once at each place.

    Args:
        config: the checked file.
        configurations: those that are asked for.
        tree: the whole file.
        report: the remarks are added to it.
    """
    said = set[tuple[Place, str]]()
    for configuration, lensed, profile, images in _stacks(configurations):
        quantities = dict(profile.parameters)
        path = quantities["scale"].path.removesuffix(".scale")
        place = place_of(tree, f"{path}.{IMAGE}")
        limit = _resolved(config, configuration) / (_STRETCH if lensed else 1.0)
        for finding in (_coarse(_side(profile, quantities), limit, lensed), _noisy(images.array)):
            if finding and (place, finding) not in said:
                report.remark(place, finding)
                said.add((place, finding))


def noise_shares(images: np.ndarray) -> np.ndarray:
    """The noise of images as a part of their brightest pixel, (n,); NaN where it cannot be told.

    It is the rms of second differences along the edge of what is not zero, which a galaxy that changes
    smoothly does not have.

    Args:
        images: (n, y, x).
    """
    return np.array([_noise(image) for image in images])


def _noise(image: np.ndarray) -> float:
    rows, columns = np.flatnonzero(image.any(axis=1)), np.flatnonzero(image.any(axis=0))
    if not rows.size:
        return math.nan
    whole = np.asarray(image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1], np.float64)
    edges = (whole[0], whole[-1], whole[:, 0], whole[:, -1])
    differences = [e[: -2 * _LAG] - 2.0 * e[_LAG:-_LAG] + e[2 * _LAG :] for e in edges if len(e) > 2 * _LAG]
    if not differences:
        return math.nan
    rms = math.sqrt(float(np.mean(np.square(np.concatenate(differences)))))
    return rms / _SECOND_DIFFERENCE / float(np.max(np.abs(whole)))


def _stacks(
    configurations: Sequence[Configuration],
) -> Iterator[tuple[Configuration, bool, Profile, ProfileArray]]:
    """The configuration of each profile with images, whether it is lensed, the profile, and its images."""
    for configuration in configurations:
        lensed = False
        for plane in configuration.planes:
            galaxies = [one for _, one in plane.objects if isinstance(one, Galaxy)]
            for galaxy in galaxies:
                for profile in galaxy.light:
                    images = dict(profile.tables).get(IMAGE)
                    if images is not None:
                        yield configuration, lensed, profile, images
            lensed = lensed or any(galaxy.mass for galaxy in galaxies)


def _resolved(config: Config, configuration: Configuration) -> float:
    """The smallest length that an image resolves, arcsec: a pixel, or half of the seeing if that is more."""
    return max(
        _least(config, configuration, "pixel_scale"), _least(config, configuration, "seeing") / _SAMPLES
    )


def _least(config: Config, configuration: Configuration, name: str) -> float:
    """The smallest value of a number of the instrument in a configuration; 0 where it has none."""
    if name == PIXEL_SCALE and config.instrument.has_pixel_map:
        return map_scale_range(partial(_range, config, configuration))[0]
    return _range(config, configuration, name)[0]


def _range(config: Config, configuration: Configuration, name: str) -> tuple[float, float]:
    """The smallest and largest value of a number of the instrument; 0 where it has none."""
    joints = [joint.within(configuration.label) for joint in config.joints]
    cadence = configuration.series.cadence if configuration.series else None
    tables = [*(joint.bounds(name, configuration.label) for joint in joints)]
    tables += [one.bounds(name) for one in (config.backgrounds_of(configuration), cadence) if one]
    known = dict(config.instrument.quantities)
    ends = [known[name].support(), *filter(None, tables)] if name in known else [*filter(None, tables)]
    return min((low for low, _ in ends), default=0.0), max((high for _, high in ends), default=0.0)


def _side(profile: Profile, quantities: dict[str, Quantity]) -> float:
    """The side of the pixels of a stack, arcsec: the median of their own, or the smallest of the file."""
    own = profile.choice.arrays.get("pixel_scale") if profile.choice else None
    side = quantities["scale"].support()[0] if own is None else float(np.median(own))
    return side * (quantities["size"].support()[0] if "size" in quantities else 1.0)


def _coarse(side: float, limit: float, lensed: bool) -> str:
    """The remark about pixels of this side, where the image resolves `limit`; "" where there is none."""
    # a scale that is exactly half of a pixel is not above it by rounding
    if not limit * (1.0 + 1e-6) < side < math.inf:
        return ""
    why = f"magnified {_STRETCH:g} times along a side, " if lensed else ""
    finding = f"has pixels of {side:.3g} arcsec, and {why}the image resolves {limit:.3g}"
    return f"{finding}: they will be seen; give finer images, or enlarge them less"


def _noisy(array: np.ndarray) -> str:
    """The remark about visible noise of a stack; "" where there is none."""
    images = array.reshape(-1, *array.shape[-2:])
    step = max(1, len(images) // _MOST)
    shares = noise_shares(images[::step])
    known = shares[np.isfinite(shares)]
    if not known.size or np.median(known) < _VISIBLE:
        return ""
    finding = f"has noise of {100.0 * np.median(known):.2g}% of the brightest pixel in the median image"
    return f"{finding}, which is lensed as the galaxy is; smooth it by SMOOTH: 2, or take brighter galaxies"
