"""Haloes that a Simulator draws: f_sub of the lens, hyperparameters, and the same system in any program."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxlens import Simulator
from jaxlens.imaging.enclosed_mass import mass_within

PREFIX = "PLANE_1-OBJECT_1-SUBSTRUCTURE"
PATH = "SPECIES.GALAXY_1.SUBSTRUCTURE"
SIZE, NUMBER = f"{PREFIX}-mass", f"{PREFIX}-NUMBER"


def uniform(low: float, high: float) -> dict[str, Any]:
    return {"DISTRIBUTION": {"NAME": "uniform", "PARAMETERS": {"minimum": low, "maximum": high}}}


def with_subhaloes(document: dict[str, Any], room: int = 100, **numbers: Any) -> dict[str, Any]:
    """A file whose lens has NFW subhaloes of the mean fraction of mass f_sub within 1 arcsec."""
    numbers = {"f_sub": uniform(0.0, 0.02), "f_sub_radius": 1.0, "radius": 2.0, "M_min": 1e7} | numbers
    own = {"PROFILE": "NFW", "MAX_HALOES": room, "PARAMETERS": numbers}
    document["SPECIES"]["GALAXY_1"]["SUBSTRUCTURE"] = own
    return document


@pytest.mark.slow
def test_f_sub_is_the_mean_fraction_of_the_mass_of_the_lens(
    small_lens: dict[str, Any], key: jax.Array
) -> None:
    """Over many systems the mass of subhaloes within f_sub_radius is f_sub times that of the lens there."""
    sim = Simulator(with_subhaloes(small_lens, room=600, M_max=1e9))
    batch = sim.numbers(key, 400)
    values = batch.values | (batch.haloes or {})
    centre = [values[f"PLANE_1-OBJECT_1-MASS_PROFILE_1-center_{axis}"] for axis in "xy"]
    away = jnp.hypot(*(values[f"{PREFIX}-{n}"] - c[:, None] for n, c in zip("xy", centre, strict=True)))
    inside = np.asarray(jnp.sum(jnp.where(away < 1.0, values[SIZE], 0.0), axis=1))
    own = {name: values[name] for name in sim.scene.macro.parameters}
    within = jax.vmap(lambda one: mass_within(sim.scene, one, 0, "PLANE_1-OBJECT_1", jnp.asarray(1.0)))
    wanted = np.asarray(values[f"{PREFIX}-f_sub"] * within(own))
    assert not np.any(batch.halo_overflow)
    error = np.std(inside - wanted) / np.sqrt(len(wanted))
    assert error < 0.05 * wanted.mean()
    assert abs(np.mean(inside - wanted)) < 3.0 * error


@pytest.mark.slow
def test_a_system_has_the_same_haloes_in_any_program(small_lens: dict[str, Any], key: jax.Array) -> None:
    """Whatever the batch, the room and a selection; with too little room it has the first of them."""
    file = with_subhaloes(small_lens)
    few, many = Simulator(file), Simulator(with_subhaloes(small_lens, room=200))
    first, second = few.sample(key, 8), many.sample(key, 5, start=3)
    number = np.asarray(first[NUMBER])
    assert number.max() > 100 > np.median(number)
    np.testing.assert_array_equal(number[3:], second[NUMBER])
    for name in ("x", "y", "mass", "concentration"):
        ours, theirs = np.asarray(first[f"{PREFIX}-{name}"]), np.asarray(second[f"{PREFIX}-{name}"])
        assert theirs.shape == (5, 200)
        np.testing.assert_allclose(ours[3:], theirs[:, :100], rtol=1e-4, atol=1e-6, err_msg=name)
        beyond = np.arange(200)[None, :] >= number[3:, None]
        assert not theirs[beyond].any()
    np.testing.assert_array_equal(few.numbers(key, 8).halo_overflow, number > 100)
    configuration = small_lens["GEOMETRY"]["CONFIGURATION_1"] | {"SELECT": {"theta_E_min": 1.0}}
    kept = Simulator(file | {"GEOMETRY": {"CONFIGURATION_1": configuration}}).sample(key, 8)
    once = np.asarray(first["PLANE_1-OBJECT_1-MASS_PROFILE_1-theta_E"]) >= 1.0
    assert 0 < once.sum() < 8
    np.testing.assert_allclose(np.asarray(kept[SIZE])[once, :100], np.asarray(first[SIZE])[once], rtol=1e-4)
    assert np.all(np.isfinite(kept[SIZE]))


@pytest.mark.slow
def test_masses_are_smooth_in_hyperparameters(small_lens: dict[str, Any], key: jax.Array, x64: None) -> None:
    """At fixed random numbers, by their path in the file; the number of haloes has no derivative."""
    sim = Simulator(with_subhaloes(small_lens))
    at = {f"{PATH}.slope": -1.9, f"{PATH}.half_mode_mass": 1e7, f"{PATH}.f_sub.maximum": 0.02}

    def means(changed: dict[str, jax.Array]) -> tuple[jax.Array, jax.Array]:
        params = sim.sample(key, 4, hyperparameters=changed)
        shown = params[SIZE] > 0.0
        # NUMBER stays as it is within the steps, but its mean does not
        return jnp.sum(jnp.where(shown, jnp.log(jnp.where(shown, params[SIZE], 1.0)), 0.0)), params[NUMBER]

    traced = jax.jit(jax.value_and_grad(means, has_aux=True))
    (_, number), slopes = traced({name: jnp.asarray(value) for name, value in at.items()})
    assert float(slopes[f"{PATH}.f_sub.maximum"]) == 0.0
    for name in (f"{PATH}.slope", f"{PATH}.half_mode_mass"):
        step = 1e-7 * abs(at[name])
        ends = [traced({**at, name: jnp.asarray(at[name] + sign * step)})[0] for sign in (1.0, -1.0)]
        assert all(np.array_equal(counted, number) for _, counted in ends)
        np.testing.assert_allclose(slopes[name], (ends[0][0] - ends[1][0]) / (2.0 * step), rtol=1e-5)
