"""Files of haloes: tables, HDF5, npz, and pyHalo's output as JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from jaxlens.config.errors import Place, Report
from jaxlens.config.haloes.list_files import HaloColumns, read_halo_columns
from jaxlens.config.reader import Node

X, MASS = [0.1, -0.2, 0.3], [1e7, 2e7, 3e8]


def read(name: str | Path, group: str = "LINE_OF_SIGHT") -> tuple[HaloColumns | None, list[str]]:
    report = Report()
    node = Node(Place("c.yaml", 3, "LINE_OF_SIGHT.FILENAME"), str(name), str(name))
    return read_halo_columns(node, group, report), [str(one) for one in report.problems]


def test_a_table_with_commas_or_blanks(tmp_path: Path) -> None:
    """A column of words is left out; a number has a line."""
    (tmp_path / "a.csv").write_text("profile,x,mass\nTNFW,0.1,1e7\nTNFW,-0.2,2e7\nTNFW,0.3,3e8\n")
    (tmp_path / "b.txt").write_text("# haloes\nx mass\n0.1 1e7\n-0.2 2e7\n0.3 3e8\n")
    for name, line in (("a.csv", 3), ("b.txt", 4)):
        found, problems = read(tmp_path / name)
        assert not problems
        assert found
        assert found.columns["x"].tolist() == X
        assert found.columns["mass"].tolist() == MASS
        assert found.at("mass", 1) == Place(str(tmp_path / name), line, "mass")


@pytest.mark.parametrize("group", ["", "LINE_OF_SIGHT", "PLANE_1-OBJECT_1-SUBSTRUCTURE"])
def test_a_group_of_hdf5(group: str, tmp_path: Path) -> None:
    """The only one, or that of the haloes which are asked for."""
    with h5py.File(tmp_path / "a.h5", "w") as file:
        for one in [group] if not group else [group, "other"]:
            inner = file.create_group(one) if one else file
            inner["x"], inner["mass"], inner["offsets"] = X, np.float32(MASS), [0, 1, 3]
    found, problems = read(tmp_path / "a.h5", group.rpartition("-")[2] or "LINE_OF_SIGHT")
    assert not problems
    assert found
    assert found.source == f"{tmp_path}/a.h5[{group or '/'}]"
    assert found.columns["mass"] == pytest.approx(MASS)
    assert found.offsets is not None
    assert found.offsets.tolist() == [0, 1, 3]
    assert read(f"{tmp_path}/a.h5[{group or '/'}]")[0]


def test_a_group_that_is_not_there(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["FIRST/x"], file["SECOND/x"] = X, X
    found, problems = read(f"{tmp_path}/a.h5[FIRTS]")
    assert found is None
    assert problems == [f"{tmp_path}/a.h5: has no group FIRTS; did you mean FIRST?"]
    assert "has no group LINE_OF_SIGHT; it must be one of FIRST, SECOND" in read(tmp_path / "a.h5")[1][0]


def test_arrays_of_npz(tmp_path: Path) -> None:
    profile = np.array(["TNFW"] * 3)
    np.savez(tmp_path / "a.npz", x=X, mass=MASS, list=[0, 0, 1], profile=profile, kappa_sheet=np.ones((2, 4)))
    found, _ = read(tmp_path / "a.npz")
    assert found
    assert found.columns.keys() == {"x", "mass", "list"}
    assert found.profiles == ("TNFW",)
    assert found.sheets is not None
    assert found.sheets.shape == (2, 4)


def realization(**changes: Any) -> dict[str, Any]:
    """What `lensing_quantities` of pyHalo gives: two haloes and a sheet."""
    halo = {"Rs": 0.1, "alpha_Rs": 1e-3, "r_trunc": 0.5, "center_x": 0.1, "center_y": 0.2}
    found = {
        "lens_model_list": ["TNFW", "TNFW", "CONVERGENCE"],
        "redshift_list": [0.3, 0.5, 0.5],
        "kwargs_lens": [halo, halo, {"kappa": -0.002}],
    }
    return {**found, **changes}


def test_the_output_of_pyhalo(tmp_path: Path) -> None:
    """Several realizations are several lists; sheets are apart."""
    (tmp_path / "a.json").write_text(json.dumps([realization(), realization()]))
    found, problems = read(tmp_path / "a.json")
    assert not problems
    assert found
    assert found.columns["z"].tolist() == [0.3, 0.5] * 2
    assert found.columns.keys() == {"Rs", "alpha_Rs", "r_trunc", "center_x", "center_y", "z"}
    assert found.offsets is not None
    assert found.offsets.tolist() == [0, 2, 4]
    assert found.sheet_rows is not None
    assert found.sheet_rows.tolist() == [[0.0, 0.5, -0.002], [1.0, 0.5, -0.002]]
    assert found.profiles == ("TNFW",)


@pytest.mark.parametrize("content", ["{}", "[]", "3", json.dumps(realization(redshift_list=[0.3])), "{"])
def test_other_json_is_refused(content: str, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(content)
    found, (problem,) = read(tmp_path / "a.json")
    assert found is None
    assert "has no lists of lenstronomy; give {" in problem or "cannot be read as json" in problem


def test_other_files_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("x")
    (tmp_path / "a.h5").write_text("x")
    (tmp_path / "a.npz").write_text("x")
    assert "is no file of haloes by its ending; give a .csv" in read(tmp_path / "a.yaml")[1][0]
    assert read(tmp_path / "a.h5")[1][0].startswith(f"{tmp_path}/a.h5: cannot be read as h5")
    assert "cannot be read as npz" in read(tmp_path / "a.npz")[1][0]
    assert "is no file; did you mean" in read(tmp_path / "b.npz")[1][0]
    (tmp_path / "t.csv").write_text("x mass\n0.1 wrong\n0.2 3\n")
    assert read(tmp_path / "t.csv")[1] == [f"{tmp_path}/t.csv:2: mass: is 'wrong'; give a number"]
