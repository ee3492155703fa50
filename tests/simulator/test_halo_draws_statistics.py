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


@pytest.mark.long
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


@pytest.mark.long
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


@pytest.mark.long
def test_haloes_are_smooth_in_hyperparameters(small_lens: dict[str, Any], key: jax.Array, x64: None) -> None:
    """At fixed random numbers, by their path in the file; the numbers of haloes have no derivative."""
    numbers = {"M_min": 1e8, "cone_radius": 2.0, "half_mode_mass": 1e7}
    small_lens["LINE_OF_SIGHT"] = {
        "PROFILE": "POINT_MASS",
        "dz": 0.5,
        "MAX_HALOES": 50,
        "PARAMETERS": numbers,
    }
    sim = Simulator(with_subhaloes(small_lens, half_mode_mass=1e7))
    of_field = [f"LINE_OF_SIGHT.{name}" for name in ("half_mode_mass", "slope_change", "cone_radius")]
    smooth = [f"{PATH}.slope", f"{PATH}.half_mode_mass", *of_field]
    at = {path: sim.hyperparameters[path] for path in (*smooth, f"{PATH}.f_sub.maximum")}

    def total(changed: dict[str, jax.Array]) -> tuple[jax.Array, list[jax.Array]]:
        params = sim.sample(key, 4, hyperparameters=changed)
        masses = jnp.concatenate([params[SIZE], params["LINE_OF_SIGHT-mass"]], axis=1)
        # a logarithm, so that the few large masses do not decide
        logarithms = jnp.log(jnp.where(masses > 0.0, masses, 1.0))
        others = params["LINE_OF_SIGHT-x"] ** 2, params[f"{PREFIX}-concentration"]
        counted = [params[NUMBER], params["LINE_OF_SIGHT-NUMBER"]]
        return jnp.sum(logarithms) + sum(jnp.sum(one) for one in others), counted

    traced = jax.jit(jax.value_and_grad(total, has_aux=True))
    (_, counted), slopes = traced(at)
    assert min(float(one.min()) for one in counted) > 0.0
    assert float(slopes[f"{PATH}.f_sub.maximum"]) == 0.0
    for path in smooth:
        step = 1e-6 * max(float(abs(at[path])), 0.1)
        ends = [traced({**at, path: at[path] + sign * step})[0] for sign in (1.0, -1.0)]
        jax.tree.map(np.testing.assert_array_equal, ends[0][1], counted)
        difference = (ends[0][0] - ends[1][0]) / (2.0 * step)
        np.testing.assert_allclose(slopes[path], difference, rtol=1e-5, err_msg=path)
