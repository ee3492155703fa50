"""Systems as an xarray.Dataset, with names, units and coordinates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from jaxlens.files.contents import Contents
from jaxlens.files.coordinates import LONG_NAMES, coordinates, dimensions, unit_of_coordinate
from jaxlens.files.extras import required
from jaxlens.files.lazy import LazyArray
from jaxlens.files.systems import Systems
from jaxlens.files.units import unit_of

if TYPE_CHECKING:
    import xarray


def labelled(systems: Systems, name: str, seed: int | None) -> xarray.Dataset:
    """Systems as an `xarray.Dataset`, see `Dataset.to_xarray`.

    Args:
        systems: the systems of one configuration.
        name: the dataset's NAME.
        seed: its seed.

    Raises:
        ImportError: if xarray is not installed.
    """
    library = required("xarray", "xarray")
    contents, values = systems.contents, systems.values(0, systems.contents.count)
    variables: dict[str, Any] = {}
    for value_name, value in values.items():
        unit = unit_of(value_name)
        variables[value_name] = (*_axes_of_value(value, contents), {"units": unit} if unit else {})
    for array in contents.arrays:
        described = {"long_name": LONG_NAMES[array], "units": contents.attributes.get("units", "electrons/s")}
        variables[array] = (dimensions(contents, array), _lazily(systems.arrays[array]), described)
    attributes = {"name": name, "configuration": contents.label, **contents.fixed}
    attributes |= {} if seed is None else {"seed": seed}
    found: xarray.Dataset = library.Dataset(variables, _coordinates(systems), attributes)
    return found


def _axes_of_value(value: np.ndarray, contents: Contents) -> tuple[tuple[str, ...], np.ndarray]:
    """The names of the axes of a value of the metadata, and the value; what all bands share has no band."""
    if value.ndim == 3:
        shared = value.shape[2] == 1 and len(contents.bands) > 1
        return (("system", "epoch"), value[..., 0]) if shared else (("system", "epoch", "band"), value)
    return ("system", "band")[: value.ndim], value


def _coordinates(systems: Systems) -> dict[str, Any]:
    """The coordinates of the axes that there are."""
    contents, found = systems.contents, dict[str, Any]()
    for array in contents.arrays:
        for axis, places in coordinates(contents, array).items():
            unit = unit_of_coordinate(contents, axis)
            about = {"long_name": LONG_NAMES[axis]} if axis in LONG_NAMES else {}
            found[axis] = (axis, places, about | ({"units": unit} if unit else {}))
    known = {"band": ("band", list(contents.bands)), "system": ("system", systems.indices)}
    return {**known, **found, "system": known["system"]}


def _lazily(array: Any) -> Any:
    """An array as a variable takes it: one on the disk is read where the variable is used."""
    if not isinstance(array, LazyArray):
        return array
    indexing = required("xarray.core.indexing", "xarray")

    class Stored(required("xarray.backends", "xarray").BackendArray):  # type: ignore[misc]
        """A LazyArray as xarray indexes it, axis by axis."""

        def __init__(self, lazy: LazyArray) -> None:
            self.lazy, self.shape, self.dtype = lazy, lazy.shape, lazy.dtype

        def __getitem__(self, key: Any) -> Any:
            adapter = indexing.explicit_indexing_adapter
            return adapter(key, self.shape, indexing.IndexingSupport.OUTER, self.read)

        def read(self, key: tuple[Any, ...]) -> np.ndarray:
            """The part of each axis."""
            first, *others = key
            found: np.ndarray = self.lazy[first]
            dropped = not isinstance(first, slice | np.ndarray)
            for axis in reversed(range(len(others))):
                found = found[(slice(None),) * (axis + 1 - dropped) + (others[axis],)]
            return found

    return indexing.LazilyIndexedArray(Stored(array))
