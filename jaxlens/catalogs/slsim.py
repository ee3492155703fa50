"""Catalogues of SLSim (github.com/LSST-strong-lensing/slsim): the table that `Lens.lens_to_dataframe` makes.

One row is one lens.  Users write the table by pandas, as CSV or Parquet; a pickle is not read, as it runs
code.  The numbers are those that SLSim gives to lenstronomy, so that the conventions are lenstronomy's.  The
band is i, the magnitudes are AB.

- `deflector_mass_*` are an EPL (theta_E, gamma, e1, e2, center_x, center_y), or an SIE, which has no gamma; a
  SHEAR (gamma1, gamma2) and a CONVERGENCE (kappa) about the origin.
- `deflector_light_*` are a SERSIC_ELLIPSE with its magnitude.
- `point_source_light_ra_image_0`, `..._dec_image_0`, `..._magnitude_0`, ... are the images of the point
  source, and `point_source_arrival_time_0`, ... their times in days.
- `extended_unlensed_mag` is the magnitude of its host without lensing.

The table has neither the place of the source nor the magnitude of the point source without lensing.  Both
follow from the images, and are columns that `prepared` adds.  The shape of the host is in no column.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from jaxlens.catalogs.errors import CatalogError
from jaxlens.catalogs.om10 import Images
from jaxlens.catalogs.power_laws import Deflection, power_law
from jaxlens.catalogs.tables import Table

# Columns that `prepared` adds: where the source is (arcsec), and the magnitude of the point source, unlensed.
SOURCE_X, SOURCE_Y, SOURCE_MAGNITUDE = "source_x", "source_y", "point_source_unlensed_mag"
# The column of the slope, and the slope of the isothermal masses for which it is missing.
_GAMMA, _ISOTHERMAL = "deflector_mass_gamma", 2.0
# What the columns set, as COLUMNS of a CATALOG: a lens in PLANE_1, a host and its point source in PLANE_2.
COLUMNS: Mapping[str, str | Mapping[str, str]] = {
    "PLANE_1-OBJECT_1-REDSHIFT": "deflector_redshift",
    **{
        f"PLANE_1-OBJECT_1-MASS_PROFILE_1-{name}": f"deflector_mass_{name}"
        for name in ("theta_E", "gamma", "e1", "e2", "center_x", "center_y")
    },
    # a shear is a profile of the lens, or of an object of its own
    **{
        f"PLANE_1-{label}-SHEAR_PROFILE_1-{name}": f"deflector_mass_{name}"
        for label in ("OBJECT_1", "OBJECT_2")
        for name in ("gamma1", "gamma2")
    },
    "PLANE_1-OBJECT_1-MASS_PROFILE_2-kappa": "deflector_mass_kappa",
    "PLANE_1-OBJECT_1-LIGHT_PROFILE_1-magnitude-i": "deflector_light_magnitude",
    **{
        f"PLANE_1-OBJECT_1-LIGHT_PROFILE_1-{name}": f"deflector_light_{name}"
        for name in ("R_sersic", "n_sersic", "e1", "e2", "center_x", "center_y")
    },
    "PLANE_2-OBJECT_1-REDSHIFT": "point_source_redshift",
    "PLANE_2-OBJECT_1-LIGHT_PROFILE_1-magnitude-i": "extended_unlensed_mag",
    "PLANE_2-OBJECT_1-LIGHT_PROFILE_1-center_x": SOURCE_X,
    "PLANE_2-OBJECT_1-LIGHT_PROFILE_1-center_y": SOURCE_Y,
    "PLANE_2-OBJECT_2-magnitude-i": SOURCE_MAGNITUDE,
}
# The table has no place on the sky.
SKY: Mapping[str, str] = {}
ID = "ID"
# The number of images for which columns are looked for.
_MOST_IMAGES = 16


def prepared(table: Table) -> Table:
    """A catalogue with a slope of all masses, and the columns of the source that follow from its images.

    The place is the mean of where the rays of the images go; the magnitude is that of the flux of all images
    over their magnification.  A table without images, or without the mass of the lens, stays as it is.

    Raises:
        CatalogError: if a column of the mass or of the images has texts.
    """
    columns = dict(table.columns)
    if _has(table, _GAMMA):
        slope = table.numbers(_GAMMA)
        columns[table.name(_GAMMA)] = np.where(np.isnan(slope), _ISOTHERMAL, slope)
    table = replace(table, columns=columns)
    x, y = (_by_image(table, f"point_source_light_{name}_image") for name in ("ra", "dec"))
    if not x.shape[1] or not _has(table, "deflector_mass_theta_E") or _has(table, SOURCE_X):
        return table
    found = _deflection(table, x, y)
    source = x + 1j * y - found.alpha
    # rows without images or mass are NaN, of which nanmean would warn
    count = np.maximum(np.isfinite(source).sum(axis=1), 1)
    mean = np.where(np.isfinite(source).any(axis=1), np.nansum(source, axis=1) / count, np.nan)
    columns |= {SOURCE_X: mean.real, SOURCE_Y: mean.imag}
    magnitudes = _by_image(table, "point_source_light_magnitude")
    if magnitudes.shape == x.shape:
        columns[SOURCE_MAGNITUDE] = _without_lensing(magnitudes, np.abs(found.magnification))
    return replace(table, columns=columns)


def images(table: Table) -> Images:
    """The images of the catalogue, by the order of their columns, with the magnifications by its masses.

    Raises:
        CatalogError: if it has no images, or a column of the mass or of the images has texts.
    """
    x, y = (_by_image(table, f"point_source_light_{name}_image") for name in ("ra", "dec"))
    if not x.shape[1]:
        advice = "give the table that lens_to_dataframe makes of a lensed point source"
        raise CatalogError(f"{table.source} has no column 'point_source_light_ra_image_0'; {advice}")
    shown = np.isfinite(x)
    magnification = np.where(shown, _deflection(table, x, y).magnification, np.nan)
    times = _by_image(table, "point_source_arrival_time")
    times = times if times.shape == x.shape else np.full(x.shape, np.nan)
    first = np.min(times, axis=1, keepdims=True, where=np.isfinite(times), initial=np.inf)
    return Images(x, y, magnification, times - first, shown.sum(axis=1))


def _deflection(table: Table, x: np.ndarray, y: np.ndarray) -> Deflection:
    """Deflection, convergence and shear by all masses of a lens, (rows, images)."""

    def number(name: str, default: float) -> np.ndarray:
        name = f"deflector_mass_{name}"
        values = table.numbers(name) if _has(table, name) else np.full(len(table), default)
        return values[:, np.newaxis]

    gamma = number("gamma", _ISOTHERMAL)
    dx, dy = x - number("center_x", 0.0), y - number("center_y", 0.0)
    main = power_law(dx, dy, number("theta_E", 0.0), gamma, number("e1", 0.0), number("e2", 0.0))
    shear, kappa = number("gamma1", 0.0) + 1j * number("gamma2", 0.0), number("kappa", 0.0)
    alpha = main.alpha + kappa * (x + 1j * y) + shear * (x - 1j * y)
    return Deflection(alpha, main.kappa + kappa, main.shear + shear)


def _without_lensing(magnitudes: np.ndarray, magnification: np.ndarray) -> np.ndarray:
    """The magnitude of a source whose images have these magnitudes and magnifications, (rows,)."""
    shown = np.isfinite(magnitudes) & np.isfinite(magnification)
    flux = np.sum(10.0 ** (-0.4 * np.where(shown, magnitudes, np.inf)), axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(-2.5 * np.log10(flux / np.sum(magnification, axis=1, where=shown)))


def _by_image(table: Table, name: str) -> np.ndarray:
    """The columns `<name>_0`, `<name>_1`, ... as (rows, images)."""
    found = [f"{name}_{i}" for i in range(_MOST_IMAGES) if _has(table, f"{name}_{i}")]
    return np.stack([table.numbers(one) for one in found], axis=1) if found else np.empty((len(table), 0))


def _has(table: Table, name: str) -> bool:
    return name in table.columns
