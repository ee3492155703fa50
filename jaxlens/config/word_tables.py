"""Tables of words and numbers with commas or blanks between the columns, which the first line names."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from jaxlens.config.errors import Place, Report


@dataclass(frozen=True)
class Row:
    """One line of a table: its number in the file, and its cells."""

    line: int
    cells: list[str]


def word_table(text: str, path: Path, report: Report) -> tuple[Row, list[Row]] | None:
    """The header of a table and its rows; None, and a problem, where it is empty or a row has other columns.

    Args:
        text: the content of the file; `#` starts a comment.
        path: the file.
        report: the problem is added to it.
    """
    lines = [(i, line.partition("#")[0].strip()) for i, line in enumerate(text.split("\n"), start=1)]
    lines = [(i, line) for i, line in lines if line]
    if len(lines) < 2:
        finding = "has no rows; give a line with the names of the columns, then at least one row"
        report.problem(Place(str(path)), finding)
        return None
    comma = "," in lines[0][1]
    header, *rows = (Row(i, _cells(line, comma)) for i, line in lines)
    for row in rows:
        if len(row.cells) != len(header.cells):
            finding = f"has {len(row.cells)} of the {len(header.cells)} columns; give every column one value"
            report.problem(Place(str(path), row.line), finding)
            return None
    return header, rows


def _cells(line: str, comma: bool) -> list[str]:
    """The cells of a line that has commas or blanks between them."""
    if not comma:
        return line.split()
    return [cell.strip() for cell in next(csv.reader([line], skipinitialspace=True))]
