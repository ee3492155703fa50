"""Reading files of spectra of transients: phase (days since the peak), wavelength (Angstrom), flux.

The flux is erg/s/cm^2/Angstrom at a distance of 10 pc, as in SNANA.  Lines are sorted by phase, then by
wavelength. Lines at or below 10 Angstrom are dropped, as deeplenstronomy does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from jaxlens.config.errors import Place, Report
from jaxlens.config.model import Library
from jaxlens.config.number_columns import Columns, read_columns
from jaxlens.config.templates import library, peak_magnitude

# Lines at or below this wavelength (Angstrom) are dropped.
LOWEST_WAVELENGTH = 10.0
# Negative flux down to this share of the largest is noise, and taken as zero; below it is an error.
NOISE = 0.01
_COLUMNS = ("phase", "wavelength", "flux")


@dataclass(frozen=True)
class SedFile:
    """One file of spectra, and what a list says of it.

    Attributes:
        path: the file.
        id: its name in the metadata.
        type: its type in the metadata.
        weight: the probability of the template relative to others.
        magoff: SNANA's MAGOFF, added to the magnitudes.
        magsmear: SNANA's MAGSMEAR, the unit of the parameter MAGSMEAR (mag).
    """

    path: Path
    id: str
    type: str
    weight: float = 1.0
    magoff: float = 0.0
    magsmear: float = 1.0


@dataclass(frozen=True, eq=False)
class Surface:
    """The spectra of one file: `phases` (K,), `wavelength` (W,), `flux` (K, W)."""

    phases: np.ndarray
    wavelength: np.ndarray
    flux: np.ndarray


def read_sed_library(files: Sequence[SedFile], report: Report) -> Library | None:
    """The library of some files, for the models `sed` and `sed_absmag`.

    Args:
        files: the files.
        report: the problems and remarks are added to it.

    Returns:
        The library, which has `weight` (T,) beside the arrays of the models; None, and problems, where there
        is no file or one is illegal.
    """
    surfaces = [surface for file in files if (surface := read_surface(file.path, report)) is not None]
    if not files or len(surfaces) < len(files):
        return None
    keys = ("magoff", "magsmear", "weight")
    numbers = {key: np.array([getattr(file, key) for file in files]) for key in keys}
    peaks = np.array([peak_magnitude(surface.wavelength, surface.flux) for surface in surfaces])
    ids, types = tuple(file.id for file in files), tuple(file.type for file in files)
    return library(ids, types, _stacked(surfaces) | numbers | {"peak": peaks})


def _stacked(surfaces: Sequence[Surface]) -> dict[str, np.ndarray]:
    """The arrays `sed`, `phases` and `wavelength`; shorter ones repeat their last values."""
    rows = max(surface.phases.size for surface in surfaces)
    columns = max(surface.wavelength.size for surface in surfaces)

    def padded(array: np.ndarray, *lengths: int) -> np.ndarray:
        return np.pad(array, [(0, n - m) for n, m in zip(lengths, array.shape, strict=True)], mode="edge")

    return {
        "sed": np.stack([padded(surface.flux, rows, columns) for surface in surfaces]),
        "phases": np.stack([padded(surface.phases, rows) for surface in surfaces]),
        "wavelength": np.stack([padded(surface.wavelength, columns) for surface in surfaces]),
    }


def read_surface(path: Path, report: Report, signed: bool = False) -> Surface | None:
    """The spectra of a file.

    Args:
        path: the file.
        report: the problems and remarks are added to it.
        signed: whether the flux may be negative, as that of SALT's surfaces.

    Returns:
        The spectra; None, and problems, where the file is illegal.
    """
    columns = read_columns(path, _COLUMNS, report)
    if columns is None or not _is_sorted(columns, report):
        return None
    if not signed and not _is_positive(columns, report):
        return None
    phase, wavelength, flux = columns.values[columns.values[:, 1] > LOWEST_WAVELENGTH].T
    phases = np.unique(phase)
    if phases.size < 2 or np.unique(wavelength).size < 2:
        finding = "has fewer than two phases or two wavelengths; give spectra at several phases"
        report.problem(Place(columns.source), finding)
        return None
    surface = _gridded(phases, phase, wavelength, flux if signed else np.maximum(flux, 0.0))
    return surface if signed else _trimmed(surface)


def _is_sorted(columns: Columns, report: Report) -> bool:
    """Whether the lines are sorted by phase, then by wavelength; a problem where they are not."""
    phase, wavelength = columns.values[:, 0], columns.values[:, 1]
    step, rise = np.diff(phase), np.diff(wavelength)
    wrong = np.flatnonzero((step < 0.0) | ((step == 0.0) & (rise <= 0.0)))
    if wrong.size:
        row = int(wrong[0]) + 1
        name, values = ("phase", phase) if step[row - 1] < 0.0 else ("wavelength", wavelength)
        finding = f"is {values[row]:g} after {values[row - 1]:g}; sort the lines by phase, then by wavelength"
        report.problem(columns.place(row, name), finding)
    return not wrong.size


def _is_positive(columns: Columns, report: Report) -> bool:
    """Whether no flux is below zero by more than noise, which is a remark; a problem where one is."""
    flux = columns.values[:, 2]
    lowest, largest = float(np.min(flux)), float(np.max(flux))
    if largest <= 0.0:
        report.problem(Place(columns.source), "has no flux above 0; give the flux in erg/s/cm^2/A at 10 pc")
        return False
    if lowest < -NOISE * largest:
        row = int(np.flatnonzero(flux < -NOISE * largest)[0])
        finding = f"is {flux[row]:g}; give a flux of at least 0 (noise may be {NOISE:.0%} of the largest)"
        report.problem(columns.place(row, "flux"), finding)
        return False
    if lowest < 0.0:
        count = int(np.sum(flux < 0.0))
        finding = f"has {count} fluxes below 0, down to {lowest:.2g}, {-lowest / largest:.1g} of the largest"
        report.remark(columns.place(int(np.argmin(flux)), "flux"), f"{finding}; they are taken as 0")
    return True


def _gridded(phases: np.ndarray, phase: np.ndarray, wavelength: np.ndarray, flux: np.ndarray) -> Surface:
    """Spectra on one grid of wavelengths: that of all phases, or else all wavelengths of any phase."""
    starts = np.searchsorted(phase, phases)
    spectra = list(zip(np.split(wavelength, starts[1:]), np.split(flux, starts[1:]), strict=True))
    grid = spectra[0][0]
    if all(np.array_equal(grid, own) for own, _ in spectra):
        return Surface(phases, grid, np.stack([values for _, values in spectra]))
    grid = np.unique(wavelength)
    rows = [np.interp(grid, own, values, left=0.0, right=0.0) for own, values in spectra]
    return Surface(phases, grid, np.stack(rows))


def _trimmed(surface: Surface) -> Surface:
    """The spectra without wavelengths at the ends where all are zero, except for one at each end."""
    used = np.flatnonzero(np.any(surface.flux > 0.0, axis=0))
    part = slice(max(used[0] - 1, 0), used[-1] + 2)
    return Surface(surface.phases, surface.wavelength[part], surface.flux[:, part])
