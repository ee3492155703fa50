"""FILENAME of SUBSTRUCTURE and LINE_OF_SIGHT: what a file must have, and what becomes of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from jaxlens.config import ConfigError, load_config
from jaxlens.config.haloes.names import named_haloes
from jaxlens.config.model import Haloes

Document = Callable[..., dict[str, Any]]
COLUMNS = {
    "x": [0.1, 0.2, 0.3],
    "y": [1.0, 2.0, 3.0],
    "z": [0.2, 0.5, 1.0],
    "mass": [1e7, 1e8, 1e9],
    "concentration": [10.0, 11.0, 12.0],
    "r_trunc": [0.5, 0.6, 0.7],
}


def write(path: Path, columns: Mapping[str, list[float]]) -> str:
    """A table of these columns; the name of the file."""
    rows = [" ".join(columns), *(" ".join(map(str, row)) for row in zip(*columns.values(), strict=True))]
    path.write_text("\n".join(rows))
    return str(path)


def without(*names: str) -> dict[str, list[float]]:
    return {name: one for name, one in COLUMNS.items() if name not in names}


def haloes(document: dict[str, Any]) -> Haloes:
    ((_, found),) = named_haloes(load_config(document).configurations[0])
    return found


def problem(document: dict[str, Any]) -> str:
    with pytest.raises(ConfigError) as error:
        load_config(document)
    (found,) = error.value.problems
    return found


def test_lists_along_the_line_of_sight(with_haloes: Document, tmp_path: Path) -> None:
    """System i gets list i modulo their number; lists are padded with zeros."""
    name = write(tmp_path / "a.txt", {**COLUMNS, "list": [7, 3, 7]})
    found = haloes(with_haloes(line_of_sight={"FILENAME": name}))
    assert found.haloes
    assert (found.haloes.source, found.bound, found.parameters) == (name, 2, ())
    arrays = {key: one.tolist() for key, one in found.haloes.arrays.items()}
    assert arrays["number"] == [1.0, 2.0]
    assert arrays["mass"] == [[1e8, 0.0], [1e7, 1e9]]
    assert arrays["z"] == [[0.5, 0.0], [0.2, 1.0]]
    assert arrays.keys() == {"number", *COLUMNS}


def test_subhaloes_by_other_names_of_columns(with_haloes: Document, tmp_path: Path) -> None:
    """The redshift is that of the plane; what the file lacks is drawn by the numbers of SUBSTRUCTURE."""
    columns = {"center_x": COLUMNS["x"], "center_y": COLUMNS["y"], "M200": COLUMNS["mass"]}
    section = {"FILENAME": write(tmp_path / "a.csv", columns), "PARAMETERS": {"truncation_norm": 2.0}}
    found = haloes(with_haloes(section))
    assert found.haloes
    assert found.haloes.arrays.keys() == {"number", "x", "y", "mass"}
    assert {name: one.support()[0] for name, one in found.parameters} == {
        "M_host": 1e13,
        "half_mode_mass": 0.0,
        "concentration_scatter": 0.16,
        "truncation_norm": 2.0,
        "truncation_mass_slope": 1 / 3,
        "truncation_radius_slope": 2 / 3,
    }


@pytest.mark.parametrize(
    ("columns", "keys", "expected"),
    [
        (without("mass"), {}, "a.txt: has no column mass; give x, y, z, mass, concentration, r_trunc"),
        ({**without("mass"), "masss": [1.0] * 3}, {}, "has no column mass; call masss so, if that is meant"),
        (without("z"), {}, "a.txt: has no column z; give x, y, z, mass"),
        (
            {**COLUMNS, "mass": [1e7, 0.0, -1.0]},
            {},
            "mass: is 0, and 1 more are wrong; it must be finite",
        ),
        (
            {**COLUMNS, "z": [0.1, 0.2, 1.6]},
            {},
            "up to redshift 1.6, and the last plane is at 1.5",
        ),
        (COLUMNS, {"TWO_HALO": True}, "TWO_HALO: has no meaning with FILENAME, whose haloes are not drawn"),
        (COLUMNS, {"MAX_HALOES": 5}, "MAX_HALOES: has no meaning with FILENAME"),
        (COLUMNS, {"CONCENTRATION": "power_law"}, "has no meaning with FILENAME, which has concentrations"),
        (
            COLUMNS,
            {"PARAMETERS": {"M_min": 1.0}},
            "PARAMETERS: has no meaning with FILENAME, which has",
        ),
        (
            without("r_trunc"),
            {"PARAMETERS": {"M_min": 1.0}},
            "M_min: is not a number that matters",
        ),
        (
            COLUMNS,
            {"SHEETS": True},
            "SHEETS: is true, and the file of haloes has no kappa_sheet",
        ),
    ],
)
def test_what_is_wrong_is_reported(
    columns: dict[str, list[float]],
    keys: dict[str, Any],
    expected: str,
    with_haloes: Document,
    tmp_path: Path,
) -> None:
    name = write(tmp_path / "a.txt", columns)
    assert expected in problem(with_haloes(line_of_sight={"FILENAME": name, **keys}))


def test_subhaloes_are_at_one_redshift(with_haloes: Document, tmp_path: Path) -> None:
    name = write(tmp_path / "a.txt", COLUMNS)
    expected = "has haloes from redshift 0.2 to 1, and subhaloes are in one plane; name this file in LINE_OF"
    assert expected in problem(with_haloes({"FILENAME": name}))


@pytest.mark.parametrize("offsets", [[0, 2], [0, 2, 1, 3], [1, 3]])
def test_offsets_rise_to_the_number_of_haloes(
    offsets: list[int], with_haloes: Document, tmp_path: Path
) -> None:
    np.savez(tmp_path / "a.npz", offsets=offsets, **COLUMNS)
    found = problem(with_haloes(line_of_sight={"FILENAME": str(tmp_path / "a.npz")}))
    assert "offsets: must rise from 0 to the number of haloes, 3" in found


def test_each_halo_has_every_number(with_haloes: Document, tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", **{**COLUMNS, "mass": [1e8]})
    found = problem(with_haloes(line_of_sight={"FILENAME": str(tmp_path / "a.npz")}))
    assert "has different numbers of haloes, 3 of x, 3 of y, 3 of z, 1 of mass, 3 of concentration" in found


def test_a_file_of_haloes_is_an_input_of_the_file(with_haloes: Document, tmp_path: Path) -> None:
    name = write(tmp_path / "a.txt", COLUMNS)
    assert load_config(with_haloes(line_of_sight={"FILENAME": name})).input_files == (name,)
