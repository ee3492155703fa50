"""Mass profiles: against each other, and right gradients; validation has the values."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.test_util import check_grads

import jaxlens.kernels.mass  # noqa: F401  (fills the registry)
from jaxlens.kernels.registry import MASS_PROFILES
from validation.agreement import references

REFERENCE = references.load("mass")
NAMES = sorted(MASS_PROFILES)
ELLIPTICAL = ["SIE", "NIE", "EPL"]
CENTERED = [name for name in NAMES if "center_x" in MASS_PROFILES[name].parameters]
X, Y = np.array([0.4, -1.1, 0.9, 2.3, -0.02]), np.array([0.3, 0.7, -1.6, -0.2, 0.03])
DEFLECTION = {name: jax.jit(profile.deflection) for name, profile in MASS_PROFILES.items()}
POTENTIAL = {name: jax.jit(profile.potential) for name, profile in MASS_PROFILES.items()}


def slopes_of(deflection):
    @jax.jit
    def slopes(x, y, parameters):
        def along(dx, dy):
            return jax.jvp(lambda u, v: deflection(u, v, **parameters), (x, y), (dx, dy))[1]

        one, zero = jnp.ones_like(x), jnp.zeros_like(x)
        (f_xx, f_yx), (f_xy, f_yy) = along(one, zero), along(zero, one)
        return f_xx, f_xy, f_yx, f_yy

    return slopes


SLOPES = {name: slopes_of(profile.deflection) for name, profile in MASS_PROFILES.items()}
SLOPES_OF_SLOPES = jax.jit(jax.jacfwd(lambda p, x, y: jnp.stack(SLOPES["EPL"](x, y, p))))
TYPICAL = {
    "theta_E": 1.3,
    "gamma": 1.9,
    "s_scale": 0.2,
    "e1": 0.12,
    "e2": -0.2,
    "kappa": 0.1,
    "gamma1": 0.05,
    "gamma2": -0.08,
    "gamma_ext": 0.07,
    "psi_ext": 0.6,
    "center_x": 0.05,
    "center_y": -0.1,
    "ra_0": 0.2,
    "dec_0": -0.3,
}


def typical(name: str) -> dict[str, float]:
    return {key: TYPICAL[key] for key in MASS_PROFILES[name].parameters}


def deflection(name, **parameters):
    """Deflection (2, 5) at five points."""
    return jnp.stack(DEFLECTION[name](jnp.asarray(X), jnp.asarray(Y), **parameters))


def second_derivatives(name, x, y, parameters):
    """f_xx, f_xy, f_yx, f_yy from the deflection, by forward differentiation."""
    return SLOPES[name](x, y, parameters)


def test_every_profile_has_a_reference():
    assert sorted(REFERENCE) == NAMES


@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize("name", NAMES)
def test_deflection_is_the_gradient_of_the_potential(name):
    parameters = typical(name)

    def total(x, y):
        return jnp.sum(POTENTIAL[name](x, y, **parameters))

    gradient = jax.jit(jax.grad(total, argnums=(0, 1)))(jnp.asarray(X), jnp.asarray(Y))
    np.testing.assert_allclose(gradient, deflection(name, **parameters), rtol=1e-9, atol=1e-12)


def convergence(name: str) -> np.ndarray:
    """Convergence of the typical profile at the five points, from its definition."""
    p = TYPICAL
    if name in ("SHEAR", "SHEAR_GAMMA_PSI", "POINT_MASS"):
        return np.zeros_like(X)
    if name == "CONVERGENCE":
        return np.full_like(X, p["kappa"])
    x, y = X - p["center_x"], Y - p["center_y"]
    if name == "SIS":
        return p["theta_E"] / (2 * np.hypot(x, y))
    modulus, phi = np.hypot(p["e1"], p["e2"]), np.arctan2(p["e2"], p["e1"]) / 2
    q = (1 - modulus) / (1 + modulus)
    u, v = x * np.cos(phi) + y * np.sin(phi), -x * np.sin(phi) + y * np.cos(phi)
    radius = np.sqrt(q * u**2 + v**2 / q + (p["s_scale"] ** 2 if name == "NIE" else 0.0))
    gamma = p["gamma"] if name == "EPL" else 2.0
    return (3 - gamma) / 2 * (p["theta_E"] / radius) ** (gamma - 1)


@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize("name", NAMES)
def test_divergence_of_the_deflection_is_twice_the_convergence(name):
    f_xx, f_xy, f_yx, f_yy = second_derivatives(name, jnp.asarray(X), jnp.asarray(Y), typical(name))
    np.testing.assert_allclose(f_xx + f_yy, 2 * convergence(name), rtol=1e-8, atol=1e-12)
    np.testing.assert_allclose(f_xy, f_yx, rtol=1e-8, atol=1e-12)


@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize("name", NAMES)
def test_derivatives_of_the_deflection_to_second_order(name):
    parameters = {key: jnp.asarray(value) for key, value in typical(name).items()}

    @jax.jit
    def function(x, y, parameters):
        return jnp.stack(DEFLECTION[name](x, y, **parameters))

    points = jnp.asarray(X[:4]), jnp.asarray(Y[:4])
    # The power law takes most of a minute to compile to second order; those it is used to are held below.
    order = 1 if name == "EPL" else 2
    check_grads(function, (*points, parameters), order=order, rtol=1e-5, atol=1e-7)


@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize("e1", [0.0, 0.12, 0.9])
def test_slopes_of_the_power_law_change_with_its_parameters_as_they_should(e1, central_difference):
    """What the gradient of a magnification needs, on both sides of 2F1's seam."""
    parameters = {key: jnp.asarray(value) for key, value in (typical("EPL") | {"e1": e1}).items()}

    place = jnp.asarray(X), jnp.asarray(Y)

    def slopes(parameters):
        return jnp.stack(SLOPES["EPL"](*place, parameters))

    for key, found in SLOPES_OF_SLOPES(parameters, *place).items():
        expected = central_difference(lambda v, key=key: slopes(parameters | {key: v}), parameters[key])
        np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-6, err_msg=key)


@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize("name", ELLIPTICAL)
def test_gradient_as_the_ellipse_becomes_a_circle(name, central_difference):
    """Also where the slopes of the isothermal profiles pass from a closed form to a series (|e| = 0.05)."""

    def along(e):
        return deflection(name, **(typical(name) | {"e1": e[0], "e2": e[1]}))

    jacobian = jax.jit(jax.jacfwd(along))
    for start in (0.0, 1e-9, 1e-4, 0.05, 0.3):
        for axis in np.eye(2):
            expected = central_difference(lambda t, axis=axis: along(t * axis), start)
            assert np.max(np.abs(expected)) > 1e-2
            np.testing.assert_allclose(jacobian(start * axis) @ axis, expected, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("name", ELLIPTICAL)
def test_single_precision_has_the_slopes_of_double_precision(name):
    """In every parameter, from the round lens past the seam of series and closed form."""
    jacobian = jax.jit(jax.jacfwd(lambda p: jnp.stack(DEFLECTION[name](jnp.asarray(X), jnp.asarray(Y), **p))))
    for modulus in (0.0, 1e-12, 1e-3, 0.04, 0.06, 0.3, 0.7, 0.95):
        parameters = typical(name) | {"e1": 0.6 * modulus, "e2": -0.8 * modulus}
        single = jacobian({key: np.float32(value) for key, value in parameters.items()})
        with jax.enable_x64(True):
            double = jacobian({key: np.float64(np.float32(value)) for key, value in parameters.items()})
        for key, expected in double.items():
            scale = np.max(np.abs(expected))
            np.testing.assert_allclose(
                single[key], expected, atol=2e-5 * scale, err_msg=f"{key} at {modulus}"
            )


@pytest.mark.usefixtures("x64")
def test_slopes_along_some_arguments_alone_are_those_along_all():
    """What is constant is left out of the derivative, and changes nothing of the rest."""
    parameters = {key: jnp.asarray(value) for key, value in typical("NIE").items()}
    jacobian = jax.jit(jax.jacfwd(lambda p, rest: deflection("NIE", **(rest | p))))
    everything = jacobian(parameters, {})
    for keys in (("center_x",), ("e2",), ("s_scale", "center_y")):
        rest = {key: value for key, value in parameters.items() if key not in keys}
        for key, alone in jacobian({key: parameters[key] for key in keys}, rest).items():
            np.testing.assert_allclose(alone, everything[key], rtol=1e-12, atol=1e-14)


@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize("name", ELLIPTICAL)
def test_second_derivative_of_a_round_lens_in_its_ellipticity(name, central_difference):
    """The slope of the slope, which a series cut too early would miss."""
    parameters = typical(name) | {"e1": 0.0, "e2": 0.0}
    slope = jax.jit(jax.jacfwd(lambda e: deflection(name, **(parameters | {"e1": e}))))
    np.testing.assert_allclose(
        jax.jit(jax.jacfwd(slope))(0.0), central_difference(slope, 0.0), rtol=1e-6, atol=1e-8
    )


@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize("component", ["gamma1", "gamma2"])
def test_gradient_at_zero_shear(component, central_difference):
    def along(gamma):
        return deflection("SHEAR", **({"gamma1": 0.0, "gamma2": 0.0} | {component: gamma}))

    np.testing.assert_allclose(jax.jit(jax.jacfwd(along))(0.0), central_difference(along, 0.0), rtol=1e-6)


@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize("name", CENTERED)
def test_gradient_on_an_axis_of_the_lens(name, central_difference):
    parameters = (
        typical(name) | {"center_x": 0.0, "center_y": 0.0} | ({"e2": 0.0} if name in ELLIPTICAL else {})
    )

    def at(place):
        return jnp.stack(DEFLECTION[name](place[0], place[1], **parameters))

    jacobian = jax.jit(jax.jacfwd(at))
    for place in np.array([[1.5, 0.0], [0.0, -0.8], [-2.0, 0.0]]):
        for axis in np.eye(2):
            expected = central_difference(lambda t, place=place, axis=axis: at(place + t * axis), 0.0)
            np.testing.assert_allclose(jacobian(place) @ axis, expected, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("name", CENTERED)
@pytest.mark.parametrize("precision", [False, True])
def test_center_is_finite_with_finite_gradient(name, precision):
    @jax.jit
    def values_and_derivatives(center, parameters):
        def function(xy, parameters):
            return jnp.stack([*DEFLECTION[name](*xy, **parameters), POTENTIAL[name](*xy, **parameters)])

        derivatives = jax.jacrev(function, argnums=(0, 1))(center, parameters)
        return function(center, parameters), derivatives

    with jax.enable_x64(precision):
        parameters = {key: jnp.asarray(value) for key, value in typical(name).items()}
        center = parameters["center_x"], parameters["center_y"]
        round_one = {key: jnp.asarray(0.0) for key in ("e1", "e2") if key in parameters}
        for shape in (parameters, parameters | round_one):
            values, derivatives = values_and_derivatives(center, shape)
            np.testing.assert_array_equal(values[:2], 0.0)
            assert np.isfinite(values[2])
            assert all(np.isfinite(leaf).all() for leaf in jax.tree.leaves(derivatives))


@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize(
    ("e1", "e2"), [(0.0, 0.0), (0.003, -0.004), (0.2, 0.1), (-0.3, 0.6), (0.9, 0.0), (0.5, -0.8)]
)
def test_isothermal_ellipsoid_is_the_power_law_of_slope_two(e1, e2):
    parameters = {"theta_E": 1.3, "e1": e1, "e2": e2}
    np.testing.assert_allclose(
        deflection("SIE", **parameters), deflection("EPL", gamma=2.0, **parameters), rtol=1e-8, atol=1e-9
    )
    for kind in ("SIE", "NIE"):
        shape = parameters if kind == "SIE" else parameters | {"s_scale": 1e-10}
        found = second_derivatives(kind, jnp.asarray(X), jnp.asarray(Y), shape)
        power_law = second_derivatives("EPL", jnp.asarray(X), jnp.asarray(Y), parameters | {"gamma": 2.0})
        np.testing.assert_allclose(found, power_law, rtol=1e-7, atol=1e-8)


@pytest.mark.usefixtures("x64")
def test_round_profiles_agree():
    sis = deflection("SIS", theta_E=1.3)
    np.testing.assert_allclose(deflection("SIE", theta_E=1.3, e1=0.0, e2=0.0), sis, rtol=1e-8)
    np.testing.assert_allclose(deflection("EPL", theta_E=1.3, gamma=2.0, e1=0.0, e2=0.0), sis, rtol=1e-12)


@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize("name", ["SIS", "SIE", "EPL"])
@pytest.mark.parametrize("factor", [0.5, 3.0])
def test_power_laws_scale_with_distance(name, factor):
    """alpha(s x) = s^(2 - gamma) alpha(x) about the center."""
    parameters = typical(name) | {"center_x": 0.0, "center_y": 0.0}
    gamma = parameters.get("gamma", 2.0)
    near = jnp.stack(DEFLECTION[name](jnp.asarray(X), jnp.asarray(Y), **parameters))
    far = DEFLECTION[name](factor * jnp.asarray(X), factor * jnp.asarray(Y), **parameters)
    np.testing.assert_allclose(far, factor ** (2.0 - gamma) * near, rtol=1e-8)


@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize("name", NAMES)
def test_jit_and_vmap_change_nothing(name):
    scales = jnp.linspace(0.9, 1.1, 3)

    def function(scale):
        return deflection(name, **{key: value * scale for key, value in typical(name).items()})

    with jax.disable_jit():
        eager = function(scales[1])
    loop = np.stack([function(scale) for scale in scales])
    np.testing.assert_allclose(loop[1], eager, rtol=1e-12)
    np.testing.assert_allclose(jax.vmap(function)(scales), loop, rtol=1e-12)
