"""The tables that were written by a script are those that the script writes."""

from __future__ import annotations

from pathlib import Path

import pytest

from jaxlens.config import example_path
from validation.packaged_data import cadences


@pytest.mark.slow  # another version of numpy may draw other numbers
def test_the_tables_of_the_examples_are_written_again(tmp_path: Path) -> None:
    folder = example_path("des_quasars").parent
    written = cadences.write(tmp_path)
    assert {path.name for path in written} == {path.name for path in folder.glob("*.csv")}
    for path in written:
        assert path.read_text(encoding="utf-8") == (folder / path.name).read_text(encoding="utf-8")
