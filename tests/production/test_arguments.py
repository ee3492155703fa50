"""The arguments of make_dataset are checked before anything is made."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from jaxlens.production.arguments import Arguments


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"shard_size": 0}, "shard_size is 0; it must be a whole number of at least 1"),
        ({"shard_size": 2.5}, r"shard_size is 2\.5"),
        ({"workers": True}, "workers is True"),
        ({"batch_size": -1}, "batch_size is -1"),
        ({"part": 3}, r"part is 3; give \(k, n\)"),
        ({"part": (2, 2)}, "part 2/2 does not exist"),
        ({"image_dtype": "float64"}, "image_dtype is 'float64'; it must be 'float32' or 'float16'"),
        ({"compression": "zip"}, "compression is 'zip'"),
        ({"compression": "gzip", "image_file_format": "npy"}, "npy has no compression 'gzip'; it is in h5"),
        ({"image_file_format": "png"}, "image_file_format is 'png'"),
        ({"executor": 3}, "give a concurrent.futures.Executor"),
        ({"executor": 3, "workers": 2}, "executor and workers both say"),
        ({"skip_image_generation": True, "csv": False}, "nothing is left to save"),
    ],
)
def test_a_wrong_argument_is_named(given: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Arguments(save_to_disk=True, **given)


@pytest.mark.parametrize(
    "given", [{"resume": True}, {"overwrite": True}, {"shard_size": 4}, {"part": (0, 2)}]
)
def test_what_is_about_files_needs_them(given: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="is about files on disk; give save_to_disk=True"):
        Arguments(**given)


def test_what_has_no_effect_is_told() -> None:
    assert Arguments().idle == ()
    assert Arguments(image_dtype="float16").idle == ()
    assert "compression has no effect without save_to_disk" in Arguments(compression="gzip").idle
    assert "nothing is kept" in Arguments(store_in_memory=False).idle[0]


def test_the_folder_of_a_part() -> None:
    assert str(Arguments(save_to_disk=True).folder("out")) == "out"
    part = Arguments(save_to_disk=True, part=(np.int64(1), 3))
    assert str(part.folder("out")).replace("\\", "/") == "out/part-1-of-3"
