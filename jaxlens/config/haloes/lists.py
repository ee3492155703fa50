"""FILENAME of SUBSTRUCTURE and LINE_OF_SIGHT: haloes from a file in place of drawn ones.

A halo has x and y (arcsec about the centre of the image), along the line of sight z, its mass (solar masses),
and what its profile needs of concentration and r_trunc (arcsec); where the file lacks these, they are drawn
as those of haloes without a file.  lenstronomy's numbers may stand in place of mass and concentration: Rs and
alpha_Rs (of haloes of NFW and TNFW) or theta_E (of point masses), with z.  They are angles for one source,
and are made into masses with the redshifts and the cosmology of the configuration, which must be the same for
all systems then (`jaxlens.config.haloes.list_angles`).

Where a file has several lists, system i gets number i modulo their number.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from jaxlens.config.errors import Report, spelled_alike
from jaxlens.config.haloes.list_files import LIST, OFFSETS, SHEET, HaloColumns, read_halo_columns
from jaxlens.config.model import HaloList
from jaxlens.config.model.haloes import HaloProfile
from jaxlens.config.reader import Node
from jaxlens.config.sections import Section

# Our name of a column, and its names elsewhere, among them lenstronomy's and pyHalo's.
_NAMES: Mapping[str, tuple[str, ...]] = {
    "x": ("center_x", "x_center", "x_arcsec"),
    "y": ("center_y", "y_center", "y_arcsec"),
    "z": ("redshift", "REDSHIFT", "z_halo"),
    "mass": ("M", "m", "M200", "m200", "M200c"),
    "concentration": ("c", "c200", "c200c"),
    "r_trunc": ("rt", "r_t", "truncation"),
    LIST: ("realization", "system", "index"),
}
# What each profile has besides its place and mass, which a file may have.
OPTIONAL: Mapping[HaloProfile, tuple[str, ...]] = {
    "TNFW": ("concentration", "r_trunc"),
    "NFW": ("concentration",),
    "PJAFFE": ("concentration", "r_trunc"),
    "POINT_MASS": (),
}
# lenstronomy's numbers that stand for a mass and, of NFW haloes, a concentration.
ANGLES: Mapping[HaloProfile, tuple[str, ...]] = {
    "TNFW": ("Rs", "alpha_Rs"),
    "NFW": ("Rs", "alpha_Rs"),
    "POINT_MASS": ("theta_E",),
}
# What must be above zero.
_POSITIVE = ("mass", "concentration", "r_trunc", "z", "Rs", "alpha_Rs", "theta_E")
# The redshift and the convergence of pyHalo's sheets, (lists, sheets).
SHEET_Z, SHEET_KAPPA = "sheet_z", "sheet_kappa"
NUMBER = "number"
# The largest difference in redshift of subhaloes of one object.
_ONE_PLANE = 1e-3
# The largest number of entries of all padded arrays.
_LARGEST = 500_000_000


def read_halo_list(section: Section, key: str, profile: HaloProfile, group: str) -> HaloList | None:
    """The lists of haloes of SUBSTRUCTURE or LINE_OF_SIGHT; None where it has no file, or with a problem.

    Args:
        section: the mapping.
        key: the key with the name of the file.
        profile: what each halo is.
        group: the group of a HDF5 file that is meant where there are several: `LINE_OF_SIGHT`, or its ending.
    """
    node = section.take(key)
    if node is None:
        return None
    found = read_halo_columns(node, group, section.report)
    if found is None:
        return None
    along = group == "LINE_OF_SIGHT"
    return _checked(found, profile, along, node, section.report)


def _checked(
    found: HaloColumns, profile: HaloProfile, along: bool, node: Node, report: Report
) -> HaloList | None:
    """The lists, or None and problems; `along` the line of sight haloes have redshifts."""
    before = len(report.problems)
    others = [name for name in found.profiles if name != profile]
    if others:
        text = f"has haloes with the profile {', '.join(others)}, and PROFILE is {profile}"
        report.problem(found.place, f"{text}; give lists of one profile, and PROFILE its name")
        return None
    columns = _named(found.columns)
    wanted = _wanted(columns, profile, along)
    for name in wanted:
        if name not in columns:
            report.problem(found.place, f"has no column {name}; {_missing(name, found, wanted)}")
        else:
            _check_values(name, columns[name], found, report)
    _check_lengths({name: columns[name] for name in (*wanted, LIST) if name in columns}, found, report)
    lists = _list_of_each(columns, found, report)
    if len(report.problems) > before or lists is None:
        return None
    if not along:
        _check_plane(columns, found, report)
    order = np.argsort(lists, kind="stable")
    # the last lists may be empty where the file says where each begins
    count = int(lists.max(initial=0)) + 1 if found.offsets is None else len(found.offsets) - 1
    arrays = _padded({name: columns[name][order] for name in wanted}, lists[order], count)
    if arrays is None:
        report.problem(found.place, "has lists that are too large together; give fewer, or shorter ones")
        return None
    return HaloList(found.source, arrays | _sheets(found, count, along, node, report))


def _named(columns: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The columns by our names."""
    known = dict(columns)
    for name, others in _NAMES.items():
        other = next((one for one in others if one in columns), None)
        if name not in known and other is not None:
            known[name] = columns[other]
    return known


def _wanted(columns: Mapping[str, np.ndarray], profile: HaloProfile, along: bool) -> tuple[str, ...]:
    """The columns that the file must have: masses, or lenstronomy's angles where it has these."""
    angles = ANGLES.get(profile, ())
    by_angle = bool(angles) and "mass" not in columns and any(name in columns for name in angles)
    own = ["mass"] * (not by_angle) + [name for name in OPTIONAL[profile] if name in columns]
    own = [name for name in own if not by_angle or name != "concentration"]
    place = ("x", "y", "z") if along or by_angle else ("x", "y")
    return (*place, *(angles if by_angle else ()), *own)


def _missing(name: str, found: HaloColumns, wanted: Sequence[str]) -> str:
    """Advice on a column that is missing: one that is spelled alike, or all that are needed."""
    near = spelled_alike(name, [one for one in found.columns if one not in wanted])
    if near and len(name) > 1:
        return f"call {near[0]} so, if that is meant"
    return f"give {', '.join(wanted)}"


def _check_values(name: str, values: np.ndarray, found: HaloColumns, report: Report) -> None:
    """Report the first number of a column that is not finite, or not above zero."""
    wrong = ~np.isfinite(values)
    if name in _POSITIVE:
        wrong |= ~(values > 0.0)
    if wrong.any():
        first = int(np.argmax(wrong))
        more = int(wrong.sum()) - 1
        advice = "it must be finite" + (" and above 0" if name in _POSITIVE else "")
        others = f", and {more} more are wrong" if more else ""
        report.problem(found.at(name, first), f"is {values[first]:g}{others}; {advice}")


def _check_lengths(columns: Mapping[str, np.ndarray], found: HaloColumns, report: Report) -> None:
    """Report columns of different lengths, which only files of arrays can have."""
    lengths = {name: len(one) for name, one in columns.items()}
    if len({*lengths.values()}) > 1:
        listed = ", ".join(f"{length} of {name}" for name, length in lengths.items())
        report.problem(found.place, f"has different numbers of haloes, {listed}; give each halo every number")


def _list_of_each(columns: Mapping[str, np.ndarray], found: HaloColumns, report: Report) -> np.ndarray | None:
    """The number of the list of each halo, from 0; None, and a problem, where it is not known."""
    count = len(columns.get("x", ()))
    if found.offsets is not None:
        offsets = np.asarray(found.offsets)
        legal = offsets.ndim == 1 and len(offsets) > 1 and offsets[0] == 0 and offsets[-1] == count
        if not legal or np.any(np.diff(offsets) < 0):
            finding = f"must rise from 0 to the number of haloes, {count}; one more than there are lists"
            report.problem(found.place.at(OFFSETS), finding)
            return None
        return np.repeat(np.arange(len(offsets) - 1), np.diff(offsets).astype(np.int64))
    if LIST not in columns:
        return np.zeros(count, np.int64)
    numbers = columns[LIST]
    if numbers.size and not np.all(np.isfinite(numbers)):
        report.problem(found.place.at(LIST), "has a number that is not finite; number the lists 0, 1, 2, ...")
        return None
    return np.unique(numbers, return_inverse=True)[1].reshape(-1)


def _check_plane(columns: Mapping[str, np.ndarray], found: HaloColumns, report: Report) -> None:
    """Report subhaloes at several redshifts."""
    z = columns.get("z")
    if z is not None and z.size and np.ptp(z) > _ONE_PLANE:
        finding = f"has haloes from redshift {z.min():.4g} to {z.max():.4g}, and subhaloes are in one plane"
        report.problem(found.place, f"{finding}; name this file in LINE_OF_SIGHT, or leave out column z")


def _padded(columns: Mapping[str, np.ndarray], lists: np.ndarray, count: int) -> dict[str, np.ndarray] | None:
    """The columns as arrays (lists, haloes), zero where a list has no more, and `number`; None if too large.

    Args:
        columns: the columns, each (haloes,), in the order of the lists.
        lists: the number of the list of each halo, which never falls.
        count: how many lists there are.
    """
    numbers = np.bincount(lists, minlength=count)
    longest = max(int(numbers.max(initial=0)), 1)
    if count * longest * len(columns) > _LARGEST:
        return None
    places = np.arange(longest)[None, :] < numbers[:, None]
    found = {NUMBER: numbers.astype(np.float64)}
    for name, values in columns.items():
        found[name] = np.zeros((count, longest))
        found[name][places] = values
    return found


def _sheets(found: HaloColumns, count: int, along: bool, node: Node, report: Report) -> dict[str, np.ndarray]:
    """What the file says of sheets; a problem where subhaloes have them, or their number is wrong."""
    if found.sheets is None and found.sheet_rows is None:
        return {}
    if not along:
        if found.sheet_rows is not None:
            finding = "has sheets of convergence, which belong to haloes along the line of sight"
            report.problem(node.place, f"{finding}; name this file in LINE_OF_SIGHT, or leave the sheets out")
        return {}
    if found.sheets is not None:
        if found.sheets.ndim != 2 or len(found.sheets) != count or not np.all(np.isfinite(found.sheets)):
            finding = f"has the shape {found.sheets.shape}, and there are {count} lists"
            report.problem(found.place.at(SHEET), f"{finding}; give finite numbers (lists, planes)")
            return {}
        return {SHEET: np.asarray(found.sheets, np.float64)}
    assert found.sheet_rows is not None
    lists = found.sheet_rows[:, 0].astype(np.int64)
    columns = {SHEET_Z: found.sheet_rows[:, 1], SHEET_KAPPA: found.sheet_rows[:, 2]}
    if not np.all(np.isfinite(found.sheet_rows)):
        report.problem(found.place, f"has a {SHEET_KAPPA[6:]} or z of a sheet that is not finite; mend it")
        return {}
    padded = _padded(columns, lists, count) or {}
    return {name: padded[name] for name in columns if name in padded}
