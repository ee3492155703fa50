"""Files of a user's own profiles, distributions and functions."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from jaxlens.config.imported_files import import_file, imported_files


def test_a_file_on_the_path_is_not_taken_for_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`python -m jaxlens` has the working folder on its path, in which the file is."""
    file = tmp_path / "found_on_the_path.py"
    file.write_text("NUMBER = 3\n")
    monkeypatch.syspath_prepend(tmp_path)
    import_file(file)
    assert sys.modules["found_on_the_path"].NUMBER == 3
    assert imported_files()[-1] == str(file)


def test_the_name_of_another_file_on_the_path_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own, other = tmp_path / "own" / "of_two_files.py", tmp_path / "other" / "of_two_files.py"
    for file in (own, other):
        file.parent.mkdir()
        file.write_text("NUMBER = 4\n")
    monkeypatch.syspath_prepend(other.parent)
    with pytest.raises(ValueError, match="has the name of another module"):
        import_file(own)
