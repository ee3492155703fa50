"""Files of haloes that are damaged are refused by name, and files that follow each other are one."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest

from jaxlens import StorageError
from jaxlens.files.haloes_reading import StoredHaloes, haloes_beside, open_haloes, read_haloes
from tests.files.haloes import FIELD, SUBHALOES, chunk_of
from tests.files.test_haloes_hdf5 import written


def without_offsets(group: h5py.Group) -> None:
    del group["offsets"]


def falling(group: h5py.Group) -> None:
    group["offsets"][2] = 10**6


def beginning_late(group: h5py.Group) -> None:
    group["offsets"][0] = 1


def short(group: h5py.Group) -> None:
    group["mass"].resize((3,))


def real_offsets(group: h5py.Group) -> None:
    offsets = group["offsets"][:] + 0.5
    del group["offsets"]
    group["offsets"] = offsets


def few_sheets(group: h5py.Group) -> None:
    sheets = group["kappa_sheet"][1:]
    del group["kappa_sheet"]
    group["kappa_sheet"] = sheets


def flat_sheets(group: h5py.Group) -> None:
    del group["kappa_sheet"]
    group["kappa_sheet"] = np.zeros(6)


def no_arrays(group: h5py.Group) -> None:
    for name in ("x", "y", "z", "mass"):
        del group[name]


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (without_offsets, "LINE_OF_SIGHT/offsets: is missing"),
        (falling, "LINE_OF_SIGHT/offsets: must begin with 0 and never fall"),
        (beginning_late, "LINE_OF_SIGHT/offsets: must begin with 0"),
        (real_offsets, "LINE_OF_SIGHT/offsets: is float64"),
        (short, r"LINE_OF_SIGHT/mass: has shape \(3,\), and the offsets end at"),
        (few_sheets, "LINE_OF_SIGHT/kappa_sheet: has 5 rows, and there are 6 systems"),
        (flat_sheets, "LINE_OF_SIGHT/kappa_sheet: is no array with 2 axes"),
        (no_arrays, "LINE_OF_SIGHT: has no arrays"),
    ],
)
def test_damaged_files_are_refused_by_name(
    tmp_path: Path, damage: Callable[[h5py.Group], None], words: str
) -> None:
    path = tmp_path / "C_haloes.h5"
    written(path, chunk_of(6))
    with h5py.File(path, "a") as file:
        damage(file[FIELD])
    with pytest.raises(StorageError, match=f"C_haloes.h5: {words}"):
        read_haloes(path)


def test_truncated_and_missing_files_are_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "C_haloes.h5"
    content = written(path, chunk_of(6))
    path.write_bytes(content[: len(content) // 2])
    for read in (read_haloes, open_haloes):
        with pytest.raises(StorageError, match=r"C_haloes.h5: .*truncated"):
            read(path)
        with pytest.raises(StorageError, match=r"none.h5: .*No such file"):
            read(tmp_path / "none.h5")
    with h5py.File(tmp_path / "empty.h5", "w"):
        pass
    with pytest.raises(StorageError, match="has no group of haloes"):
        open_haloes(tmp_path / "empty.h5")


def test_files_that_follow_each_other_are_one(tmp_path: Path) -> None:
    chunks = [chunk_of(4), chunk_of(3, 4, seed=2)]
    paths = [tmp_path / f"{k}.h5" for k in range(2)]
    for path, chunk in zip(paths, chunks, strict=True):
        written(path, chunk)
    stored = pickle.loads(pickle.dumps(StoredHaloes(paths, [(0, 4), (4, 7)])))
    found = stored.read(2, 6)
    assert (stored.count, found[FIELD].count) == (7, 4)
    for prefix in (SUBHALOES, FIELD):
        for i, (own, place) in enumerate(((0, 2), (0, 3), (1, 0), (1, 1))):
            expected = chunks[own].haloes[prefix].of(place)
            np.testing.assert_array_equal(found[prefix].of(i)["mass"], expected["mass"])
    assert {prefix: lists.count for prefix, lists in stored.read(9, 9).items()} == {SUBHALOES: 0, FIELD: 0}


def test_a_file_of_other_systems_is_refused(tmp_path: Path) -> None:
    written(tmp_path / "0.h5", chunk_of(4))
    with pytest.raises(StorageError, match=r"0.h5: .*/offsets: ends with system 4 of 6"):
        StoredHaloes([tmp_path / "0.h5"], [(0, 6)]).read(0, 6)


def test_a_file_is_found_beside_images_and_tables() -> None:
    names = ("CONFIGURATION_1_images-00001-of-00002.fits", "CONFIGURATION_1_metadata-00001-of-00002.csv")
    found = {haloes_beside(Path("out") / name) for name in names}
    assert found == {Path("out/CONFIGURATION_1_haloes-00001-of-00002.h5")}


def test_a_file_knows_the_indices_of_its_systems(tmp_path: Path) -> None:
    chunk = chunk_of(3, start=7)
    written(tmp_path / "7.h5", chunk)
    found = open_haloes(tmp_path / "7.h5")
    assert found.indices.tolist() == [7, 8, 9]
    np.testing.assert_array_equal(found.of(1)[FIELD]["mass"], chunk.haloes[FIELD].of(1)["mass"])
