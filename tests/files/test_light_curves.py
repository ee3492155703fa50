"""The tables of light curves."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from jaxlens.files.csv import _EXACT
from jaxlens.files.light_curves import light_curves

PREFIX = "PLANE_2-OBJECT_2"


def test_each_row_is_one_image_band_and_epoch(
    series_values: dict[str, np.ndarray], series_contents: Callable[..., Any]
) -> None:
    table = pd.DataFrame(light_curves(series_contents(), PREFIX, series_values, start=7))
    place = table[["OBJID", "image", "band", "epoch"]]
    assert list(map(tuple, place.to_numpy())) == sorted(set(map(tuple, place.to_numpy())))
    # two images of 6, 4, 4 and 6 observations, and one image of 4
    assert len(table) == 2 * (6 + 4 + 4 + 6) + 4
    for _, row in table.iterrows():
        system, image, band = row["OBJID"] - 7, row["image"], "gr".index(row["band"])
        at = (system, row["epoch"], band)
        shift = f"_shift_{image}" if image else ""
        assert row["mjd"] == series_values["mjd"][at]
        assert row["POINTING"] == series_values["POINTING"][system]
        assert row["type"] == series_values[f"{PREFIX}-type"][system]
        assert row["time_delay"] == 10 * image
        assert row["magnification"] == (3, 2)[image]
        assert row["magnitude"] == series_values[f"{PREFIX}-magnitude{shift}"][at]
        assert row["magnitude_measured"] == series_values[f"{PREFIX}-magnitude_measured{shift}"][at]
        assert row["tdshift"] == series_values[f"{PREFIX}-tdshift_{image}"][at]
        assert row["forced_flux"] == series_values[f"{PREFIX}-forced_flux_{image}"][at]
        assert row["forced_flux_error"] == series_values[f"{PREFIX}-forced_flux_error_{image}"][at]
        assert row["blend_flux"] == series_values[f"{PREFIX}-forced_flux"][at]
        assert row["blend_flux_error"] == series_values[f"{PREFIX}-forced_flux_error"][at]


@pytest.mark.parametrize("chunk", [1, 2, 5])
def test_the_file_is_the_table(
    tmp_path: Path,
    chunk: int,
    series_values: dict[str, np.ndarray],
    series_contents: Callable[..., Any],
    write_series: Callable[..., Any],
) -> None:
    path = write_series(tmp_path, chunk=chunk)[-1]
    assert path == tmp_path / "lightcurves" / f"CONFIGURATION_1_{PREFIX}.csv"
    read = pd.read_csv(path, dtype={"id": str}, **_EXACT)
    table = pd.DataFrame(light_curves(series_contents(), PREFIX, series_values))
    assert list(read) == list(table)
    for name, column in table.items():
        assert read[name].astype(column.dtype).tolist() == column.tolist(), name


def test_without_images_there_is_nothing_measured(
    series_values: dict[str, np.ndarray], series_contents: Callable[..., Any]
) -> None:
    values = {name: v for name, v in series_values.items() if "forced" not in name and "measured" not in name}
    found = light_curves(series_contents(), PREFIX, values)
    assert list(found)[-2:] == ["tdshift", "magnitude"]


def test_without_the_csv_there_are_no_light_curves(tmp_path: Path, write_series: Callable[..., Any]) -> None:
    write_series(tmp_path, with_csv=False)
    assert [path.name for path in tmp_path.iterdir()] == ["CONFIGURATION_1_images.h5"]


def test_a_failure_leaves_no_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write_series: Callable[..., Any]
) -> None:
    monkeypatch.setattr("jaxlens.files.light_curves.LightCurveFile.finish", lambda self: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        write_series(tmp_path)
    assert list(tmp_path.iterdir()) == []
