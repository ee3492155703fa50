"""The parameters that a user gives to a Simulator: short names, single numbers, and what is refused."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxlens import Simulator

THETA_E = "PLANE_1-OBJECT_1-MASS_PROFILE_1-theta_E"


@pytest.fixture
def sim(small_lens: dict[str, Any]) -> Simulator:
    return Simulator(small_lens)


def of_systems(sim: Simulator, n: int) -> dict[str, np.ndarray]:
    """Parameters of n systems, without a program that draws them."""
    shapes = jax.eval_shape(lambda: sim.sample(0, n))
    return {name: np.ones(shapes[name].shape, np.float32) for name in sim.parameter_names}


def arrays(sim: Simulator, params: Any) -> dict[str, np.ndarray]:
    """The parameters as the programs get them."""
    return {name: np.asarray(value) for name, value in sim._arrays(params).items()}


def test_a_short_name_takes_the_place_of_the_full_one(sim: Simulator) -> None:
    params = of_systems(sim, 3)
    new = np.array([1.1, 1.2, 1.3], np.float32)
    for short in ("theta_E", "LENS.theta_E", "MASS_PROFILE_1-theta_E"):
        np.testing.assert_array_equal(arrays(sim, params | {short: new})[THETA_E], new)
        alone = {name: value for name, value in params.items() if name != THETA_E} | {short: new}
        np.testing.assert_array_equal(arrays(sim, alone)[THETA_E], new)
    with pytest.raises(ValueError, match=rf"params has theta_E and LENS\.theta_E, which are both {THETA_E}"):
        sim._arrays(params | {"theta_E": new, "LENS.theta_E": new})
    with pytest.raises(ValueError, match="params has e1, which may mean PLANE_1-OBJECT_1-"):
        sim._arrays(params | {"e1": new})


def test_a_single_number_stands_for_all_systems(sim: Simulator) -> None:
    params = of_systems(sim, 3)
    for number in (1.5, np.float64(1.5), jnp.float32(1.5), 1.5 * np.ones(())):
        np.testing.assert_array_equal(arrays(sim, params | {"theta_E": number})[THETA_E], np.full(3, 1.5))
    one = arrays(sim, dict.fromkeys(sim.parameter_names, 0.5))
    assert {value.shape for value in one.values()} == {(1,)}


def test_names_and_shapes_are_checked_inside_jit_too(sim: Simulator) -> None:
    params = of_systems(sim, 3)
    shape = jax.eval_shape(lambda t: sim.render(params | {"theta_E": t}), 1.0).shape
    assert shape == (3, *sim.scene.image_shape)
    over_more = jax.vmap(lambda t: sim.render(params | {"theta_E": t}))
    assert jax.eval_shape(over_more, np.ones(5)).shape == (5, *shape)
    with pytest.raises(ValueError, match="params has sedeing"):
        jax.eval_shape(sim.render, params | {"sedeing": 1.0})
    with pytest.raises(ValueError, match="theta_E has shape"):
        jax.eval_shape(sim.render, params | {"theta_E": np.ones((3, 2))})


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"sedeing": 1.0}, r"params has sedeing, which is no parameter; did you mean seeing\?"),
        ({3: 1.0}, "params has 3, which is no parameter; it is an int, and a name is a text, such as 'H0'"),
        ({THETA_E: np.ones(4)}, rf"{THETA_E} has shape \(4,\); give \(3,\), a number for each of 3 systems"),
        ({THETA_E: np.ones((3, 2))}, rf"{THETA_E} has shape \(3, 2\); give \(3,\)"),
        ({"seeing": np.ones((3, 4))}, r"seeing has shape \(3, 4\); give \(3,\) .*\(3, 2\) for what differs"),
        ({"seeing": np.ones(2)}, r"seeing has shape \(2,\); give \(3,\)"),
        ({"seeing": None}, "seeing is None; give a number, or an array of numbers"),
        ({"seeing": "0.7"}, "seeing is '0.7'; give a number"),
        ({"seeing": {"g": 0.7}}, "seeing is {'g': 0.7}; give a number"),
    ],
)
def test_what_is_wrong_is_named_with_what_is_right(
    sim: Simulator, changes: dict[Any, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        sim._arrays(of_systems(sim, 3) | changes)


def test_what_is_no_dictionary_is_refused(sim: Simulator) -> None:
    with pytest.raises(ValueError, match="params is of the type list; give a dictionary of arrays by name"):
        sim.render([1.0])  # type: ignore[arg-type]


def test_numbers_of_one_system_by_band_are_not_taken_for_systems(sim: Simulator) -> None:
    """A user who takes row 0 of each array has (bands,) where another would have (systems,)."""
    row = {name: value[0] for name, value in of_systems(sim, 1).items()}
    assert {np.shape(value) for value in row.values()} == {(), (2,)}
    with pytest.raises(ValueError, match=r"may be 2 systems or the 2 bands of one; give \(1, 2\)"):
        sim._arrays(row)


def test_hyperparameters_have_short_paths_and_shapes(sim: Simulator) -> None:
    path = "SPECIES.GALAXY_1.MASS_PROFILE_1.theta_E.minimum"
    for short in (path, "theta_E.minimum", "LENS.theta_E.minimum"):
        changed, changes = sim._changed({short: 0.5})
        assert float(changed[path]) == 0.5
        assert list(changes) == [path]
    with pytest.raises(ValueError, match=rf"{path} has shape \(2,\); give one number"):
        sim._changed({path: np.ones(2)})
    with pytest.raises(ValueError, match="minimum in hyperparameters may mean "):
        sim._changed({"minimum": 0.5})


def test_the_columns_of_a_table_may_have_short_names(sim: Simulator) -> None:
    columns = {
        f"{name}-{band}": value[:, k] if value.ndim == 2 else value
        for name, value in of_systems(sim, 2).items()
        for k, band in enumerate(sim.bands)
    }
    whole = sim.params_from_table(columns)
    own = {name: value for name, value in columns.items() if not name.startswith(THETA_E)}
    for short in ("theta_E", "LENS.theta_E"):
        found = sim.params_from_table(own | {short: np.array([1.2, 1.3])})
        np.testing.assert_array_equal(found[THETA_E], np.array([1.2, 1.3], np.float32))
        assert found.keys() == whole.keys()
