"""The file of haloes: the same bytes from any chunks, with units, and what was written is read."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np
import pytest

from jaxlens.files import haloes_hdf5
from jaxlens.files.contents import Chunk
from jaxlens.files.haloes_hdf5 import HaloesFile
from jaxlens.files.haloes_reading import read_haloes
from jaxlens.files.hdf5_virtual import join_haloes
from jaxlens.files.lots import pieces
from tests.files.haloes import FIELD, SUBHALOES, chunk_of, contents_of


def written(path: Path, chunk: Chunk, size: int = 1000, compression: str | None = None) -> bytes:
    """A file of haloes, written `size` systems at a time."""
    file = HaloesFile(path, contents_of(chunk.count, chunk.start, compression))
    for piece in pieces(chunk, chunk.start, size):
        file.append(piece)
    file.finish()
    file.close()
    return path.read_bytes()


def test_bytes_do_not_depend_on_chunks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(haloes_hdf5, "_HALOES_PER_CHUNK", 256)
    chunk = chunk_of(150, start=8)
    first = written(tmp_path / "0.h5", chunk)
    assert {written(tmp_path / f"{size}.h5", chunk, size) for size in (1, 7, 64, 100)} == {first}


@pytest.mark.parametrize("compression", [None, "gzip"])
def test_what_was_written_is_read(tmp_path: Path, compression: str | None) -> None:
    chunk, path = chunk_of(70), tmp_path / "CONFIGURATION_1_haloes.h5"
    written(path, chunk, 7, compression)
    for start, stop in ((0, None), (3, 9), (69, 80), (5, 5)):
        found = read_haloes(path, start, stop)
        assert set(found) == {SUBHALOES, FIELD}
        for prefix, lists in found.items():
            own = chunk.haloes[prefix].part(start, 70 if stop is None else stop)
            np.testing.assert_array_equal(lists.offsets, own.offsets)
            for name, array in own.arrays.items():
                np.testing.assert_array_equal(lists.arrays[name], array)
                assert lists.arrays[name].dtype == array.dtype
    with h5py.File(path) as file:
        group = file[FIELD]
        assert dict(group["mass"].attrs)["units"] == "solMass"
        assert group["x"].attrs["units"] == "arcsec"
        assert (group.attrs["PROFILE"], file.attrs["start"], file.attrs["seed"]) == ("TNFW", 0, 1)
        assert group["kappa_sheet"].shape == (70, 4)


def test_no_systems_have_no_haloes(tmp_path: Path) -> None:
    chunk, path = chunk_of(0), tmp_path / "none.h5"
    written(path, chunk)
    assert {prefix: lists.count for prefix, lists in read_haloes(path).items()} == {SUBHALOES: 0, FIELD: 0}


def test_shards_are_joined_without_a_copy(tmp_path: Path) -> None:
    chunks = [chunk_of(5), chunk_of(0, 5), chunk_of(3, 5, seed=2)]
    names = [f"{k}.h5" for k in range(3)]
    for name, chunk in zip(names, chunks, strict=True):
        written(tmp_path / name, chunk)
    join_haloes(tmp_path / "joined.h5", tmp_path, names)
    found = read_haloes(tmp_path / "joined.h5")
    for prefix, lists in found.items():
        assert lists.count == 8
        for i in range(8):
            own = chunks[0 if i < 5 else 2].haloes[prefix].of(i if i < 5 else i - 5)
            for name, array in own.items():
                np.testing.assert_array_equal(lists.of(i)[name], array)
    with h5py.File(tmp_path / "joined.h5") as file:
        assert file[FIELD]["mass"].is_virtual
