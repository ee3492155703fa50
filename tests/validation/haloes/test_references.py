"""The references of haloes are whole, and say what they are of."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from validation.haloes import references
from validation.haloes.make_references import SUBJECTS, main

# The planes of haloes in the reference of rays through several.
PLANES = [0.125, 0.375, 0.625, 0.875, 1.125, 1.375, 1.625, 1.875]


@pytest.mark.parametrize("subject", SUBJECTS)
def test_all_numbers_are_finite(subject: str) -> None:
    arrays = references.load(subject)
    assert all(np.all(np.isfinite(array)) for array in arrays.values() if array.dtype.kind == "f")
    assert references.path_of(subject).stat().st_size < 2e6


def test_a_thousand_haloes_in_one_plane_and_in_eight() -> None:
    arrays = references.load("deflections")
    for profile in ("TNFW", "NFW", "PJAFFE", "POINT_MASS", "PLANES"):
        assert arrays[f"{profile}_x"].shape == arrays[f"{profile}_y"].shape == (1000,)
    assert sorted(set(arrays["PLANES_z"])) == PLANES


def test_haloes_deflect_towards_themselves() -> None:
    """The sum of point masses, theta_E^2 / r each, by the formula."""
    arrays = references.load("deflections")
    name = "POINT_MASS_"
    x, y = (arrays[f"{name}ray_{c}"][:, None] - arrays[f"{name}{c}"] for c in "xy")
    strength = arrays[f"{name}theta_E"] ** 2 / (x**2 + y**2)
    assert np.allclose((strength * x).sum(axis=1), arrays[f"{name}deflection_x"], rtol=0.0, atol=1e-12)
    assert np.allclose((strength * y).sum(axis=1), arrays[f"{name}deflection_y"], rtol=0.0, atol=1e-12)


def test_a_subject_that_does_not_exist(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["nothing"]) == 2
    assert "there are deflections" in capsys.readouterr().err


def test_a_missing_file_says_how_it_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(references, "FOLDER", tmp_path)
    with pytest.raises(FileNotFoundError, match="make_references deflections"):
        references.load("deflections")
