"""A format whose library is missing names the extra that installs it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from jaxlens.files.extras import required
from jaxlens.files.formats import FORMATS
from jaxlens.files.reader import read

LIBRARIES = {"zarr": "zarr", "webdataset": "webdataset", "parquet": "pyarrow", "tfrecord": "tfrecord"}


def test_every_extra_of_a_format_is_tested() -> None:
    assert {key for key, row in FORMATS.items() if row.extra is not None} == set(LIBRARIES)


@pytest.mark.parametrize("key", LIBRARIES)
def test_writing_without_the_library_names_the_extra_and_leaves_nothing(
    key: Any, tmp_path: Path, contents: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    missing(monkeypatch, LIBRARIES[key])
    with pytest.raises(ImportError, match=rf"{LIBRARIES[key]} is not installed: pip install .*\[{key}\]'"):
        FORMATS[key].files["images"](tmp_path / "images", contents())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("key", ["zarr", "parquet", "tfrecord"])
def test_reading_without_the_library_names_the_extra(
    key: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    missing(monkeypatch, LIBRARIES[key])
    path = tmp_path / f"CONFIGURATION_1_images.{FORMATS[key].ending}"
    path.write_bytes(b"something")
    with pytest.raises(ImportError, match=rf"pip install 'jaxlens-sim\[{key}\]'"):
        read(path)


def test_a_library_that_is_there_and_lacks_another_says_so_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "half_a_library.py").write_text("import the_other_half_of_it\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ModuleNotFoundError, match="the_other_half_of_it"):
        required("half_a_library", "zarr")


def missing(monkeypatch: pytest.MonkeyPatch, library: str) -> None:
    """Let a library and its modules be as if they were not installed."""
    for name in [name for name in sys.modules if name.partition(".")[0] == library]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, library, None)
