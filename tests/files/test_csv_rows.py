"""Rows of a CSV from the middle of it."""

from pathlib import Path

import pytest

from jaxlens.files import csv_rows
from jaxlens.files.csv_rows import CsvRows


@pytest.mark.parametrize("block", [1, 7, 2**24])
def test_texts_with_ends_of_lines_and_quotes_are_one_row(
    tmp_path: Path, block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csv_rows, "_BLOCK", block)
    path = tmp_path / "table.csv"
    path.write_text('OBJID-g,"NAME, x-g",H0-g\n0,"two\nlines, ""quoted""",1.5\n1,a,2.5\n2,"b\n",3.5\n')
    rows = CsvRows(path)
    assert (rows.count, rows.header) == (3, ["OBJID-g", "NAME, x-g", "H0-g"])
    assert rows.read(0, 1)["NAME, x-g"].tolist() == ['two\nlines, "quoted"']
    assert rows.read(1, 3)["H0-g"].tolist() == [2.5, 3.5]
    assert rows.columns(["OBJID-g"])["OBJID-g"].tolist() == [0, 1, 2]
    assert len(rows.read(3, 3)) == 0
