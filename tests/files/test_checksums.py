"""Sizes and checksums of files and folders; what is neither is refused and does not hang."""

from __future__ import annotations

import hashlib
import os
import zlib
from pathlib import Path

import pytest

from jaxlens.files.checksums import ALGORITHMS, algorithm_of, files_of, open_regular, size_and_checksum
from jaxlens.files.crc32 import Piece


def test_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"abc")
    assert size_and_checksum(tmp_path / "file") == (3, f"crc32:{zlib.crc32(b'abc'):08x}")
    sha256 = hashlib.sha256(b"abc").hexdigest()
    assert size_and_checksum(tmp_path / "file", "sha256") == (3, f"sha256:{sha256}")
    (tmp_path / "link").symlink_to("file")
    assert size_and_checksum(tmp_path / "link") == size_and_checksum(tmp_path / "file")


def test_pieces_that_are_known_are_not_read(tmp_path: Path) -> None:
    content = bytes(range(256)) * 5000
    path = tmp_path / "file"
    path.write_bytes(content)
    whole = size_and_checksum(path)
    pieces = [
        Piece(start, stop - start, zlib.crc32(content[start:stop]))
        for start, stop in ((7, 7), (100, 999_999))
    ]
    path.write_bytes(content[:100] + bytes(999_899) + content[999_999:])
    assert size_and_checksum(path) != whole
    assert size_and_checksum(path, known=pieces) == whole


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_one_bit_of_a_large_file_is_found(algorithm: str, tmp_path: Path) -> None:
    content = bytearray(1_000_003)
    (tmp_path / "file").write_bytes(content)
    before = size_and_checksum(tmp_path / "file", algorithm)
    content[-1] ^= 1
    (tmp_path / "file").write_bytes(content)
    assert size_and_checksum(tmp_path / "file", algorithm) != before
    assert algorithm_of(before[1]) == algorithm


def test_an_algorithm_that_is_not_known_is_refused() -> None:
    with pytest.raises(ValueError, match="'md5:00' is none of crc32, sha256"):
        algorithm_of("md5:00")


def test_a_folder_is_its_files_by_name(tmp_path: Path) -> None:
    for folder, content in (("a", b"1"), ("b", b"1"), ("c", b"2")):
        (tmp_path / folder / "deep").mkdir(parents=True)
        (tmp_path / folder / "deep" / "chunk").write_bytes(content)
    one, same, other = (size_and_checksum(tmp_path / folder) for folder in "abc")
    assert one == same != other
    (tmp_path / "b" / "deep" / "chunk").rename(tmp_path / "b" / "chunk")
    assert size_and_checksum(tmp_path / "b") != one
    assert [path.name for path in files_of(tmp_path / "b")] == ["chunk"]


@pytest.mark.parametrize("plant", [os.mkfifo, lambda path: path.symlink_to("/dev/zero")])
def test_a_pipe_or_a_device_is_refused(plant, tmp_path: Path) -> None:
    plant(tmp_path / "file")
    for ask in (size_and_checksum, open_regular):
        with pytest.raises(OSError, match="is no regular file"):
            ask(tmp_path / "file")
