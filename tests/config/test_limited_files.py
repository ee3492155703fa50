"""Binary files: what is large once it is unpacked, or says that it is, costs neither time nor memory."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from numpy.lib import format as npy_format

from jaxlens.catalogs import unpacking
from jaxlens.config import Config, ConfigError
from jaxlens.config.limited_files import TooLarge, read_npy, read_npz

LoadEdited = Callable[[tuple[tuple[str, str], ...]], Config]


@pytest.mark.parametrize("shape", [(10**6, 10**6), (10**9, 10**9, 10**9), (3,) * 30])
def test_a_header_of_npy_that_asks_for_memory(shape: tuple[int, ...], tmp_path: Path) -> None:
    with (tmp_path / "k.npy").open("wb") as file:
        header = {"descr": "<f8", "fortran_order": False, "shape": shape}
        npy_format.write_array_header_1_0(file, header)
    with pytest.raises(TooLarge, match="has an array that is over 50 MB; cut it"):
        read_npy(tmp_path / "k.npy", 50_000_000, "cut it")


def test_npy_files(tmp_path: Path) -> None:
    np.save(tmp_path / "k.npy", np.eye(3))
    np.testing.assert_array_equal(read_npy(tmp_path / "k.npy", 72, ""), np.eye(3))
    content = (tmp_path / "k.npy").read_bytes()
    (tmp_path / "short.npy").write_bytes(content[:-1])
    with pytest.raises(ValueError, match="ends before its array"):
        read_npy(tmp_path / "short.npy", 72, "")
    np.save(tmp_path / "objects.npy", np.array([{}], object))
    with pytest.raises(ValueError, match="Object arrays"):
        read_npy(tmp_path / "objects.npy", 10_000, "")


def test_packed_backgrounds(load_edited: LoadEdited, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sky").mkdir()
    for band in "gr":
        fits.writeto(tmp_path / "whole.fits", np.ones((2, 40, 40), np.float32), overwrite=True)
        (tmp_path / "sky" / f"{band}.fits").write_bytes(gzip.compress((tmp_path / "whole.fits").read_bytes()))
    change = (("GEOMETRY:\n", "BACKGROUNDS: {PATH: sky, CONFIGURATIONS: [PAIR]}\nGEOMETRY:\n"),)
    assert load_edited(change).backgrounds is not None
    monkeypatch.setattr(unpacking, "_ALWAYS_UNPACKED", 1000)
    with pytest.raises(ConfigError, match=r"sky/g\.fits: is unpacked over 0 MB; unpack it"):
        load_edited(change)


def test_an_npz_file_has_the_arrays_that_are_wanted_within_the_limit(tmp_path: Path) -> None:
    """Headers tell the sizes, so that nothing large is unpacked; arrays of objects are left out."""
    path = tmp_path / "stack.npz"
    arrays = {"images": np.zeros((20, 50, 50)), "redshifts": np.arange(20.0)}
    np.savez_compressed(path, **arrays, names=np.array([None], object))
    found = read_npz(path, 10**6, "give less", lambda shape: len(shape) == 1)
    np.testing.assert_array_equal(found["redshifts"], arrays["redshifts"])
    assert "images" not in found
    assert "names" not in found
    with pytest.raises(TooLarge, match="has arrays that are over 0 MB; give less"):
        read_npz(path, 10**5, "give less", lambda shape: len(shape) > 1)
