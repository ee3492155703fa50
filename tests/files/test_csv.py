"""Lines of a CSV: those of Python's own writer."""

import csv
import io

import numpy as np

from jaxlens.files.csv import csv_line, csv_lines

RNG = np.random.default_rng(5)
TABLE = {
    "whole": np.arange(6),
    "single": RNG.lognormal(sigma=15, size=6).astype(np.float32),
    "double": RNG.normal(size=6),
    "same": np.full(6, 0.1, np.float32),
    "name": np.full(6, 'says "a, b"', dtype=object),
    "text": np.array(["1.5;2", "", "a,b", 'c"', "two\nlines", "x"], dtype=object),
    "zero": np.array([0.0, -0.0, 0.0, -0.0, 0.0, 0.0]),
    "none": np.zeros(6),
    "runs": np.array([1.5, 1.5, np.nan, np.nan, -0.0, 0.0], np.float32),
    "runs of text": np.array(["a,b", "a,b", "x", "x", "x", "a,b"], dtype=object),
    "flags": np.array([True, True, False, False, False, True]),
}


def test_lines_are_those_of_pythons_writer():
    written = io.StringIO()
    rows = csv.writer(written, lineterminator="\n")
    rows.writerow(TABLE)
    rows.writerows(zip(*(map(str, column) for column in TABLE.values()), strict=True))
    assert "\n".join([csv_line(TABLE), *csv_lines(TABLE)]) + "\n" == written.getvalue()


def test_a_table_of_constants_or_of_nothing_has_its_rows():
    assert csv_lines({"a": np.ones(3), "b": np.full(3, "x", dtype=object)}) == ["1.0,x"] * 3
    assert csv_lines({"a": np.ones(0), "b": np.zeros(0)}) == []


def test_a_column_that_bands_share_is_turned_into_text_once(monkeypatch):
    asked = []
    monkeypatch.setattr("jaxlens.files.csv._as_text", lambda column: asked.append(1) or "text")
    assert csv_lines({"a-g": TABLE["double"], "a-r": TABLE["double"], "b": TABLE["whole"]})
    assert len(asked) == 2
