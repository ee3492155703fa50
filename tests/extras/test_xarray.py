"""HDF5 files, as xarray opens them: named dimensions, coordinates and units."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytestmark = pytest.mark.extras


def test_single_exposures(exposures: Any, write: Callable[..., Path]) -> None:
    import xarray

    path = write("h5", exposures)
    with xarray.open_dataset(path, engine="h5netcdf") as data:
        images = data["My lenses"]
        assert images.dims == ("system", "band", "y", "x")
        assert images.attrs["units"] == "electrons/s"
        np.testing.assert_array_equal(images, exposures.whole.arrays["images"])
        assert data["system"].values.tolist() == list(range(5, 15))
        assert data["band"].values.tolist() == ["g", "r"]
        assert data["y"].values.tolist() == [-0.75, -0.25, 0.25, 0.75]
        assert data["y"].attrs["units"] == "arcsec"
        assert data.attrs["seed"] == 7
    with xarray.open_dataset(path, engine="h5netcdf", group="metadata") as table:
        assert table["seeing"].dims == ("system", "band")
        assert table["PLANE_1-OBJECT_1-MASS_PROFILE_1-theta_E"].attrs["units"] == "arcsec"
        np.testing.assert_array_equal(table["H0"], exposures.whole.values["H0"])
        assert table["x_mins"].values.tolist() == exposures.whole.values["x_mins"].tolist()
    planes = path.with_name("CONFIGURATION_1_planes.h5")
    with xarray.open_dataset(planes, engine="h5netcdf") as data:
        assert data["My lenses"].dims == ("system", "plane", "band", "y", "x")
        np.testing.assert_array_equal(
            data["My lenses"].sel(plane="source"), exposures.whole.arrays["planes"][:, 1]
        )


@pytest.mark.parametrize("compression", [None, "gzip", "lzf"])
def test_time_series(series: Any, compression: str | None, write: Callable[..., Path]) -> None:
    import xarray

    packed = series._replace(contents=replace(series.contents, compression=compression))
    path = write("h5", packed)
    with xarray.open_dataset(path, engine="h5netcdf") as data:
        assert data["My lenses"].dims == ("system", "epoch", "band", "y", "x")
        np.testing.assert_array_equal(data["mjd"], series.whole.values["mjd"])
        np.testing.assert_array_equal(data["mask"], ~np.isnan(series.whole.values["mjd"]))
        assert data["mjd"].attrs["units"] == "d"
    with xarray.open_dataset(path, engine="h5netcdf", group="metadata") as table:
        assert table["PLANE_2-OBJECT_2-STEP"].dims == ("system", "epoch", "all_bands")


def test_the_groups_share_coordinates(exposures: Any, write: Callable[..., Path]) -> None:
    import xarray

    with xarray.open_datatree(write("h5", exposures), engine="h5netcdf") as tree:
        assert tree["metadata/seeing"].sel(band="g", system=6) == exposures.whole.values["seeing"][1, 0]


def test_a_file_that_joins_shards(exposures: Any, write: Callable[..., Path]) -> None:
    import xarray

    from jaxlens.files.hdf5_virtual import join

    names = []
    for k, chunk in enumerate(exposures.chunks(4)):
        contents = replace(exposures.contents, count=chunk.count, start=chunk.start, arrays=("images",))
        path = write("h5", exposures._replace(contents=contents, whole=chunk), folder=f"part_{k}")
        names.append(str(path.relative_to(path.parent.parent)))
    target = path.parent.parent / "CONFIGURATION_1_images.h5"
    join(target, target.parent, names)
    with xarray.open_dataset(target, engine="h5netcdf") as data:
        assert data["My lenses"].dims == ("system", "band", "y", "x")
        np.testing.assert_array_equal(data["My lenses"], exposures.whole.arrays["images"])
        assert data["system"].values.tolist() == list(range(5, 15))
        assert data["x"].attrs["units"] == "arcsec"
