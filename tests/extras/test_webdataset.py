"""Tar files of samples, as webdataset reads them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytestmark = [
    pytest.mark.extras,
    # webdataset leaves it to the garbage collector to close the files that it has read
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


def test_samples_come_in_order_with_arrays_and_metadata(exposures: Any, write: Callable[..., Path]) -> None:
    import webdataset

    path = write("webdataset", exposures)
    samples = list(webdataset.WebDataset(str(path), shardshuffle=False).decode())
    assert [sample["__key__"] for sample in samples] == [f"{k:09}" for k in range(5, 15)]
    for k, sample in enumerate(samples):
        for array, images in exposures.whole.arrays.items():
            np.testing.assert_array_equal(sample[f"{array}.npy"], images[k])
            assert sample[f"{array}.npy"].dtype == np.float32
        metadata = sample["metadata.json"]
        assert metadata["OBJID"] == 5 + k
        assert metadata["bands"] == ["g", "r"]
        for name, value in exposures.whole.values.items():
            found = np.array(metadata[name]).astype(value.dtype)
            np.testing.assert_array_equal(found, value[k])


def test_samples_of_time_series_have_null_where_nothing_was_observed(
    series: Any, write: Callable[..., Path]
) -> None:
    import webdataset

    path = write("webdataset", series)
    samples = (
        webdataset.WebDataset(str(path), shardshuffle=False).decode().to_tuple("images.npy", "metadata.json")
    )
    for k, (images, metadata) in enumerate(samples):
        np.testing.assert_array_equal(images, series.whole.arrays["images"][k])
        found = np.array(metadata["mjd"], float)
        np.testing.assert_array_equal(found, series.whole.values["mjd"][k])
    assert k == 4
