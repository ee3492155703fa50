"""Truth tables as Parquet: types, units and meanings, in chunks."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from jaxlens.truth.writing import TruthFiles, write_truth

pytestmark = pytest.mark.extras


def table(start: int = 0) -> pd.DataFrame:
    """Three stars, one of them without a magnitude."""
    own = {
        "id": np.arange(start, start + 3),
        "configuration": ["CONFIGURATION_1"] * 3,
        "species": ["A", None, "B"],
    }
    return pd.DataFrame(
        own | {"ra": np.array([0.1, 0.2, 0.3]), "magnitude_r": np.array([20, np.nan, 21], "f4")}
    )


def test_pyarrow_and_pandas_read_what_was_written(tmp_path: Path) -> None:
    import pyarrow.parquet

    paths = write_truth({"stars": table()}, tmp_path / "truth", "parquet")
    assert [path.name for path in paths] == ["stars.parquet", "columns.parquet"]
    found = pyarrow.parquet.read_table(paths[0])
    assert [str(field.type) for field in found.schema] == ["int64", "string", "string", "double", "float"]
    assert found.schema.field("ra").metadata[b"unit"] == b"deg"
    assert found.schema.field("magnitude_r").metadata[b"meaning"] == b"AB magnitude, in r"
    assert found["species"].to_pylist() == ["A", None, "B"]
    frame = pd.read_parquet(paths[0])
    assert frame["id"].tolist() == [0, 1, 2]
    assert np.isnan(frame["magnitude_r"][1])
    columns = pd.read_parquet(paths[1])
    assert columns["name"].tolist() == list(table())


def test_chunks_follow_each_other(tmp_path: Path) -> None:
    with TruthFiles(tmp_path / "truth", "parquet", {"stars": table().iloc[:0]}) as files:
        for start in (0, 3):
            # the second without magnitudes, which another configuration has
            files.append({"stars": table(start) if not start else table(start).drop(columns="magnitude_r")})
        files.finish()
    frame = pd.read_parquet(tmp_path / "truth" / "stars.parquet")
    assert frame["id"].tolist() == list(range(6))
    assert frame["magnitude_r"].isna().tolist() == [False, True, False, True, True, True]
    assert [path.name for path in tmp_path.iterdir()] == ["truth"]
