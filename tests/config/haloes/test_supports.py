"""Between which values numbers can be drawn: distributions, tables and links."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from jaxlens.config import load_config
from jaxlens.config.haloes.supports import Supports

Document = Callable[..., dict[str, Any]]
PREFIX = "PLANE_1-OBJECT_1-SUBSTRUCTURE"


def supports(document: dict[str, Any]) -> Supports:
    config = load_config(document)
    return Supports(config, config.configurations[0])


def distribution(name: str, **parameters: float) -> dict[str, Any]:
    return {"DISTRIBUTION": {"NAME": name, "PARAMETERS": parameters}}


def test_numbers_distributions_and_links(with_haloes: Document) -> None:
    """An unbounded distribution ends at the quantiles of the least and largest uniform numbers."""
    numbers = {
        "Sigma_sub": 0.0,
        "radius": distribution("uniform", minimum=2.0, maximum=3.0),
        "half_mode_mass": {"SAME_AS": "SUBSTRUCTURE-M_min", "TIMES": 2.0, "PLUS": 5.0},
        "M_min": distribution("loguniform", minimum=1e5, maximum=1e6),
        "slope": distribution("normal", mean=-1.9, std=0.02),
    }
    found = supports(with_haloes({"PARAMETERS": numbers}))
    assert found.of(f"{PREFIX}-radius") == (2.0, 3.0)
    assert found.of(f"{PREFIX}-M_pivot") == (1e8, 1e8)
    assert found.of(f"{PREFIX}-half_mode_mass") == pytest.approx((2e5 + 5.0, 2e6 + 5.0))
    # the normal quantile of 2^-24 is 5.29
    assert found.of(f"{PREFIX}-slope") == pytest.approx((-1.9 - 0.1058, -1.9 + 0.1058), abs=1e-3)
    assert found.cosmology() == {"H0": (70.0, 70.0), "Om0": (0.3, 0.3)}


def test_tables_take_the_place_of_the_file(with_haloes: Document, tmp_path: Path) -> None:
    (tmp_path / "t.txt").write_text(f"{PREFIX}-radius WEIGHT\n2.5 1\n4 1\n")
    document = with_haloes({"PARAMETERS": {"Sigma_sub": 0.0, "radius": 30.0}})
    table = {"FILENAME": str(tmp_path / "t.txt"), "MODE": "sample"}
    document["DISTRIBUTIONS"] = {"USERDIST_1": table}
    assert supports(document).of(f"{PREFIX}-radius") == (2.5, 4.0)
