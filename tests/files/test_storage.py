"""Precisions and compressions that a format has not are refused, with what would be right."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from jaxlens.files.formats import FORMATS
from jaxlens.files.storage import STORAGE, refuse_unsupported

REFUSED = [
    ("hdf", "float32", None, "there is no format 'hdf'; there are npy, h5, "),
    (
        "fits",
        "float16",
        None,
        "fits has no image_dtype 'float16'; give float32; it is in h5, npy, parquet, webdataset and zarr",
    ),
    ("zarr", "float32", "lzf", "zarr has no compression 'lzf'; it is in h5"),
    ("h5", "float32", "zip", "h5 has no compression 'zip'; there are gzip and lzf"),
    ("npy", "float32", "zip", "npy has no compression 'zip'; there are none"),
    ("h5", "float64", None, "h5 has no image_dtype 'float64'; there are float32 and float16"),
]


def test_every_format_says_what_it_can_store() -> None:
    assert list(STORAGE) == list(FORMATS)


@pytest.mark.parametrize(("image_format", "dtype", "compression", "message"), REFUSED)
def test_what_a_format_has_not_is_refused(
    image_format: str, dtype: str, compression: str | None, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        refuse_unsupported(image_format, dtype, compression)


@pytest.mark.parametrize("image_format", ["fits", "npy", "h5"])
def test_a_file_refuses_it_too_and_leaves_nothing(
    tmp_path: Path, image_format: Any, contents: Callable[..., Any]
) -> None:
    with pytest.raises(ValueError, match=f"{image_format} has no compression 'zip'"):
        FORMATS[image_format].files["images"](tmp_path / "images", contents(compression="zip"))
    assert list(tmp_path.iterdir()) == []
