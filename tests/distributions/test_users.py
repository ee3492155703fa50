"""Distributions that a user writes, in a file and in the population."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import stats

import jaxlens
from jaxlens import Simulator
from jaxlens.sampling.keys import system_keys
from jaxlens.sampling.population import draw_system

THETA_E = "PLANE_1-OBJECT_1-MASS_PROFILE_1-theta_E"


@pytest.fixture(autouse=True)
def _registered() -> None:
    @jaxlens.distribution("own_rayleigh")
    def own_rayleigh(key: jax.Array, *, scale: float = 1.0) -> jax.Array:
        return scale * jnp.sqrt(-2.0 * jnp.log(jax.random.uniform(key, minval=1e-7)))

    @jaxlens.distribution("colour")
    def colour(key: jax.Array, *, bands: tuple[str, ...], first: float, step: float) -> jax.Array:
        return first + jax.random.uniform(key) + step * jnp.arange(len(bands))


def call(name: str, parameters: dict[str, float] | None = None, **more: object) -> dict[str, Any]:
    return {"DISTRIBUTION": {"NAME": name, "PARAMETERS": parameters or {}} | more}


def with_theta_E(config: dict[str, Any], value: object) -> dict[str, Any]:
    config["SPECIES"]["GALAXY_1"]["MASS_PROFILE_1"]["PARAMETERS"]["theta_E"] = value
    return config


def drawn_parameter(config: dict[str, Any], key: jax.Array, n: int, *names: str) -> list[np.ndarray]:
    """Parameters of the first n systems, by a program that draws nothing else."""
    population, indices = Simulator(config).population, jnp.arange(n, dtype=jnp.uint32)

    def draw(key: jax.Array, index: jax.Array) -> list[jax.Array]:
        system = draw_system(population, population.hyperparameters, key, index)
        return [system[name] for name in names]

    keys = system_keys(key, population.label, indices)
    return [np.asarray(values) for values in jax.jit(jax.vmap(draw))(keys, indices)]


def test_draws_follow_the_function(small_lens: dict[str, Any], key: jax.Array) -> None:
    config = with_theta_E(small_lens, call("own_rayleigh", {"scale": 0.7}))
    (drawn,) = drawn_parameter(config, key, 4000, THETA_E)
    assert stats.kstest(drawn, stats.rayleigh(scale=0.7).cdf).pvalue > 0.01
    np.testing.assert_allclose(Simulator(config).sample(key, 5, start=10)[THETA_E], drawn[10:15], rtol=1e-6)


def test_a_default_may_be_left_out(small_lens: dict[str, Any], key: jax.Array) -> None:
    (one,), (half,) = (
        drawn_parameter(with_theta_E(small_lens, call("own_rayleigh", p)), key, 5, THETA_E)
        for p in (None, {"scale": 0.5})
    )
    np.testing.assert_allclose(half, 0.5 * one, rtol=1e-6)


def test_one_number_a_band_from_one_key(small_lens: dict[str, Any], key: jax.Array) -> None:
    light = small_lens["SPECIES"]["GALAXY_1"]["LIGHT_PROFILE_1"]["PARAMETERS"]
    light["magnitude"] = call("colour", {"first": 20.0, "step": -0.5})
    (drawn,) = drawn_parameter(small_lens, key, 6, "PLANE_1-OBJECT_1-LIGHT_PROFILE_1-magnitude")
    assert drawn.shape == (6, 2)
    np.testing.assert_allclose(drawn[:, 1] - drawn[:, 0], -0.5, rtol=1e-5)
    assert len(set(drawn[:, 0].tolist())) == 6


def test_truncated_draws_are_redrawn(small_lens: dict[str, Any], key: jax.Array) -> None:
    config = with_theta_E(small_lens, call("own_rayleigh", TRUNCATE=[0.9, 1.1]))
    (drawn,) = drawn_parameter(config, key, 4000, THETA_E)
    low, high = stats.rayleigh.cdf([0.9, 1.1])
    assert stats.kstest(drawn, lambda x: (stats.rayleigh.cdf(x) - low) / (high - low)).pvalue > 0.01


@pytest.mark.long
def test_redshifts_of_a_function_keep_the_order(small_lens: dict[str, Any], key: jax.Array) -> None:
    for k in (1, 2):
        plane = small_lens["GEOMETRY"]["CONFIGURATION_1"][f"PLANE_{k}"]
        plane["PARAMETERS"]["REDSHIFT"] = call("own_rayleigh", {"scale": 1.0})
    names = [f"PLANE_{k}-OBJECT_1-REDSHIFT" for k in (1, 2)]
    z1, z2 = drawn_parameter(small_lens, key, 2000, *names)
    assert np.all(z1 < z2)
    assert stats.kstest(z1, stats.rayleigh.cdf).pvalue > 0.01


@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize("bounds", [{}, {"TRUNCATE": [0.9, 1.1]}])
def test_draws_differentiate(bounds: dict[str, Any], small_lens: dict[str, Any], key: jax.Array) -> None:
    config = with_theta_E(small_lens, call("own_rayleigh", {"scale": 1.0}, **bounds))
    population = Simulator(config).population
    path = "SPECIES.GALAXY_1.MASS_PROFILE_1.theta_E.scale"

    def theta_E(scale: float) -> jax.Array:
        hyperparameters = population.hyperparameters | {path: scale}
        return draw_system(population, hyperparameters, key, jnp.uint32(0))[THETA_E]

    value, gradient = jax.jit(jax.value_and_grad(theta_E))(1.0)
    np.testing.assert_allclose(gradient, value, rtol=1e-8)


def test_a_new_function_of_the_same_name_is_the_one(small_lens: dict[str, Any], key: jax.Array) -> None:
    config = with_theta_E(small_lens, call("own_rayleigh"))
    before = Simulator(config).sample(key, 2)[THETA_E]

    @jaxlens.distribution("own_rayleigh")
    def constant(key: jax.Array, *, scale: float = 1.0) -> jax.Array:
        return 0.0 * jax.random.uniform(key) + scale

    np.testing.assert_allclose(Simulator(config).sample(key, 2)[THETA_E], 1.0)
    assert not np.any(before == 1.0)
