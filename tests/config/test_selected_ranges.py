"""SELECT draws impossible numbers again, and so they get no remark."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from jaxlens.config import Config

Edit = Callable[[tuple[tuple[str, str], ...]], Config]
SLOPE = "PLANE_1-OBJECT_1-MASS_PROFILE_1-gamma"


@pytest.mark.parametrize(
    ("select", "remark"),
    [
        ("", "below or at"),
        (f"{SLOPE}_max: 2.9", "at most 1"),
        (f"{SLOPE}_min: 1.1", "at least 3"),
        (f"{SLOPE}_min: 0.9, {SLOPE}_max: 3.1", "at most 1 or at least 3"),
        (f"{SLOPE}_min: 1.1, {SLOPE}_max: 2.9", ""),
    ],
)
def test_a_remark_only_where_select_keeps_them(
    select: str, remark: str, load_edited: Edit, tmp_path: Path
) -> None:
    normal = f"{{PARAMS: [{SLOPE}, seeing], MEAN: [2.0, 0.9], COVARIANCE: [[0.2, 0], [0, 0.0001]]}}"
    edits = [
        ("NAME: SIE", "NAME: EPL"),
        ("        theta_E: 1.0\n", "        theta_E: 1.0\n        gamma: 2.0\n"),
        ("GEOMETRY:\n", f"DISTRIBUTIONS: {{MULTIVARIATE_NORMAL_1: {normal}}}\nGEOMETRY:\n"),
    ]
    if select:
        edits.append(("    NAME: PAIR\n", f"    NAME: PAIR\n    SELECT: {{{select}}}\n"))
    warnings = [line for line in load_edited(tuple(edits)).warnings if "draws are" in line]
    assert len(warnings) == bool(remark or not select)
    if select and remark:
        assert f"draws are {remark} with probability" in warnings[0]
