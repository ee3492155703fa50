"""Parquet files, as pyarrow, pandas and Hugging Face's `datasets` read them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytestmark = pytest.mark.extras
THETA_E = "PLANE_1-OBJECT_1-MASS_PROFILE_1-theta_E"


def test_pyarrow_and_pandas_read_what_was_written(
    exposures: Any, write: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    import pandas as pd
    import pyarrow.parquet

    # groups of four systems of 128 bytes an image and 512 for the planes
    monkeypatch.setattr("jaxlens.files.parquet._GROUP_BYTES", 4 * 5 * 128)
    path = write("parquet", exposures)
    file = pyarrow.parquet.ParquetFile(path)
    assert [file.metadata.row_group(k).num_rows for k in range(file.num_row_groups)] == [4, 4, 2]
    table = file.read()
    assert table.column_names == ["OBJID", "images", "planes", *exposures.whole.values]
    assert table["OBJID"].to_pylist() == list(range(5, 15))
    assert table.schema.field(THETA_E).metadata == {b"unit": b"arcsec"}
    for name in (*exposures.whole.arrays, *exposures.whole.values):
        expected = exposures.whole.arrays.get(name, exposures.whole.values.get(name))
        np.testing.assert_array_equal(np.array(table[name].to_pylist(), expected.dtype), expected)
    frame = pd.read_parquet(path, columns=["OBJID", THETA_E, "x_mins"])
    assert frame[THETA_E].to_numpy().tolist() == exposures.whole.values[THETA_E].tolist()
    assert frame["x_mins"].tolist() == exposures.whole.values["x_mins"].tolist()
    file.close()


@pytest.mark.parametrize("name", ["exposures", "series"])
def test_hugging_face_datasets_gives_arrays(
    name: str,
    write: Callable[..., Path],
    tmp_path: Path,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("HF_HOME", str(tmp_path / "home"))
    import datasets

    made = request.getfixturevalue(name)
    data = datasets.load_dataset(
        "parquet", data_files=str(write("parquet", made)), split="train", cache_dir=str(tmp_path / "cache")
    ).with_format("numpy")
    assert data["OBJID"][:].tolist() == [made.whole.start + k for k in range(made.whole.count)]
    for k, row in enumerate(data):
        for array, images in made.whole.arrays.items():
            np.testing.assert_array_equal(row[array], images[k])
            assert row[array].dtype == np.float32
        for value, values in made.whole.values.items():
            if values.dtype != np.float64:
                np.testing.assert_array_equal(row[value], values[k])
    # its numpy format has single precision
    if "mjd" in made.whole.values:
        np.testing.assert_array_equal(np.array(data.with_format(None)["mjd"][:]), made.whole.values["mjd"])
