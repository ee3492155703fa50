"""Isothermal profiles, the power law and shear: identities, and derivatives at the ends of their parameters.

What holds for every profile is in `test_registry_profiles`.  Each profile is compiled once a precision, its
deflection with all first derivatives.
"""

from __future__ import annotations

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.test_util import check_grads

import jaxlens.kernels.mass  # noqa: F401  (fills the registry)
from jaxlens.kernels.mass.power_law import MIN_SCALE
from jaxlens.kernels.registry import MASS_PROFILES

NAMES = ["CONVERGENCE", "EPL", "NIE", "POINT_MASS", "SHEAR", "SHEAR_GAMMA_PSI", "SIE", "SIS"]
ELLIPTICAL = ["SIE", "NIE", "EPL"]
X, Y = np.array([0.4, -1.1, 0.9, 2.3, -0.02]), np.array([0.3, 0.7, -1.6, -0.2, 0.03])
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


@partial(jax.jit, static_argnums=0)
def _forward(name, x, y, parameters):
    def deflection(shift_x, shift_y, parameters):
        value = jnp.stack(MASS_PROFILES[name].deflection(x + shift_x, y + shift_y, **parameters))
        return value, value

    zero = jnp.zeros((), x.dtype)
    derivatives, value = jax.jacfwd(deflection, argnums=(0, 1, 2), has_aux=True)(zero, zero, parameters)
    return value, derivatives


def arrays(x, y, parameters):
    """Arguments of one type, so that nothing is compiled twice."""
    dtype = jnp.result_type(float)
    values = {key: jnp.asarray(value, dtype) for key, value in parameters.items()}
    return jnp.asarray(x, dtype), jnp.asarray(y, dtype), values


def complete(name, parameters):
    """Parameters with the defaults, in the profile's order."""
    return {
        key: parameters.get(key, default if default is not None else TYPICAL[key])
        for key, default in MASS_PROFILES[name].parameters.items()
    }


def forward(name, parameters, x=X, y=Y):
    """Deflection (2, 5) at five points, and its derivatives in x, y and every parameter."""
    return _forward(name, *arrays(x, y, complete(name, parameters)))


def deflection(name, x=X, y=Y, **parameters):
    return np.asarray(forward(name, parameters, x, y)[0])


def hessian(name, parameters, x=X, y=Y):
    """The derivatives f_xx, f_xy, f_yx, f_yy of the deflection at five points."""
    in_x, in_y, _ = forward(name, parameters, x, y)[1]
    return np.stack([in_x[0], in_y[0], in_x[1], in_y[1]])


@pytest.mark.long
@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize("name", NAMES)
def test_derivatives_of_the_deflection_to_second_order(name):
    @jax.jit
    def function(x, y, parameters):
        return jnp.stack(MASS_PROFILES[name].deflection(x, y, **parameters))

    # The power law takes most of a minute to compile to second order; those it is used to are held below.
    order = 1 if name == "EPL" else 2
    check_grads(function, arrays(X[:4], Y[:4], typical(name)), order=order, rtol=1e-5, atol=1e-7)


@pytest.mark.long
@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize("e1", [0.0, 0.12, 0.9])
def test_hessian_of_the_power_law_changes_with_its_parameters_as_it_should(e1, central_difference):
    """What the gradient of a magnification needs, on both sides of 2F1's seam."""
    x, y, parameters = arrays(X, Y, typical("EPL") | {"e1": e1})

    def of_parameters(p):
        return jnp.stack(position_derivatives("EPL", x, y, p))

    found = jax.jit(jax.jacfwd(of_parameters))(parameters)
    for key, derivative in found.items():
        expected = central_difference(
            lambda v, key=key: of_parameters(parameters | {key: v}), parameters[key]
        )
        np.testing.assert_allclose(derivative, expected, rtol=1e-6, atol=1e-6, err_msg=key)


@partial(jax.jit, static_argnums=0)
def position_derivatives(name, x, y, parameters):
    """f_xx, f_yx, f_xy, f_yy along x and y alone: all other tangents are symbolic zeros."""

    def along(dx, dy):
        function = partial(MASS_PROFILES[name].deflection, **parameters)
        return jax.jvp(function, (x, y), (dx, dy))[1]

    one, zero = jnp.ones_like(x), jnp.zeros_like(x)
    return (*along(one, zero), *along(zero, one))


@pytest.mark.slow
@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize("name", ["NIE", "EPL"])
def test_derivatives_along_the_position_alone_are_those_along_all_arguments(name):
    f_xx, f_yx, f_xy, f_yy = position_derivatives(name, *arrays(X, Y, typical(name)))
    expected = hessian(name, typical(name))
    np.testing.assert_allclose(np.stack([f_xx, f_xy, f_yx, f_yy]), expected, rtol=1e-12, atol=1e-14)


@pytest.mark.usefixtures("x64")
def test_derivatives_along_some_parameters_alone_are_those_along_all():
    """What is constant is left out of the derivative, and changes nothing of the rest."""
    x, y, parameters = arrays(X, Y, typical("NIE"))
    everything = forward("NIE", parameters)[1][2]

    @jax.jit
    def each(parameters):
        def alone(keys):
            def moved(values):
                return jnp.stack(MASS_PROFILES["NIE"].deflection(x, y, **(parameters | values)))

            return jax.jacfwd(moved)({key: parameters[key] for key in keys})

        return [alone(keys) for keys in (("center_x",), ("e2",), ("s_scale", "center_y"))]

    for found in each(parameters):
        for key, value in found.items():
            np.testing.assert_allclose(value, everything[key], rtol=1e-12, atol=1e-14)


@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize("name", ELLIPTICAL)
def test_gradient_as_the_ellipse_becomes_a_circle(name, central_difference):
    """Also where the derivatives of the isothermal profiles pass from closed form to series (|e| = 0.05)."""

    def shape(e):
        return typical(name) | {"e1": e[0], "e2": e[1]}

    for start in (0.0, 1e-9, 1e-4, 0.05, 0.3):
        for axis, key in zip(np.eye(2), ("e1", "e2"), strict=True):
            expected = central_difference(lambda t, a=axis: deflection(name, **shape(t * a)), start)
            assert np.max(np.abs(expected)) > 1e-2
            found = forward(name, shape(start * axis))[1][2][key]
            np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-8)


@pytest.mark.slow
@pytest.mark.parametrize("name", ELLIPTICAL)
def test_single_precision_has_the_derivatives_of_double_precision(name):
    """In every parameter, from the round lens past the seam of series and closed form."""
    x, y = X.astype(np.float32), Y.astype(np.float32)
    for modulus in (0.0, 1e-12, 1e-3, 0.04, 0.06, 0.3, 0.7, 0.95):
        parameters = typical(name) | {"e1": 0.6 * modulus, "e2": -0.8 * modulus}
        parameters = {key: np.float32(value) for key, value in parameters.items()}
        single = forward(name, parameters, x, y)[1][2]
        with jax.enable_x64(True):
            double = forward(name, parameters, x, y)[1][2]
        for key, expected in double.items():
            scale = np.max(np.abs(expected))
            np.testing.assert_allclose(
                single[key], expected, atol=2e-5 * scale, err_msg=f"{key} at {modulus}"
            )


@pytest.mark.long
@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize("name", ELLIPTICAL)
def test_second_derivative_of_a_round_lens_in_its_ellipticity(name, central_difference):
    """A series that is cut too early would miss it."""
    x, y, parameters = arrays(X, Y, typical(name) | {"e1": 0.0, "e2": 0.0})

    def at(e):
        return jnp.stack(MASS_PROFILES[name].deflection(x, y, **(parameters | {"e1": e})))

    first = jax.jit(jax.jacfwd(at))
    np.testing.assert_allclose(
        jax.jit(jax.jacfwd(first))(0.0), central_difference(first, 0.0), rtol=1e-6, atol=1e-8
    )


@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize(
    ("e1", "e2"), [(0.0, 0.0), (0.003, -0.004), (0.2, 0.1), (-0.3, 0.6), (0.9, 0.0), (0.5, -0.8)]
)
def test_isothermal_ellipsoid_is_the_power_law_of_slope_two(e1, e2):
    parameters = {"theta_E": 1.3, "e1": e1, "e2": e2}
    power_law = parameters | {"gamma": 2.0}
    np.testing.assert_allclose(
        deflection("SIE", **parameters), deflection("EPL", **power_law), rtol=1e-8, atol=1e-9
    )
    for kind in ("SIE", "NIE"):
        shape = parameters if kind == "SIE" else parameters | {"s_scale": 1e-10}
        np.testing.assert_allclose(hessian(kind, shape), hessian("EPL", power_law), rtol=1e-7, atol=1e-8)


@pytest.mark.usefixtures("x64")
def test_round_profiles_agree():
    sis = deflection("SIS", theta_E=1.3)
    np.testing.assert_allclose(deflection("SIE", theta_E=1.3, e1=0.0, e2=0.0), sis, rtol=1e-8)
    np.testing.assert_allclose(deflection("EPL", theta_E=1.3, gamma=2.0, e1=0.0, e2=0.0), sis, rtol=1e-12)


def scaled(name):
    """The deflection as a function of one factor of all parameters."""
    return lambda scale: jnp.stack(
        MASS_PROFILES[name].deflection(
            jnp.asarray(X), jnp.asarray(Y), **{key: value * scale for key, value in typical(name).items()}
        )
    )


@pytest.mark.long
@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize("name", NAMES)
def test_jit_changes_nothing(name):
    scale = jnp.asarray(1.1)
    with jax.disable_jit():
        eager = scaled(name)(scale)
    np.testing.assert_allclose(jax.jit(scaled(name))(scale), eager, rtol=1e-12)


# The ends of what a file may give, and values close to them.
ENDS = {
    "theta_E": (0.0, 1e-30, 1e-12, 1e3),
    "gamma": (1.0, 1.000001, 2.999999),
    "s_scale": (0.0, 1e-12, 1e3),
    "e1": (0.0, 0.9998, 0.9999, 1.5),
    "gamma_ext": (0.0,),
    "kappa": (0.0, 1.0),
}


@pytest.mark.parametrize("precision", [False, True])
@pytest.mark.parametrize("name", NAMES)
def test_derivatives_are_finite_at_the_ends_of_what_is_legal(name, precision):
    """At the lens's centre too, which is the last of the five points."""
    x, y = np.append(X[:4], TYPICAL["center_x"]), np.append(Y[:4], TYPICAL["center_y"])
    with jax.enable_x64(precision):
        for key in typical(name):
            for end in ENDS.get(key, ()):
                found = forward(name, typical(name) | {key: end}, x, y)
                assert all(np.isfinite(leaf).all() for leaf in jax.tree.leaves(found)), f"{key} = {end}"


@pytest.mark.parametrize("precision", [False, True])
@pytest.mark.parametrize("name", [name for name in NAMES if "theta_E" in MASS_PROFILES[name].parameters])
def test_derivatives_without_mass_are_their_limits(name, precision):
    """The deflection is theta_E^k times that at 1 arcsec, and its derivative k theta_E^(k - 1) times that."""
    with jax.enable_x64(precision):
        for gamma in (1.6, 2.0, 2.4) if name == "EPL" else (2.0,):
            parameters = {key: value for key, value in typical(name).items() if key != "theta_E"}
            parameters |= {"gamma": gamma} if name == "EPL" else {}
            power = 2.0 if name == "POINT_MASS" else gamma - 1.0
            of_one = deflection(name, theta_E=1.0, **parameters)
            # a derivative that becomes infinite is bounded
            nearly = MIN_SCALE / np.sqrt(1.0 - TYPICAL["e1"] ** 2 - TYPICAL["e2"] ** 2)
            for theta_E, at in ((0.0, nearly if power < 1.0 else 0.0), (1e-12, 1e-12), (1e-3, 1e-3)):
                value, (in_x, in_y, derivatives) = forward(name, parameters | {"theta_E": theta_E})
                rate = power * at ** (power - 1.0) * of_one
                np.testing.assert_allclose(derivatives["theta_E"], rate, rtol=1e-4, atol=1e-30)
                if theta_E == 0.0:
                    others = [v for key, v in derivatives.items() if key != "theta_E"]
                    for zero in (value, in_x, in_y, *others):
                        np.testing.assert_array_equal(zero, 0.0)
