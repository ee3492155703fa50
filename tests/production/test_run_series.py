"""Time series with light curves, planes and several configurations are resumed and verified too."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from jaxlens import make_dataset
from jaxlens.production.verification import verify

from .conftest import contents

CURVES = "lightcurves/CONFIGURATION_1_PLANE_1-OBJECT_2-00001-of-00002.csv"


@pytest.mark.long
@pytest.mark.parametrize("image_format", ["h5", "npy"])
def test_a_time_series_with_planes(
    unlensed_series: dict[str, Any], image_format: Any, tmp_path: Path
) -> None:
    folder = tmp_path / "series"
    unlensed_series["DATASET"]["PARAMETERS"] |= {"OUTDIR": str(folder), "SIZE": 3}
    asked = {"image_file_format": image_format, "return_planes": True, "batch_size": 2, "shard_size": 2}
    make_dataset(unlensed_series, True, False, **asked)
    expected = contents(folder)
    assert CURVES in expected
    found = verify(folder, systems=1)
    assert found.whole, str(found)
    assert all(one.compared and one.exact for one in found.shards)
    (folder / CURVES).unlink()
    assert f"{CURVES} is missing" in str(verify(folder, systems=0))
    make_dataset(unlensed_series, True, False, resume=True, **asked)
    assert contents(folder) == expected


@pytest.mark.long
def test_a_configuration_without_systems(unlensed_series: dict[str, Any], tmp_path: Path) -> None:
    folder = tmp_path / "series"
    unlensed_series["DATASET"]["PARAMETERS"] |= {"OUTDIR": str(folder), "SIZE": 2}
    first = unlensed_series["GEOMETRY"]["CONFIGURATION_1"]
    second = {name: value for name, value in first.items() if name != "TIMESERIES"}
    del second["PLANE_1"]["OBJECT_2"]
    unlensed_series["GEOMETRY"] = {
        "CONFIGURATION_1": second | {"NAME": "NONE", "FRACTION": 0.0},
        "CONFIGURATION_2": second | {"NAME": "ALL", "FRACTION": 1.0},
    }
    del unlensed_series["SPECIES"]["POINTSOURCE_1"]
    make_dataset(unlensed_series, True, False, batch_size=2)
    expected = contents(folder)
    assert "CONFIGURATION_1_metadata.csv" in expected
    assert verify(folder).whole
    (folder / "CONFIGURATION_1_metadata.csv").unlink()
    make_dataset(unlensed_series, True, False, batch_size=2, resume=True)
    assert contents(folder) == expected
