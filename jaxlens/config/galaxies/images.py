"""The entry `image` of INTERPOL: an image, a stack of images, or a catalogue, and what is done with it once.

It is the name of a file, a mapping of such names by band, or a mapping with FILE or CATALOG, for example
`{FILE: galaxies.h5, TABLE: galaxies.csv, SELECT: {magnitude_max: 23.5}, PIXELS: 128, SMOOTH: 2}`.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace

import numpy as np

from jaxlens.config.array_files import FITS, HDF5, NPY, NPZ, Wanted, read_array
from jaxlens.config.cutting import cut_or_pad
from jaxlens.config.errors import Report, nearest
from jaxlens.config.fits_extensions import split_extension
from jaxlens.config.galaxies.catalogues import EXCLUSIONS, read_catalogue, read_stamps
from jaxlens.config.galaxies.columns import Columns, columns_beside, read_catalogue_table, selected
from jaxlens.config.model import ProfileArray
from jaxlens.config.reader import Node
from jaxlens.config.sections import Section
from jaxlens.config.used_bands import in_used_bands
from jaxlens.config.values import number

# The largest size of all images of a stack, in bytes.
MAX_BYTES = 4 * 2**30
# Bytes of a pixel in single precision.
_FLOAT = 4
# Standard deviations of a Gaussian in its full width at half maximum: 2 sqrt(2 ln 2).
_WIDTH = 2.3548200450309493
IMAGE_ADVICE = "give an image (y, x), a stack of images (n, y, x), or a stack by band (n, bands, y, x)"
KINDS = "a .fits, .npy, .npz or .h5 file"
# The keys of a mapping that says what is done with images.
_KEYS = ("FILE", "CATALOG", "TABLE", "SELECT", "PIXELS", "SMOOTH", "MAX", "EXCLUDE")
_TOO_LARGE = "give fewer or smaller images, by SELECT, MAX or PIXELS"


def read_images(node: Node, report: Report) -> ProfileArray | None:
    """The images of a file, of a file for each band, or of a catalogue.

    Args:
        node: the name of a file, or a mapping; a list of numbers is not read here.
        report: the problems and remarks are added to it.

    Returns:
        The images (y, x), (n, y, x) or (n, bands, y, x) with their columns; None, and problems, where they
        are illegal.
    """
    found = _read(node, report)
    if found is None:
        return None
    # what several profiles have is in memory once
    return replace(found, array=report.stacks.setdefault(found.source, found.array))


def _read(node: Node, report: Report) -> ProfileArray | None:
    """As `read_images`, with an array of its own."""
    if not node.entries:
        found = _of_file(node, report)
        return found and replace(found, array=in_used_bands(found.array, report))
    if not set(_KEYS) & node.entries.keys():
        if set(node.entries) & set(report.bands) or not report.bands:
            return _by_band(node, report)
        finding = f"is a mapping without {_KEYS[0]}, {_KEYS[1]} or the names of bands"
        report.problem(node.place, f"{finding}; {nearest(next(iter(node.entries)), (*_KEYS, *report.bands))}")
        return None
    with Section(node, report, noun="a key of a stack of images") as section:
        return _prepared(section, node)


def smoothed(images: np.ndarray, width: float) -> np.ndarray:
    """Images (..., y, x) convolved with a Gaussian; the sum of each stays the same.

    Args:
        images: the images.
        width: the full width at half maximum of the Gaussian, in pixels.
    """
    from scipy.ndimage import gaussian_filter

    found = np.empty(images.shape, np.float32)
    for index in np.ndindex(images.shape[:-2]):
        own = np.asarray(images[index], np.float64)
        blurred = gaussian_filter(own, width / _WIDTH, mode="constant")
        total = blurred.sum()
        # some light leaves the image at its edge
        found[index] = blurred * (own.sum() / total) if total != 0.0 else blurred
    return found


def _of_file(node: Node, report: Report) -> ProfileArray | None:
    """The images of one file, and the columns beside them."""
    suffixes = (*FITS, *NPY, *NPZ, *HDF5)
    wanted = Wanted(suffixes, MAX_BYTES, _TOO_LARGE, IMAGE_ADVICE, f"give {KINDS}")
    found = read_array(node, report, wanted, at_name=True)
    if found is None:
        return None
    columns: Columns = {}
    try:
        if found.array.ndim > 2:
            columns = columns_beside(found.path, split_extension(found.source)[1], len(found.array))
    except Exception:  # for a broken file the libraries raise many kinds of errors
        finding = f"{found.shown} has numbers beside its images that cannot be read"
        report.problem(node.place, f"{finding}; remove them, or give TABLE")
        return None
    return ProfileArray(found.source, found.array, columns)


def _by_band(node: Node, report: Report) -> ProfileArray | None:
    """The images of a file for each band, (n, bands, y, x); the columns are those of all files together."""
    with Section(node, report, noun=f"one of BANDS{report.bands_of}") as section:
        bands = report.bands or tuple(node.entries)
        nodes = [section.need(band, f"give every band{report.bands_of} its images") for band in bands]
    found = [None if one is None else _of_file(one, report) for one in nodes]
    whole = [one for one in found if one is not None]
    if not found or len(whole) < len(found):
        return None
    first = whole[0].array.shape
    for band, one in zip(bands, whole, strict=True):
        if one.array.shape != first:
            finding = f"{band} has images of shape {one.array.shape}, and {bands[0]} of {first}"
            report.problem(node.place, f"{finding}; give every band the same galaxies and pixels")
            return None
    if len(first) not in (2, 3):
        report.problem(node.place, f"has images of shape {first} in a band; give (y, x) or (n, y, x)")
        return None
    arrays = [one.array if len(first) == 3 else one.array[None] for one in whole]
    if sum(array.nbytes for array in arrays) > MAX_BYTES:
        report.problem(node.place, f"is over {MAX_BYTES // 10**6} MB; {_TOO_LARGE}")
        return None
    columns = {name: column for one in reversed(whole) for name, column in one.columns.items()}
    return ProfileArray(", ".join(one.source for one in whole), np.stack(arrays, axis=1), columns)


def _prepared(section: Section, node: Node) -> ProfileArray | None:
    """Images of FILE or CATALOG after SELECT, MAX, PIXELS and SMOOTH."""
    report = section.report
    file, catalogue = section.take("FILE"), section.take("CATALOG")
    pixels = section.integer("PIXELS", 1, default=0)
    most = section.integer("MAX", 1, default=0)
    smooth = _smooth(section)
    exclude = section.choice("EXCLUDE", EXCLUSIONS, default="marginal")
    table, select = section.take("TABLE"), section.take("SELECT")
    if (file is None) == (catalogue is None):
        finding = "has FILE and CATALOG" if file else "has neither FILE nor CATALOG"
        advice = "give FILE, a stack of images, or CATALOG, a catalogue of GalSim"
        report.problem(node.place, f"{finding}; {advice}")
        return None
    for key, other, wrong in (("TABLE", "CATALOG", table and catalogue), ("EXCLUDE", "FILE", file)):
        given = section.take(key)
        if given is not None and wrong:
            report.problem(given.place, f"has no meaning with {other}; remove it")
    before = len(report.problems)
    if catalogue is not None:
        found = _of_catalogue(section, catalogue, select, pixels, most, exclude)
    else:
        found = _of_stack(file, table, select, most, report)  # type: ignore[arg-type]
    if found is None or len(report.problems) > before:
        return None
    array = cut_or_pad(found.array, pixels) if pixels and found.array.ndim > 1 else found.array
    if smooth and array.ndim > 1:
        array = smoothed(array, smooth)
    digest = hashlib.sha256(str(_written(node, report)).encode()).hexdigest()[:16]
    return replace(found, source=f"{found.source} {digest}", array=array)


def _smooth(section: Section) -> float:
    """SMOOTH, the width of a Gaussian in pixels; 0 without it, or with a problem."""
    node = section.take("SMOOTH")
    if node is None:
        return 0.0
    advice = "give the full width at half maximum of a Gaussian, in pixels of the images"
    width = number(node, section.report, advice)
    if width < 0.0:
        section.report.problem(node.place, f"is {width:g}; {advice}, at least 0")
    return width if width > 0.0 else 0.0


def _of_stack(
    file: Node, table: Node | None, select: Node | None, most: int, report: Report
) -> ProfileArray | None:
    """The images of FILE that SELECT keeps, at most `most` of them."""
    found = _read(file, report) if not isinstance(file.value, tuple) else None
    if found is None:
        if isinstance(file.value, tuple):
            report.problem(file.place, f"is a list; give {KINDS}")
        return None
    if found.array.ndim < 3:
        for one in (table, select):
            if one is not None:
                report.problem(one.place, "has no meaning for a single image; give a stack (n, y, x)")
        return found
    count = len(found.array)
    columns = dict(found.columns)
    if table is not None:
        own = read_catalogue_table(table, count, report)
        if own is None:
            return None
        columns |= own
    shown = file.text.strip() or "FILE"
    rows = _rows(selected(select, columns, count, shown, report), most)
    if not rows.size:
        return None
    images = found.array if len(rows) == count else found.array[rows]
    return replace(found, array=images, columns={name: column[rows] for name, column in columns.items()})


def _of_catalogue(
    section: Section, node: Node, select: Node | None, pixels: int, most: int, exclude: str
) -> ProfileArray | None:
    """The stamps of CATALOG that EXCLUDE and SELECT keep, at most `most` of them."""
    report = section.report
    place = section.need("PIXELS", "give the pixels along a side to which images are cut or padded, as 128")
    catalogue = read_catalogue(node, exclude, report) if exclude else None
    if catalogue is None or place is None:
        return None
    count, shown = len(catalogue.good), str(catalogue.shown)
    good = catalogue.good
    if not good.any():
        report.problem(node.place, f"has no image that EXCLUDE: {exclude} keeps; write EXCLUDE: none")
        return None
    columns = {name: np.where(good, column, np.nan) for name, column in catalogue.columns.items()}
    rows = _rows(selected(select, columns, count, shown, report) & good, most)
    size = len(rows) * pixels**2 * _FLOAT
    if size > MAX_BYTES:
        finding = f"needs {size / 2**30:.1f} GiB for {len(rows)} images of {pixels} x {pixels} pixels"
        report.problem(node.place, f"{finding}; the limit is {MAX_BYTES / 2**30:g} GiB, so {_TOO_LARGE}")
        return None
    key = f"{catalogue.path} {pixels} {hashlib.sha256(rows.tobytes()).hexdigest()}"
    images = report.stacks.get(key)
    if images is None:
        images = read_stamps(catalogue, rows, pixels, place.place, report) if rows.size else None
    if images is None:
        return None
    report.stacks[key] = images
    kept = {name: column[rows] for name, column in catalogue.columns.items()}
    return ProfileArray(str(catalogue.path), images, kept)


def _rows(kept: np.ndarray, most: int) -> np.ndarray:
    """The indices of the images that are kept; where there are more than `most`, as many in equal steps."""
    rows = np.flatnonzero(kept)
    if not most or len(rows) <= most:
        return rows
    return rows[np.arange(most) * len(rows) // most]


def _written(node: Node, report: Report) -> object:
    """What stands in the file at a node, without its place and with whole paths."""
    if isinstance(node.value, dict):
        return sorted((key, _written(one, report)) for key, one in node.value.items())
    if isinstance(node.value, tuple):
        return [_written(one, report) for one in node.value]
    return report.paths.get(node.place, node.text)
