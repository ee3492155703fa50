"""Haloes of a file in a configuration: windows, sheets by plane, and angles of one source."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from jaxlens.config import ConfigError, load_config
from jaxlens.config.model import LineOfSight

Document = Callable[..., dict[str, Any]]
HALO = {"Rs": 0.1, "alpha_Rs": 1e-3, "r_trunc": 0.5, "center_x": 0.1, "center_y": 0.2}
VARYING = {"DISTRIBUTION": {"NAME": "uniform", "PARAMETERS": {"minimum": 1.2, "maximum": 2.0}}}


def line_of_sight(document: dict[str, Any]) -> LineOfSight:
    found = load_config(document).configurations[0].line_of_sight
    assert found
    return found


@pytest.fixture
def pyhalo(tmp_path: Path) -> str:
    """A file with three haloes and two sheets, the redshifts of which are in the middle of planes."""
    content = {
        "lens_model_list": ["TNFW"] * 3 + ["CONVERGENCE"] * 2,
        "redshift_list": [0.15, 0.16, 0.85, 0.15, 0.85],
        "kwargs_lens": [HALO] * 3 + [{"kappa": -0.001}, {"kappa": -0.002}],
    }
    (tmp_path / "a.json").write_text(json.dumps(content))
    return str(tmp_path / "a.json")


def test_angles_are_masses_and_sheets_are_by_plane(pyhalo: str, with_haloes: Document) -> None:
    """A sheet of pyHalo is below zero, and `kappa_sheet` is the convergence that is taken out."""
    found = line_of_sight(with_haloes(line_of_sight={"FILENAME": pyhalo, "dz": 0.1}))
    assert found.haloes
    arrays = found.haloes.arrays
    assert arrays.keys() == {"number", "x", "y", "z", "mass", "concentration", "r_trunc", "kappa_sheet"}
    assert found.planes == (5, 10)
    expected = np.zeros((1, 15))
    expected[0, [1, 8]] = 0.001, 0.002
    assert np.array_equal(arrays["kappa_sheet"], expected)
    assert np.all(arrays["mass"] > 0.0)
    # two of the haloes are within 0.1 of each other
    assert found.window == 2


def test_sheets_are_left_out(pyhalo: str, with_haloes: Document) -> None:
    found = line_of_sight(with_haloes(line_of_sight={"FILENAME": pyhalo, "SHEETS": False}))
    assert found.haloes
    assert not found.sheets
    assert "kappa_sheet" not in found.haloes.arrays


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        (
            {},
            (
                "has sheets at fixed redshifts",
                "are angles for one source, and the",
            ),
        ),
        ({"SHEETS": False}, ("has Rs and alpha_Rs, which are angles for one source",)),
        ({"PROFILE": "NFW"}, ("has haloes with the profile TNFW, and PROFILE is NFW",)),
    ],
)
def test_angles_and_sheets_are_of_one_source(
    keys: dict[str, Any], expected: tuple[str, ...], pyhalo: str, with_haloes: Document
) -> None:
    with pytest.raises(ConfigError) as error:
        load_config(with_haloes(line_of_sight={"FILENAME": pyhalo, **keys}, z_source=VARYING))
    assert len(error.value.problems) == len(expected)
    assert all(any(text in one for one in error.value.problems) for text in expected)


def test_sheets_of_a_file_have_the_planes_of_the_configuration(with_haloes: Document, tmp_path: Path) -> None:
    columns = {"x": [0.1], "y": [0.1], "z": [0.3], "mass": [1e8], "concentration": [9.0], "r_trunc": [0.1]}
    name = str(tmp_path / "a.npz")
    np.savez(name, kappa_sheet=np.full((1, 15), 1e-3), **columns)
    found = line_of_sight(with_haloes(line_of_sight={"FILENAME": name, "dz": 0.1}))
    assert found.sheets
    with pytest.raises(ConfigError, match="has kappa_sheet of 15 planes of haloes, and there are 75"):
        load_config(with_haloes(line_of_sight={"FILENAME": name}))


def test_subhaloes_have_no_sheets(pyhalo: str, with_haloes: Document) -> None:
    with pytest.raises(ConfigError, match="has sheets of convergence, which belong to haloes along the line"):
        load_config(with_haloes({"FILENAME": pyhalo}))
