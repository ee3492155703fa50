"""Systems as an xarray.Dataset, with names, units and coordinates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from jaxlens.files.contents import PLANES, ArrayName, Contents
from jaxlens.files.lazy import LazyArray
from jaxlens.files.systems import Systems

if TYPE_CHECKING:
    import xarray

# The units of values, by the ends of their names; what has no unit is not here.
_UNITS = {
    "exposure_time": "s",
    "pixel_scale": "arcsec",
    "seeing": "arcsec",
    "theta_E": "arcsec",
    "center_x": "arcsec",
    "center_y": "arcsec",
    "R_sersic": "arcsec",
    "sigma": "arcsec",
    "ra": "arcsec",
    "dec": "arcsec",
    "sigma_v": "km/s",
    "H0": "km/s/Mpc",
    "magnitude": "mag",
    "magnitude_zero_point": "mag",
    "sky_brightness": "mag/arcsec2",
    "mjd": "d",
    "day": "d",
}


def labelled(systems: Systems, name: str, seed: int | None) -> xarray.Dataset:
    """Systems as an `xarray.Dataset`, see `Dataset.to_xarray`.

    Args:
        systems: the systems of one configuration.
        name: the dataset's NAME.
        seed: its seed.

    Raises:
        ImportError: if xarray is not installed.
    """
    try:
        import xarray
    except ImportError as error:
        raise ImportError("to_xarray needs xarray: pip install 'jaxlens-sim[xarray]'") from error
    contents, values = systems.contents, systems.values(0, systems.contents.count)
    variables: dict[str, Any] = {}
    for value_name, value in values.items():
        axes = _axes_of_value(np.asarray(value), contents)
        variables[value_name] = (*axes, _units(value_name))
    flux = "ADU/s" if contents.fixed.get("data_count_unit") == "ADU" else "electrons/s"
    for array in contents.arrays:
        variables[array] = (_axes(array, contents), _lazily(systems.arrays[array]), {"units": flux})
    attributes = {"name": name, "configuration": contents.label, **contents.fixed}
    attributes |= {} if seed is None else {"seed": seed}
    return xarray.Dataset(variables, _coordinates(systems, values), attributes)


def _axes(array: ArrayName, contents: Contents) -> tuple[str, ...]:
    epoch = () if contents.epochs is None else ("epoch",)
    plane = ("plane",) if array == "planes" else ()
    return ("system", *epoch, *plane, "band", "y", "x")


def _axes_of_value(value: np.ndarray, contents: Contents) -> tuple[tuple[str, ...], np.ndarray]:
    """The names of the axes of a value of the metadata, and the value; what all bands share has no band."""
    if value.ndim == 3:
        shared = value.shape[2] == 1 and len(contents.bands) > 1
        return (("system", "epoch"), value[..., 0]) if shared else (("system", "epoch", "band"), value)
    return ("system", "band")[: value.ndim], value


def _units(name: str) -> dict[str, str]:
    unit = _UNITS.get(name.rpartition("-")[2])
    return {} if unit is None else {"units": unit}


def _coordinates(systems: Systems, values: Any) -> dict[str, Any]:
    """The coordinates of the axes that there are."""
    contents = systems.contents
    found: dict[str, Any] = {"system": _indices(systems), "band": list(contents.bands)}
    if "planes" in contents.arrays:
        found["plane"] = list(PLANES)
    scale = np.unique(np.asarray(values.get("pixel_scale", contents.attributes.get("pixel_scale", ()))))
    if contents.arrays and len(scale) == 1:
        places = (np.arange(contents.num_pix) - (contents.num_pix - 1) / 2) * float(scale[0])
        for axis in ("y", "x"):
            found[axis] = (axis, places, {"units": "arcsec"})
    return found


def _indices(systems: Systems) -> np.ndarray:
    """The index of each system in the dataset."""
    places: np.ndarray = systems.indices
    return places


def _lazily(array: Any) -> Any:
    """An array as a variable takes it: one on the disk is read where the variable is used."""
    if not isinstance(array, LazyArray):
        return array
    from xarray.backends import BackendArray
    from xarray.core import indexing

    class Stored(BackendArray):
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
