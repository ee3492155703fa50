"""A stack of images of galaxies that look real: discs with bulges, spiral arms and knots of young stars.

They are made of random numbers, and no model that fits them has their shapes.
"""

from __future__ import annotations

import numpy as np
from scipy import ndimage

# Pixels along a side of an image, and the scale of the disc in pixels.
SIDE, DISC = 160, 16.0
# Standard deviation of the Gaussian by which an image is smoothed, pixels: a fifth of the disc's scale, as
# HST's images of galaxies with discs of a quarter of an arcsecond have it, of which such stacks are made.
SMOOTHED = 3.2


def galaxy_image(seed: int) -> np.ndarray:
    """One galaxy.

    Its disc is exponential and seen from the side, with two to four logarithmic spiral arms; knots lie mostly
    on the arms, and a small bulge is in the middle.

    Args:
        seed: of all its numbers.

    Returns:
        The surface brightness, of unit sum, (`SIDE`, `SIDE`).
    """
    rng = np.random.default_rng([41, seed])
    axis = np.arange(SIDE) - (SIDE - 1) / 2.0
    ratio, turned = rng.uniform(0.4, 0.95), rng.uniform(0.0, np.pi)
    along = np.cos(turned) * axis[None, :] + np.sin(turned) * axis[:, None]
    across = (np.cos(turned) * axis[:, None] - np.sin(turned) * axis[None, :]) / ratio
    radius, angle = np.hypot(along, across), np.arctan2(across, along)
    arms, pitch, phase = (
        rng.integers(2, 5),
        np.tan(np.radians(rng.uniform(12.0, 30.0))),
        rng.uniform(0.0, 6.3),
    )
    wave = np.cos(arms * (angle - np.log(radius / DISC + 0.1) / pitch) + phase)
    strength = rng.uniform(0.3, 0.9) * (1.0 - np.exp(-radius / (0.5 * DISC)))
    disc = np.exp(-radius / DISC) * (1.0 + strength * wave)
    image = disc / disc.sum()
    bulge = np.exp(-((np.hypot(along, across * ratio) / (0.3 * DISC)) ** 2))
    image = image + rng.uniform(0.0, 0.15) * bulge / bulge.sum()
    image = image + rng.uniform(0.1, 0.35) * _knots(rng, along, across, ratio, disc)
    image = ndimage.gaussian_filter(image, SMOOTHED)
    image *= np.clip((0.48 * SIDE - np.hypot(axis[None, :], axis[:, None])) / (0.05 * SIDE), 0.0, 1.0)
    return np.asarray(image / image.sum())


def _knots(
    rng: np.random.Generator, along: np.ndarray, across: np.ndarray, ratio: float, disc: np.ndarray
) -> np.ndarray:
    """Round knots of unit sum, more of them where the disc and its arms are bright."""
    count = int(rng.integers(8, 25))
    chance = (disc**1.5 / np.sum(disc**1.5)).ravel()
    places = rng.choice(disc.size, count, p=chance)
    image = np.zeros_like(disc)
    for place, flux in zip(places, rng.lognormal(0.0, 0.8, count), strict=True):
        x, y = along.ravel()[place], across.ravel()[place]
        width = rng.uniform(1.0, 3.0)
        distance = (along - x) ** 2 + ((across - y) * ratio) ** 2
        image += flux / width**2 * np.exp(-0.5 * distance / width**2)
    return np.asarray(image / image.sum())


def source_stack(count: int, first: int = 0) -> np.ndarray:
    """A stack of galaxies, (count, `SIDE`, `SIDE`).

    Args:
        count: how many.
        first: the seed of the first one.
    """
    return np.stack([galaxy_image(first + i) for i in range(count)])
