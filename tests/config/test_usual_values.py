"""Numbers that look as if they were in another unit get a warning with the number and the unit."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from jaxlens.config import Config

LoadEdited = Callable[[tuple[tuple[str, str], ...]], Config]
UNUSUAL = "far from all usual values; its unit is"


def normal(mean: float) -> str:
    return f"{{DISTRIBUTION: {{NAME: normal, PARAMETERS: {{mean: {mean}, std: 0.001}}}}}}"


@pytest.mark.parametrize(
    ("change", "path", "found"),
    [
        (("H0: 70", "H0: 0.7"), "c.yaml:8: COSMOLOGY.PARAMETERS.H0", f"is 0.7, {UNUSUAL} km/s/Mpc"),
        (
            ("      sep: 0.1\n", "      sep: 0.1\n      angle: 180\n"),
            "c.yaml:54: SPECIES.POINTSOURCE_1.PARAMETERS.angle",
            f"is 180, {UNUSUAL} radians",
        ),
        (
            ("theta_E: 1.0", "theta_E: 5e-6"),
            "c.yaml:37: SPECIES.GALAXY_1.MASS_PROFILE_1.PARAMETERS.theta_E",
            f"is 5e-06, {UNUSUAL} arcsec",
        ),
        (
            ("theta_E: 1.0", f"sigma_v: {normal(250000)}"),
            "c.yaml:37: SPECIES.GALAXY_1.MASS_PROFILE_1.PARAMETERS.sigma_v",
            f"is 250000 on average, {UNUSUAL} km/s",
        ),
        (
            ("pixel_scale: 0.2", "pixel_scale: 5.5e-5"),
            "c.yaml:14: IMAGE.PARAMETERS.pixel_scale",
            f"is 5.5e-05, {UNUSUAL} arcsec",
        ),
    ],
)
def test_a_number_in_another_unit(
    load_edited: LoadEdited, change: tuple[str, str], path: str, found: str
) -> None:
    assert load_edited((change,)).warnings == (f"{path}: {found}",)


@pytest.mark.parametrize(
    "change",
    [
        ("H0: 70", "H0: 100"),
        ("theta_E: 1.0", "theta_E: 0"),
        ("theta_E: 1.0", "sigma_v: 30"),
        ("sep: 0.1", "sep: 0.1\n      angle: -3.14159"),
        ("seeing: 0.9", "seeing: {DISTRIBUTION: {NAME: lognormal, PARAMETERS: {mean: 0, sigma: 0.2}}}"),
    ],
)
def test_usual_numbers(load_edited: LoadEdited, change: tuple[str, str]) -> None:
    assert load_edited((change,)).warnings == ()


def test_a_number_that_a_table_sets_or_that_nothing_needs(load_edited: LoadEdited, tmp_path: Path) -> None:
    (tmp_path / "t.txt").write_text("H0 WEIGHT\n70 1\n", encoding="utf-8")
    section = "DISTRIBUTIONS:\n  USERDIST_1: {FILENAME: t.txt, MODE: sample}\nGEOMETRY:\n"
    assert load_edited((("H0: 70", "H0: 0.7"), ("GEOMETRY:\n", section))).warnings == ()
    assert (
        load_edited((("psf_type: GAUSSIAN", "psf_type: NONE"), ("seeing: 0.9", "seeing: 90"))).warnings == ()
    )
