"""Sizes and checksums of files and folders; what is neither is refused and does not hang."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from jaxlens.files.checksums import files_of, open_regular, size_and_sha256


def test_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"abc")
    assert size_and_sha256(tmp_path / "file") == (3, hashlib.sha256(b"abc").hexdigest())
    (tmp_path / "link").symlink_to("file")
    assert size_and_sha256(tmp_path / "link") == size_and_sha256(tmp_path / "file")


def test_a_folder_is_its_files_by_name(tmp_path: Path) -> None:
    for folder, content in (("a", b"1"), ("b", b"1"), ("c", b"2")):
        (tmp_path / folder / "deep").mkdir(parents=True)
        (tmp_path / folder / "deep" / "chunk").write_bytes(content)
    one, same, other = (size_and_sha256(tmp_path / folder) for folder in "abc")
    assert one == same != other
    (tmp_path / "b" / "deep" / "chunk").rename(tmp_path / "b" / "chunk")
    assert size_and_sha256(tmp_path / "b") != one
    assert [path.name for path in files_of(tmp_path / "b")] == ["chunk"]


@pytest.mark.parametrize("plant", [os.mkfifo, lambda path: path.symlink_to("/dev/zero")])
def test_a_pipe_or_a_device_is_refused(plant, tmp_path: Path) -> None:
    plant(tmp_path / "file")
    for ask in (size_and_sha256, open_regular):
        with pytest.raises(OSError, match="is no regular file"):
            ask(tmp_path / "file")
