"""Bounds, targets and growth of figures that are given."""

from __future__ import annotations

from typing import Any

import pytest

from validation.speed import bounds
from validation.speed.hlo import Kernel


def kernel(times: float, moved: float, work: float) -> Kernel:
    return Kernel("k", "fusion", "f32[8]", times, moved, work)


@pytest.mark.parametrize(
    ("launches", "moved", "work", "seconds"),
    [(1, 3.35e12, 0, 1.0), (1, 0, 67e12, 2.0), (1e6, 3.35e12, 33.5e12, 3.0)],
)
def test_the_slowest_of_bandwidth_arithmetic_and_launches_bounds(
    launches: float, moved: float, work: float, seconds: float
) -> None:
    found = bounds.row([kernel(launches - 1, 0, 0), kernel(1, moved, work)], batch=10, image_bytes=400)
    assert found["bound_systems_per_s"] == pytest.approx(10 / seconds)
    assert found["kB_per_system"] == pytest.approx(moved / 10 / 1e3)
    assert (found["launches"], found["image_kB"]) == (launches, 0.4)


def figures(launches: int, kilobytes: float, bound: float = 2e6) -> dict[str, Any]:
    return {
        "batch": 4,
        "launches": launches,
        "kB_per_system": kilobytes,
        "image_kB": 40.0,
        "Mops_per_system": 1.0,
        "bound_systems_per_s": bound,
        "loops_of_unknown_length": 0,
        "temporary_MB": 80.0,
        "output_MB": 40.0,
    }


def test_a_target_is_met_or_missed() -> None:
    rows = {"A": figures(15, 251.0), "A-value": figures(5, 100.0, 6e6), "A-gradient": figures(9, 9.0, 2.4e6)}
    found = {(target.row, target.figure): target for target in bounds.targets(rows)}
    assert found["A", "launches"].met
    assert not found["A", "kB_per_system"].met
    assert "251 <= 250" in found["A", "kB_per_system"].text
    assert found["A", "kB_per_system"].text.endswith("MISSED")
    assert found["A", "temporary_over_output"].reached == 2.0
    assert found["A-gradient", "times_its_value"].reached == pytest.approx(2.5)
    quasar = bounds.targets({"lensed_quasar": figures(150, 1500.0, 0.9e6)})
    assert [target.figure for target in quasar if not target.met] == ["bound_systems_per_s"]


def test_a_row_that_has_grown_by_more_than_a_tenth_is_named() -> None:
    committed = {"A": figures(20, 200.0), "B": figures(20, 200.0)}
    assert bounds.grown(committed, {"A": figures(22, 219.0), "B": figures(10, 100.0)}) == []
    assert bounds.grown(committed, {"A": figures(23, 219.0), "B": figures(20, 221.0)}) == [
        "A: launches has grown from 20 to 23",
        "B: kB_per_system has grown from 200 to 221",
    ]
    assert bounds.grown(committed, {"C": figures(1, 1.0)}) == ["C: the file has no such row"]


def test_the_table_has_a_line_for_each_row() -> None:
    head, line = bounds.table({"A": figures(15, 1251.0)})
    assert head.split()[:3] == ["program", "batch", "launches"]
    assert line.split() == ["A", "4", "15", "0", "1,251", "(40)", "1.0", "2,000,000", "80", "40.0"]
