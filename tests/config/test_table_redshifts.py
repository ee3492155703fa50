"""Rows of tables whose redshifts are out of order (MODE: iterate is in broken/distributions.yaml)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from jaxlens.config import Config

Load = Callable[..., Config]
RISE = "redshifts must rise from plane to plane"
NEAR, FAR = "CONFIGURATION_1-PLANE_1-REDSHIFT", "CONFIGURATION_1-PLANE_2-REDSHIFT"


@pytest.fixture
def load(load_edited: Load, tmp_path: Path) -> Load:
    """`good.yaml` with tables by name, all of one mode."""

    def load(mode: str = "sample", edits: tuple[tuple[str, str], ...] = (), **tables: str) -> Config:
        for name, text in tables.items():
            (tmp_path / f"{name}.txt").write_text(text)
        entries = [
            f"  USERDIST_{i}: {{FILENAME: {name}.txt, MODE: {mode}}}\n"
            for i, name in enumerate(tables, start=1)
        ]
        section = f"DISTRIBUTIONS:\n{''.join(entries)}GEOMETRY:\n"
        return load_edited((*edits, ("GEOMETRY:\n", section)))

    return load


def probabilities(config: Config, label: str) -> list[float]:
    """The probability of each row of the first table in a configuration."""
    return np.diff(config.joints[0].within(label).arrays["cumulative"], prepend=0.0).tolist()  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("text", "where", "left"),
    [
        (
            f"{NEAR} {FAR} WEIGHT\n0.3 0.9 1\n0.6 0.2 0\n0.5 0.5 1\n0.1 0.2 2\n",
            f"t.txt:4: {FAR}: is 0.5, but a plane in front of PLANE_2 is at 0.5 or beyond; {RISE}, so "
            "1 of 4 rows, with 25% of the weight, are never drawn",
            [1 / 3, 0, 0, 2 / 3],
        ),
        (
            "PLANE_2-OBJECT_1-REDSHIFT WEIGHT\n0.31 1\n0.3 3\n",
            "t.txt:3: PLANE_2-OBJECT_1-REDSHIFT: is 0.3, but a plane in front of PLANE_2 is at 0.3 or beyond"
            f"; {RISE}, so "
            "1 of 2 rows, with 75% of the weight, are never drawn",
            [1, 0],
        ),
        (
            "PLANE_1-OBJECT_1-REDSHIFT-g WEIGHT\n0.31 1\n1.3 1\n",
            f"t.txt:3: PLANE_1-OBJECT_1-REDSHIFT-g: is 1.3, but PLANE_2 is at most at 1 in CONFIGURATION_1; "
            f"{RISE}, so "
            "1 of 2 rows, with 50% of the weight, are never drawn",
            [1, 0],
        ),
        (
            f"{NEAR} WEIGHT\n-1 1\n0.4 1\n",
            f"t.txt:2: {NEAR}: is -1, not above 0; {RISE}, so "
            "1 of 2 rows, with 50% of the weight, are never drawn",
            [0, 1],
        ),
    ],
)
def test_rows_out_of_order_are_never_drawn(load: Load, text: str, where: str, left: list[float]) -> None:
    config = load(t=text)
    assert config.warnings == config.passed_over == (where,)
    np.testing.assert_allclose(probabilities(config, "CONFIGURATION_1"), left)


def test_in_another_configuration_they_are_drawn(load: Load) -> None:
    config = load(t="PLANE_1-REDSHIFT WEIGHT\n0.5 1\n1.5 3\n")
    assert probabilities(config, "CONFIGURATION_1") == [1, 0]
    assert probabilities(config, "CONFIGURATION_2") == [0.25, 0.75]


def test_rows_of_no_weight_may_be_anything(load: Load) -> None:
    assert load(t=f"{NEAR} {FAR} WEIGHT\n0.3 0.9 1\n0.6 0.2 0\n").warnings == ()


def test_the_density_between_rows_is_zero_at_those_out_of_order(load: Load) -> None:
    config = load("interpolate", t=f"{NEAR} {FAR} WEIGHT\n.2 .5 1\n.9 1.2 1\n.7 .6 2\n")
    assert config.warnings[0].endswith("so 1 of 3 rows, with 50% of the weight, are never drawn")
    arrays = config.joints[0].within("CONFIGURATION_1").arrays
    corners, shares = arrays["corners"].reshape(-1, 2), np.diff(arrays["cumulative"], prepend=0.0)
    np.testing.assert_allclose(shares[corners[:, 0] == 0.7], 0)
    np.testing.assert_allclose(shares[corners[:, 0] != 0.7], 0.5)


def test_rows_that_another_table_never_suits(load: Load) -> None:
    """Those that suit some row of the other are drawn until they do."""
    config = load(t=f"{NEAR} WEIGHT\n1.2 1\n1.3 1\n", u=f"{FAR} WEIGHT\n1.4 1\n1.25 1\n1.1 2\n")
    assert config.warnings == (
        f"u.txt:4: {FAR}: is 1.1, but a plane in front of PLANE_2 is at 1.2 or beyond; {RISE}, so "
        "1 of 3 rows, with 50% of the weight, are never drawn",
    )


def test_a_table_of_another_configuration_does_not_matter(load: Load) -> None:
    edits = (("REDSHIFT: 0.3", "REDSHIFT: 0.6"),)
    assert load(edits=edits, t="CONFIGURATION_2-PLANE_1-REDSHIFT WEIGHT\n1.5 1\n", u=f"{FAR} WEIGHT\n1.2 1\n")
    config = load(edits=edits, t="CONFIGURATION_2-PLANE_1-REDSHIFT WEIGHT\n1.5 1\n")
    assert config.warnings == ()
