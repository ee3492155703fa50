"""npy files: images and planes, with or without a table beside them."""

import numpy as np
import pytest

from jaxlens.files.reader import read

BOTH = ("images", "planes")


@pytest.mark.parametrize("count", [0, 10])
def test_planes_have_a_file_of_their_own(tmp_path, count, chunk_of, write):
    paths = write(tmp_path, "npy", count=count, arrays=BOTH)
    assert [path.name.removeprefix("CONFIGURATION_1_") for path in paths] == [
        "images.npy",
        "planes.npy",
        "metadata.csv",
    ]
    expected = chunk_of(count=count, planes=True).arrays["planes"]
    np.testing.assert_array_equal(np.load(tmp_path / "CONFIGURATION_1_planes.npy"), expected)
    np.testing.assert_array_equal(read(paths[0]).images, expected[:, 2])


def test_images_without_a_table_are_read_alone(tmp_path, write):
    stored = read(write(tmp_path, "npy", with_csv=False)[0])
    assert stored.images.shape == (10, 2, 4, 4)
    assert stored.metadata.shape == (10, 0)
