"""What is drawn where only tables give numbers, and where some of their rows cannot be drawn."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import jax
import numpy as np
import pytest

from jaxlens import Simulator, load_config

LIGHT, MASS = "PLANE_1-OBJECT_1-LIGHT_PROFILE_1", "PLANE_1-OBJECT_1-MASS_PROFILE_1"
QUASAR = "PLANE_2-OBJECT_2"
NEAR, FAR = "PLANE_1-OBJECT_1-REDSHIFT", "PLANE_2-OBJECT_1-REDSHIFT"
# Two rows of numbers for every kind of entry; no two numbers are equal.
ROWS = {
    f"CONFIGURATION_1-{LIGHT}-R_sersic": (0.5, 0.6),
    f"CONFIGURATION_1-{LIGHT}-n_sersic-g": (2.0, 3.0),
    f"{LIGHT}-n_sersic-r": (2.5, 3.5),
    f"{LIGHT}-magnitude": (20.5, 21.5),
    f"{MASS}-sigma_v-g": (210.0, 240.0),
    "PLANE_1-OBJECT_1-SHEAR_PROFILE_1-gamma1": (0.01, 0.02),
    f"{QUASAR}-magnitude-g": (22.5, 23.5),
    f"{QUASAR}-magnitude_r": (22.25, 23.25),
    f"{QUASAR}-sep": (0.25, 0.125),
    "CONFIGURATION_1-seeing": (0.8, 0.9),
    "PLANE_1-REDSHIFT": (0.3, 0.55),
    f"CONFIGURATION_1-{FAR}": (1.25, 1.75),
}


def write(path: Path, columns: dict[str, tuple[float, ...]], weights: list[float]) -> str:
    rows = np.column_stack([*columns.values(), weights])
    path.write_text("\n".join([" ".join([*columns, "WEIGHT"]), *(" ".join(map(str, row)) for row in rows)]))
    return str(path)


@pytest.fixture
def placeholders(small_quasar: dict[str, Any], tmp_path: Path) -> dict[str, Any]:
    """A quasar and its lens, of which a table gives nearly all numbers; those of the file are senseless."""
    species, planes = small_quasar["SPECIES"], small_quasar["GEOMETRY"]["CONFIGURATION_1"]
    light = species["GALAXY_1"]["LIGHT_PROFILE_1"]["PARAMETERS"]
    light |= {"R_sersic": 0.0, "n_sersic": {"g": -1, "r": "x"}}
    del light["magnitude"]
    species["GALAXY_1"]["MASS_PROFILE_1"]["PARAMETERS"]["theta_E"] = -1
    species["GALAXY_1"]["SHEAR_PROFILE_1"]["PARAMETERS"]["gamma1"] = None
    species["POINTSOURCE_1"]["PARAMETERS"] = {"sep_unit": "kpc"}
    small_quasar["SURVEY"]["PARAMETERS"]["seeing"] = 0
    for plane in ("PLANE_1", "PLANE_2"):
        planes[plane]["PARAMETERS"]["REDSHIFT"] = -1
    write(tmp_path / "t.txt", ROWS, [1, 3])
    return small_quasar


def drawn(config: dict[str, Any], key: jax.Array, n: int, **more: Any) -> dict[str, np.ndarray]:
    sim = Simulator(load_config(config), **more)
    return {name: np.asarray(value) for name, value in sim.sample(key, n).items()}


@pytest.mark.long
@pytest.mark.parametrize("mode", ["sample", "iterate"])
def test_every_number_is_that_of_a_row(
    placeholders: dict[str, Any], key: jax.Array, tmp_path: Path, mode: str
) -> None:
    tables = {"USERDIST_1": {"FILENAME": str(tmp_path / "t.txt"), "MODE": mode}}
    sim = Simulator(load_config(placeholders | {"DISTRIBUTIONS": tables}))
    params = {name: np.asarray(value) for name, value in sim.sample(key, 64).items()}
    row = np.searchsorted([1.5], params[FAR])
    if mode == "iterate":
        assert row.tolist() == [0, 1] * 32
    else:
        assert 32 < row.sum() < 64
    for column, pair in ROWS.items():
        name = column.removeprefix("CONFIGURATION_1-").replace("PLANE_1-RED", "PLANE_1-OBJECT_1-RED")
        band = name[-1] if name[-2:] in ("-g", "-r", "_r") else ""
        value = params[name.removesuffix(f"-{band}").removesuffix(f"_{band}")]
        got = value[:, "gr".index(band)] if band and value.ndim > 1 else value
        expected = np.asarray(pair)[row].reshape(-1, *[1] * (got.ndim - 1))
        np.testing.assert_allclose(got, np.broadcast_to(expected, got.shape), rtol=1e-6, err_msg=column)
    assert f"{MASS}-theta_E" not in params
    # in all directions, as where the file gives sep
    assert np.ptp(params[f"{QUASAR}-angle"]) > 3
    assert sim.scene.planes[1].points[0].sep_unit == "kpc"
    assert all(np.all(np.isfinite(value)) for value in sim.hyperparameters.values())


@pytest.mark.long
def test_rows_out_of_order_are_drawn_where_they_are_in_order(
    small_lens: dict[str, Any], key: jax.Array, tmp_path: Path
) -> None:
    """In the first configuration rows with 99.9% of the weight are behind the source."""
    near = np.array([0.1, 0.2, 0.5, 0.6])
    file = write(tmp_path / "t.txt", {NEAR: tuple(near)}, [0.001, 0.003, 1, 3])
    geometry = small_lens["GEOMETRY"]
    geometry["CONFIGURATION_2"] = copy.deepcopy(geometry["CONFIGURATION_1"]) | {"NAME": "FAR"}
    for entry in geometry.values():
        entry["FRACTION"] = 0.5
    geometry["CONFIGURATION_1"]["PLANE_2"]["PARAMETERS"]["REDSHIFT"] = 0.4
    config = small_lens | {"DISTRIBUTIONS": {"USERDIST_1": {"FILENAME": file, "MODE": "sample"}}}
    first, second = (drawn(config, key, 4000, configuration=label)[NEAR] for label in geometry)
    for values, weights in ((first, [1, 3, 0, 0]), (second, [0.001, 0.003, 1, 3])):
        counts = np.bincount(np.argmin(np.abs(values[:, None] - near), axis=1), minlength=4)
        expected = 4000 * np.array(weights) / sum(weights)
        assert np.all(counts[expected == 0] == 0)
        np.testing.assert_allclose(counts, expected, atol=4 * np.sqrt(expected.max() * 0.25) + 12)


@pytest.mark.long
def test_interpolated_redshifts_are_in_order(
    small_lens: dict[str, Any], key: jax.Array, tmp_path: Path
) -> None:
    columns = {NEAR: (0.2, 0.9, 0.7), FAR: (0.5, 1.2, 0.6)}
    file = write(tmp_path / "t.txt", columns, [1, 1, 2])
    config = small_lens | {"DISTRIBUTIONS": {"USERDIST_1": {"FILENAME": file, "MODE": "interpolate"}}}
    params = drawn(config, key, 4000)
    assert np.all(params[NEAR] < params[FAR])


def test_the_prior_in_front_of_a_plane_that_a_table_sets(
    small_lens: dict[str, Any], key: jax.Array, tmp_path: Path
) -> None:
    """A lens that is uniform from 0.1 to 1, in front of sources at 0.5 and 0.8: 1 / (z - 0.1)."""
    planes = small_lens["GEOMETRY"]["CONFIGURATION_1"]
    parameters = {"minimum": 0.1, "maximum": 1.0}
    planes["PLANE_1"]["PARAMETERS"]["REDSHIFT"] = {
        "DISTRIBUTION": {"NAME": "uniform", "PARAMETERS": parameters}
    }
    planes["PLANE_2"]["PARAMETERS"]["REDSHIFT"] = 0
    file = write(tmp_path / "t.txt", {FAR: (0.5, 0.8)}, [1, 1])
    tables = {"USERDIST_1": {"FILENAME": file, "MODE": "iterate"}}
    sim = Simulator(load_config(small_lens | {"DISTRIBUTIONS": tables}))
    params = sim.sample(key, 4)
    assert np.all(params[NEAR] < params[FAR])
    np.testing.assert_allclose(sim.log_prior(params, names=[NEAR]), -np.log([0.4, 0.7] * 2), rtol=1e-4)
