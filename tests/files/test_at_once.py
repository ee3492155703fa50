"""Files that are replaced at once."""

from __future__ import annotations

import os
from pathlib import Path

from jaxlens.files.at_once import write_at_once


def test_a_link_or_a_pipe_is_replaced_and_not_followed(tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.write_text("precious")
    for plant in (lambda path: path.symlink_to(target), os.mkfifo):
        plant(tmp_path / "file")
        write_at_once(tmp_path / "file", "new")
        assert (tmp_path / "file").read_text() == "new"
        assert not (tmp_path / "file").is_symlink()
        assert target.read_text() == "precious"
        (tmp_path / "file").unlink()
