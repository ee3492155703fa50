"""Haloes of a Simulator: arrays beside its parameters, whatever the batch, and what is said of wrong ones."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxlens import Simulator

pytestmark = pytest.mark.slow

PREFIX = "PLANE_1-OBJECT_1-SUBSTRUCTURE"
NAMES = [f"{PREFIX}-{name}" for name in ("NUMBER", "x", "y", "mass")]
SIZE = f"{PREFIX}-mass"


@pytest.fixture
def listed(small_lens: dict[str, Any], tmp_path: Path) -> dict[str, Any]:
    """Three lists of point masses in place of drawn haloes, which compile quickly."""
    rows = [
        (0, 0.5, 0.1, 1e8),
        (0, -0.9, 0.3, 2e9),
        (1, 1.0, 0.0, 3e8),
        (2, 0.1, 1.1, 4e8),
        (2, 0.2, -1.0, 5e8),
    ]
    lines = ["list,x,y,mass", *(",".join(map(str, row)) for row in rows)]
    (tmp_path / "haloes.csv").write_text("\n".join(lines))
    small_lens["SPECIES"]["GALAXY_1"]["SUBSTRUCTURE"] = {
        "PROFILE": "POINT_MASS",
        "FILENAME": str(tmp_path / "haloes.csv"),
    }
    return small_lens


@pytest.mark.long
def test_each_system_has_the_list_of_its_index(listed: dict[str, Any], key: jax.Array) -> None:
    """Number i modulo their number; `numbers` has the arrays apart from the other values."""
    sim = Simulator(listed)
    params = sim.sample(key, 4, start=[7, 0, 2, 1])
    assert set(NAMES) <= set(sim.parameter_names)
    np.testing.assert_array_equal(params[f"{PREFIX}-NUMBER"], [1.0, 2.0, 2.0, 1.0])
    np.testing.assert_allclose(
        params[SIZE][:, :2], [[3e8, 0.0], [1e8, 2e9], [4e8, 5e8], [3e8, 0.0]], rtol=1e-6
    )
    batch = jax.eval_shape(lambda key: sim.numbers(key, 4), key)
    assert batch.haloes is not None
    assert batch.halo_overflow is not None
    assert set(batch.haloes) == set(NAMES[1:])
    assert NAMES[0] in batch.values
    assert not set(batch.haloes) & set(batch.values)


@pytest.mark.long
def test_other_numbers_are_those_of_the_file_without_haloes(listed: dict[str, Any], key: jax.Array) -> None:
    """Haloes are drawn after all else, and a file without them has neither arrays nor flags of them."""
    with_haloes = Simulator(listed).sample(key, 4)
    del listed["SPECIES"]["GALAXY_1"]["SUBSTRUCTURE"]
    plain = Simulator(listed)
    assert plain.population.haloes == ()
    for name, value in plain.sample(key, 4).items():
        np.testing.assert_array_equal(value, with_haloes[name], err_msg=name)
    batch = jax.eval_shape(lambda key: plain.numbers(key, 4), key)
    assert batch.haloes is None
    assert batch.halo_overflow is None


def test_shorter_arrays_are_padded_and_wrong_ones_are_refused(listed: dict[str, Any], key: jax.Array) -> None:
    sim = Simulator(listed)
    params, room = sim.sample(key, 4), sim.population.haloes[0].haloes.bound
    one = params | {name: np.asarray(params[name])[:, :1] for name in NAMES[1:]}
    checked = sim._arrays(one)
    assert checked[SIZE].shape == (4, room)
    np.testing.assert_array_equal(checked[SIZE][:, 1:], 0.0)
    inside = jax.eval_shape(lambda given: sim._arrays(given), one)
    assert inside[SIZE].shape == (4, room)
    more = {name: jnp.pad(params[name], ((0, 0), (0, 1))) for name in NAMES[1:]}
    with pytest.raises(ValueError, match=r"there is room for [0-9]+ haloes; leave out zeros .* MAX_HALOES"):
        sim.render(params | more)
    with pytest.raises(ValueError, match=rf"{SIZE} has shape \(4, 1\); give \(4, haloes\), as many"):
        sim.render(params | {SIZE: params[SIZE][:, :1]})
    with pytest.raises(ValueError, match=rf"{SIZE} has shape \(4,\); give"):
        sim.render(params | {SIZE: params[SIZE][:, 0]})


def test_haloes_have_no_density(listed: dict[str, Any], key: jax.Array) -> None:
    sim = Simulator(listed)
    params = sim.sample(key, 4)
    assert sim.without_prior[SIZE] == "comes from a list of haloes"
    with pytest.raises(ValueError, match=f"no prior density: .*{SIZE} comes from a list of haloes"):
        sim.log_prior(params, names=[SIZE, "PLANE_1-OBJECT_1-MASS_PROFILE_1-theta_E"])
    with pytest.raises(ValueError, match="no prior density"):
        sim.log_prior(params)
    assert "PLANE_1-OBJECT_1-MASS_PROFILE_1-theta_E" in sim.priors


@pytest.mark.long
def test_a_plane_of_haloes_without_room_is_an_overflow(small_lens: dict[str, Any], key: jax.Array) -> None:
    """The window of one plane is exceeded before the bound of all haloes is."""
    small_lens["LINE_OF_SIGHT"] = {"PROFILE": "POINT_MASS", "dz": 0.3, "SHEETS": False}
    small_lens["LINE_OF_SIGHT"]["PARAMETERS"] = {"M_min": 1e8, "cone_radius": 2.0}
    sim = Simulator(small_lens)
    field = sim.scene.field_haloes
    assert field is not None
    batch = sim.numbers(key, 8)
    assert batch.haloes is not None
    z, number = np.asarray(batch.haloes["LINE_OF_SIGHT-z"]), np.asarray(batch.values["LINE_OF_SIGHT-NUMBER"])
    exists = np.arange(z.shape[1])[None, :] < number[:, None]
    fullest = [
        np.unique(own[there], return_counts=True)[1].max() for own, there in zip(z, exists, strict=True)
    ]
    window = int(np.median(fullest))
    narrow = sim.replace(scene=replace(sim.scene, field_haloes=replace(field, window=window)))
    assert not np.any(batch.halo_overflow)
    np.testing.assert_array_equal(narrow.numbers(key, 8).halo_overflow, np.asarray(fullest) > window)
