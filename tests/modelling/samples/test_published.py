"""Published radii: which columns they are in, and whose they are."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from jaxlens.modelling.samples.published import Radius, read_published


def write(path: Path, text: str) -> Path:
    (path / "published.csv").write_text(text)
    return path / "published.csv"


def test_values_between_limits_with_errors_and_alone(tmp_path: Path) -> None:
    text = (
        "lens_name,thetaE_lens_l,thetaE_lens_m,thetaE_lens_u,bSIE,b_ein,b_ein_err,qSIE\n"
        "J0029-0055,0.94,0.945,0.95,0.96,0.9,0.1,0.9\nJ1,,,,1.0,,,0.5\n"
    )
    found = read_published(write(tmp_path, text))
    assert found.columns == ("thetaE_lens_m", "bSIE", "b_ein")
    radii = found.of("SDSSJ0029-0055")
    assert radii["thetaE_lens_m"] == Radius(0.945, 0.94, 0.95)
    assert radii["bSIE"].value == 0.96
    assert math.isnan(radii["bSIE"].low)
    assert radii["b_ein"] == Radius(0.9, pytest.approx(0.8), pytest.approx(1.0))
    # the first that is there
    first = found.first("J1")
    assert first is not None
    assert first.value == 1.0
    assert found.first("J2") is None
    assert read_published(tmp_path / "published.csv", ["qsie"]).columns == ("qSIE",)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("object,theta_E\nA,1\n", "has no column of names; call it name"),
        ("name,mass\nA,1\n", "has no column of Einstein radii, such as theta_E; its columns are name, mass"),
    ],
)
def test_a_table_without_names_or_radii_is_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        read_published(write(tmp_path, text))
