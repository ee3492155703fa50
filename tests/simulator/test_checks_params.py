"""The arguments of a Simulator: what is refused, and with which words."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxlens import Simulator
from jaxlens.simulator.checks import number_of_systems, system_indices

THETA_E = "PLANE_1-OBJECT_1-MASS_PROFILE_1-theta_E"


def some_params(sim: Simulator) -> dict[str, np.ndarray]:
    """Parameters of one system, without a program that draws them."""
    shapes = jax.eval_shape(lambda key: sim.sample(key, 1), np.zeros(2, np.uint32))
    return {name: np.ones(shapes[name].shape, np.float32) for name in sim.parameter_names}


@pytest.mark.parametrize("n", [-1, 2.5, 3.0, "3", True, None, np.float64(3.0), np.bool_(True), [3]])
def test_what_is_no_number_of_systems_is_refused(n: Any) -> None:
    says = re.escape(f"n is {n!r}; give the number of systems, a whole number from 0 on")
    with pytest.raises(ValueError, match=says):
        number_of_systems(n)
    with pytest.raises(ValueError, match=says):
        system_indices(0, n)


@pytest.mark.parametrize("n", [3, np.int64(3), np.uint8(3), np.array(3), jnp.asarray(3)])
def test_any_kind_of_integer_is_a_number_of_systems(n: Any) -> None:
    assert number_of_systems(n) == 3
    assert type(number_of_systems(n)) is int


def test_all_that_draws_checks_the_number_of_systems(small_lens: dict[str, Any], key: jax.Array) -> None:
    sim = Simulator(small_lens)
    for method in (sim.sample, sim, sim.generate, sim.numbers):
        with pytest.raises(ValueError, match="n is -1; give the number of systems"):
            method(key, -1)


def test_a_misspelt_parameter_is_refused_with_the_nearest(small_lens: dict[str, Any], key: jax.Array) -> None:
    sim = Simulator(small_lens)
    params = some_params(sim)
    wrong = params | {THETA_E + "x": params[THETA_E]}
    image = np.zeros(sim.scene.image_shape)
    asked: list[Callable[[], Any]] = [
        lambda: sim.render(wrong),
        lambda: jax.eval_shape(sim.render, wrong),
        lambda: sim.observe(key, wrong),
        lambda: sim.expected(wrong),
        lambda: sim.image_positions(wrong),
        lambda: sim.time_delays(wrong),
        lambda: sim.log_prior(wrong),
        lambda: sim.log_likelihood(wrong, image),
        lambda: sim.log_posterior(wrong, image),
    ]
    for ask in asked:
        with pytest.raises(ValueError, match=f"params has {THETA_E}x, .* did you mean {THETA_E}\\?"):
            ask()
    with pytest.raises(ValueError, match=r"params has weather, .* sim\.names\(\) .* lists the names"):
        sim.render(params | {"weather": 1.0})
    paths = {"SPECIES.GALAXY_1.MASS_PROFILE_1.theta_E.minimun": 1.0}
    with pytest.raises(ValueError, match=r"did you mean SPECIES\..*\.theta_E\.minimum\?"):
        sim.sample(key, 1, hyperparameters=paths)


@pytest.mark.long
@pytest.mark.parametrize("file", ["small_lens", pytest.param("unlensed_series", marks=pytest.mark.slow)])
def test_all_values_of_a_system_may_stand_beside_its_parameters(
    file: str, key: jax.Array, request: pytest.FixtureRequest
) -> None:
    """Also those on which its image does not depend, and the fluxes that are measured on it."""
    content = request.getfixturevalue(file)
    content["IMAGE"]["PARAMETERS"]["ccd_gain"] = 2.0
    sim = Simulator(content)
    others = set(jax.eval_shape(lambda key: sim.generate(key, 1), key).values) - set(sim.parameter_names)
    assert others >= ({"ccd_gain"} if file == "small_lens" else {"PLANE_1-OBJECT_2-forced_flux_0"})
    values = some_params(sim) | {name: np.ones(1) for name in others}
    assert jax.eval_shape(sim.render, values).shape == (1, *sim.scene.image_shape)


def test_no_system_gives_an_empty_image(small_lens: dict[str, Any]) -> None:
    sim = Simulator(small_lens)
    none = {name: value[:0] for name, value in some_params(sim).items()}
    assert sim.render(none).shape == (0, *sim.scene.image_shape)


@pytest.mark.long
def test_no_system_is_a_batch_too(small_quasar: dict[str, Any], key: jax.Array) -> None:
    sim = Simulator(small_quasar)
    none = sim.sample(key, 0)
    batch = sim.generate(key, 0)
    assert batch.images is not None
    assert batch.images.shape == sim.render(none).shape == (0, *sim.scene.image_shape)
    assert batch.finite.shape == sim.numbers(key, 0).finite.shape == (0,)
    assert sim.image_positions(none)["PLANE_2-OBJECT_2"].x.shape == (0, sim.scene.image_slots)
