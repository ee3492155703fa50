"""Haloes of a file in a configuration: where they can be, and their masses where the file has angles."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from jaxlens.config.coverage import place_of
from jaxlens.config.errors import Place, Report
from jaxlens.config.haloes.list_angles import with_masses
from jaxlens.config.haloes.list_files import SHEET
from jaxlens.config.haloes.lists import ANGLES, NUMBER, SHEET_KAPPA, SHEET_Z
from jaxlens.config.haloes.reading import FILENAME
from jaxlens.config.haloes.supports import Ends, Supports
from jaxlens.config.model import Configuration, Haloes, HaloList, LineOfSight
from jaxlens.config.naming import redshift_name
from jaxlens.config.reader import Node

Arrays = dict[str, np.ndarray]


class _Lists(NamedTuple):
    """The lists of haloes, the redshifts of the planes, and the place of the file's name."""

    haloes: Haloes
    arrays: Arrays
    redshifts: Sequence[Ends]
    place: Place
    report: Report


def checked_lists(
    haloes: Haloes, configuration: Configuration, supports: Supports, tree: Node, report: Report
) -> HaloList:
    """The lists of haloes as a configuration has them: with masses, and sheets by plane.

    Args:
        haloes: the haloes, which have lists; along the line of sight with their planes.
        configuration: the configuration.
        supports: the values that its numbers can have.
        tree: the whole file.
        report: a problem is added where haloes are not in front of the source, and where angles are not for
            one source.
    """
    assert haloes.haloes is not None, "the caller has lists"
    redshifts = [supports.of(redshift_name(plane)) for plane in configuration.planes]
    place = place_of(tree, f"{haloes.path}.{FILENAME}")
    lists = _Lists(haloes, dict(haloes.haloes.arrays), redshifts, place, report)
    if isinstance(haloes, LineOfSight):
        _check_in_front(lists)
    arrays = _in_masses(lists, supports)
    if isinstance(haloes, LineOfSight):
        arrays = _with_sheets(lists, arrays, haloes)
    else:
        # it is the redshift of the plane
        arrays.pop("z", None)
    return HaloList(haloes.haloes.source, arrays)


def largest_window(haloes: LineOfSight) -> int:
    """The largest number of haloes of a list in one plane of haloes, for any redshifts of the planes.

    The planes are nowhere farther apart than `dz`, so these are haloes within `dz` of each other.
    """
    assert haloes.haloes is not None, "the caller has lists"
    arrays, most = haloes.haloes.arrays, 1
    for z, number in zip(arrays["z"], arrays[NUMBER], strict=True):
        own = np.sort(z[: int(number)])
        last = np.searchsorted(own, own + haloes.dz * (1.0 + 1e-4), side="right")
        most = max(most, int((last - np.arange(len(own))).max(initial=0)))
    return most


def _check_in_front(lists: _Lists) -> None:
    """Report haloes along the line of sight that are not in front of the last plane."""
    farthest, (low, high) = float(lists.arrays["z"].max(initial=0.0)), lists.redshifts[-1]
    if farthest >= low:
        where = f"is at {low:.4g}" if low == high else f"can be at {low:.4g}"
        finding = f"has haloes up to redshift {farthest:.4g}, and the last plane {where}"
        lists.report.problem(lists.place, f"{finding}; keep the haloes in front of it")


def _in_masses(lists: _Lists, supports: Supports) -> Arrays:
    """The arrays with masses in place of angles; as they are, and a problem, where the source varies."""
    angles = [name for name in ANGLES.get(lists.haloes.profile, ()) if name in lists.arrays]
    if not angles:
        return dict(lists.arrays)
    cosmology = supports.cosmology()
    varying = [name for name, (low, high) in cosmology.items() if low != high]
    (source, farthest), nearest = lists.redshifts[-1], float(lists.arrays["z"].max(initial=0.0))
    if source != farthest or varying:
        what = varying[0] if varying else "the redshift of the last plane"
        finding = f"has {' and '.join(angles)}, which are angles for one source, and {what} varies"
        lists.report.problem(lists.place, f"{finding}; give masses and concentrations, or one number")
        return dict(lists.arrays)
    if nearest >= source:
        finding = f"has haloes up to redshift {nearest:.4g}, and the last plane is at {source:.4g}"
        lists.report.problem(lists.place, f"{finding}; keep the haloes in front of it")
        return dict(lists.arrays)
    values = {name: low for name, (low, _) in cosmology.items()}
    return with_masses(lists.arrays, source, lists.haloes.mass_definition, values)


def _with_sheets(lists: _Lists, arrays: Arrays, haloes: LineOfSight) -> Arrays:
    """The arrays with `kappa_sheet` (lists, planes) where sheets are used; else without sheets."""
    found = {name: one for name, one in arrays.items() if name not in (SHEET, SHEET_Z, SHEET_KAPPA)}
    if not haloes.sheets:
        return found
    count = sum(haloes.planes)
    if SHEET in arrays:
        if arrays[SHEET].shape[1] == count:
            return found | {SHEET: arrays[SHEET]}
        finding = f"has {SHEET} of {arrays[SHEET].shape[1]} planes of haloes, and there are {count}"
        lists.report.problem(
            lists.place, f"{finding}; take the dz and redshifts of that file, or SHEETS: false"
        )
        return found
    if any(low != high for low, high in lists.redshifts):
        finding = "has sheets at fixed redshifts, and the redshifts of the planes vary"
        lists.report.problem(lists.place, f"{finding}; give constant redshifts, or SHEETS: false")
        return found
    sheets = np.zeros((len(arrays[NUMBER]), count))
    which = _planes_at(arrays[SHEET_Z], [low for low, _ in lists.redshifts], haloes.planes)
    for row, planes, kappa in zip(sheets, which, arrays[SHEET_KAPPA], strict=True):
        # a sheet of pyHalo has a convergence below zero; `kappa_sheet` is what is taken out
        np.add.at(row, planes, -kappa)
    return found | {SHEET: sheets}


def _planes_at(z: np.ndarray, redshifts: Sequence[float], counts: Sequence[int]) -> np.ndarray:
    """The number of the plane of haloes in whose slab a redshift is, of the shape of z."""
    ends = np.array([0.0, *redshifts])
    segment = np.clip(np.searchsorted(ends, z, side="left") - 1, 0, len(counts) - 1)
    sizes = np.array(counts)
    share = (z - ends[segment]) / (ends[segment + 1] - ends[segment])
    inside = np.clip((share * sizes[segment]).astype(int), 0, sizes[segment] - 1)
    return np.concatenate([[0], np.cumsum(sizes)[:-1]])[segment] + inside
