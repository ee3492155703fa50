"""GalSim's catalogues of real galaxies, such as its COSMOS sample: `real_galaxy_catalog_23.5.fits`.

Beside the catalogue stand its files of postage stamps, `..._fits.fits` with redshifts and fitted shapes, and
`..._selection.fits` with the quality of the stamps.  GalSim itself is not needed.  The samples and the cuts
are those of Mandelbaum et al. (2012, MNRAS 420, 1518) and of GalSim's class `GalaxySample`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from jaxlens.config.cutting import cut_or_pad
from jaxlens.config.errors import Place, Report
from jaxlens.config.files import locate, resolve
from jaxlens.config.galaxies.columns import HALF_LIGHT_RADIUS, MAGNITUDE, Columns, named, table_unit
from jaxlens.config.limited_files import opened
from jaxlens.config.reader import Node
from jaxlens.config.values import word

# Which stamps and fits are left out, as in GalSim.
EXCLUSIONS = ("NONE", "bad_stamp", "bad_fits", "marginal")
# Signal to noise of an elliptical Gaussian below which a stamp is bad; GalSim's `sn_limit`.
_LOWEST_SN = 10.0
# Pixels to the nearest masked pixel above which a mask does not matter; GalSim's constant.
_MASK_DISTANCE = 11.0
# Pixels beside a mask relative to the brightest above which a stamp is bad; GalSim's `cut_ratio`.
_MASK_RATIO = 0.8
# In place of a peak that is zero, by which is divided; GalSim's constant.
_NO_PEAK = 1e-5
# Sersic index and half-light radius (arcsec) above both of which a fit is that of the sky; from GalSim.
_STEEPEST, _LARGEST = 5.0, 1.0
# Difference between the magnitudes of the fit and of the catalogue above which a fit is marginal.
_MAGNITUDES = 0.8
# The columns of the catalogue without which there are no images.
_NEEDED = ("gal_filename", "gal_hdu", "pixel_scale")
# The share of an image's flux whose loss by cutting is remarked.
_LOST = 0.05
_ADVICE = "give GalSim's real_galaxy_catalog_23.5.fits or one like it"


class Catalogue(NamedTuple):
    """A catalogue of real galaxies.

    Attributes:
        path: the absolute path of the file.
        shown: the file as messages name it.
        columns: numbers of each galaxy by name, (n,).
        files: the file of the stamp of each galaxy.
        units: the number of its unit in that file.
        good: whether each galaxy is kept.
    """

    path: Path
    shown: Path
    columns: Columns
    files: tuple[str, ...]
    units: np.ndarray
    good: np.ndarray


def read_catalogue(node: Node, exclude: str, report: Report) -> Catalogue | None:
    """A catalogue of GalSim and the tables beside it.

    Args:
        node: the name of the catalogue.
        exclude: one of `EXCLUSIONS`; those but NONE need the tables beside it.
        report: the problems are added to it.

    Returns:
        The catalogue; None, and problems, where a table is missing or cannot be read.
    """
    name = word(node, report, _ADVICE)
    path = resolve(node.place, name, report) if name else None
    as_shown = locate(node.place, name, report) if path else None
    if path is None or as_shown is None:
        return None
    main = _table(as_shown, report)
    if main is None:
        return None
    missing = [one for one in _NEEDED if one not in main]
    if missing:
        report.problem(Place(str(as_shown)), f"has no column {missing[0]}; {_ADVICE}")
        return None
    fits = _beside(as_shown, "_fits", exclude in ("bad_fits", "marginal"), node.place, report)
    selection = _beside(as_shown, "_selection", exclude in ("bad_stamp", "marginal"), node.place, report)
    if fits is None or selection is None:
        return None
    count = len(main["gal_hdu"])
    for suffix, table in (("_fits", fits), ("_selection", selection)):
        if table and len(next(iter(table.values()))) != count:
            rows = len(next(iter(table.values())))
            finding = f"has {rows} rows, and {as_shown.name} has {count}; give tables of the same galaxies"
            report.problem(Place(str(_with_suffix(as_shown, suffix))), finding)
            return None
    good = np.ones(count, bool)
    try:
        if exclude in ("bad_stamp", "marginal"):
            good &= _good_stamps(selection, main)
        if exclude in ("bad_fits", "marginal"):
            good &= _good_fits(fits, selection, exclude == "marginal")
    except KeyError as error:
        finding = f"has no column {error.args[0]} beside it, which EXCLUDE: {exclude} needs"
        report.problem(Place(str(as_shown)), f"{finding}; write EXCLUDE: none")
        return None
    columns = _columns(main, fits)
    files = tuple(_text(one) for one in main["gal_filename"])
    return Catalogue(path, as_shown, columns, files, np.asarray(main["gal_hdu"], np.int64), good)


def read_stamps(
    catalogue: Catalogue, rows: np.ndarray, pixels: int, place: Place, report: Report
) -> np.ndarray | None:
    """The stamps of some galaxies, cut or padded with zeros about their middle.

    Args:
        catalogue: the catalogue.
        rows: the rows of the galaxies.
        pixels: the pixels along a side.
        place: the place of PIXELS, for the remark about stamps that are cut.
        report: the problems are added to it.

    Returns:
        The images (n, pixels, pixels), single precision; None, and a problem, where one cannot be read.
    """
    images = np.zeros((len(rows), pixels, pixels), np.float32)
    lost = np.zeros(len(rows))
    by_file: dict[str, list[int]] = {}
    for i, row in enumerate(rows):
        by_file.setdefault(catalogue.files[row], []).append(i)
    for name, members in by_file.items():
        path = catalogue.shown.parent / name
        # files outside the folder are not read
        if Path(name).name != name or not path.is_file():
            finding = f"names the file {name!r}, which is not beside it"
            report.problem(Place(str(catalogue.shown)), f"{finding}; give the images of the catalogue too")
            return None
        report.sources.append(str(path))
        wrong = _fill(images, lost, path, [(i, int(catalogue.units[rows[i]])) for i in members])
        if wrong:
            report.problem(Place(str(path)), wrong)
            return None
    cut = int(np.count_nonzero(lost > _LOST))
    if cut:
        finding = f"cuts {cut} of {len(rows)} images, which lose up to {100 * lost.max():.2g}% of their flux"
        report.remark(place, f"{finding}; give more pixels to keep them whole")
    return images


def _fill(images: np.ndarray, lost: np.ndarray, path: Path, members: list[tuple[int, int]]) -> str:
    """Read stamps of one file into `images`, and the share of flux that is cut off into `lost`.

    Returns what is wrong, or "".
    """
    from astropy.io import fits

    try:
        with opened(path, 2**31, "unpack it") as stream, fits.open(stream, memmap=False) as file:
            for i, unit in sorted(members, key=lambda member: member[1]):
                stamp = np.asarray(file[unit].data)
                if stamp.ndim != 2 or not np.isfinite(stamp).all():
                    return f"has no image of finite numbers in unit {unit}; give the images of the catalogue"
                images[i] = cut_or_pad(stamp, images.shape[-1])
                whole = float(np.sum(stamp, dtype=np.float64))
                lost[i] = 1.0 - float(np.sum(images[i], dtype=np.float64)) / whole if whole > 0.0 else 0.0
                # otherwise the units that were read stay in memory
                del file[unit].data
    except Exception:  # for a broken file astropy raises many kinds of errors
        return "cannot be read as FITS, or lacks an image; give the images of the catalogue"
    return ""


def _table(path: Path, report: Report) -> dict[str, np.ndarray] | None:
    """A table of the catalogue, with the names of its columns in lower case."""
    report.sources.append(str(path))
    found = table_unit(path, Place(str(path)), report)
    return None if found is None else {name.lower(): column for name, column in found.items()}


def _with_suffix(path: Path, suffix: str) -> Path:
    """The name of a table beside the catalogue: `x.fits` -> `x_fits.fits`."""
    head, dot, tail = path.name.partition(".fits")
    return path.with_name(f"{head}{suffix}{dot}{tail}")


def _beside(
    path: Path, suffix: str, needed: bool, place: Place, report: Report
) -> dict[str, np.ndarray] | None:
    """A table beside the catalogue; empty where there is none, and None, with a problem, if it is needed."""
    other = _with_suffix(path, suffix)
    if other.is_file():
        return _table(other, report)
    if not needed:
        return {}
    finding = f"has no {other.name} beside it, by which poor images are left out"
    report.problem(place, f"{finding}; add that file, or write EXCLUDE: none")
    return None


def _good_stamps(selection: Mapping[str, np.ndarray], main: Mapping[str, np.ndarray]) -> Any:
    """Whether a stamp has enough signal, no mask near the galaxy, and flux; GalSim's `bad_stamp`."""
    peak = np.where(selection["peak_image_pixel_count"] == 0.0, _NO_PEAK, selection["peak_image_pixel_count"])
    masked = selection["average_mask_adjacent_pixel_count"] / peak
    good = selection["sn_ellip_gauss"] >= _LOWEST_SN
    good &= (selection["min_mask_dist_pixels"] > _MASK_DISTANCE) | (masked < _MASK_RATIO)
    return good & (main["stamp_flux"] > 0.0) if "stamp_flux" in main else good


def _good_fits(
    fits: Mapping[str, np.ndarray], selection: Mapping[str, np.ndarray], marginal: bool
) -> np.ndarray:
    """Whether a galaxy could be fitted, GalSim's `bad_fits`; with `marginal` also without doubt."""
    status = fits["fit_status"]
    sersic, bulge = ((status[:, i] > 0) & (status[:, i] < 5) for i in (4, 0))
    if not marginal:
        return np.asarray(sersic | bulge)
    shape = (fits["sersicfit"][:, 2] < _STEEPEST) | (fits["hlr"][:, 0] < _LARGEST)
    return np.asarray(sersic & bulge & shape & (np.abs(selection["dmag"]) < _MAGNITUDES))


def _columns(main: Mapping[str, np.ndarray], fits: Mapping[str, np.ndarray]) -> Columns:
    """The numbers of each galaxy; magnitudes are those of the catalogue, radii those of the Sersic fit."""
    numbers = {
        name: column
        for name, column in {**fits, **main}.items()
        if column.ndim == 1 and np.issubdtype(column.dtype, np.number)
    }
    if "hlr" in fits:
        # of the Sersic fit, of the bulge and of the disk, arcsec
        numbers[HALF_LIGHT_RADIUS] = fits["hlr"][:, 0]
    if "sersicfit" in fits:
        numbers |= {"n_sersic": fits["sersicfit"][:, 2], "axis_ratio": fits["sersicfit"][:, 3]}
    if "mag" in main:
        numbers[MAGNITUDE] = main["mag"]
    if "noise_variance" in main:
        numbers["noise_rms"] = np.sqrt(np.maximum(main["noise_variance"], 0.0))
    return named(numbers)


def _text(value: object) -> str:
    """A text of a table without the blanks that fill it up."""
    return (value.decode() if isinstance(value, bytes) else str(value)).strip()
