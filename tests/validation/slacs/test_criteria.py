"""What a lens is held to, and what is said of one that misses it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from jaxlens.modelling.samples.published import Published, Radius
from jaxlens.modelling.samples.record import Record
from validation.slacs.criteria import misses
from validation.slacs.report import lines, missed

GOOD = Record(
    "J1",
    "fitted",
    theta_E=1.21,
    theta_E_error=0.01,
    chi_square=119.0,
    degrees_of_freedom=100,
    model="EPL",
    converged=True,
    reached=4,
    starts=32,
    seconds=20.0,
    compilation=40.0,
)
RADII = {"thetaE_lens_m": Radius(1.20), "bSIE": Radius(1.25)}


def test_a_good_lens_misses_nothing() -> None:
    assert misses(GOOD, RADII) == []
    # published values in conflict: the survey's own, with more room
    assert misses(replace(GOOD, theta_E=1.60), {"thetaE_lens_m": Radius(0.77), "bSIE": Radius(1.62)}) == []
    assert misses(GOOD, {}) == []


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"theta_E": 1.22}, "theta_E 1.2200 is +1.67% from thetaE_lens_m 1.2000 (at most 1.5%)"),
        ({"theta_E": float("nan")}, "theta_E nan is +nan% from thetaE_lens_m 1.2000 (at most 1.5%)"),
        ({"chi_square": 121.0}, "chi-square per degree is 1.210 (at most 1.2)"),
        ({"degrees_of_freedom": 0}, "chi-square per degree is nan (at most 1.2)"),
        ({"converged": False}, "not converged"),
        ({"reached": 3}, "reached from 3 of 32 starts (at least a tenth)"),
        ({"status": "failed", "error": "ValueError: x"}, "failed: ValueError: x"),
    ],
)
def test_what_is_missed_is_said(changed: dict[str, object], words: str) -> None:
    assert misses(replace(GOOD, **changed), RADII) == [words]  # type: ignore[arg-type]


def test_the_table_has_a_line_for_each_lens() -> None:
    published = Published(("thetaE_lens_m", "bSIE"), {"j1": RADII})
    records = [GOOD, replace(GOOD, name="J2", reached=1), Record("J3", "failed", error="OSError: gone")]
    head, first, second, third, _, *words = lines(records, published)
    heading = "name ours error published diff % bSIE diff % chi2/dof model conv. starts s compile s flags"
    assert " ".join(head.split()) == heading
    row = "J1 1.2100 0.0100 1.2000 +0.83 1.2500 -3.20 1.190 EPL yes 4/32 20.0 40.0 -"
    assert " ".join(first.split()) == row
    # without a published value
    assert second.split()[3:7] == ["-", "-", "-", "-"]
    assert third.endswith("OSError: gone")
    assert words[-1] == "20.0 s a lens on average, and 80.0 s of compilation for all"
    assert [line.partition(":")[0] for line in missed(records, published)] == ["MISSED J2", "MISSED J3"]
