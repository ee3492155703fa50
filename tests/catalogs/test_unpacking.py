"""What is large once it is unpacked costs neither time nor memory."""

from __future__ import annotations

import bz2
import gzip
import lzma
from pathlib import Path
from typing import Any

import pytest

from jaxlens.catalogs import unpacking
from jaxlens.catalogs.unpacking import TooLarge, opened


@pytest.mark.parametrize("packer", [gzip, bz2, lzma])
def test_a_compressed_file_is_unpacked_up_to_a_limit(packer: Any, tmp_path: Path) -> None:
    (tmp_path / "zeros").write_bytes(packer.compress(bytes(1000)))
    with opened(tmp_path / "zeros", 1000, "") as file:
        assert file.read() == bytes(1000)
    with (
        pytest.raises(TooLarge, match="is unpacked over 0 MB; cut it"),
        opened(tmp_path / "zeros", 999, "cut it"),
    ):
        pass


def test_a_ratio_that_no_image_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where the limit is gigabytes, as that of BACKGROUNDS is."""
    monkeypatch.setattr(unpacking, "_ALWAYS_UNPACKED", 10_000)
    (tmp_path / "zeros").write_bytes(gzip.compress(bytes(1_000_000)))
    with pytest.raises(TooLarge, match="; unpack it"), opened(tmp_path / "zeros", 2**32, "cut it"):
        pass


def test_other_files_are_as_they_are(tmp_path: Path) -> None:
    (tmp_path / "plain").write_bytes(b"SIMPLE")
    with opened(tmp_path / "plain", 1, "") as file:
        assert file.read() == b"SIMPLE"
    (tmp_path / "archive").write_bytes(b"PK\x03\x04")
    with pytest.raises(ValueError, match="archive"), opened(tmp_path / "archive", 1, ""):
        pass
