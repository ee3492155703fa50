"""The section BACKGROUNDS: real images, as one FITS cube a band, and what map.txt says about them."""

from __future__ import annotations

import os
import warnings
from pathlib import Path
from typing import Any, Literal, cast

import numpy as np
from astropy.io import fits

from jaxlens.config.columns import Names
from jaxlens.config.errors import LONGEST_WORD, Place, Report, nearest, shown
from jaxlens.config.files import locate, resolve
from jaxlens.config.model import Backgrounds, Column, Configuration, Instrument, Joint
from jaxlens.config.reader import Node
from jaxlens.config.sections import Section, describe, word
from jaxlens.config.table_checks import check_ranges, check_redshifts, match_columns
from jaxlens.config.tables import WEIGHT, Table, read_table

MODES = ("add", "replace")
MAP = "map.txt"
MAX_BYTES = 4 * 2**30


def read_backgrounds(
    root: Section,
    instrument: Instrument,
    configurations: tuple[Configuration, ...],
    joints: tuple[Joint, ...],
    names: Names,
) -> Backgrounds | None:
    """The images of BACKGROUNDS, cut to numPix; None where there is no such section, or it is wrong.

    `names` are the parameters that a column of map.txt may name, `joints` what else sets parameters.
    """
    if not root.has("BACKGROUNDS"):
        return None
    with root.sub("BACKGROUNDS") as section:
        folder = _folder(section)
        labels = _labels(section, configurations)
        iterate = _iterate(section)
        mode = section.choice("MODE", MODES, default="add")
    if folder is None:
        return None
    place = Place(str(folder))
    images = _read_cubes(folder, instrument.bands, instrument.num_pix, root.report)
    table = read_table(folder / MAP, root.report) if (folder / MAP).is_file() else None
    if images is None or not labels:
        return None
    columns, numbers = _read_map(table, len(images), iterate, joints, names.only(labels), root.report)
    scale = np.where(np.ptp(numbers, axis=0) > 0, np.std(numbers, axis=0), 1.0)
    if iterate and table is None:
        root.report.remark(place, f"has no {MAP}; the images are taken in turn, and set no parameter")
    return Backgrounds(
        labels,
        len(images),
        cast(Literal["add", "replace"], mode),
        iterate,
        columns,
        {"images": images, "map": numbers, "scale": scale},
    )


def fit(images: np.ndarray, size: int) -> np.ndarray:
    """`images` (..., y, x) cut to, or padded with zeros to, (..., size, size) about their centre.

    Where the difference is odd the extra row or column is the last one, both when it is cut off and when it
    is added, so that a cut undoes a padding.

    >>> fit(np.array([[1.0, 2.0, 3.0, 4.0]]), 3)
    array([[0., 0., 0.],
           [1., 2., 3.],
           [0., 0., 0.]])
    """
    for axis in (-2, -1):
        extra = images.shape[axis] - size
        if extra > 0:
            images = np.take(images, np.arange(extra // 2, extra // 2 + size), axis=axis)
        elif extra < 0:
            width = [(0, 0)] * images.ndim
            width[axis] = (-extra // 2, -extra - -extra // 2)
            images = np.pad(images, width)
    return images


def _folder(section: Section) -> Path | None:
    """The folder in PATH."""
    node = section.need("PATH", "give a folder")
    name = word(node, section.report, "give a folder")
    if node is None or not name or resolve(node.place, name, section.report, folder=True) is None:
        return None
    return locate(node.place, name, section.report, folder=True)


def _labels(section: Section, configurations: tuple[Configuration, ...]) -> tuple[str, ...]:
    """The labels of the configurations in CONFIGURATIONS, which may have NAMEs too."""
    right = "give a list of configurations, as [CONFIGURATION_1]"
    node = section.need("CONFIGURATIONS", right)
    if node is None:
        return ()
    if not isinstance(node.value, tuple) or not node.value:
        what = "an empty list" if node.value == () else describe(node)
        section.report.problem(node.place, f"is {what}; {right}")
        return ()
    found = [_label(item, configurations, section.report) for item in node.value]
    return tuple(dict.fromkeys(label for label in found if label))


def _label(node: Node, configurations: tuple[Configuration, ...], report: Report) -> str:
    name = word(node, report, "give the label or the NAME of a configuration")
    for one in configurations:
        if name and name in (one.label, one.name):
            return one.label
    if name:
        labels = [one.label for one in configurations]
        report.problem(node.place, f"{shown(name)} is no configuration of GEOMETRY; {nearest(name, labels)}")
    return ""


def _iterate(section: Section) -> bool:
    """Whether ITERATE is there, with nothing or anything but false."""
    node = section.take("ITERATE")
    if node is None:
        return False
    if node.value is not None and not isinstance(node.value, bool):
        section.report.problem(node.place, f"is {describe(node)}; give true or false")
    return node.value is not False


def _read_cubes(folder: Path, bands: tuple[str, ...], num_pix: int, report: Report) -> np.ndarray | None:
    """The images of all bands, (n, bands, num_pix, num_pix) in float32; None, and problems, where wrong."""
    cubes = [(band, _read_cube(folder, f"{band}.fits", len(bands), num_pix, report)) for band in bands]
    if not cubes or any(cube is None for _, cube in cubes):
        return None
    first_band, first = cubes[0]
    same = True
    for band, cube in cubes[1:]:
        if cube is not None and first is not None and len(cube) != len(first):
            what = f"has {len(cube)} images, but {first_band}.fits has {len(first)}"
            report.problem(Place(str(folder / f"{band}.fits")), f"{what}; give every band the same images")
            same = False
    return np.stack([cube for _, cube in cubes if cube is not None], axis=1) if same else None


def _read_cube(folder: Path, name: str, bands: int, num_pix: int, report: Report) -> np.ndarray | None:
    """The images of one band, (n, num_pix, num_pix); None, and a problem, where the file has none."""
    path = folder / name
    # a band may have any name, but no file is read outside the folder
    if path.name != name or not os.path.isfile(path):
        files = sorted(entry.name for entry in folder.iterdir() if entry.suffix == ".fits")
        right = nearest(name, files) if files else "give one FITS file a band"
        report.problem(
            Place(str(folder)), f"has no {name if len(name) <= LONGEST_WORD else shown(name)}; {right}"
        )
        return None
    report.sources.append(str(path))
    try:
        with warnings.catch_warnings():
            # astropy only warns where a file ends before its data
            warnings.filterwarnings("error", message=".*truncated.*")
            with path.open("rb") as stream, fits.open(stream, memmap=False) as file:
                return _images(file, Place(str(path)), bands, num_pix, report)
    except Exception:  # a broken file makes astropy raise whatever comes along, as EOFError and KeyError
        report.problem(Place(str(path)), "cannot be read as FITS; give a cube of images (n, y, x)")
        return None


def _images(file: Any, place: Place, bands: int, num_pix: int, report: Report) -> np.ndarray | None:
    """The images of the first part of a FITS file that has any."""
    parts = [part for part in file if part.is_image and part.shape]
    shape: tuple[int, ...] = parts[0].shape if parts else ()
    if len(shape) != 3 or 0 in shape:
        what = f"has an array of shape {shape}" if parts else "has no image"
        report.problem(place, f"{what}; give a cube of images (n, y, x)")
        return None
    size = shape[0] * max(shape[1] * shape[2] * abs(parts[0].header["BITPIX"]) // 8, bands * num_pix**2 * 4)
    if size > MAX_BYTES:
        what = f"needs {size / 2**30:.1f} GiB for {shape[0]} images in {bands} bands"
        report.problem(place, f"{what}; the limit is {MAX_BYTES / 2**30:g} GiB")
        return None
    images = fit(np.asarray(parts[0].data), num_pix).astype(np.float32)
    wrong = int(np.count_nonzero(~np.isfinite(images)))
    if wrong:
        what = f"has {wrong} {'pixel that is' if wrong == 1 else 'pixels that are'} not finite"
        report.problem(place, f"{what}; mend or remove the images")
        return None
    return images


def _read_map(
    table: Table | None, count: int, iterate: bool, joints: tuple[Joint, ...], names: Names, report: Report
) -> tuple[tuple[Column, ...], np.ndarray]:
    """The columns of map.txt that match a parameter, and their numbers (count, columns)."""
    nothing = (), np.zeros((count, 0))
    if table is None:
        return nothing
    if len(table.lines) != count:
        what = f"has {len(table.lines)} rows for {count} images; give one row an image"
        report.problem(Place(table.source), what)
        return nothing
    numbers = table.without(WEIGHT)
    written = [(name, numbers.place(name)) for name in numbers.names]
    matched = match_columns(written, numbers, names, report)
    if iterate:
        everywhere = np.ones(count)
        check_ranges(numbers, matched, everywhere, names, report)
        check_redshifts(numbers, matched, everywhere > 0, joints, names, report)
    return tuple(matched), numbers.values[:, list(matched.values())]
