"""The section BACKGROUNDS: observed images, one FITS cube for each band, and their parameters in map.txt."""

from __future__ import annotations

import os
import warnings
from pathlib import Path
from typing import Any, Literal, cast

import numpy as np

from jaxlens.config.columns import Names
from jaxlens.config.cutting import cut_or_pad
from jaxlens.config.errors import MAX_WORD_LENGTH, Place, Report, nearest, shown
from jaxlens.config.files import locate, resolve
from jaxlens.config.limited_files import TooLarge, opened
from jaxlens.config.model import Backgrounds, Column, Configuration, Instrument, Joint
from jaxlens.config.plausibility import remark_bright_rows
from jaxlens.config.reader import Node
from jaxlens.config.sections import Section
from jaxlens.config.spellings import switch
from jaxlens.config.table_checks import check_ranges, match_columns
from jaxlens.config.table_redshifts import check_every_row
from jaxlens.config.tables import WEIGHT, Table, read_table
from jaxlens.config.values import describe, word

MODES = ("add", "replace")
MAP = "map.txt"
# What ITERATE: true and ITERATE: false do.
_ITERATE = (
    "system i takes image i, as in deeplenstronomy wherever this key stands",
    "the image of the nearest row of map.txt, or a random one",
)
# The largest size of all images of a configuration file, in bytes.
MAX_BYTES = 4 * 2**30


def read_backgrounds(
    root: Section,
    instrument: Instrument,
    configurations: tuple[Configuration, ...],
    joints: tuple[Joint, ...],
    names: Names,
) -> Backgrounds | None:
    """The observed images, cut or padded to numPix, and their parameters.

    Args:
        root: the whole file.
        instrument: IMAGE and SURVEY.
        configurations: the configurations.
        joints: the entries of DISTRIBUTIONS, which set parameters too.
        names: the parameters that a column of map.txt may set.

    Returns:
        The backgrounds, or None where the section is missing or illegal (the problems are reported).
    """
    if not root.has("BACKGROUNDS"):
        return None
    labels: list[str] = []
    with root.sub("BACKGROUNDS") as section, root.report.only(labels):
        folder = _folder(section)
        labels += _labels(section, configurations)
        iterate = _iterate(section)
        mode = section.choice("MODE", MODES, default="add")
    with root.report.only(labels):
        if folder is None:
            return None
        images = _read_cubes(folder, instrument.bands, instrument.num_pix, root.report)
        table = read_table(folder / MAP, root.report) if (folder / MAP).is_file() else None
        if images is None or not labels:
            return None
        columns, values = _read_map(
            table, len(images), iterate, joints, names.only(tuple(labels)), root.report
        )
        if iterate and table is None:
            finding = f"has no {MAP}; the images are taken in turn, and set no parameter"
            root.report.remark(Place(str(folder)), finding)
    scale = np.where(np.ptp(values, axis=0) > 0, np.std(values, axis=0), 1.0)
    return Backgrounds(
        tuple(labels),
        len(images),
        cast(Literal["add", "replace"], mode),
        iterate,
        columns,
        {"images": images, "map": values, "scale": scale},
    )


def _folder(section: Section) -> Path | None:
    """The folder in PATH; None, and a problem, where there is none."""
    node = section.need("PATH", "give a folder")
    name = word(node, section.report, "give a folder")
    if node is None or not name or resolve(node.place, name, section.report, folder=True) is None:
        return None
    return locate(node.place, name, section.report, folder=True)


def _labels(section: Section, configurations: tuple[Configuration, ...]) -> tuple[str, ...]:
    """The labels of the configurations that CONFIGURATIONS lists by label or by NAME; one may stand alone."""
    advice = "give a list of configurations, as [CONFIGURATION_1]"
    node = section.need("CONFIGURATIONS", advice, none=", which may mean all or no configuration")
    if node is None:
        return ()
    if isinstance(node.value, dict) or node.value == ():
        finding = "an empty list" if node.value == () else describe(node)
        section.report.problem(node.place, f"is {finding}; {advice}")
        return ()
    items = node.value if isinstance(node.value, tuple) else _separated(node)
    found = [_label(item, configurations, section.report) for item in items]
    return tuple(dict.fromkeys(label for label in found if label))


def _separated(node: Node) -> tuple[Node, ...]:
    """The words of a text with commas between them."""
    return tuple(Node(node.place, word.strip(), word.strip()) for word in node.text.split(","))


def _label(node: Node, configurations: tuple[Configuration, ...], report: Report) -> str:
    """The label of the configuration that a node names; "", and a problem, where there is none."""
    name = word(node, report, "give the label or the NAME of a configuration")
    for one in configurations:
        if name and name in (one.label, one.name):
            return one.label
    if name:
        labels = [one.label for one in configurations]
        report.problem(node.place, f"{shown(name)} is no configuration of GEOMETRY; {nearest(name, labels)}")
    return ""


def _iterate(section: Section) -> bool:
    """Whether ITERATE is true, which it is without a value too, as in deeplenstronomy."""
    node = section.written("ITERATE")
    if node is None:
        return False
    if node.value is None:
        section.report.remark(node.place, "has no value and is taken for true; write true or false")
        return True
    return bool(switch(node, section.report, *_ITERATE))


def _read_cubes(folder: Path, bands: tuple[str, ...], num_pix: int, report: Report) -> np.ndarray | None:
    """The images of all bands, (n, bands, num_pix, num_pix) in float32; None, with problems, on an error."""
    cubes = [(band, _read_cube(folder, f"{band}.fits", len(bands), num_pix, report)) for band in bands]
    if not cubes or any(cube is None for _, cube in cubes):
        return None
    first_band, first = cubes[0]
    same = True
    for band, cube in cubes[1:]:
        if cube is not None and first is not None and len(cube) != len(first):
            finding = f"has {len(cube)} images, but {first_band}.fits has {len(first)}"
            report.problem(Place(str(folder / f"{band}.fits")), f"{finding}; give every band the same images")
            same = False
    return np.stack([cube for _, cube in cubes if cube is not None], axis=1) if same else None


def _read_cube(folder: Path, name: str, bands: int, num_pix: int, report: Report) -> np.ndarray | None:
    """The images of one band, (n, num_pix, num_pix); None, with a problem, where the file has none."""
    from astropy.io import fits

    path = folder / name
    # the name of a band may be a path, but files outside the folder are not read
    if path.name != name or not os.path.isfile(path):
        files = sorted(entry.name for entry in folder.iterdir() if entry.suffix == ".fits")
        advice = nearest(name, files) if files else "give one FITS file a band"
        report.problem(
            Place(str(folder)), f"has no {name if len(name) <= MAX_WORD_LENGTH else shown(name)}; {advice}"
        )
        return None
    report.sources.append(str(path))
    try:
        with warnings.catch_warnings():
            # astropy only warns where a file is shorter than its header says
            warnings.filterwarnings("error", message=".*truncated.*")
            with (
                opened(path, MAX_BYTES, "give fewer images") as stream,
                fits.open(stream, memmap=False) as file,
            ):
                return _images(file, Place(str(path)), bands, num_pix, report)
    except TooLarge as error:
        report.problem(Place(str(path)), str(error))
        return None
    except Exception:  # for a broken file astropy raises many kinds of errors, such as EOFError and KeyError
        report.problem(Place(str(path)), "cannot be read as FITS; give a cube of images (n, y, x)")
        return None


def _images(file: Any, place: Place, bands: int, num_pix: int, report: Report) -> np.ndarray | None:
    """The images of the first HDU of an open FITS file that has any; None, with a problem, on an error."""
    parts = [part for part in file if part.is_image and part.shape]
    shape: tuple[int, ...] = parts[0].shape if parts else ()
    if len(shape) != 3 or 0 in shape:
        finding = f"has an array of shape {shape}" if parts else "has no image"
        report.problem(place, f"{finding}; give a cube of images (n, y, x)")
        return None
    size = shape[0] * max(shape[1] * shape[2] * abs(parts[0].header["BITPIX"]) // 8, bands * num_pix**2 * 4)
    if size > MAX_BYTES:
        finding = f"needs {size / 2**30:.1f} GiB for {shape[0]} images in {bands} bands"
        report.problem(place, f"{finding}; the limit is {MAX_BYTES / 2**30:g} GiB")
        return None
    with np.errstate(over="ignore"):
        images = cut_or_pad(np.asarray(parts[0].data), num_pix).astype(np.float32)
    wrong = int(np.count_nonzero(~np.isfinite(images)))
    if wrong:
        finding = f"has {wrong} {'pixel that is' if wrong == 1 else 'pixels that are'} not finite"
        report.problem(place, f"{finding}; mend or remove the images")
        return None
    return images


def _read_map(
    table: Table | None, count: int, iterate: bool, joints: tuple[Joint, ...], names: Names, report: Report
) -> tuple[tuple[Column, ...], np.ndarray]:
    """The columns of map.txt that match a parameter, and their values (count, columns)."""
    nothing = (), np.zeros((count, 0))
    if table is None:
        return nothing
    if len(table.lines) != count:
        finding = f"has {len(table.lines)} rows for {count} images; give one row an image"
        report.problem(Place(table.source), finding)
        return nothing
    parameters = table.without(WEIGHT)
    written = [(name, parameters.place(name)) for name in parameters.names]
    matched = match_columns(written, parameters, names, report)
    if iterate:
        everywhere = np.ones(count)
        check_ranges(parameters, matched, everywhere, names, report)
        check_every_row(parameters, matched, joints, names, report)
        remark_bright_rows(parameters, matched, everywhere > 0, report)
    return tuple(matched), parameters.values[:, list(matched.values())]
