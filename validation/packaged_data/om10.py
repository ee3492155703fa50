"""A catalogue of lensed quasars in the layout of OM10 (Oguri & Marshall 2010), drawn with a fixed seed.

Its systems are not OM10's.  They are drawn from about the same distributions, and their images are those of
`isothermal_lenses`, which shares nothing with jaxlens.  `write` makes the catalogue of the packaged example
`om10`; the tests render 200 systems of `catalogue` and compare.
"""

from __future__ import annotations

from pathlib import Path

import astropy.units as u
import numpy as np
from astropy.table import Table

from validation.packaged_data.isothermal_lenses import COSMOLOGY, Images, Lens, images

# The name of the packaged file, its seed, and how many systems it has.
NAME = "om10_lenses.fits"
SEED = 48
SYSTEMS = 20
# The number of places for images in a row; those that a system does not use are 0.
PLACES = 4
# Ellipticity (Oguri & Marshall 2010, section 2.1): mean and width of the normal distribution, and its range.
ELLIPTICITY, ELLIPTICITY_WIDTH, ELLIPTICITIES = 0.3, 0.16, (0.001, 0.75)
# Shear: the median, and the scatter in dex.
SHEAR, SHEAR_SCATTER = 0.05, 0.2
# Ranges of the redshifts of lenses and sources, and of the velocity dispersion (km/s).
LENS_REDSHIFTS, SOURCE_REDSHIFTS, DISPERSIONS = (0.2, 1.0), (1.5, 3.5), (170.0, 300.0)
# Sources are this near to the lens, in Einstein radii: about one in five then has four images.
SOURCES = 0.3
# The least distance (arcsec) between the two farthest images of a system.
SEPARATION = 0.8
# The largest magnification of an image: nearer to a caustic a catalogue of four digits says little.
MAGNIFICATION = 50.0
# The i magnitude of sources before lensing.
MAGNITUDES = (20.0, 23.5)
# The i magnitude of a lens of 220 km/s at redshift 0.5, and its slope by log10 of the dispersion, as in OM10;
# at other redshifts the distance modulus differs, and nothing else.
LENS_MAGNITUDE, LENS_DISPERSION, LENS_SLOPE = 20.06, 220.0, -6.05
# Degrees: a part of the sky that LSST sees, in which lenses are uniform.
RIGHT_ASCENSIONS, DECLINATIONS = (50.0, 75.0), (-44.0, -27.0)
# The size of a lens (kpc) of that dispersion, and its slope: the mean relation of early-type galaxies.
LENS_RADIUS, LENS_RADIUS_SLOPE = 5.0, 1.5


def write(folder: Path) -> list[Path]:
    """Write the catalogue of the packaged example, whose path is returned."""
    path = folder / NAME
    catalogue(SYSTEMS, SEED).write(path, format="fits", overwrite=True)
    return [path]


def catalogue(systems: int, seed: int) -> Table:
    """A table with the columns of OM10's FITS file that describe lens, source and images, and RA and DEC.

    Args:
        systems: how many rows it has.
        seed: of the random numbers.

    Returns:
        The table, with OM10's names, types and units: arcsec, degrees, days, km/s, AB magnitudes.
    """
    random = np.random.default_rng(seed)
    table = Table([_row(1000 + k, *_system(random), random) for k in range(systems)])
    for name in ("LENSID", "FLAGTYPE", "NIMG"):
        table[name] = table[name].astype(">i4" if name == "LENSID" else ">i2")
    return table


def _system(random: np.random.Generator) -> tuple[Lens, tuple[float, float], Images]:
    """A lens with a source that it shows more than once, at places that are far enough from each other."""
    while True:
        lens = _lens(random)
        x, y = random.uniform(-SOURCES, SOURCES, 2) * lens.theta_e
        found = images(lens, x, y)
        if len(found) < 2 or np.max(np.abs(found.magnification)) > MAGNIFICATION:
            continue
        if _separation(found) > SEPARATION:
            return lens, (x, y), found


def _lens(random: np.random.Generator) -> Lens:
    ellipticity = np.clip(random.normal(ELLIPTICITY, ELLIPTICITY_WIDTH), *ELLIPTICITIES)
    return Lens(
        z_lens=random.uniform(*LENS_REDSHIFTS),
        z_source=random.uniform(*SOURCE_REDSHIFTS),
        sigma=random.uniform(*DISPERSIONS),
        ellipticity=float(ellipticity),
        phi_e=random.uniform(-180.0, 180.0),
        shear=SHEAR * 10.0 ** random.normal(0.0, SHEAR_SCATTER),
        phi_g=random.uniform(-180.0, 180.0),
    )


def _separation(found: Images) -> float:
    """The largest distance between two images, arcsec."""
    return float(np.max(np.hypot(found.x[:, None] - found.x, found.y[:, None] - found.y)))


def _row(
    number: int, lens: Lens, source: tuple[float, float], found: Images, random: np.random.Generator
) -> dict[str, object]:
    """A row of the table; OM10 lists images in no order."""
    order = random.permutation(len(found))
    magnitude = random.uniform(*MAGNITUDES)
    faint = np.sort(np.abs(found.magnification))[::-1][min(len(found), 3) - 1]
    return {
        "LENSID": number,
        "FLAGTYPE": 0,
        "NIMG": len(found),
        "ZLENS": lens.z_lens,
        "VELDISP": lens.sigma,
        "ELLIP": lens.ellipticity,
        "PHIE": lens.phi_e,
        "GAMMA": lens.shear,
        "PHIG": lens.phi_g,
        "ZSRC": lens.z_source,
        "XSRC": source[0],
        "YSRC": source[1],
        "MAGI_IN": magnitude,
        "MAGI": magnitude - 2.5 * np.log10(faint),
        "IMSEP": _separation(found),
        "XIMG": _places(found.x[order]),
        "YIMG": _places(found.y[order]),
        "MAG": _places(found.magnification[order]),
        "DELAY": _places(found.delay[order]),
        "APMAG_I": _lens_magnitude(lens),
        "REFF": _lens_radius(lens),
        "RA": random.uniform(*RIGHT_ASCENSIONS),
        "DEC": np.rad2deg(np.arcsin(random.uniform(*np.sin(np.deg2rad(DECLINATIONS))))),
    }


def _places(values: np.ndarray) -> np.ndarray:
    """Values of images in the places of a row."""
    return np.concatenate([values, np.zeros(PLACES - len(values))])


def _lens_magnitude(lens: Lens) -> float:
    """The apparent i magnitude of a lens, without K correction."""
    modulus = COSMOLOGY.distmod([lens.z_lens, 0.5]).value
    dispersion = np.log10(lens.sigma / LENS_DISPERSION)
    return float(LENS_MAGNITUDE + LENS_SLOPE * dispersion + modulus[0] - modulus[1])


def _lens_radius(lens: Lens) -> float:
    """The half-light radius of a lens, arcsec."""
    kpc = LENS_RADIUS * (lens.sigma / LENS_DISPERSION) ** LENS_RADIUS_SLOPE
    return float(kpc / COSMOLOGY.kpc_proper_per_arcmin(lens.z_lens).to_value(u.kpc / u.arcsec))
