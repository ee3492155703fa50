"""Quantities drawn together: normal vectors, rows of tables, and which parameters they replace."""

from __future__ import annotations

import dataclasses
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import stats

from jaxlens import Simulator, load_config
from jaxlens.config.model import Column, Joint
from jaxlens.sampling.joints import draw_joint

MEAN = np.array([0.1, -0.4, 1.5])
COVARIANCE = np.array([[0.04, 0.03, -0.01], [0.03, 0.09, 0.02], [-0.01, 0.02, 0.25]])
N = 100_000
COLUMNS = tuple(Column(None, name) for name in ("a", "b", "c"))


def normal(*log: bool) -> Joint:
    return Joint("MULTIVARIATE_NORMAL_1", "normal", COLUMNS, log, {"mean": MEAN, "covariance": COVARIANCE})


def draws(joint: Joint, n: int, key: jax.Array) -> np.ndarray:
    arrays = {name: jnp.asarray(value, jnp.result_type(float)) for name, value in joint.arrays.items()}
    keys = jax.random.split(key, n)
    draw = jax.jit(jax.vmap(partial(draw_joint, joint, arrays)))
    return np.asarray(draw(keys, jnp.arange(n, dtype=jnp.uint32)))


def test_a_normal_vector_has_its_mean_and_covariance(key: jax.Array) -> None:
    drawn = draws(normal(False, False, False), N, key)
    assert np.all(np.abs(drawn.mean(axis=0) - MEAN) < 5 * np.sqrt(np.diag(COVARIANCE) / N))
    spread = np.outer(np.diag(COVARIANCE), np.diag(COVARIANCE)) + COVARIANCE**2
    assert np.all(np.abs(np.cov(drawn.T) - COVARIANCE) < 5 * np.sqrt(spread / N))
    whitened = np.linalg.solve(np.linalg.cholesky(COVARIANCE), (drawn - MEAN).T)
    assert all(stats.kstest(row[:10_000], "norm").pvalue > 0.01 for row in whitened)


def test_log_makes_the_logarithm_normal(key: jax.Array) -> None:
    plain, mixed = draws(normal(False, False, False), N, key), draws(normal(True, False, True), N, key)
    np.testing.assert_allclose(
        mixed, np.stack([np.exp(plain[:, 0]), plain[:, 1], np.exp(plain[:, 2])], -1), 1e-5
    )


@pytest.mark.usefixtures("x64")
def test_a_normal_vector_differentiates_in_mean_and_covariance(key: jax.Array) -> None:
    joint = normal(False, True, False)

    @jax.jit
    @partial(jax.value_and_grad, argnums=(0, 1))
    def drawn(mean: jax.Array, covariance: jax.Array) -> jax.Array:
        # only the symmetric part is a covariance
        arrays = {"mean": mean, "covariance": 0.5 * (covariance + covariance.T)}
        return jnp.sum(jnp.sin(draw_joint(joint, arrays, key, jnp.uint32(0))))

    at = MEAN, COVARIANCE
    _, gradients = drawn(*at)
    for which, gradient in enumerate(gradients):
        for index in np.ndindex(gradient.shape):
            step = np.zeros(gradient.shape)
            step[index] = 1e-5
            up, down = ([v + s if i == which else v for i, v in enumerate(at)] for s in (step, -step))
            difference = (drawn(*up)[0] - drawn(*down)[0]) / 2e-5
            np.testing.assert_allclose(gradient[index], difference, rtol=1e-6, atol=1e-9)


THETA_E = "PLANE_1-OBJECT_1-MASS_PROFILE_1-theta_E"
R_SERSIC = "PLANE_1-OBJECT_1-LIGHT_PROFILE_1-R_sersic"


def simulator(config: dict[str, Any], *joints: Joint) -> Simulator:
    return Simulator(dataclasses.replace(load_config(config), joints=joints))


def table(kind: str, columns: list[Column], values: list[list[float]], label: str = "USERDIST_1") -> Joint:
    rows = np.arange(1, len(values) + 1) / len(values)
    arrays = {"values": np.array(values)} | ({"cumulative": rows} if kind == "sample" else {})
    return Joint(label, kind, tuple(columns), arrays=arrays)  # type: ignore[arg-type]


def test_system_i_takes_row_i_whatever_the_batch(small_lens: dict[str, Any], key: jax.Array) -> None:
    rows = [[1.0, 0.1], [2.0, 0.2], [3.0, 0.3]]
    sim = simulator(small_lens, table("iterate", [Column(None, THETA_E), Column(None, R_SERSIC, "r")], rows))
    params = sim.sample(key, 5, start=2)
    np.testing.assert_allclose(params[THETA_E], [3.0, 1.0, 2.0, 3.0, 1.0])
    # the other band keeps its own value
    np.testing.assert_allclose(params[R_SERSIC][:, 0], 0.4)
    np.testing.assert_allclose(params[R_SERSIC][:, 1], [0.3, 0.1, 0.2, 0.3, 0.1])


def test_a_later_table_wins_and_a_configuration_is_respected(
    small_lens: dict[str, Any], key: jax.Array
) -> None:
    first = table("iterate", [Column(None, THETA_E)], [[1.0]])
    second = table("iterate", [Column("CONFIGURATION_1", THETA_E)], [[2.0]], "USERDIST_2")
    other = table("iterate", [Column("CONFIGURATION_2", THETA_E)], [[3.0]], "USERDIST_3")
    np.testing.assert_allclose(simulator(small_lens, first, second, other).sample(key, 2)[THETA_E], 2.0)


@pytest.mark.parametrize(
    ("plane", "rows"), [(2, [[0.3], [1.0]]), pytest.param(1, [[0.9]], marks=pytest.mark.slow)]
)
def test_redshifts_that_are_drawn_respect_those_of_a_table(
    small_lens: dict[str, Any], key: jax.Array, plane: int, rows: list[list[float]]
) -> None:
    z1, z2 = (f"PLANE_{k}-OBJECT_1-REDSHIFT" for k in (1, 2))
    wide = {"DISTRIBUTION": {"NAME": "uniform", "PARAMETERS": {"minimum": 0.1, "maximum": 2.0}}}
    for k in (1, 2):
        small_lens["GEOMETRY"]["CONFIGURATION_1"][f"PLANE_{k}"]["PARAMETERS"]["REDSHIFT"] = wide
    name = f"PLANE_{plane}-OBJECT_1-REDSHIFT"
    params = simulator(small_lens, table("iterate", [Column(None, name)], rows)).sample(key, 200)
    np.testing.assert_allclose(params[name][: len(rows)], np.squeeze(rows, axis=1))
    assert np.all(params[z1] < params[z2])


@pytest.mark.slow
def test_rows_are_sampled_by_weight_and_whole(small_lens: dict[str, Any], key: jax.Array) -> None:
    rows = np.array([[1.0, 0.1], [2.0, 0.2], [3.0, 0.3], [4.0, 0.4]])
    arrays = {"values": rows, "cumulative": np.cumsum([0.0, 0.5, 0.5, 0.0])}
    joint = Joint("USERDIST_1", "sample", (Column(None, THETA_E), Column(None, R_SERSIC)), arrays=arrays)
    params = simulator(small_lens, joint).sample(key, 2000)
    theta_E = np.asarray(params[THETA_E])
    np.testing.assert_allclose(theta_E, 10 * params[R_SERSIC], rtol=1e-6)
    assert set(theta_E.tolist()) == {2.0, 3.0}
    assert abs(np.mean(theta_E == 2.0) - 0.5) < 5 * 0.5 / np.sqrt(2000)
