"""What is measured on images and metadata of `realistic_lsst`, beside what surveys have published."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass

import h5py
import numpy as np

from jaxlens.config import example_path
from validation.packaged_data import galaxies
from validation.realism import FILE, RESULTS, published
from validation.realism.systems import SOURCE, Made, copies, made

OUT = RESULTS / "realism_survey.json"
# Systems of the file that are measured, half of them lensed.
SYSTEMS = 2048
# Pixels whose objects are below this share of the noise are those of the sky.
DARK = 0.3
# The effective area of a Gaussian PSF in units of its squared width (4 pi / 2.3548^2).
EFFECTIVE_AREA = 2.266
# Arcsec: side of a pixel, side of an image, and the radius of the circle in which galaxies of the field are.
PIXEL, SIDE, WITHIN = 0.2, 12.8, 9.0
# The objects of the file: the lens, galaxies of the field (bright and faint), stars.
LENS = "PLANE_1-OBJECT_1"
FIELD = ("PLANE_1-OBJECT_2", "PLANE_1-OBJECT_3")
STAR = "PLANE_1-OBJECT_4"
# The velocity dispersion, from which the Einstein radius follows.
SIGMA_V = "MASS_PROFILE_1-theta_E-sigma_v"
SLACS = "SLACS: Bolton et al. 2008, ApJ 682, 964"
SL2S = "SL2S: Sonnenfeld et al. 2013, ApJ 777, 97"
COLLETT = "what LSST may find: Collett 2015, ApJ 811, 20"
# What stands where nothing comparable is published.
NOT_GIVEN = "-"
# Magnitudes in i between which sources have the mass for which sizes are published.
SIZED = (23.0, 24.5)


@dataclass(frozen=True)
class Row:
    """A number of the images beside a published one.

    Attributes:
        quantity: what it is, with its unit.
        measured: the number of the images or metadata.
        published: the published one, as text where it is a range.
        source: where it is published.
    """

    quantity: str
    measured: str
    published: str
    source: str


def rows(systems: Mapping[str, Made]) -> list[Row]:
    """All rows of the table."""
    bands = tuple(published.DEPTH)
    both = list(systems.values())
    found = [
        row for band, b in zip(bands, range(len(bands)), strict=True) for row in _conditions(both, band, b)
    ]
    for measure in (_field, _stars, _lens_galaxies, _sources):
        found += measure(systems)
    return found


def _conditions(both: list[Made], band: str, b: int) -> Iterator[Row]:
    """Seeing, sky and depth in a band."""
    width = np.mean(np.concatenate([one.column("seeing", band) for one in both]))
    zenith = f"{published.SEEING[band]:.2f} at the zenith, {published.seeing(band):.2f} at an airmass of 1.2"
    yield Row(f"seeing in {band}, mean [arcsec]", f"{width:.2f}", zenith, published.LSST)
    noise = np.sqrt(np.mean([dark_variance(one, b) for one in both]))
    point = np.mean(both[0].column("magnitude_zero_point", band))
    depth = point - 2.5 * np.log10(5.0 * noise * np.sqrt(EFFECTIVE_AREA) * width / PIXEL)
    yield Row(
        f"depth in {band}, 5 sigma, of a point source [mag]",
        f"{depth:.2f}",
        f"{published.DEPTH[band]}",
        published.LSST,
    )
    faint = point - 2.5 * np.log10(noise / PIXEL**2)
    yield Row(
        f"rms noise of a pixel in {band} [mag/arcsec²]",
        f"{faint:.2f}",
        f"{_expected(band):.2f}",
        f"sky of {published.LSST}",
    )


def dark_variance(one: Made, b: int) -> float:
    """The variance of the noise in a band, where there is no light, (counts/s)^2."""
    noise = one.noise[:, b]
    light = one.images[:, b] - noise
    return float(np.var(noise[light < DARK * np.median(np.abs(noise))]))


def _expected(band: str) -> float:
    """The noise of the sky alone in a pixel, as a surface brightness: the square root of its electrons."""
    time, point = published.TIME[band], published.ZERO_POINT[band]
    sky = 10 ** (-0.4 * (published.SKY[band] - point)) * PIXEL**2
    return float(point - 2.5 * np.log10(np.sqrt(sky / time) / PIXEL**2))


def _field(systems: Mapping[str, Made]) -> Iterator[Row]:
    """Galaxies of the field in a square arcmin, by magnitude."""
    source = "LSST Science Book, section 3.7.2: 46 x 10^(0.31 (i - 25))"
    area = sum(one.count for one in systems.values()) * np.pi * WITHIN**2 / 3600.0
    magnitudes = np.concatenate(
        [copies(one, field, "LIGHT_PROFILE_1-magnitude") for one in systems.values() for field in FIELD]
    )
    for limit in (23.0, 24.0, 25.0, 25.5):
        count = np.sum(magnitudes < limit)
        density = f"{count / area:.1f} ± {np.sqrt(count) / area:.1f}"
        yield Row(
            f"galaxies brighter than i = {limit:g} [per arcmin²]",
            density,
            f"{published.galaxies(limit):.1f}",
            source,
        )


def _stars(systems: Mapping[str, Made]) -> Iterator[Row]:
    """Stars in a square arcmin."""
    area = sum(one.count for one in systems.values()) * SIDE**2 / 3600.0
    count = sum(np.sum(copies(one, STAR, "magnitude") < 24.0) for one in systems.values())
    yield Row(
        "stars brighter than i = 24 [per arcmin²]",
        f"{count / area:.1f} ± {np.sqrt(count) / area:.1f}",
        f"{published.STARS[0]:g} to {published.STARS[1]:g}",
        "model of Bahcall & Soneira 1980, latitudes of 90° and 45°",
    )


def _lens_galaxies(systems: Mapping[str, Made]) -> Iterator[Row]:
    """The lens galaxies: dispersions, redshifts, surface brightness, colours."""
    one = systems["LENSED"]
    light = f"{LENS}-LIGHT_PROFILE_1"
    z, radius = one.column(f"{LENS}-REDSHIFT"), one.column(f"{light}-R_sersic")
    yield Row(
        "velocity dispersion of lenses [km/s]",
        spread(one.column(f"{LENS}-{SIGMA_V}"), 0),
        "160 to 400",
        SLACS,
    )
    yield Row("redshift of lenses", spread(z), "0.2 to 0.8", SL2S)
    theta_E = one.column(f"{LENS}-MASS_PROFILE_1-theta_E")
    yield Row(
        "Einstein radius of lenses [arcsec]",
        spread(theta_E),
        "0.7 to 1.8 (SLACS), 0.7 to 2.6 (SL2S)",
        f"{SLACS}; {SL2S}",
    )
    magnitude = one.column(f"{light}-magnitude", "r")
    at_rest = magnitude - published.early_type_correction(z)
    brightness = at_rest + 2.5 * np.log10(2.0 * np.pi * radius**2) - 10.0 * np.log10(1.0 + z)
    mean, scatter = published.EARLY_SURFACE_BRIGHTNESS
    yield Row(
        "surface brightness of lens galaxies in r, corrected to z = 0 [mag/arcsec²]",
        f"{brightness.mean():.2f}, scatter {brightness.std():.2f}",
        f"{mean:.2f}, scatter {scatter:.2f}",
        "Bernardi et al. 2003b, table 1",
    )
    for low, high, (bluer, redder), colour in published.EARLY_COLOURS:
        chosen = (z > low) & (z < high)
        found = (one.column(f"{light}-magnitude", bluer) - one.column(f"{light}-magnitude", redder))[chosen]
        yield Row(
            f"{bluer} - {redder} of lens galaxies at z = {low:g} to {high:g} [mag]",
            f"{found.mean():.2f}",
            colour,
            "Eisenstein et al. 2001, table 1",
        )


def _sources(systems: Mapping[str, Made]) -> Iterator[Row]:
    """The lensed galaxies before and after lensing."""
    one = systems["LENSED"]
    yield Row("redshift of sources", spread(one.column(f"{SOURCE}-REDSHIFT")), "1 to 3.5", SL2S)
    before = one.column(f"{SOURCE}-LIGHT_PROFILE_1-magnitude")
    flux = one.source[:, 2].sum(axis=(1, 2))
    after = one.column("magnitude_zero_point") - 2.5 * np.log10(flux)
    own = np.round(one.column(f"{SOURCE}-LIGHT_PROFILE_1-image_index")).astype(int)
    radius = _half_light_radii()[own] * one.column(f"{SOURCE}-LIGHT_PROFILE_1-size")
    bright = (before > SIZED[0]) & (before < SIZED[1])
    yield Row(
        f"half-light radius of sources of i = {SIZED[0]:g} to {SIZED[1]:g} before lensing [arcsec]",
        spread(radius[bright]),
        f"{published.SOURCE_RADIUS:.2f} at 1e10 solar masses and z = 1.25, scatter 0.17 dex",
        "van der Wel et al. 2014, table 1",
    )
    yield Row("magnification of the flux", spread(10 ** (0.4 * (before - after)), 1), "above 3", COLLETT)
    yield Row("i of sources before lensing [mag]", spread(before), NOT_GIVEN, NOT_GIVEN)
    yield Row("i of all images of a source [mag]", spread(after), NOT_GIVEN, NOT_GIVEN)


def _half_light_radii() -> np.ndarray:
    """The half-light radius of each image of the stack, arcsec."""
    with h5py.File(example_path(FILE).with_name(galaxies.NAME)) as file:
        return np.asarray(file["half_light_radius"][()], float)


def spread(values: np.ndarray, digits: int = 2) -> str:
    """The median, and the range in which the middle 90% are.

    >>> spread(np.arange(101.0), 0)
    '50 (5 to 95)'
    """
    low, middle, high = np.percentile(values, (5, 50, 95))
    return f"{middle:.{digits}f} ({low:.{digits}f} to {high:.{digits}f})"


def run(systems: int = SYSTEMS) -> list[Row]:
    """Measure all rows, write them to `OUT`, and return them."""
    found = rows(made(systems))
    text = json.dumps(
        {"systems": systems, "rows": [asdict(row) for row in found]}, indent=1, ensure_ascii=False
    )
    OUT.write_text(text + "\n", encoding="utf-8")
    return found
