"""Files of examples, as the library tfrecord reads them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytestmark = pytest.mark.extras


def test_the_examples_have_what_was_written(exposures: Any, write: Callable[..., Path]) -> None:
    from tfrecord.reader import tfrecord_loader

    kinds = {"OBJID": "int", "images": "float", "planes": "float", "x_mins": "byte", "H0": "float"}
    kinds |= {"seeing": "float", "num_source_images": "int"}
    examples = list(tfrecord_loader(str(write("tfrecord", exposures)), None, kinds))
    assert [int(example["OBJID"][0]) for example in examples] == list(range(5, 15))
    for k, example in enumerate(examples):
        for array, images in exposures.whole.arrays.items():
            np.testing.assert_array_equal(example[array].reshape(images.shape[1:]), images[k])
        for name in ("H0", "seeing", "num_source_images"):
            value = exposures.whole.values[name]
            np.testing.assert_array_equal(example[name].reshape(value.shape[1:]), value[k])
        assert bytes(example["x_mins"]).decode() == exposures.whole.values["x_mins"][k]


def test_times_keep_double_precision(series: Any, write: Callable[..., Path]) -> None:
    from tfrecord.reader import tfrecord_loader

    examples = tfrecord_loader(str(write("tfrecord", series)), None, {"mjd": "byte", "images": "float"})
    for k, example in enumerate(examples):
        mjd = np.frombuffer(example["mjd"], "<f8").reshape(3, 2)
        np.testing.assert_array_equal(mjd, series.whole.values["mjd"][k])
    assert k == 4


def test_the_checksums_are_those_of_the_format(exposures: Any, write: Callable[..., Path]) -> None:
    import struct

    import crc32c

    data = write("tfrecord", exposures).read_bytes()
    place, examples = 0, 0
    while place < len(data):
        (length,) = struct.unpack_from("<Q", data, place)
        for start, size in (place, 8), (place + 12, length):
            crc = crc32c.crc32c(data[start : start + size])
            masked = (((crc >> 15) | (crc << 17)) + 0xA282EAD8) % 2**32
            assert struct.unpack_from("<I", data, start + size) == (masked,)
        place, examples = place + 12 + length + 4, examples + 1
    assert examples == 10
