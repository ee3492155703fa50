"""The entries of COLUMNS, and which of those of a FORMAT stay beside them."""

from __future__ import annotations

import pytest

from jaxlens.config.catalog.entries import Entry, not_rivals, read_entries
from jaxlens.config.errors import Place, Report
from jaxlens.config.reader import read_text

MASS, LIGHT = "PLANE_1-OBJECT_1-MASS_PROFILE_1", "PLANE_1-OBJECT_1-LIGHT_PROFILE_1"


def entry(name: str, implied: bool = False) -> Entry:
    return Entry(name, Place(""), {"COLUMN": "x"}, ("g", "r"), implied)


@pytest.mark.parametrize(
    ("implied", "written", "stays"),
    [
        (f"{MASS}-sigma_v", f"{MASS}-theta_E", False),
        (f"{MASS}-theta_E", f"CONFIGURATION_1-{MASS}-sigma_v", False),
        (f"{MASS}-ellipticity", f"{MASS}-q", False),
        (f"{MASS}-ellipticity", f"{LIGHT}-q", True),
        (f"{LIGHT}-magnitude-g", f"{LIGHT}-magnitude", False),
        (f"{LIGHT}-magnitude-g", f"{LIGHT}-magnitude-r", True),
        (f"{LIGHT}-R_sersic", f"{LIGHT}-n_sersic", True),
    ],
)
def test_what_is_written_replaces_what_a_format_implies(implied: str, written: str, stays: bool) -> None:
    assert bool(not_rivals([entry(implied, True)], [entry(written)])) == stays


def test_entries_are_columns_or_mappings_of_words() -> None:
    report = Report()
    report.bands = ("g",)
    text = f"{MASS}-theta_E: 1\n{LIGHT}-magnitude-g: {{COLUMN: f, UNIT: nJy}}\n{MASS}-e1: [a]"
    found = read_entries(read_text(text, "c.yaml", report), report)
    assert [(one.name, one.words) for one in found] == [
        (f"{MASS}-theta_E", {"COLUMN": "1"}),
        (f"{LIGHT}-magnitude-g", {"COLUMN": "f", "UNIT": "nJy"}),
    ]
    assert [str(one) for one in report.problems] == [
        f"c.yaml:3: {MASS}-e1: is a list; give the name of a column, or {{COLUMN: ..., UNIT: ...}}"
    ]
