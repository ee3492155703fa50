"""The table and the lines of a sample: numbers, words and differences from published values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from jaxlens.modelling.samples.lenses import Lens
from jaxlens.modelling.samples.published import Published, Radius
from jaxlens.modelling.samples.record import record_of_failure, record_of_fit
from jaxlens.modelling.samples.table import line_of, results_table

PUBLISHED = Published(("theta_E", "bSIE"), {"a": {"theta_E": Radius(1.25), "bSIE": Radius(1.0)}})


def test_a_row_has_what_was_found_and_what_is_doubtful(fake: Callable[..., Any]) -> None:
    found = record_of_fit(Lens("A", (), ra=10.0), fake(chi_square=190.0, reached=1), 1.19)
    records = [replace(found, seconds=12.0, compilation=30.0), record_of_failure(Lens("B", ()), OSError("x"))]
    table = results_table(records, PUBLISHED)
    first, second = (row for _, row in table.iterrows())
    assert first["flags"] == "few starts, poor fit"
    assert first["chi_square_per_degree"] == 2.0
    assert (first["reached"], first["starts"], first["model"]) == (1, 32, "SIE + shear")
    assert first["PLANE_1-OBJECT_1-MASS_PROFILE_1-theta_E"] == first["theta_E"] == 1.2
    assert first["PLANE_1-OBJECT_1-MASS_PROFILE_1-theta_E_error"] == pytest.approx(0.006)
    assert first["difference_percent_theta_E"] == pytest.approx(-4.0)
    assert first["difference_percent_bSIE"] == pytest.approx(20.0)
    assert (first["seconds"], first["compilation"], first["ra"]) == (12.0, 30.0, 10.0)
    assert (second["status"], second["error"]) == ("failed", "OSError: x")
    assert line_of(records[1]) == "B                failed: OSError: x"
    assert line_of(records[0], PUBLISHED) == (
        "A                theta_E 1.2000 +- 0.0060 (-4.0% of 1.250), chi2/dof 2.000, SIE + shear, "
        "1/32 starts,   12.0 s and 30.0 s of compilation, few starts, poor fit"
    )
