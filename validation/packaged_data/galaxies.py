"""The stack of galaxies of the packaged example `realistic_lsst`, drawn with a fixed seed.

They are not images of a telescope: spirals with bulges, bars, dust and star-forming regions, clumpy discs,
irregular and merging galaxies and compact ones, as images of HST show them at redshifts of 1 to 2, without
noise, in g, r, i and z.  Each galaxy has a catalogue entry of redshift, magnitudes, half-light radius and the
scale of its pixels.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np
from scipy.ndimage import gaussian_filter

from validation.packaged_data import galaxy_parts as parts

# The name of the file.
NAME = "realistic_lsst_galaxies.h5"
# The seed of all numbers; galaxy k draws from (SEED, k).
SEED = 18
BANDS = ("g", "r", "i", "z")
# How many galaxies there are of each kind; about the shares of massive star-forming galaxies at redshift 1
# to 2 in CANDELS (Guo et al. 2015, ApJ 800, 39: half and more of them are clumpy).
KINDS = {"spiral": 22, "clumpy": 20, "irregular": 14, "compact": 8}
# The sum of the pixels of an image in i; float16 has its full precision between 6e-5 and 6e4.
SUM = 1000.0
# Bits of the mantissa that are kept: pixels are right to 0.2%, and the file is small.
BITS = 8
# Pixels: the radius at which images begin to fade, and that at which they end.
FADES, ENDS = 24.0, 31.5
# Pixels: the standard deviation of the blur of the finished images, about that of HST's ACS at 0.05 arcsec.
BLUR = 0.8
# Colours (AB) of stars by their age at redshifts of 1 to 2, where griz are ultraviolet to blue light:
# g - i, r - i and z - i of stars of 1 Gyr and more, and of those that form now, with little dust.
OLD, YOUNG = (1.8, 0.8, -0.65), (0.28, 0.12, -0.1)
# The optical depth of dust in each band relative to i, at redshift 1.5 (Calzetti et al. 2000, ApJ 533, 682).
DUST = (1.45, 1.18, 1.0, 0.9)
# The brightest and the faintest magnitude in i; their number grows linearly in between.
MAGNITUDES = (22.0, 26.0)
# The smallest and the largest redshift.
REDSHIFTS = (0.9, 2.4)
# Half-light radius in arcsec at magnitude 23.5 in i, its slope in dex a magnitude, and its scatter in dex:
# discs of 3 to 5 kpc at redshift 1 to 2 (van der Wel et al. 2014, ApJ 788, 28).
RADIUS, RADIUS_SLOPE, RADIUS_SCATTER = 0.42, -0.07, 0.12


@dataclass(frozen=True)
class Galaxy:
    """A galaxy of the stack.

    Attributes:
        images: surface brightness in each band, (bands, y, x), float16.
        kind: spiral, clumpy, irregular or compact.
        redshift: its redshift.
        magnitudes: AB magnitude in each band.
        half_light_radius: the radius of the circle about the centre with half of the light in i, arcsec.
        pixel_scale: the side of a pixel, arcsec.
    """

    images: np.ndarray
    kind: str
    redshift: float
    magnitudes: tuple[float, ...]
    half_light_radius: float
    pixel_scale: float


@dataclass
class Stars:
    """The light of a galaxy on the fine grid, before it has colours.

    Attributes:
        old: that of old stars.
        young: that of young stars.
        dust: the optical depth of the dust in front of them in i.
    """

    old: np.ndarray
    young: np.ndarray
    dust: np.ndarray


def write(folder: Path) -> list[Path]:
    """Write the stack to `folder`, and return its path."""
    galaxies = [galaxy(k) for k in range(sum(KINDS.values()))]
    path = folder / NAME
    with h5py.File(path, "w", track_order=True) as file:
        images = np.stack([one.images for one in galaxies])
        packed = {"compression": "gzip", "compression_opts": 9, "shuffle": True}
        file.create_dataset("images", data=images, chunks=(4, *images.shape[1:]), **packed)
        file["images"].attrs["bands"] = ",".join(BANDS)
        for name in ("pixel_scale", "half_light_radius", "redshift"):
            file[name] = np.array([getattr(one, name) for one in galaxies], np.float32)
        for b, band in enumerate(BANDS):
            file[f"magnitude_{band}"] = np.array([one.magnitudes[b] for one in galaxies], np.float32)
        file["kind"] = np.array([one.kind for one in galaxies], "S")
    return [path]


def galaxy(k: int) -> Galaxy:
    """The galaxy number k of the stack."""
    rng = np.random.default_rng([SEED, k])
    kind = [kind for kind, number in KINDS.items() for _ in range(number)][k]
    images = _images(rng, _DRAWN[kind](rng))
    fluxes = images.sum((1, 2), dtype=np.float64)
    magnitude = MAGNITUDES[0] + (MAGNITUDES[1] - MAGNITUDES[0]) * np.sqrt(rng.uniform())
    radius = RADIUS * 10 ** (RADIUS_SLOPE * (magnitude - 23.5) + RADIUS_SCATTER * rng.normal())
    radius *= 0.6 if kind == "compact" else 1.0
    return Galaxy(
        images,
        kind,
        round(rng.uniform(*REDSHIFTS), 3),
        tuple(round(magnitude - 2.5 * np.log10(flux / fluxes[2]), 3) for flux in fluxes),
        round(radius, 4),
        round(radius / half_light_radius(images[2]), 5),
    )


def half_light_radius(image: np.ndarray) -> float:
    """The radius, in pixels, of the circle about the centre of light that has half of it.

    Args:
        image: the pixels, (y, x).

    Returns:
        The radius, by linear interpolation of the curve of growth.
    """
    pixels = np.asarray(image, np.float64)
    y, x = np.indices(pixels.shape)
    flux = pixels.sum()
    radius = np.hypot(x - (x * pixels).sum() / flux, y - (y * pixels).sum() / flux)
    inside = [(pixels * np.clip(edge - radius + 0.5, 0.0, 1.0)).sum() for edge in np.arange(1, 40)]
    return float(np.interp(0.5 * flux, inside, np.arange(1, 40)))


def _images(rng: np.random.Generator, stars: Stars) -> np.ndarray:
    """The images of a galaxy in all bands: colours that scatter, dust, blur, and edges that fade to zero."""
    x, y = parts.sky()
    fade = 0.5 + 0.5 * np.cos(np.pi * np.clip((np.hypot(x, y) - FADES) / (ENDS - FADES), 0.0, 1.0))
    age, extra = 1.0 + 0.15 * rng.normal(), rng.gamma(2.0, 0.12)
    images = []
    for b, dust in enumerate(DUST):
        order = (0, 1, None, 2)[b]
        old = 1.0 if order is None else 10 ** (-0.4 * OLD[order] * age)
        young = 1.0 if order is None else 10 ** (-0.4 * YOUNG[order])
        young *= np.exp(-extra * (dust - 1.0))
        light = old * stars.old * np.exp(-0.6 * dust * stars.dust) + young * stars.young * np.exp(
            -dust * stars.dust
        )
        light = gaussian_filter(light, BLUR * parts.FINE, mode="constant") * fade
        pixels = light.reshape(parts.SIDE, parts.FINE, parts.SIDE, parts.FINE).mean((1, 3))
        images.append(pixels)
    return _rounded(np.stack(images) * (SUM / images[2].sum()))


def _rounded(pixels: np.ndarray) -> np.ndarray:
    """The pixels as float16 with few bits, and zero where they are below 1e-5 of the peak."""
    fraction, exponent = np.frexp(pixels)
    kept = np.ldexp(np.round(fraction * 2**BITS) / 2**BITS, exponent)
    return np.where(pixels > 1e-5 * pixels.max(), kept, 0.0).astype(np.float16)


def _spiral(rng: np.random.Generator) -> Stars:
    """A disc with arms, dust at their inner edges, star-forming regions, a bulge and perhaps a bar."""
    scale, number = rng.uniform(4.0, 5.6), int(rng.choice([2, 2, 2, 3, 4]))
    plane = parts.face(rng, 0.35)
    spiral = parts.arms(rng, plane, scale, number)
    disc = parts.exponential(plane, scale)
    patches = np.exp(0.6 * parts.clouds(rng, 2.5))
    young = parts.exponential(plane, 1.25 * scale) * (0.12 + 1.6 * spiral.crest) * patches
    young *= rng.uniform(0.9, 1.6) * disc.sum() / young.sum()
    regions = rng.uniform(0.1, 0.3) * young.sum()
    young += regions * parts.clumps(rng, young**1.2, int(rng.integers(15, 40)), (0.5, 0.9))
    old = disc * (1.0 + 0.5 * spiral.wave)
    if rng.uniform() < 0.35:
        shape = parts.bar(plane, rng.uniform(0.8, 1.3) * scale)
        old += rng.uniform(0.1, 0.25) * disc.sum() * shape / shape.sum()
    old += _bulge(rng, plane, scale, rng.uniform(0.1, 0.6) * disc.sum())
    depth = rng.uniform(0.5, 1.3) * parts.exponential(plane, 2.0 * scale) / plane.area**0.5
    return Stars(old, young, depth * (0.2 + spiral.lane) * np.exp(0.4 * parts.clouds(rng, 2.0)))


def _bulge(rng: np.random.Generator, plane: parts.Face, scale: float, flux: float) -> np.ndarray:
    """A bulge in the middle of a disc, rounder than that is."""
    ratio = 0.5 + 0.5 * plane.area
    squeeze = np.hypot(np.cos(plane.azimuth), np.sin(plane.azimuth) * plane.area / ratio)
    rounder = parts.Face(plane.radius * squeeze, plane.azimuth, ratio)
    shape = parts.sersic(rounder, rng.uniform(0.25, 0.45) * scale, rng.uniform(1.5, 3.0))
    return flux * shape / shape.sum()


def _clumpy(rng: np.random.Generator) -> Stars:
    """A thick, turbulent disc with a few giant clumps, which are chains where it is seen from its side."""
    scale = rng.uniform(4.0, 6.0)
    plane = parts.face(rng, 0.25)
    disc = parts.exponential(plane, scale) * np.exp(0.35 * parts.clouds(rng, 3.0))
    young = parts.exponential(plane, 1.3 * scale) * np.exp(0.9 * parts.clouds(rng, 2.2))
    young *= rng.uniform(1.2, 2.5) * disc.sum() / young.sum()
    share = rng.uniform(0.2, 0.4) * young.sum()
    young += share * parts.clumps(rng, young, int(rng.integers(5, 13)), (0.8, 1.6))
    if rng.uniform() < 0.5:
        disc += _bulge(rng, plane, scale, rng.uniform(0.05, 0.25) * disc.sum())
    return Stars(
        disc, young, rng.uniform(0.2, 0.8) * np.exp(0.6 * parts.clouds(rng, 2.5) - plane.radius / (3 * scale))
    )


def _irregular(rng: np.random.Generator) -> Stars:
    """Two galaxies that merge, with tails, or one without symmetry."""
    angle, apart = rng.uniform(0.0, 2.0 * np.pi), rng.uniform(3.0, 12.0)
    shift = 0.5 * apart * np.cos(angle), 0.5 * apart * np.sin(angle)
    scale = rng.uniform(3.4, 5.0)
    first, second = parts.face(rng, 0.4, shift), parts.face(rng, 0.4, (-shift[0], -shift[1]))
    fainter = rng.uniform(0.25, 0.9)
    disc = parts.exponential(first, scale) + fainter * parts.exponential(second, 0.8 * scale)
    old = (
        disc
        + _bulge(rng, first, scale, 0.15 * disc.sum())
        + _bulge(rng, second, scale, 0.1 * fainter * disc.sum())
    )
    young = disc * np.exp(1.1 * parts.clouds(rng, 2.6))
    for _ in range(int(rng.integers(1, 3))):
        stream = parts.tail(rng, rng.uniform(12.0, 22.0), rng.uniform(1.2, 2.2))
        young += rng.uniform(0.1, 0.25) * young.sum() * stream / stream.sum()
    young *= rng.uniform(1.2, 2.2) * disc.sum() / young.sum()
    share = rng.uniform(0.15, 0.35) * young.sum()
    young += share * parts.clumps(rng, young, int(rng.integers(5, 14)), (0.7, 1.3))
    return Stars(old, young, rng.uniform(0.3, 1.0) * disc / disc.max() * np.exp(0.7 * parts.clouds(rng, 2.2)))


def _compact(rng: np.random.Generator) -> Stars:
    """A small bright body in a faint envelope that is not quite symmetric."""
    plane = parts.face(rng, 0.45)
    radius = rng.uniform(3.5, 5.0)
    body = parts.sersic(plane, radius, rng.uniform(1.0, 2.5))
    envelope = parts.exponential(plane, 1.1 * radius) * np.exp(0.8 * parts.clouds(rng, 3.0))
    young = body / body.sum() + rng.uniform(0.3, 0.8) * envelope / envelope.sum()
    young += rng.uniform(0.03, 0.12) * parts.clumps(rng, envelope, int(rng.integers(2, 6)), (0.6, 1.0))
    old = rng.uniform(0.2, 1.0) * body / body.sum()
    return Stars(old, young, 0.3 * np.exp(-plane.radius / radius))


_DRAWN = {"spiral": _spiral, "clumpy": _clumpy, "irregular": _irregular, "compact": _compact}
