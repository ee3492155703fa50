"""The parts of a drawn galaxy: inclined planes, clouds, discs, arms, lanes of dust, clumps, bulges, tails.

Every part is an array of surface brightness on one grid; lengths are in pixels of the finished image.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import gamma, gammaincinv

# Pixels along a side of a finished image.
SIDE = 64
# Points of the grid along a side of a pixel.
FINE = 3
# The smallest radius, pixels, at which a logarithm or a cusp is evaluated.
FLOOR = 0.3


@dataclass(frozen=True)
class Face:
    """The plane of a disc, seen at an angle.

    Attributes:
        radius: the distance from the centre within the plane, pixels.
        azimuth: the angle within the plane, radians.
        area: how much of the plane one unit of the sky shows, the axis ratio of a circle of the plane.
    """

    radius: np.ndarray
    azimuth: np.ndarray
    area: float


def sky() -> tuple[np.ndarray, np.ndarray]:
    """The coordinates x, y of the fine grid, pixels from the image's middle."""
    step = (np.arange(SIDE * FINE) + 0.5) / FINE - SIDE / 2
    y, x = np.meshgrid(step, step, indexing="ij")
    return x, y


def face(rng: np.random.Generator, flattest: float, centre: tuple[float, float] = (0.0, 0.0)) -> Face:
    """A plane of random position angle and inclination.

    Args:
        rng: the random numbers.
        flattest: the smallest axis ratio of a circle of the plane; the ratio is uniform, as the cosine of
            the inclination of thin discs in random directions is.
        centre: its centre, pixels.

    Returns:
        The plane.
    """
    x, y = sky()
    angle, ratio = rng.uniform(0.0, np.pi), rng.uniform(flattest, 1.0)
    x, y = x - centre[0], y - centre[1]
    along = np.cos(angle) * x + np.sin(angle) * y
    across = (np.cos(angle) * y - np.sin(angle) * x) / ratio
    return Face(np.hypot(along, across), np.arctan2(across, along), ratio)


def clouds(rng: np.random.Generator, slope: float, largest: float = 20.0) -> np.ndarray:
    """A Gaussian random field of mean 0 and variance 1, whose power falls as k^-slope.

    Args:
        rng: the random numbers.
        slope: the slope of the power spectrum; turbulent gas has 2 to 3.
        largest: the wavelength, pixels, above which the power is constant.

    Returns:
        The field on the fine grid.
    """
    size = SIDE * FINE
    k = np.hypot(np.fft.fftfreq(size)[:, None], np.fft.rfftfreq(size)[None]) * FINE
    amplitude = (k**2 + 1.0 / largest**2) ** (-slope / 4)
    field = np.fft.irfft2(np.fft.rfft2(rng.normal(size=(size, size))) * amplitude, (size, size))
    return (field - field.mean()) / field.std()


def exponential(plane: Face, scale: float) -> np.ndarray:
    """An exponential disc, exp(-r / scale)."""
    return np.exp(-plane.radius / scale)


def sersic(plane: Face, half_light: float, index: float) -> np.ndarray:
    """A Sersic profile of this half-light radius (pixels) and index, of unit flux."""
    b = gammaincinv(2.0 * index, 0.5)
    flux = 2.0 * np.pi * index * half_light**2 * gamma(2.0 * index) / b ** (2.0 * index) * plane.area
    return np.exp(-b * (np.maximum(plane.radius, FLOOR) / half_light) ** (1.0 / index)) / flux


@dataclass(frozen=True)
class Arms:
    """Logarithmic spiral arms: their crests, and the lanes of dust at their inner edges, from 0 to 1.

    Attributes:
        wave: from -1 between the arms to 1 on their crests; weak within the bulge.
        crest: how near a point is to a crest.
        lane: how near it is to a lane of dust.
    """

    wave: np.ndarray
    crest: np.ndarray
    lane: np.ndarray


def arms(rng: np.random.Generator, plane: Face, scale: float, number: int) -> Arms:
    """Arms of a random pitch angle, bent by a smooth random field so that no two are alike.

    Args:
        rng: the random numbers.
        plane: the plane of the disc.
        scale: the scale length of the disc, pixels.
        number: how many arms.

    Returns:
        The arms.
    """
    pitch, turn = np.radians(rng.uniform(13.0, 26.0)), rng.choice([-1.0, 1.0])
    winding = np.log(np.maximum(plane.radius, FLOOR) / scale) / np.tan(pitch)
    phase = number * (turn * plane.azimuth - winding) + rng.uniform(0.0, 2.0 * np.pi)
    phase = phase + 0.8 * clouds(rng, 4.0)
    inner = plane.radius**2 / (plane.radius**2 + (0.7 * scale) ** 2)
    sharpness = rng.uniform(1.5, 3.0)
    crest = inner * np.exp(sharpness * (np.cos(phase) - 1.0))
    lane = inner * np.exp(2.0 * sharpness * (np.cos(phase + 0.9) - 1.0))
    return Arms(inner * np.cos(phase), crest, lane)


def bar(plane: Face, length: float) -> np.ndarray:
    """A bar of this half length (pixels), along the plane's long axis: a flat, boxy ellipse."""
    along = plane.radius * np.cos(plane.azimuth) / length
    across = plane.radius * np.sin(plane.azimuth) / (0.35 * length)
    return np.exp(-((np.abs(along) ** 2.5 + np.abs(across) ** 2.5) ** 0.8) * 1.5)


def clumps(
    rng: np.random.Generator, light: np.ndarray, number: int, widths: tuple[float, float]
) -> np.ndarray:
    """Clumps of young stars, which are where `light` is, with a power law of luminosities.

    N(L) falls as L^-1.8, as that of the star-forming regions of galaxies does (Livermore et al. 2012, MNRAS
    427, 688), over a range of 12.  Each is a core of a random shape in a halo of twice its width.

    Args:
        rng: the random numbers.
        light: the light that clumps follow.
        number: how many clumps.
        widths: the smallest and the largest standard deviation of a core, pixels.

    Returns:
        Their light; its sum is 1.
    """
    x, y = sky()
    chosen = rng.choice(light.size, number, p=light.ravel() / light.sum())
    fluxes = (1.0 - rng.uniform(size=number) * (1.0 - 12.0**-0.8)) ** (-1.0 / 0.8)
    total = np.zeros_like(light)
    for place, flux, width in zip(chosen, fluxes, rng.uniform(*widths, number), strict=True):
        angle, ratio = rng.uniform(0.0, np.pi), rng.uniform(0.5, 1.0)
        dx, dy = x - x.ravel()[place], y - y.ravel()[place]
        along = np.cos(angle) * dx + np.sin(angle) * dy
        across = (np.cos(angle) * dy - np.sin(angle) * dx) / ratio
        square = (along**2 + across**2) / width**2
        blob = np.exp(-0.5 * square) + 0.3 * np.exp(-0.125 * square)
        total += flux * blob / blob.sum()
    return total / total.sum()


def tail(rng: np.random.Generator, length: float, width: float) -> np.ndarray:
    """A tidal tail: a curved stream from near the centre outwards, which fades and widens.

    Args:
        rng: the random numbers.
        length: its length, pixels.
        width: its standard deviation across at the middle, pixels.

    Returns:
        Its light, at most 1.
    """
    x, y = sky()
    angle, bend = rng.uniform(0.0, 2.0 * np.pi), rng.choice([-1.0, 1.0]) * rng.uniform(0.6, 1.8)
    total = np.zeros_like(x)
    for part in np.linspace(0.1, 1.0, 40):
        direction = angle + bend * part**1.5
        place = length * part * np.array([np.cos(direction), np.sin(direction)])
        spread = width * (0.6 + 0.8 * part)
        distance = (x - place[0]) ** 2 + (y - place[1]) ** 2
        total = np.maximum(total, (1.05 - part) * np.exp(-distance / (2.0 * spread**2)))
    return total
