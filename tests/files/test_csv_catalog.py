"""The columns of a catalogue in a CSV: texts stay texts, and numbers are exact, in every chunk."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from jaxlens.files.contents import Chunk, Contents
from jaxlens.files.csv import CsvFile, read_csv
from jaxlens.files.csv_reading import CsvStoredFile
from jaxlens.files.metadata import columns

VALUES = {
    "CATALOG-row": np.array([5, 16777215, 5]),
    "CATALOG-ID": np.array(["0012", "12", "nan"], object),
    "CATALOG-whole": np.array([2**53 + 1, 7, 8]),
    "CATALOG-real": np.array([0.1, np.nan, 3.0]),
    "MATCH_1-ID": np.array([3, 4, 5]),
    "CATALOG-name": np.array(["", "a,b", "1e5"], object),
    "ra_sky": np.array([150.000000123456, 10.0, 359.99999999999]),
    "H0": np.array([70.0, 71.0, 72.0], np.float32),
}


def test_columns_of_a_catalogue_come_back_as_they_were(tmp_path: Path) -> None:
    contents = Contents(
        "CONFIGURATION_1", "Demo", ("g", "r"), 4, 3, {"CONFIGURATION_LABEL": "CONFIGURATION_1"}
    )
    path = tmp_path / "CONFIGURATION_1_metadata.csv"
    file = CsvFile(path, contents)
    file.append(Chunk(0, VALUES, {}))
    file.finish()
    file.close()
    table = read_csv(path)
    written = pd.DataFrame(columns(contents.fixed, contents.bands, VALUES))
    names = [name for name in written if not name.startswith("H0")]
    pd.testing.assert_frame_equal(table[names], written[names])
    with CsvStoredFile(path) as stored:
        assert set(stored.fixed) == {"CONFIGURATION_LABEL"}
        last = stored.values(1, 3)
        assert last["CATALOG-ID"].tolist() == ["12", "nan"]
        assert last["CATALOG-row"].dtype == last["MATCH_1-ID"].dtype == np.int64
        np.testing.assert_array_equal(last["ra_sky"][:, 0], VALUES["ra_sky"][1:])
