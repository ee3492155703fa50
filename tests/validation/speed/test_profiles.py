"""The comparison of single profiles with JAXtronomy: which are compared, and the table."""

from __future__ import annotations

import json

import jax
import pytest

from validation.speed import profiles
from validation.speed.profiles import LIGHT, MASS, QUICK, Row, common, kind_of, markdown, report

ROWS = [Row("mass", "SIE", 2.0, 5.0, 0.1, 3e-7, 2e-6), Row("light", "SERSIC", 4.0, 4.0, 0.1, 1e-7, 5e-7)]


def test_every_profile_of_both_is_compared():
    assert len(MASS) == 29
    assert len(LIGHT) == 9
    found = [(kind_of(profile), profile.name) for profile in common()]
    assert found == [("mass", name) for name in MASS] + [("light", name) for name in LIGHT]


def test_the_table_has_a_line_for_every_profile_and_the_median():
    assert markdown(ROWS).splitlines()[2:] == [
        "| SIE (mass) | 2.00 | 5.00 | 2.50 | 3e-07 | 2e-06 |",
        "| SERSIC (light) | 4.00 | 4.00 | 1.00 | 1e-07 | 5e-07 |",
        "| median | | | 1.75 | | |",
    ]
    written = json.loads(json.dumps(report(ROWS, QUICK)))
    assert written["median"] == 1.75
    assert [row["ratio"] for row in written["rows"]] == [2.5, 1.0]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["SPP", "SERSIC"])
def test_both_are_measured_and_their_errors_are_of_the_peak(name, monkeypatch):
    """In place of JAXtronomy, which need not be there, stands twice the same profile."""

    def doubled(profile, integers):
        ours = profiles.our_field(profile, integers)
        return lambda *arguments: jax.tree.map(lambda field: 2.0 * field, ours(*arguments))

    monkeypatch.setattr(profiles, "their_field", doubled)
    (profile,) = (profile for profile in common() if profile.name == name)
    row = profiles.measured(profile, QUICK)
    assert row.our_error < 1e-5
    assert row.their_error == pytest.approx(1.0, abs=1e-5)
    assert min(row.ours, row.theirs) > 0.0
