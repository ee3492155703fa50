"""CsvStoredFile: a table of metadata without images."""

import numpy as np

from jaxlens.files.csv_reading import CsvStoredFile
from jaxlens.files.reader import open_stored


def test_a_table_alone_is_a_file_without_arrays(tmp_path, contents, chunk_of, store):
    path = store(tmp_path, "h5", contents(4, start=6, arrays=()), [chunk_of(6, 10)], "-00001-of-00002")
    table = path.with_name("CONFIGURATION_1_metadata-00001-of-00002.csv")
    with open_stored(table) as file:
        assert isinstance(file, CsvStoredFile)
        assert (file.label, file.bands, file.start, file.count) == ("CONFIGURATION_1", ("g", "r"), 6, 4)
        assert file.arrays == {}
        assert file.table(1, 3)["OBJID-g"].tolist() == [7, 8]
        np.testing.assert_array_equal(file.values(0, 4)["seeing"], chunk_of(6, 10).values["seeing"])


def test_a_table_of_a_series_knows_its_epochs(tmp_path, series_contents, series_chunks, store, series_values):
    described = series_contents(arrays=())
    store(tmp_path, "h5", described, series_chunks(described))
    with open_stored(tmp_path / "CONFIGURATION_1_metadata.csv") as file:
        assert (file.count, file.epochs) == (5, 3)
        np.testing.assert_array_equal(file.values(0, 5)["mjd"], series_values["mjd"])
