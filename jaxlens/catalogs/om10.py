"""The catalogue of lensed quasars and supernovae of Oguri & Marshall (2010, MNRAS 405, 2579), OM10.

It is FITS with one row a system, in github.com/drphilmarshall/OM10 (COLUMNS.md has the names).  What the
numbers mean was found from the images in that catalogue, which these conventions give again: positions to
2e-4 arcsec, magnifications and delays to 1e-3.

- XIMG, YIMG, XSRC and YSRC are in arcsec from the lens galaxy.  x points to the east: in that repository
  (`DB.make_sim_input_catalog`) and in SLSprinkler RA is that of the lens + XIMG / cos DEC.
- The lens is a singular isothermal ellipsoid, kappa = b / (2 sqrt(q x'^2 + y'^2 / q)) with q = 1 - ELLIP.
  Its major axis is PHIE degrees from y towards -x: with x to the east, west of north.
- b = lambda(ELLIP) 4 pi (VELDISP / c)^2 Dds / Ds.  lambda is the mean of an oblate and a prolate galaxy seen
  from all directions (Chae 2003, MNRAS 346, 746; equation 1 of OM10), so that an isothermal ellipsoid
  deflects as the lens if its dispersion is sqrt(lambda) VELDISP: the column `SIGMA_SIE` that `prepared` adds.
- Images are stretched by the shear GAMMA along PHIG degrees from x towards y.  The mass that makes the shear
  lies across it: as seen from the lens, PHIG degrees from y towards -x.
- The cosmology is flat, with H0 = 72 and Om0 = 0.26.
- MAG has the sign of the image's parity, DELAY is in days after the first image.  Both are 0 behind
  NIMG images.
- MAGI_IN is the i magnitude of the source without lensing.  MAGI is that of the third brightest image, or of
  the fainter of two.  APMAG_I is the i magnitude of the lens.  All are AB.

Files of SLSprinkler and Twinkles have more columns: REFF, the half-light radius of the lens galaxy in arcsec
(the geometric mean of both axes), and RA and DEC.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from jaxlens.catalogs.errors import CatalogError
from jaxlens.catalogs.tables import Table

# The dispersion of the isothermal ellipsoid that deflects as the lens, km/s: a column that `prepared` adds.
SIGMA_SIE = "SIGMA_SIE"
# The ellipse of the mass; SLSprinkler gives the light of the lens the same.
_ELLIPSE = {"ELLIPTICITY": "ELLIP", "POSITION_ANGLE": "PHIE", "ANGLE": "west_of_north"}
_SHEAR = {"SHEAR": "GAMMA", "POSITION_ANGLE": "PHIG", "ANGLE": "north_of_east"}
# What the columns set, as COLUMNS of a CATALOG: a lens in PLANE_1, a host and its point source in PLANE_2.
# The catalogue has no hosts, and sets only where they are, which is where the point source is.
COLUMNS: Mapping[str, str | Mapping[str, str]] = {
    "PLANE_1-OBJECT_1-REDSHIFT": "ZLENS",
    "PLANE_1-OBJECT_1-MASS_PROFILE_1-sigma_v": SIGMA_SIE,
    "PLANE_1-OBJECT_1-MASS_PROFILE_1-ellipticity": _ELLIPSE,
    # a shear is a profile of the lens, or of an object of its own
    "PLANE_1-OBJECT_1-SHEAR_PROFILE_1-shear": _SHEAR,
    "PLANE_1-OBJECT_2-SHEAR_PROFILE_1-shear": _SHEAR,
    "PLANE_1-OBJECT_1-LIGHT_PROFILE_1-magnitude-i": "APMAG_I",
    "PLANE_1-OBJECT_1-LIGHT_PROFILE_1-R_sersic": "REFF",
    "PLANE_1-OBJECT_1-LIGHT_PROFILE_1-ellipticity": _ELLIPSE,
    "PLANE_2-OBJECT_1-REDSHIFT": "ZSRC",
    "PLANE_2-OBJECT_1-LIGHT_PROFILE_1-center_x": "XSRC",
    "PLANE_2-OBJECT_1-LIGHT_PROFILE_1-center_y": "YSRC",
    # a host of bulge and disk
    "PLANE_2-OBJECT_1-LIGHT_PROFILE_2-center_x": "XSRC",
    "PLANE_2-OBJECT_1-LIGHT_PROFILE_2-center_y": "YSRC",
    "PLANE_2-OBJECT_2-magnitude-i": "MAGI_IN",
}
# The columns without which a file is hardly one of this layout -> the key in COLUMNS that needs each.
USUAL: Mapping[str, str] = {
    **{name: name for name in ("ZLENS", "ZSRC", "ELLIP", "PHIE", "GAMMA", "PHIG", "XSRC", "YSRC")},
    "VELDISP": SIGMA_SIE,
}
# The columns of a system's place on the sky, and of its name; files without a place have none.
SKY: Mapping[str, str] = {"ra": "RA", "dec": "DEC"}
ID = "LENSID"
# COSMOLOGY: PARAMETERS of a file, with which the images of the catalogue come out again.
COSMOLOGY: Mapping[str, float] = {"H0": 72.0, "Om0": 0.26}
# The largest ellipticity for which lambda is known; that of the catalogue is 0.886.
MAX_ELLIP = 0.9
# lambda = (exp(a sqrt(e) + b e^2 + c e^5) + 1 - d e + f e^6) / 2, the form of Oguri et al. (2012, AJ 143,
# 120) for as many oblate as prolate galaxies: a, b, c and d, f were fitted to all images of the catalogue.
_OBLATE = (0.11523, 0.21718, 0.69688)
_PROLATE = (0.25840, 0.82472)


class Images(NamedTuple):
    """The images that the catalogue has of each source, NaN behind the last one of a row.

    Attributes:
        x: positions to the east of the lens, arcsec, (rows, 4).
        y: positions to the north of it.
        magnification: with the sign of the parity.
        delay: days after the first image.
        number: how many images each row has, (rows,), whole numbers.
    """

    x: np.ndarray
    y: np.ndarray
    magnification: np.ndarray
    delay: np.ndarray
    number: np.ndarray


def prepared(table: Table) -> Table:
    """A catalogue with the column `SIGMA_SIE`, if it has VELDISP and ELLIP, and without a REFF that is 0.

    REFF is 0 in all rows of the catalogue as it is distributed, where it waits for a model of galaxies.

    Raises:
        CatalogError: if one of the columns has texts.
    """
    folded = {name.casefold() for name in table.columns}
    if "reff" in folded and not np.any(table.numbers("REFF")):
        unset = table.name("REFF")
        table = replace(table, columns={name: v for name, v in table.columns.items() if name != unset})
    if not {"veldisp", "ellip"} <= folded or SIGMA_SIE.casefold() in folded:
        return table
    sigma = table.numbers("VELDISP") * np.sqrt(projection(table.numbers("ELLIP")))
    units, own = dict(table.units), table.name("VELDISP")
    if own in units:
        units[SIGMA_SIE] = units[own]
    return replace(table, columns={**table.columns, SIGMA_SIE: sigma}, units=units)


def projection(ellip: np.ndarray) -> np.ndarray:
    """lambda: the factor of the Einstein radius by the unknown shape along the line of sight.

    Args:
        ellip: 1 - b / a of the projected mass, any shape.

    Returns:
        lambda, of the shape of `ellip`; NaN where the ellipticity is not between 0 and `MAX_ELLIP`.

    >>> projection(np.array([0.0, 0.3, 0.5])).round(4).tolist()
    [1.0, 1.0055, 1.0272]
    """
    ellip = np.asarray(ellip, np.float64)
    e = np.where((ellip >= 0.0) & (ellip <= MAX_ELLIP), ellip, np.nan)
    oblate = np.exp(_OBLATE[0] * np.sqrt(e) + _OBLATE[1] * e**2 + _OBLATE[2] * e**5)
    prolate = 1.0 - _PROLATE[0] * e + _PROLATE[1] * e**6
    return np.asarray(0.5 * (oblate + prolate))


def images(table: Table) -> Images:
    """The images of the catalogue: its columns XIMG, YIMG, MAG, DELAY, of which each row has NIMG.

    Raises:
        CatalogError: if a column is missing, or has no images in a row.
    """
    x, y, magnification, delay = (_by_image(table, name) for name in ("XIMG", "YIMG", "MAG", "DELAY"))
    count = table.numbers("NIMG")
    if not np.isin(count, np.arange(x.shape[1] + 1)).all():
        row = int(np.flatnonzero(~np.isin(count, np.arange(x.shape[1] + 1)))[0])
        finding = f"has {count[row]:g} in 'NIMG', row {row}, and places for {x.shape[1]} images"
        raise CatalogError(f"{table.source} {finding}; give the number of images of each row")
    shown = np.arange(x.shape[1]) < count[:, np.newaxis]
    x, y, magnification, delay = (np.where(shown, one, np.nan) for one in (x, y, magnification, delay))
    return Images(x, y, magnification, delay, count.astype(int))


def _by_image(table: Table, wanted: str) -> np.ndarray:
    """The numbers of each image, (rows, images)."""
    name = table.name(wanted)
    values = table.columns[name]
    if values.ndim != 2 or values.dtype.kind not in "iuf":
        finding = f"has no list of numbers in each row of {name!r}"
        raise CatalogError(f"{table.source} {finding}; give a FITS column with those of all images")
    return values.astype(np.float64)
