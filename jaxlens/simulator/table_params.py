"""Parameters of systems from a metadata table, and their haloes from the file beside it.

It imports pandas and h5py, which simulations do without.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jax
import numpy as np

from jaxlens.config.columns import stems
from jaxlens.config.haloes.arrays import HaloArray, halo_array
from jaxlens.config.haloes.names import KAPPA_SHEET
from jaxlens.config.short_names import ShortNames
from jaxlens.files.haloes_reading import haloes_beside, open_haloes
from jaxlens.files.reader import read_metadata
from jaxlens.files.system_haloes import SystemHaloes
from jaxlens.files.table import parameters

if TYPE_CHECKING:
    import pandas as pd


def table_params(
    table: Mapping[str, Any] | pd.DataFrame | str | PathLike[str],
    haloes: SystemHaloes | str | PathLike[str] | None,
    wanted: Mapping[str, jax.ShapeDtypeStruct],
    bands: tuple[str, ...],
    names: ShortNames,
) -> dict[str, np.ndarray]:
    """The parameters of the systems in a metadata table, on the host.

    Args:
        table: as in `Simulator.params_from_table`.
        haloes: as there.
        wanted: the shape of each parameter of one system, (1, ...), by name.
        bands: the names of the bands.
        names: what short names mean.

    Raises:
        ValueError, StorageError: as `Simulator.params_from_table`.
    """
    arrays = {name: found for name in wanted if (found := halo_array(name)) is not None}
    read = read_metadata(table) if isinstance(table, str | PathLike) else table
    columns = {str(name): np.asarray(column) for name, column in read.items()}
    columns = _full_columns(columns, [name for name in wanted if name not in arrays], names, bands)
    shapes = {name: one.shape[1:] for name, one in wanted.items() if name not in arrays}
    values: dict[str, np.ndarray] = dict(parameters(columns, shapes, bands))
    if not arrays:
        return values
    systems = _indices(columns, bands)
    room = {one.prefix: wanted[name].shape[1] for name, one in arrays.items() if one.array != KAPPA_SHEET}
    own = _haloes(table, haloes).params(systems, room)
    _refuse_others(arrays, wanted, own)
    return values | {name: own[name] for name in arrays}


def _full_columns(
    columns: Mapping[str, np.ndarray], wanted: Sequence[str], names: ShortNames, bands: tuple[str, ...]
) -> dict[str, np.ndarray]:
    """The columns of a table, with those that its short names mean, and those of all bands of one without."""
    found = dict(columns)
    lacking = {f"{name}-{band}" for name in wanted for band in bands} - columns.keys()
    for column, values in columns.items() if lacking else ():
        for stem, band in stems(column, bands):
            meant = names.meant(stem)
            targets = (
                {f"{meant[0]}-{own}" for own in ([band] if band else bands)} if len(meant) == 1 else set()
            )
            found |= dict.fromkeys(sorted(targets & lacking), values)
    return found


def _haloes(table: Any, haloes: SystemHaloes | str | PathLike[str] | None) -> SystemHaloes:
    """The haloes of a table: those that are given, or those of the file beside it."""
    if isinstance(haloes, SystemHaloes):
        return haloes
    if haloes is None and isinstance(table, str | PathLike):
        haloes = haloes_beside(Path(table))
    if haloes is None:
        raise ValueError(
            "the haloes of the systems are not in the table; give haloes=dataset.haloes(), or the path of "
            "the *_haloes.h5 beside it"
        )
    return open_haloes(Path(haloes))


def _indices(columns: Mapping[str, np.ndarray], bands: tuple[str, ...]) -> np.ndarray:
    """The index in the dataset of each system of a table, in the order of their first rows."""
    name = f"OBJID-{bands[0]}"
    if name not in columns:
        raise ValueError(f"the table lacks {name}, which tells which haloes a system has")
    rows = columns[name].astype(np.int64)
    _, first = np.unique(rows, return_index=True)
    # a table of single exposures may have one system twice
    return rows if f"num_epochs-{bands[0]}" not in columns else rows[np.sort(first)]


def _refuse_others(
    arrays: Mapping[str, HaloArray],
    wanted: Mapping[str, jax.ShapeDtypeStruct],
    found: Mapping[str, np.ndarray],
) -> None:
    """ValueError where haloes lack an array, or are in other planes."""
    for name, one in arrays.items():
        if name not in found:
            raise ValueError(f"the haloes have no {name}; give those of a dataset of this configuration")
        planes = wanted[name].shape[1:]
        if one.array == KAPPA_SHEET and found[name].shape[1:] != planes:
            raise ValueError(f"{name} has {found[name].shape[1]} planes of haloes, and the file {planes[0]}")
