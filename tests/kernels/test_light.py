"""Light profiles: total flux by direct integration, and right gradients; validation has the values."""

from __future__ import annotations

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.test_util import check_grads

import jaxlens.kernels.light  # noqa: F401  (fills the registry)
from jaxlens.kernels.registry import LIGHT_PROFILES

NAMES = ["CORE_SERSIC", "GAUSSIAN", "GAUSSIAN_ELLIPSE", "SERSIC", "SERSIC_ELLIPSE", "UNIFORM"]
SHAPED = [name for name in NAMES if LIGHT_PROFILES[name].parameters]
ELLIPTICAL = [name for name in NAMES if "e1" in LIGHT_PROFILES[name].parameters]
X, Y = np.array([0.4, -1.1, 0.9, 2.3]), np.array([0.3, 0.7, -1.6, -0.2])
TYPICAL = {
    "R_sersic": 0.8,
    "n_sersic": 2.3,
    "Rb": 0.2,
    "gamma": 0.4,
    "alpha": 3.0,
    "sigma": 0.7,
    "e1": 0.12,
    "e2": -0.2,
    "center_x": 0.05,
    "center_y": -0.1,
}


def typical(name: str) -> dict[str, float]:
    return {key: TYPICAL[key] for key in LIGHT_PROFILES[name].parameters}


@partial(jax.jit, static_argnums=0)
def _surface_brightness(name, x, y, parameters):
    return LIGHT_PROFILES[name].surface_brightness(x, y, **parameters)


@partial(jax.jit, static_argnums=0)
def _forward(name, parameters):
    """Brightness at four points and its derivatives in every parameter."""

    def at(parameters):
        value = LIGHT_PROFILES[name].surface_brightness(jnp.asarray(X), jnp.asarray(Y), **parameters)
        return value, value

    return jax.jacfwd(at, has_aux=True)(parameters)


def arrays(parameters):
    """Parameters of one type, so that nothing is compiled twice."""
    return {key: jnp.asarray(value, jnp.result_type(float)) for key, value in parameters.items()}


def brightness(name: str, parameters):
    if not parameters:
        return np.asarray(_surface_brightness(name, jnp.asarray(X), jnp.asarray(Y), {}))
    return np.asarray(_forward(name, arrays(parameters))[1])


@partial(jax.jit, static_argnums=0)
def _total_flux(name, parameters):
    """The flux with its gradient."""
    return jax.value_and_grad(lambda p: LIGHT_PROFILES[name].total_flux(**p))(parameters)


@pytest.mark.long
@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize("name", NAMES)
def test_derivatives_of_brightness_to_second_order(name):
    @jax.jit
    def function(x, y, parameters):
        return LIGHT_PROFILES[name].surface_brightness(x, y, **parameters)

    arguments = jnp.asarray(X), jnp.asarray(Y), arrays(typical(name))
    check_grads(function, arguments, order=2, rtol=1e-5, atol=1e-7)


@partial(jax.jit, static_argnums=0)
def _gradient_at(name, x, y, parameters):
    def function(x, y, parameters):
        return LIGHT_PROFILES[name].surface_brightness(x, y, **parameters)

    return jax.value_and_grad(function, argnums=(0, 1, 2))(x, y, parameters)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("precision", [False, True])
def test_center_is_finite_with_finite_gradient(name, precision):
    with jax.enable_x64(precision):
        parameters, zero = arrays(typical(name)), jnp.zeros((), jnp.result_type(float))
        center = (parameters.get("center_x", zero), parameters.get("center_y", zero))
        value, gradient = _gradient_at(name, *center, parameters)
    assert 0.0 < float(value) < np.inf
    assert all(np.isfinite(leaf) for leaf in jax.tree.leaves(gradient))


@pytest.mark.parametrize("name", SHAPED)
@pytest.mark.parametrize("precision", [False, True])
def test_extreme_shapes_are_finite_with_finite_gradients(name, precision):
    extremes = {"R_sersic": (1e-6, 1e4), "n_sersic": (0.2, 20.0), "sigma": (1e-4, 1e4), "Rb": (1e-3, 10.0)}
    extremes |= {"e1": (-1.0, 1.0), "center_x": (-1e4, 1e4)}
    with jax.enable_x64(precision):
        place = jnp.asarray(0.5, jnp.result_type(float))
        for key, values in extremes.items():
            for value in values if key in typical(name) else ():
                found = _gradient_at(name, place, place, arrays(typical(name) | {key: value}))
                assert all(np.isfinite(leaf) for leaf in jax.tree.leaves(found)), f"{key} = {value}"


@pytest.mark.slow
@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize("name", NAMES)
def test_vmap_changes_nothing(name):
    scales = np.linspace(0.9, 1.1, 3)
    loop = [
        brightness(name, {key: value * scale for key, value in typical(name).items()}) for scale in scales
    ]

    @jax.jit
    @jax.vmap
    def together(scale):
        parameters = {key: value * scale for key, value in typical(name).items()}
        return LIGHT_PROFILES[name].surface_brightness(jnp.asarray(X), jnp.asarray(Y), **parameters)

    np.testing.assert_allclose(together(jnp.asarray(scales)), loop, rtol=1e-13)


@pytest.mark.slow
@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize("name", NAMES)
def test_jit_changes_nothing(name):
    x, y, parameters = jnp.asarray(X), jnp.asarray(Y), arrays(typical(name))
    with jax.disable_jit():
        eager = LIGHT_PROFILES[name].surface_brightness(x, y, **parameters)
    np.testing.assert_allclose(_surface_brightness(name, x, y, parameters), eager, rtol=1e-13)


@pytest.mark.usefixtures("x64")
def test_half_of_a_sersic_galaxy_is_inside_its_half_light_radius():
    """To the accuracy of the linear b_n: 0.3 percent of the flux for n from 1 to 8."""
    nodes, weights = np.polynomial.legendre.leggauss(200)
    radius = np.exp(-10.0 + 10.0 * nodes)
    center = {"center_x": 0.0, "center_y": 0.0}
    for n in (1.0, 2.5, 4.0, 8.0):
        parameters = arrays({"R_sersic": 1.0, "n_sersic": n} | center)
        light = _surface_brightness("SERSIC", jnp.asarray(radius), jnp.zeros(200), parameters)
        inside = np.sum(10.0 * weights * 2 * np.pi * radius**2 * np.asarray(light))
        assert inside / float(_total_flux("SERSIC", parameters)[0]) == pytest.approx(0.5, abs=3e-3)
