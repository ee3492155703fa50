"""What every format of the base installation keeps: exclusive names, equal bytes, precision."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from jaxlens.files import hdf5
from jaxlens.files.contents import Chunk, Contents
from jaxlens.files.csv import CsvFile
from jaxlens.files.formats import FORMATS, File

FILES = {
    "images.h5": FORMATS["h5"].files["images"],
    "planes.h5": FORMATS["h5"].files["planes"],
    "images.npy": FORMATS["npy"].files["images"],
    "planes.npy": FORMATS["npy"].files["planes"],
    "images.fits": FORMATS["fits"].files["images"],
    "metadata.csv": CsvFile,
}
Made = tuple[Contents, Chunk]


@pytest.fixture
def made(contents: Callable[..., Any], chunk_of: Callable[..., Any]) -> Made:
    """The systems 5 to 14 of a dataset, with planes."""
    chunk = chunk_of(planes=True)
    assert chunk.count == 10
    texts = {"x_mins": np.array([f"{k};{'1' * k}" for k in range(10)], dtype=object)}
    whole = replace(chunk, start=5, values={**chunk.values, **texts})
    return contents(start=5, arrays=("images", "planes")), whole


def written(path: Path, kind: Callable[[Path, Contents], File], made: Made, size: int) -> Path:
    """The systems in chunks of a size."""
    contents, whole = made
    with contextlib.closing(kind(path, contents)) as file:
        for first in range(0, whole.count, size):
            own = slice(first, first + size)
            values = {name: value[own] for name, value in whole.values.items()}
            arrays = {name: array[own] for name, array in whole.arrays.items()}
            file.append(Chunk(whole.start + first, values, arrays))
        file.finish()
    return path


@pytest.mark.parametrize("name", FILES)
def test_the_bytes_depend_on_the_systems_alone(
    tmp_path: Path, name: str, made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hdf5, "_ROWS_PER_CHUNK", 4)
    one, three, ten = (written(tmp_path / f"{k}_{name}", FILES[name], made, k) for k in (1, 3, 10))
    assert one.read_bytes() == three.read_bytes() == ten.read_bytes()


@pytest.mark.parametrize("compression", ["gzip", "lzf"])
def test_the_bytes_of_compressed_files_depend_on_the_systems_alone(
    tmp_path: Path, compression: str, made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hdf5, "_ROWS_PER_CHUNK", 4)
    packed, kind = (replace(made[0], compression=compression), made[1]), FILES["images.h5"]
    one, three = (written(tmp_path / f"{size}.h5", kind, packed, size) for size in (1, 3))
    assert one.read_bytes() == three.read_bytes()


def test_the_bytes_do_not_depend_on_the_clock(tmp_path: Path, made: Made) -> None:
    first = [written(tmp_path / f"first_{name}", kind, made, 4).read_bytes() for name, kind in FILES.items()]
    # the times of files are in whole seconds
    time.sleep(1 - time.time() % 1)
    for before, (name, kind) in zip(first, FILES.items(), strict=True):
        assert written(tmp_path / name, kind, made, 4).read_bytes() == before, name


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("planted", ["file", "link", "dangling link", "pipe"])
def test_what_has_the_name_already_is_neither_opened_nor_followed(
    tmp_path: Path, name: str, planted: str, made: Made
) -> None:
    path, target = tmp_path / name, tmp_path / "target"
    if planted == "pipe":
        os.mkfifo(path)
    elif planted == "file":
        path.write_text("mine")
    else:
        path.symlink_to(target)
    if planted == "link":
        target.write_text("mine")
    with pytest.raises(FileExistsError):
        FILES[name](path, made[0])
    assert target.exists() == (planted == "link")
    assert planted not in ("file", "link") or path.read_text() == "mine"


@pytest.mark.parametrize("name", ["images.h5", "planes.npy"])
def test_a_pixel_too_large_for_half_precision_is_refused(tmp_path: Path, name: str, made: Made) -> None:
    contents, chunk = replace(made[0], dtype="float16"), made[1]
    arrays = {key: array.copy() for key, array in chunk.arrays.items()}
    for array in arrays.values():
        array[3].flat[0] = -65505
    kind = FILES[name]
    with pytest.raises(ValueError, match=r"of system 8 have a pixel of 6.55e\+04.*65504; give float32"):
        written(tmp_path / name, kind, (contents, Chunk(5, chunk.values, arrays)), 10)


@pytest.mark.parametrize("name", ["images.npy"])
def test_half_precision_is_rounded(tmp_path: Path, name: str, made: Made) -> None:
    path = written(tmp_path / name, FILES[name], (replace(made[0], dtype="float16"), made[1]), 4)
    np.testing.assert_array_equal(np.load(path), made[1].arrays["images"].astype(np.float16))
