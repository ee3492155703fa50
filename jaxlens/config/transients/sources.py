"""The arrays of a MODEL: those of the built-in models, and those of files and folders of spectra."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from pathlib import Path

from jaxlens.config.errors import Place, Report
from jaxlens.config.files import record
from jaxlens.config.model import Library
from jaxlens.config.model_names import KINDS, ModelName
from jaxlens.config.templates import hsiao_library
from jaxlens.config.transients.files import find_file, find_folder, missing_problem
from jaxlens.config.transients.libraries import (
    TOY_TYPES,
    cc_library,
    kn_library,
    library_of,
    toy_library,
)
from jaxlens.config.transients.light_curve_tables import lightcurve_library
from jaxlens.config.transients.non1a import INPUT_FILE, non1a_file, read_non1a
from jaxlens.config.transients.salt_files import read_salt_library
from jaxlens.config.transients.sed_files import SedFile, read_sed_library

# The number of libraries of spectra that are kept, since several species often have the same.
CACHED = 4
# Device, number, time and size of a file.
Stamp = tuple[int, int, int, int]
# The endings of files of spectra in a folder.
_SPECTRA = (".sed", ".dat", ".txt")
# The type of the spectra of a kind, for the metadata; those of core collapse have types of their own.
_TYPES = {"ia": "Ia", "kn": "KN"}
# The name of the file of deeplenstronomy's kilonova, instead of which the built-in one is used.
_KILONOVA = "kn.SED"
# A damped random walk has no arrays until the whole file is known, see `transient_grids`.
_NO_WALK = library_of(("DRW",), ("AGN",), {})

_BUILT_IN: Mapping[str, Callable[[], Library]] = {
    "agn_drw": lambda: _NO_WALK,
    "ia": hsiao_library,
    "cc": cc_library,
    "kn": kn_library,
    **{kind: partial(toy_library, kind) for kind in TOY_TYPES},
}


@dataclass(frozen=True)
class Source:
    """Where the arrays of a model come from.

    Attributes:
        library: the arrays.
        from_file: whether they come from a file; otherwise the model is built in.
        scatter: whether the scatter of the templates' magnitudes is known, SNANA's MAGSMEAR.
    """

    library: Library
    from_file: bool = False
    scatter: bool = False


def read_source(name: ModelName, place: Place, text: str, report: Report) -> Source | None:
    """The arrays of a model.

    Args:
        name: the kind of the model, and its file.
        place: where the file names it.
        text: what stands there.
        report: the problems and remarks are added to it.

    Returns:
        The arrays; None, and problems, where a file is missing or illegal.
    """
    folder = KINDS[name.kind].folder
    if not name.file:
        own = find_folder(place, folder) if name.kind == "cc" and name.population else None
        if own is None:
            return Source(_BUILT_IN[name.kind](), scatter=name.kind == "cc")
        record(place, own, "cc_", "", report)
        return _from_file(name, own, report)
    path = find_file(place, name.file, folder)
    if path is None and name.kind == "kn":
        if name.file != _KILONOVA:
            finding = missing_problem(place, name.file, folder, _noun(name.kind))
            report.remark(place, f"{finding}; until then the built-in kilonova is used")
        return Source(kn_library())
    if path is None:
        report.problem(place, missing_problem(place, name.file, folder, _noun(name.kind)))
        return None
    record(place, path, text, name.file, report)
    return _from_file(name, path, report)


def _noun(kind: str) -> str:
    return "folder" if kind == "salt" else "file"


def _from_file(name: ModelName, path: Path, report: Report) -> Source | None:
    """The arrays in a file or folder that exists."""
    scatter = False
    if name.kind == "salt":
        library = read_salt_library(path, report) if path.is_dir() else None
        if not path.is_dir():
            finding = "is a file; give the folder of a SALT2 or SALT3 model"
            report.problem(Place(str(path)), finding)
    elif name.kind == "lightcurve":
        library = lightcurve_library(path, report)
    else:
        files = _in_folder(name.kind, path, report) if path.is_dir() else [_one(name.kind, path, report)]
        library = _spectra(files, report) if files else None
        listed = path if path.is_dir() else path.parent
        scatter = (path.is_dir() or name.kind == "cc") and (listed / INPUT_FILE).is_file()
    return None if library is None else Source(library, True, scatter)


def _spectra(files: Sequence[SedFile], report: Report) -> Library | None:
    """The library of some files, which are read again only where they have changed."""
    library, found = _read_spectra(tuple(files), tuple(_stamp(file.path) for file in files))
    report.add(found)
    return library


@lru_cache(maxsize=CACHED)
def _read_spectra(files: tuple[SedFile, ...], stamps: tuple[Stamp, ...]) -> tuple[Library | None, Report]:
    """The library of some files, and what was found in them; `stamps` tell whether they have changed."""
    found = Report()
    return read_sed_library(files, found), found


def _stamp(path: Path) -> Stamp:
    """What changes where a file does; zeros where it cannot be read, which is reported elsewhere."""
    try:
        status = path.stat()
    except OSError:
        return 0, 0, 0, 0
    return status.st_dev, status.st_ino, status.st_mtime_ns, status.st_size


def _in_folder(kind: str, folder: Path, report: Report) -> list[SedFile] | None:
    """The files of spectra of a folder: those of its list, or else all; None, and a problem, without any."""
    if (folder / INPUT_FILE).is_file():
        return read_non1a(folder, report, f"{KINDS[kind].folder}/")
    paths = sorted(path for path in folder.iterdir() if path.suffix.lower() in _SPECTRA)
    if not paths:
        finding = f"has no {INPUT_FILE} and no files of spectra ({', '.join(_SPECTRA)}); give another folder"
        report.problem(Place(str(folder)), finding)
        return None
    return [_one(kind, path, report) for path in paths]


def _one(kind: str, path: Path, report: Report) -> SedFile:
    """One file of spectra, with its id and type in the metadata."""
    prefix = f"{KINDS[kind].folder}/"
    if kind == "cc":
        file = non1a_file(path, report, prefix)
        return file if file.type != "CC" else replace(file, magsmear=0.0)
    return SedFile(path, prefix + path.name, _TYPES.get(kind, prefix + path.name))
