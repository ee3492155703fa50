"""What a Dataset says of itself."""

from __future__ import annotations

import importlib
import sys

import pytest

from jaxlens import load
from tests.datasets.conftest import OnDisk


def test_a_dataset_says_what_and_where_it_is(on_disk: OnDisk) -> None:
    configuration = (
        "  CONFIGURATION_1 (GALAXIES): 5 systems x 2 bands (g, r); "
        "images (5, 2, 8, 8), planes (5, 4, 2, 8, 8)"
    )
    where = f"Dataset Small: seed 1, complete, in {on_disk.folder} (h5, float32)"
    assert repr(load(on_disk.folder)) == f"{where}\n{configuration}"


def test_without_xarray_the_extra_is_named(on_disk: OnDisk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "xarray", None)
    importlib.invalidate_caches()
    with pytest.raises(ImportError, match=r"pip install 'jaxlens-sim\[xarray\]'"):
        on_disk.dataset.to_xarray()
