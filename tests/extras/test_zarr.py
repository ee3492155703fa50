"""Zarr stores, as zarr and xarray read them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytestmark = pytest.mark.extras


def test_zarr_reads_what_was_written(
    exposures: Any, write: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    import zarr

    # chunks of two systems, shards of six
    monkeypatch.setattr("jaxlens.files.zarr._CHUNK_BYTES", 2 * 4 * 128)
    monkeypatch.setattr("jaxlens.files.zarr._SHARD_BYTES", 6 * 5 * 128)
    group = zarr.open_group(write("zarr", exposures), mode="r")
    assert group.metadata.zarr_format == 3
    for name, images in exposures.whole.arrays.items():
        array = group[name]
        np.testing.assert_array_equal(array[:], images)
        assert array.metadata.dimension_names[0] == "system"
        assert (array.chunks[0], array.shards[0]) == (2, 6)
    assert group.attrs["seed"] == 7
    assert set(group["metadata"].array_keys()) == set(exposures.whole.values)
    assert list(group["metadata/x_mins"][:]) == exposures.whole.values["x_mins"].tolist()


def test_xarray_shows_names_coordinates_and_units(exposures: Any, write: Callable[..., Path]) -> None:
    import xarray

    path = write("zarr", exposures)
    with xarray.open_dataset(path, engine="zarr") as data:
        assert data["images"].dims == ("system", "band", "y", "x")
        assert data["images"].attrs["units"] == "electrons/s"
        assert data["planes"].dims == ("system", "plane", "band", "y", "x")
        np.testing.assert_array_equal(
            data["images"].sel(band="r", system=7), exposures.whole.arrays["images"][2, 1]
        )
        assert data["x"].values.tolist() == [-0.75, -0.25, 0.25, 0.75]
        assert data["x"].attrs["units"] == "arcsec"
        assert data["plane"].values.tolist() == ["lens", "source", "point_source", "noise"]
    with xarray.open_dataset(path, engine="zarr", group="metadata") as table:
        assert table["seeing"].dims == ("system", "band")
        assert table["seeing"].attrs["units"] == "arcsec"
        np.testing.assert_array_equal(table["H0"], exposures.whole.values["H0"])


def test_xarray_reads_time_series(series: Any, write: Callable[..., Path]) -> None:
    import xarray

    path = write("zarr", series)
    with xarray.open_dataset(path, engine="zarr", consolidated=False) as data:
        assert data["images"].dims == ("system", "epoch", "band", "y", "x")
        np.testing.assert_array_equal(data["mjd"], series.whole.values["mjd"])
        np.testing.assert_array_equal(data["mask"], ~np.isnan(series.whole.values["mjd"]))
        assert data["mjd"].attrs["units"] == "d"
    with xarray.open_dataset(path, engine="zarr", group="metadata") as table:
        assert table["PLANE_2-OBJECT_2-STEP"].dims == ("system", "epoch", "all_bands")
