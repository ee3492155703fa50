"""Files with lists of haloes: tables, HDF5, npz, and JSON.

- `haloes.csv` or `.txt`: the names of the columns, then one halo a line; a column `list` numbers the lists.
- `haloes.h5`: a dataset for each column, in the file or in a group (`haloes.h5[LINE_OF_SIGHT]`), with
  `offsets`, where the haloes of each list begin and the last end, or with `list`.  So are the files of haloes
  that jaxlens writes beside images.
- `haloes.npz`: an array for each column, with `offsets` or `list`.
- `haloes.json`: what pyHalo's `lensing_quantities` gives, as
  `{"lens_model_list": [...], "redshift_list": [...], "kwargs_lens": [...]}`, or a list of these.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from jaxlens.config.array_files import HDF5, NPZ
from jaxlens.config.errors import Place, Report, nearest, shown
from jaxlens.config.files import is_file, locate, resolve
from jaxlens.config.fits_extensions import split_extension
from jaxlens.config.limited_files import TooLarge, read_npz
from jaxlens.config.reader import Node
from jaxlens.config.tables import read_table
from jaxlens.config.values import word

# The endings of the names of tables, and of JSON files.
TABLES = (".csv", ".txt", ".dat", ".tsv")
JSON = (".json",)
# Bytes of a file, and of its arrays, above which it is refused.
MAX_BYTES = 1_000_000_000
# Where the haloes of each list begin, or the number of the list of each halo.
OFFSETS, LIST = "offsets", "list"
# The convergence that the sheet of each plane of haloes takes out, (lists, planes).
SHEET = "kappa_sheet"
# The columns with the name of the profile, which are words.
PROFILE_COLUMNS = ("profile", "PROFILE", "lens_model", "name", "NAME")
# lenstronomy's profile that is a sheet.
CONVERGENCE = "CONVERGENCE"
_ADVICE = "give a .csv, .txt, .h5, .npz or .json file of haloes"
_SMALLER = "give fewer lists"


@dataclass(frozen=True)
class HaloColumns:
    """What a file says of haloes, by the file's names of the columns.

    Attributes:
        source: the absolute path of the file, with the group of a HDF5 file in brackets.
        place: the file, for messages.
        columns: the columns, each (haloes,).
        offsets: where the haloes of each list begin, and where the last end, (lists + 1,); None where the
            column `list` says it, or there is one list.
        sheets: `kappa_sheet` (lists, planes), where a file of jaxlens has it.
        sheet_rows: (list, redshift, convergence) of each sheet that pyHalo adds, (sheets, 3); None without.
        profiles: the profiles of lenstronomy that the file names.
        lines: the place of each halo in a table, or none.
    """

    source: str
    place: Place
    columns: Mapping[str, np.ndarray]
    offsets: np.ndarray | None = None
    sheets: np.ndarray | None = None
    sheet_rows: np.ndarray | None = None
    profiles: tuple[str, ...] = ()
    lines: tuple[int, ...] = field(default=(), repr=False)

    def at(self, column: str, halo: int) -> Place:
        """The place of a number in the file."""
        if self.lines:
            return Place(self.place.source, self.lines[halo], column)
        return self.place.at(f"{column}[{halo}]")


def read_halo_columns(node: Node, group: str, report: Report) -> HaloColumns | None:
    """The haloes in the file that a node names.

    Args:
        node: the name, for HDF5 with a group in brackets where the file has several.
        group: the group that is meant where there are no brackets, or its ending.
        report: the problems are added to it.

    Returns:
        The columns; None, and a problem, where the file cannot be read.
    """
    written = word(node, report, _ADVICE)
    name, inner = (written, None) if is_file(node.place, written) else split_extension(written)
    path = resolve(node.place, name, report) if name else None
    as_shown = locate(node.place, name, report) if path else None
    if path is None or as_shown is None:
        return None
    suffix = path.suffix.lower()
    if suffix not in (*TABLES, *HDF5, *NPZ, *JSON) or (inner and suffix not in HDF5):
        found = "has no groups, since it is no HDF5 file" if inner else "is no file of haloes by its ending"
        report.problem(node.place, f"{shown(name)} {found}; {_ADVICE}")
        return None
    if suffix not in TABLES:
        # `read_table` notes the source itself
        report.sources.append(str(as_shown))
    if inner and node.place in report.paths:
        report.paths[node.place] += f"[{inner}]"
    place = Place(str(as_shown))
    if path.stat().st_size > MAX_BYTES:
        report.problem(place, f"is over {MAX_BYTES // 10**6} MB; {_SMALLER}")
        return None
    if suffix in TABLES:
        return _table(path, as_shown, report)
    try:
        if suffix in HDF5:
            return _hdf5(path, place, inner, group, report)
        return _npz(path, place) if suffix in NPZ else _json(path, place, report)
    except TooLarge as error:
        report.problem(place, str(error))
    except Exception:  # for a broken file the libraries raise many kinds of errors
        report.problem(place, f"cannot be read as {suffix[1:]}; {_ADVICE}")
    return None


def _table(path: Path, as_shown: Path, report: Report) -> HaloColumns | None:
    """The columns of a table."""
    table = read_table(as_shown, report, commas=True, texts=PROFILE_COLUMNS)
    if table is None:
        return None
    columns = dict(zip(table.names, table.values.T, strict=True))
    return HaloColumns(str(path), Place(str(as_shown)), columns, lines=table.lines)


def _npz(path: Path, place: Place) -> HaloColumns:
    """The arrays of a npz file."""
    arrays = read_npz(path, MAX_BYTES, _SMALLER, lambda shape: len(shape) in (1, 2))
    return _of_arrays(str(path), place, arrays)


def _of_arrays(source: str, place: Place, arrays: Mapping[str, np.ndarray]) -> HaloColumns:
    """What arrays by name say."""
    numbers = {name: one for name, one in arrays.items() if one.dtype.kind in "fiu"}
    names = [one for name, one in arrays.items() if name in PROFILE_COLUMNS and one.dtype.kind == "U"]
    profiles = tuple(sorted({str(one) for found in names for one in np.unique(found)}))
    columns = {
        name: np.asarray(one, np.float64)
        for name, one in numbers.items()
        if one.ndim == 1 and name != OFFSETS
    }
    offsets = numbers.get(OFFSETS)
    return HaloColumns(source, place, columns, offsets, numbers.get(SHEET), profiles=profiles)


def _hdf5(path: Path, place: Place, inner: str | None, group: str, report: Report) -> HaloColumns | None:
    """The datasets of a group of a HDF5 file; None, and a problem, where it has no such group."""
    import h5py

    with h5py.File(path, "r") as file:
        found = {"/": file} | {key: item for key, item in file.items() if isinstance(item, h5py.Group)}
        groups = {key: one for key, one in found.items() if any(_is_dataset(item) for item in one.values())}
        key = _group(tuple(groups), inner, group)
        if key is None:
            wanted = inner or group
            advice = nearest(wanted, groups) if groups else "give one with datasets x, y, mass, ..."
            report.problem(place, f"has no group {wanted}; {advice}")
            return None
        items = {name: item for name, item in groups[key].items() if _is_dataset(item)}
        if sum(item.size * item.dtype.itemsize for item in items.values()) > MAX_BYTES:
            raise TooLarge(f"has arrays that are over {MAX_BYTES // 10**6} MB; {_SMALLER}")
        arrays = {name: np.asarray(item[()]) for name, item in items.items()}
        return _of_arrays(f"{path}[{key}]", place, arrays)


def _is_dataset(item: Any) -> bool:
    import h5py

    return isinstance(item, h5py.Dataset)


def _group(groups: Sequence[str], inner: str | None, group: str) -> str | None:
    """Which group is meant: that in brackets, the one that ends so, or the only one."""
    if inner is not None:
        return next((one for one in groups if one.strip("/") == inner.strip("/")), None)
    ending = [one for one in groups if one.endswith(group)]
    chosen = ending if len(ending) == 1 else groups
    return chosen[0] if len(chosen) == 1 else None


def _json(path: Path, place: Place, report: Report) -> HaloColumns | None:
    """PyHalo's lists in a JSON file; None, and a problem, where it has something else."""
    content = json.loads(path.read_text(encoding="utf-8"))
    given = content if isinstance(content, list) else [content]
    found = [one for one in map(_realization, given) if one is not None]
    if not given or len(found) < len(given):
        advice = (
            'give {"lens_model_list": [...], "redshift_list": [...], "kwargs_lens": [...]}, or a list of them'
        )
        report.problem(place, f"has no lists of lenstronomy; {advice}")
        return None
    sheets = [
        (i, row["z"], row.get("kappa", np.nan))
        for i, rows in enumerate(found)
        for row in rows
        if row["profile"] == CONVERGENCE
    ]
    lists = [[row for row in rows if row["profile"] != CONVERGENCE] for rows in found]
    rows = [row for own in lists for row in own]
    names = dict.fromkeys(name for row in rows for name in row if name != "profile")
    return HaloColumns(
        str(path),
        place,
        {name: np.array([row.get(name, np.nan) for row in rows], np.float64) for name in names},
        np.cumsum([0, *map(len, lists)]),
        sheet_rows=np.array(sheets, np.float64) if sheets else None,
        profiles=tuple(sorted({row["profile"] for row in rows})),
    )


def _realization(content: Any) -> list[dict[str, Any]] | None:
    """The haloes of one list of pyHalo, each by name; None where it is none."""
    if not isinstance(content, dict) or "lens_model_list" not in content:
        return None
    redshifts = content.get("redshift_list", content.get("redshift_array", content.get("lens_redshift_list")))
    kwargs = content.get("kwargs_lens", content.get("kwargs_halos"))
    models = content["lens_model_list"]
    if redshifts is None or kwargs is None or not len(models) == len(redshifts) == len(kwargs):
        return None
    return [
        {**own, "profile": str(model), "z": z}
        for model, z, own in zip(models, redshifts, kwargs, strict=True)
    ]
